package chat

import (
	"encoding/json"
	"fmt"

	"github.com/go-telegram/bot/models"
)

// wantedUpdates are the kinds of updates to ask Telegram for (allowed_updates).
func wantedUpdates() []string {
	return []string{models.AllowedUpdateMessage, models.AllowedUpdateEditedMessage,
		models.AllowedUpdateCallbackQuery, models.AllowedUpdateMyChatMember,
		models.AllowedUpdateInlineQuery, models.AllowedUpdateChosenInlineResult}
}

// The part of Bot API's Update that a Turn is made of. The library's types fail on values newer than themselves (an
// unknown member status, an unknown kind of forward); these do not, so no message is lost to such a field.
type (
	inUpdate struct {
		ID       int64      `json:"update_id"`
		Message  *inMessage `json:"message"`
		Edited   *inMessage `json:"edited_message"`
		Callback *struct {
			ID      string     `json:"id"`
			From    inUser     `json:"from"`
			Message *inMessage `json:"message"`
			Data    string     `json:"data"`
		} `json:"callback_query"`
		Inline *struct {
			ID    string `json:"id"`
			From  inUser `json:"from"`
			Query string `json:"query"`
		} `json:"inline_query"`
		Chosen *struct {
			ResultID  string `json:"result_id"`
			From      inUser `json:"from"`
			Query     string `json:"query"`
			MessageID string `json:"inline_message_id"`
		} `json:"chosen_inline_result"`
		Member *struct {
			Chat inChat `json:"chat"`
			From inUser `json:"from"`
			New  struct {
				Status   string `json:"status"`
				IsMember *bool  `json:"is_member"` // of a restricted member
			} `json:"new_chat_member"`
		} `json:"my_chat_member"`
	}
	inUser struct {
		ID           UserID `json:"id"`
		IsBot        bool   `json:"is_bot"`
		FirstName    string `json:"first_name"`
		LastName     string `json:"last_name"`
		Username     string `json:"username"`
		LanguageCode string `json:"language_code"`
	}
	inChat struct {
		ID    ChatID `json:"id"`
		Type  string `json:"type"`
		Title string `json:"title"`
	}
	inMessage struct {
		ID      int     `json:"message_id"`
		Date    int64   `json:"date"` // 0: the message is out of reach
		Chat    inChat  `json:"chat"`
		From    *inUser `json:"from"`
		ViaBot  *inUser `json:"via_bot"`
		Text    string  `json:"text"`
		Caption string  `json:"caption"`
		Contact *struct {
			Phone     string `json:"phone_number"`
			FirstName string `json:"first_name"`
			UserID    UserID `json:"user_id"`
		} `json:"contact"`
		Location *struct {
			Latitude  float64 `json:"latitude"`
			Longitude float64 `json:"longitude"`
		} `json:"location"`
		Photo []struct {
			FileID string `json:"file_id"`
			Width  int64  `json:"width"`
			Height int64  `json:"height"`
		} `json:"photo"`
		Document *struct {
			FileID   string `json:"file_id"`
			FileName string `json:"file_name"`
			MIMEType string `json:"mime_type"`
			FileSize int64  `json:"file_size"`
		} `json:"document"`
		ForwardOrigin json.RawMessage `json:"forward_origin"`
		MovedTo       ChatID          `json:"migrate_to_chat_id"`
		MovedFrom     ChatID          `json:"migrate_from_chat_id"`

		Animation json.RawMessage `json:"animation"`
		Audio     json.RawMessage `json:"audio"`
		Checklist json.RawMessage `json:"checklist"`
		Dice      json.RawMessage `json:"dice"`
		Game      json.RawMessage `json:"game"`
		PaidMedia json.RawMessage `json:"paid_media"`
		Poll      json.RawMessage `json:"poll"`
		Sticker   json.RawMessage `json:"sticker"`
		Story     json.RawMessage `json:"story"`
		Video     json.RawMessage `json:"video"`
		VideoNote json.RawMessage `json:"video_note"`
		Voice     json.RawMessage `json:"voice"`
	}
)

