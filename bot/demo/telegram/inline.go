package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of inline mode (Bot API, answerInlineQuery and InlineQueryResult).
const (
	maxInlineResults = 50
	maxResultID      = 64  // bytes
	maxInlineQuery   = 256 // characters
	maxInlineButton  = 64  // characters of the line over the results, and of what it tells the bot
)

// InlineResult is one result of an inline query as the user sees it.
type InlineResult struct {
	ID          string  `json:"id"`
	Type        string  `json:"type"`
	Title       string  `json:"title,omitempty"`
	Description string  `json:"description,omitempty"`
	Message     Message `json:"message"` // what is sent when the user takes it
}

// InlineAnswer is what the bot offers for a query.
type InlineAnswer struct {
	Results   []InlineResult
	Way       string // the line over the results that leads to the private chat
	WayStart  string // what the bot is told there, as "/start …"
	CacheTime int    // seconds for which Telegram may answer the same query by itself
	Personal  bool
}

// inlineQuery is a query and, once the bot has answered, its results.
type inlineQuery struct {
	user     int64
	query    string
	answered bool
	answer   InlineAnswer
	messages []*message
}

// Inline types a query behind the bot's name and returns what the bot offers. It waits until ctx ends.
func (s *Server) Inline(ctx context.Context, user int64, query string) (InlineAnswer, error) {
	if utf8.RuneCountInString(query) > maxInlineQuery {
		return InlineAnswer{}, fmt.Errorf("telegram: an inline query has at most %d characters", maxInlineQuery)
	}
	s.mu.Lock()
	u := s.users[user]
	if u == nil {
		s.mu.Unlock()
		return InlineAnswer{}, ErrNoUser
	}
	s.lastID++
	id := strconv.FormatInt(user<<32|s.lastID, 10)
	for old, q := range s.inlineQueries { // one query a user at a time
		if q.user == user {
			delete(s.inlineQueries, old)
		}
	}
	q := &inlineQuery{user: user, query: query}
	s.inlineQueries[id] = q
	s.push("inline_query", user, map[string]any{"id": id, "from": u.wire(), "query": query, "offset": "", "chat_type": "private"})
	s.mu.Unlock()
	if err := s.await(ctx, func() bool { return q.answered }); err != nil {
		return InlineAnswer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return q.answer, nil
}

// SetInlineFeedback says whether the bot hears of chosen results, which is a setting at BotFather; it is on at first.
func (s *Server) SetInlineFeedback(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inlineSilent = !on
}

// rawResult is a result as the bot sends it; the kinds served are article, photo and document by file id, contact
// and location.
type rawResult struct {
	Type           string          `json:"type"`
	ID             string          `json:"id"`
	Title          string          `json:"title"`
	Description    string          `json:"description"`
	PhotoFileID    string          `json:"photo_file_id"`
	DocumentFileID string          `json:"document_file_id"`
	Caption        string          `json:"caption"`
	ParseMode      string          `json:"parse_mode"`
	Entities       json.RawMessage `json:"caption_entities"`
	PhoneNumber    string          `json:"phone_number"`
	FirstName      string          `json:"first_name"`
	Latitude       float64         `json:"latitude"`
	Longitude      float64         `json:"longitude"`
	Content        *struct {
		MessageText string          `json:"message_text"`
		ParseMode   string          `json:"parse_mode"`
		Entities    json.RawMessage `json:"entities"`
		Preview     json.RawMessage `json:"link_preview_options"`
	} `json:"input_message_content"`
	ReplyMarkup *rawMarkup `json:"reply_markup"`
}

func (s *Server) answerInlineQuery(c *call) (any, *apiError) {
	q, ok := s.inlineQueries[c.params["inline_query_id"]]
	if !ok || q.answered {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	var list []rawResult
	c.decode("results", &list)
	if len(list) > maxInlineResults {
		return nil, badRequest("too many inline query results specified")
	}
	seen := map[string]bool{}
	var results []InlineResult
	var messages []*message
	for _, raw := range list {
		if raw.Type == "article" && strings.TrimSpace(raw.Title) == "" {
			return nil, badRequest("inline query result title must be non-empty")
		}
		if raw.ID == "" || len(raw.ID) > maxResultID {
			return nil, badRequest("RESULT_ID_INVALID")
		}
		if seen[raw.ID] {
			return nil, badRequest("RESULT_ID_DUPLICATE")
		}
		seen[raw.ID] = true
		m, err := s.inlineContent(c, raw)
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
		results = append(results, InlineResult{ID: raw.ID, Type: raw.Type, Title: raw.Title, Description: raw.Description, Message: s.messageView(m)})
	}
	answer := InlineAnswer{Results: results, CacheTime: 300, Personal: c.boolean("is_personal")}
	if c.params["cache_time"] != "" {
		answer.CacheTime = int(c.integer("cache_time"))
	}
	if err := answer.way(c); err != nil {
		return nil, err
	}
	q.answered, q.answer, q.messages = true, answer, messages
	s.broadcast()
	return true, nil
}

var startParameter = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// way reads the button over the results.
func (a *InlineAnswer) way(c *call) *apiError {
	var button struct {
		Text   string   `json:"text"`
		Start  string   `json:"start_parameter"`
		WebApp *wireURL `json:"web_app"`
	}
	if !c.decode("button", &button) {
		return nil
	}
	switch {
	case strings.TrimSpace(button.Text) == "":
		return badRequest("can't parse inline query results button: Field \"text\" must be non-empty")
	case utf8.RuneCountInString(button.Text) > maxInlineButton:
		return badRequest("BUTTON_TEXT_INVALID")
	case button.WebApp == nil && (len(button.Start) > maxInlineButton || !startParameter.MatchString(button.Start)):
		return badRequest("START_PARAM_INVALID")
	}
	a.Way, a.WayStart = button.Text, button.Start
	return nil
}

// inlineContent makes the message that a result would send.
func (s *Server) inlineContent(c *call, raw rawResult) (*message, *apiError) {
	m := &message{fromBot: true}
	var err *apiError
	switch {
	case raw.Content != nil && raw.Content.MessageText != "":
		m.wire.Text, m.wire.Entities, err = s.formatted(raw.Content.MessageText, raw.Content.ParseMode, string(raw.Content.Entities), maxText)
		m.wire.LinkPreviewOptions = raw.Content.Preview
	case raw.Type == "article":
		err = badRequest("input message content is not specified")
	case raw.Type == "photo" && raw.PhotoFileID != "":
		m.wire.Photo, err = s.photo(c, "", raw.PhotoFileID)
	case raw.Type == "document" && raw.DocumentFileID != "":
		m.wire.Document, err = s.document(c, "", raw.DocumentFileID)
	case raw.Type == "contact":
		m.wire.Contact = &wireContact{PhoneNumber: raw.PhoneNumber, FirstName: raw.FirstName}
	case raw.Type == "location":
		m.wire.Location = &wireLocation{Latitude: raw.Latitude, Longitude: raw.Longitude}
	default:
		err = badRequest("inline query result of type %q is not served by this emulator", raw.Type)
	}
	if err != nil {
		return nil, err
	}
	if m.wire.Text == "" && raw.Caption != "" {
		if m.wire.Caption, m.wire.CaptionEntities, err = s.formatted(raw.Caption, raw.ParseMode, string(raw.Entities), maxCaption); err != nil {
			return nil, err
		}
	}
	if raw.ReplyMarkup != nil {
		m.wire.ReplyMarkup, err = s.inlineMarkup(raw.ReplyMarkup.InlineKeyboard, false)
	}
	return m, err
}

// ChooseInline sends one of the results of the user's latest query to somebody. The bot hears of it
// (chosen_inline_result) and can edit the message later if it has buttons. The message is returned; where it was
// sent is no matter of the bot's, nor of the emulator's.
func (s *Server) ChooseInline(user int64, resultID, query string) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[user]
	if u == nil {
		return Message{}, ErrNoUser
	}
	for _, q := range s.inlineQueries {
		i := slices.IndexFunc(q.answer.Results, func(r InlineResult) bool { return r.ID == resultID })
		if q.user != user || q.query != query || i < 0 {
			continue
		}
		sent := *q.messages[i]
		from, bot := u.wire(), s.botUser()
		sent.wire.From, sent.wire.ViaBot, sent.wire.Date = &from, &bot, s.cfg.Now().Unix()
		chosen := map[string]any{"result_id": resultID, "from": from, "query": query}
		s.lastID++
		id := "BQAAA" + strconv.FormatInt(s.lastID, 36)
		s.inlineMessages[id] = &sent
		if sent.wire.ReplyMarkup != nil {
			chosen["inline_message_id"] = id
		}
		if !s.inlineSilent {
			s.push("chosen_inline_result", user, chosen)
		}
		view := s.messageView(&sent)
		view.InlineID = id
		return view, nil
	}
	return Message{}, fmt.Errorf("telegram: no result %q of the query %q", resultID, query)
}

// InlineMessage is the present state of a message sent by ChooseInline, by its InlineID.
func (s *Server) InlineMessage(id string) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.inlineMessages[id]
	if !ok {
		return Message{}, ErrNoMessage
	}
	view := s.messageView(m)
	view.InlineID = id
	return view, nil
}

// WaitInlineMessage waits until a message sent by ChooseInline is as it should be, or ctx ends; it returns its last
// state either way.
func (s *Server) WaitInlineMessage(ctx context.Context, id string, ready func(Message) bool) (Message, error) {
	var last Message
	err := s.await(ctx, func() bool {
		m, ok := s.inlineMessages[id]
		if !ok {
			return false
		}
		last = s.messageView(m)
		last.InlineID = id
		return ready(last)
	})
	return last, err
}
