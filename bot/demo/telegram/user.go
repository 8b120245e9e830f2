package telegram

import (
	"fmt"
	"slices"
	"strings"
)

// User is a person with a Telegram account.
type User struct {
	ID           int64  `json:"id"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"` // IETF tag, "" if the app doesn't tell
	Phone        string `json:"phone,omitempty"`         // as shared contacts carry it, with or without "+"
}

func (u *User) wire() wireUser {
	return wireUser{ID: u.ID, FirstName: u.FirstName, LastName: u.LastName, Username: u.Username, LanguageCode: u.LanguageCode}
}

// Contact is a contact card somebody sends: another person's, or a forwarded one.
type Contact struct {
	Phone     string `json:"phone"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name,omitempty"`
	UserID    int64  `json:"user_id,omitempty"` // 0 if the person isn't on Telegram
	Forwarded bool   `json:"forwarded,omitempty"`
}

// AddUser adds a person who has not met the bot yet, or changes one by ID: name, language or phone may change.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.users[u.ID]; ok {
		*old = u
		s.chats[u.ID].version++
		s.broadcast()
		return
	}
	s.users[u.ID] = &u
	s.userOrder = append(s.userOrder, u.ID)
	s.chats[u.ID] = &chat{id: u.ID, kind: "private", user: &u}
	s.broadcast()
}

// Users returns everybody in the order they were added.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []User
	for _, id := range s.userOrder {
		out = append(out, *s.users[id])
	}
	return out
}

// AddGroup makes a group with the bot in it. Groups have negative ids, supergroups ids below -1000000000000. The
// bot sees all messages, as one whose privacy mode is off. The bot hears of its new membership.
func (s *Server) AddGroup(id int64, title string, members ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := "group"
	if id < supergroupBelow {
		kind = "supergroup"
	}
	ch := &chat{id: id, kind: kind, title: title, members: members, started: true}
	s.chats[id] = ch
	if len(members) > 0 && s.users[members[0]] != nil {
		s.membership(ch, s.users[members[0]], "left", "member")
	}
	s.broadcast()
}

// membership tells the bot that its standing in a chat has changed.
func (s *Server) membership(ch *chat, by *User, before, after string) {
	state := func(status string) map[string]any {
		m := map[string]any{"status": status, "user": s.botUser()}
		if status == "kicked" {
			m["until_date"] = 0
		}
		return m
	}
	s.push("my_chat_member", ch.id, map[string]any{"chat": ch.wire(), "from": by.wire(), "date": s.cfg.Now().Unix(),
		"old_chat_member": state(before), "new_chat_member": state(after)})
}

// Block makes the user block the bot.
func (s *Server) Block(user int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.block(user, true)
}

// Unblock takes the block back.
func (s *Server) Unblock(user int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.block(user, false)
}

func (s *Server) block(user int64, blocked bool) {
	ch := s.chats[user]
	if ch == nil || ch.user == nil || ch.blocked == blocked {
		return
	}
	ch.blocked = blocked
	ch.version++
	before, after := "member", "kicked"
	if !blocked {
		before, after = after, before
	}
	s.membership(ch, ch.user, before, after)
	s.broadcast()
}

// say posts a message of a user and tells the bot. The user may be a member of the chat or its other side.
func (s *Server) say(user, chatID int64, m *message) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ch := s.users[user], s.chats[chatID]
	switch {
	case u == nil:
		return 0, ErrNoUser
	case ch == nil || ch.id != user && !slices.Contains(ch.members, user):
		return 0, fmt.Errorf("telegram: user %d is not in chat %d", user, chatID)
	case ch.blocked && !strings.HasPrefix(m.wire.Text, "/start"):
		return 0, ErrBlocked
	}
	s.block(chatID, false) // what the button "Restart" does; no private chat is blocked past this point
	ch.started = true
	if o := m.wire.ForwardOrigin; o != nil {
		o.Date = s.cfg.Now().Unix()
	}
	from := u.wire()
	m.wire.From = &from
	s.post(ch, m)
	if k := ch.keyboard; k != nil && k.OneTime && k.has(m.wire.Text) {
		ch.keyboard, ch.keyboardFrom = nil, 0
	}
	if !ch.left {
		s.push("message", ch.id, m.wire)
	}
	return m.wire.MessageID, nil
}

// SendText sends a text; commands, links and the like get entities as Telegram gives them. Texts of more than 4096
// characters go as several messages, as the apps do it; the id is the last one's.
func (s *Server) SendText(user int64, text string) (messageID int, err error) {
	return s.SendTextTo(user, user, text)
}

