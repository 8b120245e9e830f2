package telegram

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// callbackLasts is how long a press can be answered. Telegram doesn't publish it; a minute is on the short side.
const callbackLasts = time.Minute

// maxToast is the longest answer to a press, in characters (Bot API, answerCallbackQuery).
const maxToast = 200

// Pressed is what a press of an inline button did on the user's side.
type Pressed struct {
	Toast      string `json:"toast,omitempty"` // text of the bot's answer
	Alert      bool   `json:"alert,omitempty"` // the text is a dialog, not a passing note
	URL        string `json:"url,omitempty"`   // to open: url, web_app and login buttons, or the bot's answer
	Copy       string `json:"copy,omitempty"`
	ShareQuery string `json:"share_query,omitempty"` // switch_inline_query*: to be typed behind the bot's name in another chat
	Share      bool   `json:"share,omitempty"`       // the button was one of those, the query may be empty
	Answered   bool   `json:"answered"`              // the bot answered the press, or there was nothing to answer
}

// callback is a press that waits for the bot's answer.
type callback struct {
	at     time.Time
	answer *Pressed
}

// Press presses an inline button of a message in the user's private chat or a group of theirs. A callback button
// waits for the bot's answer until ctx ends; then the error is ctx's, and Answered is false.
func (s *Server) Press(ctx context.Context, user int64, messageID, row, col int) (Pressed, error) {
	s.mu.Lock()
	m, err := s.visible(user, messageID)
	if err != nil {
		s.mu.Unlock()
		return Pressed{}, err
	}
	kb := m.wire.ReplyMarkup
	if kb == nil || row < 0 || row >= len(kb.InlineKeyboard) || col < 0 || col >= len(kb.InlineKeyboard[row]) {
		s.mu.Unlock()
		return Pressed{}, fmt.Errorf("%w: row %d, column %d of message %d", ErrNoButton, row, col, messageID)
	}
	b := kb.InlineKeyboard[row][col]
	s.mu.Unlock()
	done := Pressed{Answered: true}
	switch {
	case b.CallbackData != "":
		return s.PressData(ctx, user, messageID, b.CallbackData)
	case b.URL != "":
		done.URL = b.URL
	case b.WebApp != nil:
		done.URL = b.WebApp.URL
	case b.LoginURL != nil:
		done.URL = b.LoginURL.URL
	case b.CopyText != nil:
		done.Copy = b.CopyText.Text
	case b.SwitchInline != nil:
		done.Share, done.ShareQuery = true, *b.SwitchInline
	case b.SwitchCurrent != nil:
		done.Share, done.ShareQuery = true, *b.SwitchCurrent
	case b.SwitchChosen != nil:
		done.Share, done.ShareQuery = true, b.SwitchChosen.Query
	}
	return done, nil
}

// visible is a message that the user can see: in their private chat or in a group they are in.
func (s *Server) visible(user int64, messageID int) (*message, error) {
	if s.users[user] == nil {
		return nil, ErrNoUser
	}
	for _, ch := range s.chats {
		if ch.id != user && !slices.Contains(ch.members, user) {
			continue
		}
		if m := ch.find(messageID); m != nil {
			return m, nil
		}
	}
	return nil, ErrNoMessage
}

// PressData sends a press with any data, as a modified client could, or one on a message that is gone: the bot
// then gets an inaccessible message. It waits for the answer as Press does.
func (s *Server) PressData(ctx context.Context, user int64, messageID int, data string) (Pressed, error) {
	s.mu.Lock()
	u := s.users[user]
	if u == nil {
		s.mu.Unlock()
		return Pressed{}, ErrNoUser
	}
	ch := s.chats[user]
	var about any = map[string]any{"chat": ch.wire(), "message_id": messageID, "date": 0}
	if m, err := s.visible(user, messageID); err == nil {
		about, ch = m.wire, m.chat
	}
	s.lastID++
	id := strconv.FormatInt(user<<32|s.lastID, 10)
	cb := &callback{at: s.cfg.Now()}
	s.callbacks[id] = cb
	s.push("callback_query", ch.id, map[string]any{"id": id, "from": u.wire(), "message": about,
		"chat_instance": strconv.FormatInt(-ch.id*7919, 10), "data": data})
	s.mu.Unlock()

	err := s.await(ctx, func() bool { return cb.answer != nil })
	s.mu.Lock()
	defer s.mu.Unlock()
	if cb.answer != nil {
		return *cb.answer, nil
	}
	return Pressed{}, err
}

func (s *Server) answerCallbackQuery(c *call) (any, *apiError) {
	now := s.cfg.Now()
	for id, cb := range s.callbacks {
		if now.Sub(cb.at) > callbackLasts {
			delete(s.callbacks, id)
		}
	}
	id := c.params["callback_query_id"]
	cb, ok := s.callbacks[id]
	if !ok {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	if len([]rune(c.params["text"])) > maxToast {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	link := c.params["url"]
	if link != "" {
		u, err := url.Parse(link)
		if err != nil || u.Host != "t.me" && !strings.HasPrefix(link, "tg://") {
			return nil, badRequest("URL_INVALID")
		}
	}
	delete(s.callbacks, id)
	cb.answer = &Pressed{Toast: c.params["text"], Alert: c.boolean("show_alert"), URL: link, Answered: true}
	s.broadcast()
	return true, nil
}
