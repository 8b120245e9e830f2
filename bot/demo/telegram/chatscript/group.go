package chatscript

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Where the ids of scripts' groups begin, and those of the supergroups that
// they become.
const (
	firstGroup      = -4_000_001
	firstSupergroup = -1_004_000_000_001
)

// inGroup plays what somebody does with a group.
func (s *Session) inGroup(word, rest string) error {
	name, text, _ := strings.Cut(rest, " ")
	server, me := s.run.Server, s.User.ID
	if word == ">group" {
		if s.groups[name] != 0 {
			return fmt.Errorf("there is a group %s", name)
		}
		members := []int64{me}
		for _, u := range s.people {
			if u.ID != me {
				members = append(members, u.ID)
			}
		}
		id := int64(firstGroup - len(s.groups))
		s.groups[name] = id
		s.mark(id)
		server.AddGroup(id, name, members...)
		return nil
	}
	id := s.groups[name]
	if id == 0 {
		return fmt.Errorf("no group %q", name)
	}
	switch word {
	case ">kick":
		return server.RemoveFromGroup(id, me)
	case ">return":
		return server.ReturnToGroup(id, me)
	case ">migrate":
		to := int64(firstSupergroup - len(s.groups))
		if err := server.MigrateGroup(id, to, me); err != nil {
			return err
		}
		s.groups[name] = to
		s.mark(to)
		return nil
	}
	_, err := server.SendTextTo(me, id, text)
	return err
}

// expectGroup plays what the bot is to have said in a group.
func (s *Session) expectGroup(ctx context.Context, word, rest string) error {
	name, text, _ := strings.Cut(rest, " ")
	id := s.groups[name]
	if id == 0 {
		return fmt.Errorf("no group %q", name)
	}
	if word == "<silent" {
		if s.run.Settle == nil {
			return errors.New("the runner has no Settle")
		}
		if err := s.run.Settle(ctx); err != nil {
			return err
		}
		if m, ok := s.saidIn(id, "", s.found[id]); ok {
			return fmt.Errorf("the bot said in %s: %q", name, m)
		}
		return nil
	}
	for {
		version := s.run.Server.Chat(id).Version
		if _, ok := s.saidIn(id, text, 0); ok {
			return nil
		}
		if _, err := s.run.Server.Wait(ctx, id, version); err != nil {
			return fmt.Errorf("nothing of the bot in %s contains %q: %w", name, text, err)
		}
	}
}

// saidIn finds a text of the bot's in a group from the cursor on, after a
// version, and moves on to it.
func (s *Session) saidIn(group int64, part string, after uint64) (string, bool) {
	for _, m := range s.run.Server.History(group, max(s.cursor[group], 1)-1) {
		if m.FromBot && m.Service == "" && !m.Deleted && m.Version > after && strings.Contains(m.Text, part) {
			s.cursor[group], s.found[group] = m.Version, m.Version
			return m.Text, true
		}
	}
	return "", false
}
