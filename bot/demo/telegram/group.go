package telegram

import (
	"errors"
	"slices"
)

// ErrNoGroup: there is no such group, or the person or the bot is not in it.
var ErrNoGroup = errors.New("telegram: no such group")

// supergroupBelow is the id below which a group is a supergroup.
const supergroupBelow = -1_000_000_000_000

// inGroup is a group that a person is in. s.mu must be held.
func (s *Server) inGroup(group, user int64) (*chat, *User, error) {
	ch, u := s.chats[group], s.users[user]
	if u == nil {
		return nil, nil, ErrNoUser
	}
	if ch == nil || ch.private() || !slices.Contains(ch.members, user) {
		return nil, nil, ErrNoGroup
	}
	return ch, u, nil
}

// RemoveFromGroup puts the bot out of a group, by one of its members. The bot
// hears of it; what it sends there afterwards is forbidden.
func (s *Server) RemoveFromGroup(group, by int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, u, err := s.inGroup(group, by)
	if err != nil {
		return err
	}
	if ch.left {
		return ErrNoGroup
	}
	ch.left = true
	bot, from := s.botUser(), u.wire()
	s.post(ch, &message{service: "left", wire: wireMessage{From: &from, LeftChatMember: &bot}})
	after := "left"
	if ch.kind == "supergroup" {
		after = "kicked"
	}
	s.membership(ch, u, "member", after)
	return nil
}

// ReturnToGroup lets a member take the bot into a group again.
func (s *Server) ReturnToGroup(group, by int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, u, err := s.inGroup(group, by)
	if err != nil {
		return err
	}
	if !ch.left {
		return nil
	}
	ch.left = false
	s.membership(ch, u, "left", "member")
	return nil
}

// MigrateGroup makes a supergroup of a group, as Telegram does when its
// settings ask for it: the supergroup has another id and no history here, both
// chats get a service message, and calls for the old id are refused with the
// new one in their parameters.
func (s *Server) MigrateGroup(group, to, by int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, u, err := s.inGroup(group, by)
	if err != nil {
		return err
	}
	if old.kind != "group" || old.movedTo != 0 || to >= supergroupBelow || s.chats[to] != nil {
		return ErrNoGroup
	}
	fresh := &chat{id: to, kind: "supergroup", title: old.title, members: old.members, started: true, left: old.left}
	s.chats[to], old.movedTo = fresh, to
	from := u.wire()
	gone := s.post(old, &message{service: "migrated", wire: wireMessage{From: &from, MigrateToChatID: to}})
	come := s.post(fresh, &message{service: "migrated", wire: wireMessage{From: &from, MigrateFromChatID: group}})
	if !old.left {
		s.push("message", old.id, gone.wire)
		s.push("message", fresh.id, come.wire)
	}
	return nil
}