// readUpdate makes a Turn of an update's JSON. A nil Turn without an error is an update that is nothing for us. The id
// is set even with an error, if it could be read.
func (r *Runtime) readUpdate(body []byte) (id int64, t *Turn, err error) {
	var head struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return 0, nil, fmt.Errorf("update: %w", err)
	}
	var u inUpdate
	if err := json.Unmarshal(body, &u); err != nil {
		return head.ID, nil, fmt.Errorf("update %d: %w", head.ID, err)
	}
	switch {
	case u.Message != nil:
		t = r.messageTurn(u.Message)
	case u.Edited != nil:
		t = r.editedTurn(u.Edited)
	case u.Callback != nil:
		t = &Turn{Kind: KindPress, From: u.Callback.From.user(), callback: u.Callback.ID, data: u.Callback.Data}
		t.Chat = ChatID(t.From.ID) // an inline message's chat is unknown; its presses go in the presser's order
		if m := u.Callback.Message; m != nil {
			t.Chat, t.Private = m.Chat.ID, m.Chat.Type == "private"
			if m.Date != 0 {
				t.MessageID = m.ID
			}
		}
		if a, err := ParseAction(t.data); err == nil {
			t.Action = a
		}
	case u.Inline != nil:
		// In the person's own order, though the chat they type in is another.
		t = &Turn{Kind: KindInline, From: u.Inline.From.user(), Chat: ChatID(u.Inline.From.ID), Text: u.Inline.Query,
			query: u.Inline.ID}
	case u.Chosen != nil:
		t = &Turn{Kind: KindChosen, From: u.Chosen.From.user(), Chat: ChatID(u.Chosen.From.ID), Text: u.Chosen.Query,
			Chosen: &Chosen{CardID: u.Chosen.ResultID, MessageID: u.Chosen.MessageID}}
	case u.Member != nil && u.Member.Chat.Type != "channel":
		t = &Turn{Kind: KindUnblocked, Chat: u.Member.Chat.ID, From: u.Member.From.user(),
			Private: u.Member.Chat.Type == "private", Title: u.Member.Chat.Title}
		in := u.Member.New.IsMember == nil || *u.Member.New.IsMember
		if s := u.Member.New.Status; s == "kicked" || s == "left" || !in {
			t.Kind = KindBlocked
		}
	}
	if t == nil || t.Chat == 0 {
		return u.ID, nil, nil
	}
	if !t.Private && r.cfg.Routes.Group == nil && t.Kind != KindPress && !t.elsewhere() {
		return u.ID, nil, nil
	}
	t.UpdateID, t.rt = u.ID, r
	var raw models.Update
	if err := json.Unmarshal(body, &raw); err == nil {
		t.Raw = &raw
	}
	return u.ID, t, nil
}

// messageTurn is nil for what people did not write to us: channels, bots, our own inline results, service messages,
// commands to other bots, and the talk of a group.
func (r *Runtime) messageTurn(m *inMessage) *Turn {
	switch { // Telegram says it in both chats, and either may come first
	case m.MovedTo != 0:
		return &Turn{Kind: KindMoved, Chat: m.Chat.ID, MovedTo: m.MovedTo, Title: m.Chat.Title}
	case m.MovedFrom != 0:
		return &Turn{Kind: KindMoved, Chat: m.MovedFrom, MovedTo: m.Chat.ID, Title: m.Chat.Title}
	}
	if m.From == nil || m.From.IsBot || m.Chat.Type == "channel" || m.ViaBot != nil {
		return nil
	}
	t := &Turn{Chat: m.Chat.ID, Private: m.Chat.Type == "private", From: m.From.user(), MessageID: m.ID, Text: m.Text,
		Title: m.Chat.Title}
	if t.Text == "" {
		t.Text = m.Caption
	}
	if !m.fill(t) {
		return nil
	}
	if t.Kind == KindText {
		name, args, ours, ok := parseCommand(t.Text, r.cfg.Username)
		if ok && !ours {
			return nil
		}
		if ok {
			t.Kind, t.Command, t.Args = KindCommand, name, args
		}
	}
	if !t.Private && t.Kind != KindCommand {
		return nil
	}
	return t
}

// fill sets what the message holds; false for a service message.
func (m *inMessage) fill(t *Turn) bool {
	other := len(m.Animation) + len(m.Audio) + len(m.Checklist) + len(m.Dice) + len(m.Game) + len(m.PaidMedia) +
		len(m.Poll) + len(m.Sticker) + len(m.Story) + len(m.Video) + len(m.VideoNote) + len(m.Voice)
	switch {
	case m.Text != "":
		t.Kind = KindText
	case m.Contact != nil:
		t.Kind = KindContact
		t.Contact = &Contact{Phone: m.Contact.Phone, FirstName: m.Contact.FirstName, UserID: m.Contact.UserID,
			Forwarded: len(m.ForwardOrigin) > 0}
	case m.Location != nil:
		t.Kind = KindLocation
		t.Location = &Location{Latitude: m.Location.Latitude, Longitude: m.Location.Longitude}
	case other > 0: // before the document: an animation comes with one
		t.Kind = KindOther
	case len(m.Photo) > 0:
		t.Kind = KindPhoto
		best := m.Photo[0]
		for _, p := range m.Photo[1:] {
			if p.Width*p.Height > best.Width*best.Height {
				best = p
			}
		}
		t.FileID = best.FileID
	case m.Document != nil:
		t.Kind, t.FileID = KindDocument, m.Document.FileID
		t.File = &File{Name: m.Document.FileName, MIME: m.Document.MIMEType, Size: m.Document.FileSize}
	default:
		return false
	}
	return true
}

// editedTurn is nil for edits without words: a live location that moves is an edit, too.
func (r *Runtime) editedTurn(m *inMessage) *Turn {
	if m.From == nil || m.From.IsBot || m.Chat.Type != "private" || m.Text == "" && m.Caption == "" {
		return nil
	}
	t := &Turn{Kind: KindEdited, Chat: m.Chat.ID, Private: true, From: m.From.user(), MessageID: m.ID, Text: m.Text}
	if t.Text == "" {
		t.Text = m.Caption
	}
	return t
}

func (u inUser) user() User {
	return User{ID: u.ID, FirstName: u.FirstName, LastName: u.LastName, Username: u.Username, LanguageCode: u.LanguageCode}
}
