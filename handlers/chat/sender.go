package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// SenderConfig says how to reach Telegram.
type SenderConfig struct {
	Token  string
	APIURL string       // empty: https://api.telegram.org
	HTTP   *http.Client // nil: one of the sender's own; its Timeout and CheckRedirect are not used
	Log    *slog.Logger
	Now    func() time.Time // used for pacing, and only together with Wait

	// Wait replaces real waiting (pace, back-off, retry_after) in tests; it must return ctx's error when ctx ends.
	Wait func(ctx context.Context, d time.Duration) error

	Rate      float64 // messages a second over all chats; 0: 30, negative: no limit
	ChatRate  float64 // messages a second in one chat; 0: 1, negative: no limit
	ChatBurst int     // messages a chat may get at once; 0: 5

	OnBlocked func(ctx context.Context, chat ChatID) // the person blocked the bot, or the group put it out
}

// Sender is the only way out to Telegram. It keeps the pace, obeys retry_after, and repeats what got no answer; a
// message whose answer was lost may therefore arrive twice, never not at all without an error.
type Sender struct {
	bot       *tg.Bot
	wire      *wire
	limits    *limits
	base      string // API address without a slash at the end
	log       *slog.Logger
	wait      func(context.Context, time.Duration) error
	onBlocked func(context.Context, ChatID)
}

// NewSender checks the settings and calls nobody.
func NewSender(cfg SenderConfig) (*Sender, error) {
	if !regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`).MatchString(cfg.Token) {
		return nil, errors.New("telegram token: want digits, a colon, then letters, digits, '_' or '-'")
	}
	base := strings.TrimRight(cfg.APIURL, "/")
	if base == "" {
		base = "https://api.telegram.org"
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("telegram API address: want http:// or https:// and a host")
	}
	s := &Sender{wire: newWire(cfg.HTTP, cfg.Token), base: base, log: cfg.Log, wait: cfg.Wait, onBlocked: cfg.OnBlocked}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.wait == nil {
		s.wait = sleep
	}
	s.limits = newLimits(cfg, s.wait)
	s.bot, err = tg.New(cfg.Token, tg.WithSkipGetMe(), tg.WithServerURL(base), tg.WithHTTPClient(time.Minute, s.wire),
		tg.WithErrorsHandler(func(err error) { s.log.Warn("telegram client", "err", s.wire.secret.seal(err)) }),
		tg.WithDebugHandler(func(string, ...any) {}))
	if err != nil {
		return nil, fmt.Errorf("telegram client: %w", s.wire.secret.seal(err))
	}
	return s, nil
}

// Bot is the library's client for rare calls (commands, descriptions). It redacts the token; it keeps no pace and
// repeats nothing.
func (s *Sender) Bot() *tg.Bot { return s.bot }

// Delay is how long the next message to a chat would wait for Telegram's pace, so that a job can wait elsewhere.
func (s *Sender) Delay(chat ChatID) time.Duration { return s.limits.delay(chat) }

// Spare waits until what can wait, such as one of very many reports, may go out without delaying answers.
func (s *Sender) Spare(ctx context.Context) error { return s.limits.spare(ctx) }

// Close ends idle connections.
func (s *Sender) Close() { s.wire.client.CloseIdleConnections() }

// Me asks who the bot is. ErrUnauthorized: Telegram does not know the token.
func (s *Sender) Me(ctx context.Context) (User, error) {
	var me *models.User
	err := s.try(ctx, 0, "getMe", func(ctx context.Context) (err error) {
		me, err = s.bot.GetMe(ctx)
		return err
	})
	if isFatal(err) {
		return User{}, ErrUnauthorized
	}
	if err != nil {
		return User{}, err
	}
	return User{ID: UserID(me.ID), FirstName: me.FirstName, LastName: me.LastName, Username: me.Username,
		LanguageCode: me.LanguageCode}, nil
}

// SetWebhook tells Telegram to deliver to address (https) with secret in its header; see Runtime.Webhook.
func (s *Sender) SetWebhook(ctx context.Context, address, secret string) error {
	return s.try(ctx, 0, "setWebhook", func(ctx context.Context) error {
		_, err := s.bot.SetWebhook(ctx, &tg.SetWebhookParams{URL: address, SecretToken: secret,
			AllowedUpdates: wantedUpdates()})
		return err
	})
}

// File downloads what a person sent, at most limit bytes. Errors: ErrFileTooBig for a longer one, ErrFileGone.
func (s *Sender) File(ctx context.Context, fileID string, limit int64) ([]byte, error) {
	var data []byte
	err := s.try(ctx, 0, "getFile", func(ctx context.Context) error {
		f, err := s.bot.GetFile(ctx, &tg.GetFileParams{FileID: fileID})
		if err != nil {
			return err
		}
		if f.FileSize > limit {
			return ErrFileTooBig
		}
		if f.FilePath == "" || strings.Contains(f.FilePath, "..") || strings.ContainsAny(f.FilePath, "?#") {
			return errors.New("telegram gave no usable path for the file")
		}
		address := s.base + "/file/bot" + string(s.wire.secret) + "/" + f.FilePath
		resp, err := s.wire.download(ctx, address)
		if err != nil {
			return err
		}
		defer closeBody(resp)
		data, err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
		if err != nil {
			return s.wire.broken(err)
		}
		if int64(len(data)) > limit {
			return ErrFileTooBig
		}
		return nil
	})
	switch {
	case refused(err, "file is too big"): // past what Telegram hands out to bots, 20 MB
		return nil, fmt.Errorf("%w: %w", ErrFileTooBig, err)
	case refused(err, "invalid file_id", "wrong file", "wrong remote file", "temporarily unavailable"):
		return nil, fmt.Errorf("%w: %w", ErrFileGone, err)
	case err != nil:
		return nil, err
	}
	return data, nil
}

// raw calls a method once with JSON, for what the library keeps to itself (getUpdates). No pace, no repetition.
func (s *Sender) raw(ctx context.Context, method string, params, result any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost,
		s.base+"/bot"+string(s.wire.secret)+"/"+method, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: %w", method, s.wire.secret.seal(err))
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.wire.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	defer closeBody(resp)
	var answer struct {
		OK          bool            `json:"ok"`
		Result      json.RawMessage `json:"result"`
		Code        int             `json:"error_code"`
		Description string          `json:"description"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s: answer: %w", method, err)
	}
	if !answer.OK {
		return &apiError{method: method, code: answer.Code, description: s.wire.secret.redact(answer.Description),
			retryAfter: time.Duration(answer.Parameters.RetryAfter) * time.Second}
	}
	if err := json.Unmarshal(answer.Result, result); err != nil {
		return fmt.Errorf("%s: result: %w", method, err)
	}
	return nil
}
