package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"elkart.kg/trade/bot/demo/telegram"
)

// pressTimeout is how long a pressed button shows its spinner. Telegram's own
// apps give up after about as long.
const pressTimeout = 20 * time.Second

var (
	errUnknown    = problem{Status: http.StatusNotFound, Code: "unknown"}
	errNoTelegram = problem{Status: http.StatusNotFound, Code: "no_telegram"}
)

// chatUser returns the user of the path. It fails when Telegram is the real
// one, for then there is no chat here.
func (p *page) chatUser(r *http.Request) (int64, error) {
	if p.Telegram == nil {
		return 0, errNoTelegram
	}
	id, err := strconv.ParseInt(r.PathValue("user"), 10, 64)
	if err != nil {
		return 0, errUnknown
	}
	return id, nil
}

// inChat reads a JSON body for one user's chat.
func (p *page) inChat(w http.ResponseWriter, r *http.Request, body any) (int64, error) {
	user, err := p.chatUser(r)
	if err != nil {
		return 0, err
	}
	return user, readJSON(w, r, body)
}

// told turns what the emulator says of an action into what the page shows: a
// thing that is gone, or Telegram's own refusal.
func told(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, telegram.ErrNoUser), errors.Is(err, telegram.ErrNoMessage), errors.Is(err, telegram.ErrNoButton), errors.Is(err, telegram.ErrNoFile):
		return errUnknown
	case errors.Is(err, telegram.ErrBlocked):
		return problem{Status: http.StatusUnprocessableEntity, Code: "blocked"}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, telegram.ErrClosed):
		return err
	}
	return &Refusal{Text: strings.TrimPrefix(err.Error(), "telegram: ")}
}

// firstID is the id of the first person whom the page adds to an empty
// emulator.
const firstID = 1001

func (p *page) addUser(w http.ResponseWriter, r *http.Request) (any, error) {
	if p.Telegram == nil {
		return nil, errNoTelegram
	}
	var body struct {
		FirstName string `json:"first_name"`
		Language  string `json:"language_code"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return nil, err
	}
	// Telegram holds 64 characters of a name.
	name := strings.TrimSpace(body.FirstName)
	if n := len([]rune(name)); n == 0 || n > 64 {
		return nil, problem{Status: http.StatusUnprocessableEntity, Code: "bad_name"}
	}
	if n := len(body.Language); n < 2 || n > 16 {
		return nil, badRequest("language_code")
	}
	p.adding.Lock()
	defer p.adding.Unlock()
	user := telegram.User{ID: firstID, FirstName: name, LanguageCode: body.Language}
	for _, other := range p.Telegram.Users() {
		user.ID = max(user.ID, other.ID+1)
	}
	user.Phone = fmt.Sprintf("+99655%07d", user.ID%10_000_000)
	p.Telegram.AddUser(user)
	p.changes.happened()
	return user, nil
}

func (p *page) sendText(w http.ResponseWriter, r *http.Request) (any, error) {
	var body struct{ Text string }
	user, err := p.inChat(w, r, &body)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(body.Text) == "" {
		return nil, badRequest("text is empty")
	}
	_, err = p.Telegram.SendText(user, body.Text)
	return nil, told(err)
}

func (p *page) editText(w http.ResponseWriter, r *http.Request) (any, error) {
	var body struct {
		Message int
		Text    string
	}
	user, err := p.inChat(w, r, &body)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(body.Text) == "" {
		return nil, badRequest("text is empty")
	}
	return nil, told(p.Telegram.EditText(user, body.Message, body.Text))
}

func (p *page) press(w http.ResponseWriter, r *http.Request) (any, error) {
	var body struct{ Message, Row, Col int }
	user, err := p.inChat(w, r, &body)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), pressTimeout)
	defer cancel()
	pressed, err := p.Telegram.Press(ctx, user, body.Message, body.Row, body.Col)
	if errors.Is(err, context.DeadlineExceeded) {
		return telegram.Pressed{}, nil // the bot is silent: the page says so
	}
	return pressed, told(err)
}

func (p *page) pressReply(w http.ResponseWriter, r *http.Request) (any, error) {
	var body struct{ Text string }
	user, err := p.inChat(w, r, &body)
	if err != nil {
		return nil, err
	}
	_, err = p.Telegram.PressReply(user, body.Text)
	return nil, told(err)
}

func (p *page) sendContact(w http.ResponseWriter, r *http.Request) (any, error) {
	var body telegram.Contact
	user, err := p.inChat(w, r, &body)
	if err != nil {
		return nil, err
	}
	if body.Phone == "" || body.FirstName == "" {
		return nil, badRequest("phone and first_name")
	}
	_, err = p.Telegram.SendContact(user, body)
	return nil, told(err)
}

func (p *page) sendLocation(w http.ResponseWriter, r *http.Request) (any, error) {
	var body telegram.Location
	user, err := p.inChat(w, r, &body)
	if err != nil {
		return nil, err
	}
	if body.Latitude < -90 || body.Latitude > 90 || body.Longitude < -180 || body.Longitude > 180 {
		return nil, problem{Status: http.StatusUnprocessableEntity, Code: "bad_place"}
	}
	_, err = p.Telegram.SendLocation(user, body.Latitude, body.Longitude)
	return nil, told(err)
}

func (p *page) sendVoice(w http.ResponseWriter, r *http.Request) (any, error) {
	user, err := p.inChat(w, r, &struct{}{})
	if err != nil {
		return nil, err
	}
	_, err = p.Telegram.SendVoice(user)
	return nil, told(err)
}

func (p *page) sendSticker(w http.ResponseWriter, r *http.Request) (any, error) {
	user, err := p.inChat(w, r, &struct{}{})
	if err != nil {
		return nil, err
	}
	_, err = p.Telegram.SendSticker(user)
	return nil, told(err)
}

func (p *page) block(w http.ResponseWriter, r *http.Request) (any, error) {
	var body struct{ Blocked bool }
	user, err := p.inChat(w, r, &body)
	if err != nil {
		return nil, err
	}
	if body.Blocked {
		p.Telegram.Block(user)
	} else {
		p.Telegram.Unblock(user)
	}
	return nil, nil
}

// inline asks the bot what it offers for a query typed behind its name, as the
// share buttons of switch_inline_query do.
func (p *page) inline(w http.ResponseWriter, r *http.Request) (any, error) {
	var body struct{ Query string }
	user, err := p.inChat(w, r, &body)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), pressTimeout)
	defer cancel()
	answer, err := p.Telegram.Inline(ctx, user, body.Query)
	return append([]telegram.InlineResult{}, answer.Results...), told(err)
}

// chooseInline takes one of the offers; the page posts it where the user wants.
func (p *page) chooseInline(w http.ResponseWriter, r *http.Request) (any, error) {
	var body struct{ Query, Result string }
	user, err := p.inChat(w, r, &body)
	if err != nil {
		return nil, err
	}
	message, err := p.Telegram.ChooseInline(user, body.Result, body.Query)
	return message, told(err)
}