// SendTextTo sends a text to a group the user is in, or to the bot (chat == user).
func (s *Server) SendTextTo(user, chat int64, text string) (int, error) {
	text, _ = trimEntities(cleanText(text), nil)
	if text == "" {
		return 0, fmt.Errorf("telegram: the text is empty")
	}
	id := 0
	runes := []rune(text)
	for len(runes) > 0 {
		part := string(runes[:min(len(runes), maxText)])
		runes = runes[min(len(runes), maxText):]
		var err error
		if id, err = s.say(user, chat, &message{wire: wireMessage{Text: part, Entities: addFound(part, nil)}}); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// SendPhoto sends a picture (PNG, JPEG or GIF).
func (s *Server) SendPhoto(user int64, data []byte, caption string) (int, error) {
	pic, problem := decodePicture(data)
	if problem != nil {
		return 0, problem
	}
	s.mu.Lock()
	sizes := s.storePhoto(data, pic)
	s.mu.Unlock()
	return s.say(user, user, &message{wire: wireMessage{Photo: sizes, Caption: caption, CaptionEntities: addFound(caption, nil)}})
}

// SendDocument sends a file.
func (s *Server) SendDocument(user int64, name string, data []byte, caption string) (int, error) {
	s.mu.Lock()
	doc := s.storeDocument(name, "", data)
	s.mu.Unlock()
	return s.say(user, user, &message{wire: wireMessage{Document: doc, Caption: caption, CaptionEntities: addFound(caption, nil)}})
}

// SendVoice sends a voice message of one second.
func (s *Server) SendVoice(user int64) (int, error) {
	s.mu.Lock()
	f := s.store(&file{kind: "VoiceNote", name: "voice.oga", contentType: "audio/ogg", data: []byte("OggS")})
	s.mu.Unlock()
	return s.say(user, user, &message{wire: wireMessage{Voice: &wireVoice{FileID: f.id, FileUniqueID: f.unique, Duration: 1, MimeType: f.contentType, FileSize: len(f.data)}}})
}

// SendSticker sends a sticker.
func (s *Server) SendSticker(user int64) (int, error) {
	s.mu.Lock()
	f := s.store(&file{kind: "Sticker", name: "sticker.webp", contentType: "image/webp", data: []byte("RIFF\x04\x00\x00\x00WEBP")})
	s.mu.Unlock()
	return s.say(user, user, &message{wire: wireMessage{Sticker: &wireSticker{FileID: f.id, FileUniqueID: f.unique, Type: "regular",
		Width: 512, Height: 512, Emoji: "👍", FileSize: len(f.data)}}})
}

// SendLocation shares a place, in degrees.
func (s *Server) SendLocation(user int64, lat, lon float64) (int, error) {
	return s.say(user, user, &message{wire: wireMessage{Location: &wireLocation{Latitude: lat, Longitude: lon}}})
}

// ShareContact shares the user's own phone number, as a request_contact key does.
func (s *Server) ShareContact(user int64) (int, error) {
	s.mu.Lock()
	u := s.users[user]
	if u == nil {
		s.mu.Unlock()
		return 0, ErrNoUser
	}
	own := wireContact{PhoneNumber: u.Phone, FirstName: u.FirstName, LastName: u.LastName, UserID: u.ID}
	s.mu.Unlock()
	return s.say(user, user, &message{wire: wireMessage{Contact: &own}})
}

// SendContact sends a contact card out of the address book, or forwards one.
func (s *Server) SendContact(user int64, c Contact) (int, error) {
	m := &message{wire: wireMessage{Contact: &wireContact{PhoneNumber: c.Phone, FirstName: c.FirstName, LastName: c.LastName, UserID: c.UserID}}}
	if c.Forwarded {
		m.forwarded = true
		m.wire.ForwardOrigin = &wireOrigin{Type: "hidden_user", SenderUserName: c.FirstName}
	}
	return s.say(user, user, m)
}

// EditText changes a text the user has sent; the bot gets an edited_message.
func (s *Server) EditText(user int64, messageID int, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.visible(user, messageID)
	if err != nil {
		return err
	}
	if m.wire.Text == "" || m.wire.From == nil || m.wire.From.ID != user {
		return fmt.Errorf("telegram: message %d is not a text of user %d", messageID, user)
	}
	text, _ = trimEntities(cleanText(text), nil)
	m.wire.Text, m.wire.Entities, m.wire.EditDate = text, addFound(text, nil), s.cfg.Now().Unix()
	s.touch(m)
	s.push("edited_message", m.chat.id, m.wire)
	return nil
}

// What a pressed location key shares, in degrees: the centre of Bishkek.
const somewhereLat, somewhereLon = 42.8746, 74.5698

// PressReply presses a key of the reply keyboard by its text: it sends the text, the contact or a place.
func (s *Server) PressReply(user int64, text string) (int, error) {
	s.mu.Lock()
	ch := s.chats[user]
	var key *ReplyButton
	if ch != nil && ch.keyboard != nil {
		key = ch.keyboard.key(text)
	}
	s.mu.Unlock()
	if key == nil {
		return 0, fmt.Errorf("%w: %q in the reply keyboard", ErrNoButton, text)
	}
	defer s.hideOneTime(user)
	switch key.Request {
	case "contact":
		return s.ShareContact(user)
	case "location":
		return s.SendLocation(user, somewhereLat, somewhereLon)
	case "":
		return s.SendText(user, key.Text)
	}
	return 0, fmt.Errorf("telegram: keys that request %s can't be pressed here", key.Request)
}

// hideOneTime puts a one-time keyboard away after use.
func (s *Server) hideOneTime(user int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.chats[user]; ch.keyboard != nil && ch.keyboard.OneTime {
		ch.keyboard, ch.keyboardFrom = nil, 0
		ch.version++
		s.broadcast()
	}
}
