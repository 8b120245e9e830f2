package telegram

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// The types of this file are what outlasts a run: people, chats, files, and what the bot has said about itself.
// Updates that the bot has not taken, presses that wait for an answer and messages sent to other chats do not.

type keptState struct {
	Users       []User                    `json:"users"`
	Chats       []keptChat                `json:"chats"`
	Files       []keptFile                `json:"files"`
	LastMessage int                       `json:"last_message"`
	Commands    map[string][]Command      `json:"commands"`
	Texts       map[string]string         `json:"texts"`
	Menus       map[int64]json.RawMessage `json:"menus"`
}

type keptChat struct {
	ID           int64          `json:"id"`
	Kind         string         `json:"kind"`
	Title        string         `json:"title,omitempty"`
	Members      []int64        `json:"members,omitempty"`
	Started      bool           `json:"started,omitempty"`
	Blocked      bool           `json:"blocked,omitempty"`
	Left         bool           `json:"left,omitempty"`
	MovedTo      int64          `json:"moved_to,omitempty"`
	Version      uint64         `json:"version"`
	Messages     []keptMessage  `json:"messages,omitempty"`
	Keyboard     *ReplyKeyboard `json:"keyboard,omitempty"`
	KeyboardFrom int            `json:"keyboard_from,omitempty"`
	Pinned       []int          `json:"pinned,omitempty"`
}

type keptMessage struct {
	Wire        wireMessage `json:"wire"`
	FromBot     bool        `json:"from_bot,omitempty"`
	OtherMarkup bool        `json:"other_markup,omitempty"`
	Forwarded   bool        `json:"forwarded,omitempty"`
	Version     uint64      `json:"version"`
	Service     string      `json:"service,omitempty"`
	Reaction    string      `json:"reaction,omitempty"`
}

type keptFile struct {
	ID          string `json:"id"`
	Unique      string `json:"unique"`
	Kind        string `json:"kind"`
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	Path        string `json:"path"`
	Data        []byte `json:"data,omitempty"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
	Origin      string `json:"origin,omitempty"`
	Size        int    `json:"size,omitempty"`
}

// Snapshot is what a later server needs to go on where this one is. Deleted messages are not in it.
func (s *Server) Snapshot() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := keptState{LastMessage: s.lastMessage, Commands: s.profile.commands, Texts: s.profile.texts, Menus: s.profile.menus}
	for _, id := range s.userOrder {
		state.Users = append(state.Users, *s.users[id])
	}
	for _, c := range s.chats {
		kept := keptChat{ID: c.id, Kind: c.kind, Title: c.title, Members: c.members, Started: c.started, Blocked: c.blocked, Left: c.left,
			MovedTo: c.movedTo, Version: c.version, Keyboard: c.keyboard, KeyboardFrom: c.keyboardFrom, Pinned: c.pinned}
		for _, m := range c.messages {
			kept.Messages = append(kept.Messages, keptMessage{Wire: m.wire, FromBot: m.fromBot, OtherMarkup: m.otherMarkup,
				Forwarded: m.forwarded, Version: m.version, Service: m.service, Reaction: m.reaction})
		}
		state.Chats = append(state.Chats, kept)
	}
	for _, f := range s.files {
		kept := keptFile{ID: f.id, Unique: f.unique, Kind: f.kind, Name: f.name, ContentType: f.contentType, Path: f.path, Data: f.data,
			Width: f.width, Height: f.height, Size: f.size}
		if f.origin != nil {
			kept.Origin = f.origin.id
		}
		state.Files = append(state.Files, kept)
	}
	slices.SortFunc(state.Chats, func(a, b keptChat) int { return int(a.ID - b.ID) })
	return json.Marshal(state)
}

// Restore takes a Snapshot of an earlier server, before anything else is done with this one.
func (s *Server) Restore(snapshot []byte) error {
	var state keptState
	if err := json.Unmarshal(snapshot, &state); err != nil {
		return fmt.Errorf("telegram: read what an earlier run kept: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastMessage = max(s.lastMessage, state.LastMessage)
	for _, u := range state.Users {
		s.users[u.ID] = &u
		s.userOrder = append(s.userOrder, u.ID)
	}
	for _, k := range state.Chats {
		c := &chat{id: k.ID, kind: k.Kind, title: k.Title, user: s.users[k.ID], members: k.Members, started: k.Started, blocked: k.Blocked,
			left: k.Left, movedTo: k.MovedTo, version: k.Version, keyboard: k.Keyboard, keyboardFrom: k.KeyboardFrom, pinned: k.Pinned}
		for _, m := range k.Messages {
			c.messages = append(c.messages, &message{wire: m.Wire, chat: c, fromBot: m.FromBot, otherMarkup: m.OtherMarkup,
				forwarded: m.Forwarded, version: m.Version, service: m.Service, reaction: m.Reaction})
		}
		s.chats[k.ID] = c
	}
	for _, k := range state.Files {
		s.files[k.ID] = &file{id: k.ID, unique: k.Unique, kind: k.Kind, name: k.Name, contentType: k.ContentType, path: k.Path, data: k.Data,
			width: k.Width, height: k.Height, size: k.Size}
	}
	for _, k := range state.Files {
		s.files[k.ID].origin = s.files[k.Origin]
	}
	maps.Copy(s.profile.commands, state.Commands)
	maps.Copy(s.profile.texts, state.Texts)
	maps.Copy(s.profile.menus, state.Menus)
	s.broadcast()
	return nil
}
