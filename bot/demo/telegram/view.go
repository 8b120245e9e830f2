package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"
)

// viewed is how many of the latest messages a view has.
const viewed = 500

// ChatView is a chat as a user sees it, at a moment.
type ChatView struct {
	Version       uint64         `json:"version"` // grows with every change
	User          User           `json:"user"`
	Messages      []Message      `json:"messages"` // oldest first; the latest 500
	ReplyKeyboard *ReplyKeyboard `json:"reply_keyboard,omitempty"`
	Commands      []Command      `json:"commands,omitempty"` // the menu in the user's language
	Typing        bool           `json:"typing,omitempty"`
	Blocked       bool           `json:"blocked,omitempty"`
}

// Message is a message as a user sees it.
type Message struct {
	ID          int        `json:"id"`
	Version     uint64     `json:"version"` // of the chat when the message last changed
	FromBot     bool       `json:"from_bot"`
	From        string     `json:"from,omitempty"` // the sender's name
	Date        time.Time  `json:"date"`
	Text        string     `json:"text,omitempty"` // or the caption
	HTML        string     `json:"html,omitempty"` // safe to put into a page
	Photo       *File      `json:"photo,omitempty"`
	Document    *File      `json:"document,omitempty"`
	Voice       *File      `json:"voice,omitempty"`
	Sticker     string     `json:"sticker,omitempty"` // its emoji
	Contact     *Contact   `json:"contact,omitempty"`
	Location    *Location  `json:"location,omitempty"`
	Buttons     [][]Button `json:"buttons,omitempty"`
	Edited      bool       `json:"edited,omitempty"`
	Service     string     `json:"service,omitempty"` // "pinned", "left"
	ReplyTo     int        `json:"reply_to,omitempty"`
	Forwarded   bool       `json:"forwarded,omitempty"`
	Pinned      bool       `json:"pinned,omitempty"`
	Reaction    string     `json:"reaction,omitempty"` // the bot's
	Album       string     `json:"album,omitempty"`    // the same for the pictures of one album
	NoPreview   bool       `json:"no_preview,omitempty"`
	Protected   bool       `json:"protected,omitempty"` // can't be copied or forwarded
	OtherMarkup bool       `json:"-"`                   // came with a reply keyboard, its removal or a forced reply
	InlineID    string     `json:"inline_id,omitempty"`
	Deleted     bool       `json:"-"` // in a History only
}

// File is a picture or document; Server.File has its bytes.
type File struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	Size        int    `json:"size"`            // bytes
	Width       int    `json:"width,omitempty"` // pixels, of pictures
	Height      int    `json:"height,omitempty"`
}

// Location is a place, in degrees.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// Button is an inline button. Kind is callback, url, web_app, login, copy, share or share_here.
type Button struct {
	Text  string `json:"text"`
	Kind  string `json:"kind"`
	URL   string `json:"url,omitempty"`
	Data  string `json:"data,omitempty"`
	Copy  string `json:"copy,omitempty"`
	Query string `json:"query,omitempty"`
	Style string `json:"style,omitempty"`
}

// ReplyKeyboard is the keyboard under the input field.
type ReplyKeyboard struct {
	Buttons     [][]ReplyButton `json:"buttons"`
	OneTime     bool            `json:"one_time,omitempty"`
	Persistent  bool            `json:"persistent,omitempty"`
	Resize      bool            `json:"resize,omitempty"`
	Placeholder string          `json:"placeholder,omitempty"`
	MessageID   int             `json:"message_id"` // of the message that brought it
}

// ReplyButton is a key of it. Request is "" (sends its text), contact, location, users, chat, poll or web_app.
type ReplyButton struct {
	Text    string `json:"text"`
	Request string `json:"request,omitempty"`
	Style   string `json:"style,omitempty"`
}

func (k *ReplyKeyboard) key(text string) *ReplyButton {
	for _, row := range k.Buttons {
		for i := range row {
			if row[i].Text == text {
				return &row[i]
			}
		}
	}
	return nil
}

func (k *ReplyKeyboard) has(text string) bool { return k.key(text) != nil }

// Chat is the user's private chat with the bot; the zero view for an unknown user.
func (s *Server) Chat(user int64) ChatView {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view(user)
}

// Group is a group's chat, by the group's id.
func (s *Server) Group(id int64) ChatView {
	return s.Chat(id)
}

// History is every state that messages of a chat went through after version, oldest first: sent, edited, deleted.
// A chat remembers the latest 2000.
func (s *Server) History(user int64, version uint64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.chats[user]
	if ch == nil {
		return nil
	}
	i, _ := slices.BinarySearchFunc(ch.history, version+1, func(m Message, v uint64) int { return cmp.Compare(m.Version, v) })
	return slices.Clone(ch.history[i:])
}

// Wait blocks until the chat's Version is greater than version. At the end of ctx it returns the view as it is,
// with ctx's error.
func (s *Server) Wait(ctx context.Context, user int64, version uint64) (ChatView, error) {
	err := s.await(ctx, func() bool { return s.chats[user] == nil || s.chats[user].version > version })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.chats[user] == nil {
		return ChatView{}, ErrNoUser
	}
	return s.view(user), err
}

func (s *Server) view(id int64) ChatView {
	ch := s.chats[id]
	if ch == nil {
		return ChatView{}
	}
	v := ChatView{Version: ch.version, Messages: []Message{}, Typing: s.cfg.Now().Before(ch.typingUntil), Blocked: ch.blocked}
	if ch.user != nil {
		v.User = *ch.user
		v.Commands = s.commandsFor(ch.user)
	}
	if k := ch.keyboard; k != nil { // never changed once shown, so it can be shared
		v.ReplyKeyboard = k
	}
	for _, m := range ch.messages[max(len(ch.messages)-viewed, 0):] {
		v.Messages = append(v.Messages, s.messageView(m))
	}
	return v
}

// messageView is a message as users see it. s.mu must be held.
func (s *Server) messageView(m *message) Message {
	w := m.wire
	v := Message{ID: w.MessageID, Version: m.version, FromBot: m.fromBot, Date: time.Unix(w.Date, 0).UTC(), Text: w.Text,
		Edited: w.EditDate != 0, Service: m.service, Forwarded: w.ForwardOrigin != nil, Reaction: m.reaction, Album: w.MediaGroupID,
		Protected: w.HasProtectedContent, OtherMarkup: m.otherMarkup, Deleted: m.deleted}
	entities := w.Entities
	if w.Text == "" {
		v.Text, entities = w.Caption, w.CaptionEntities
	}
	v.HTML = renderHTML(v.Text, entities)
	if w.From != nil {
		v.From = w.From.FirstName
	}
	if w.ReplyToMessage != nil {
		v.ReplyTo = w.ReplyToMessage.MessageID
	}
	if m.chat != nil {
		v.Pinned = slices.Contains(m.chat.pinned, w.MessageID)
	}
	var preview struct {
		Disabled bool `json:"is_disabled"`
	}
	v.NoPreview = len(w.LinkPreviewOptions) > 0 && json.Unmarshal(w.LinkPreviewOptions, &preview) == nil && preview.Disabled
	s.attachments(w, &v)
	if w.ReplyMarkup != nil {
		for _, row := range w.ReplyMarkup.InlineKeyboard {
			var buttons []Button
			for _, b := range row {
				buttons = append(buttons, b.view())
			}
			v.Buttons = append(v.Buttons, buttons)
		}
	}
	return v
}

func (s *Server) attachments(w wireMessage, v *Message) {
	if n := len(w.Photo); n > 0 {
		v.Photo = s.fileView(w.Photo[n-1].FileID)
	}
	if w.Document != nil {
		v.Document = s.fileView(w.Document.FileID)
	}
	if w.Voice != nil {
		v.Voice = s.fileView(w.Voice.FileID)
	}
	if w.Sticker != nil {
		v.Sticker = w.Sticker.Emoji
	}
	if c := w.Contact; c != nil {
		v.Contact = &Contact{Phone: c.PhoneNumber, FirstName: c.FirstName, LastName: c.LastName, UserID: c.UserID, Forwarded: v.Forwarded}
	}
	if l := w.Location; l != nil {
		v.Location = &Location{Latitude: l.Latitude, Longitude: l.Longitude}
	}
}

func (s *Server) fileView(id string) *File {
	f, ok := s.files[id]
	if !ok {
		return nil
	}
	return &File{ID: f.id, Name: f.name, ContentType: f.contentType, Size: len(f.data), Width: f.width, Height: f.height}
}

func (b wireButton) view() Button {
	v := Button{Text: b.Text, Kind: "callback", Data: b.CallbackData, Style: b.Style}
	switch {
	case b.URL != "":
		v.Kind, v.URL = "url", b.URL
	case b.WebApp != nil:
		v.Kind, v.URL = "web_app", b.WebApp.URL
	case b.LoginURL != nil:
		v.Kind, v.URL = "login", b.LoginURL.URL
	case b.CopyText != nil:
		v.Kind, v.Copy = "copy", b.CopyText.Text
	case b.SwitchInline != nil:
		v.Kind, v.Query = "share", *b.SwitchInline
	case b.SwitchChosen != nil:
		v.Kind, v.Query = "share", b.SwitchChosen.Query
	case b.SwitchCurrent != nil:
		v.Kind, v.Query = "share_here", *b.SwitchCurrent
	}
	return v
}
