package chat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
)

// What a caller of the Sender can tell apart. Everything else is an internal error without the token.
var (
	// ErrBlocked: the person blocked the bot or left, the group put it out (HTTP 403). Nothing more can be sent until
	// they write again.
	ErrBlocked = errors.New("the chat does not take messages from the bot")
	// ErrUnauthorized: Telegram does not know the bot's token.
	ErrUnauthorized = errors.New("the token is not known to Telegram")
	// ErrMessageGone: the message was deleted, is too old, or cannot become what it was to become.
	ErrMessageGone = errors.New("the message cannot be changed any more")
	// ErrFileTooBig: the file is larger than the caller's limit.
	ErrFileTooBig = errors.New("the file is too big")
	// ErrFileGone: Telegram does not have the file, or not for this bot.
	ErrFileGone = errors.New("the file is not to be had")
)

// Moved says that a group goes on under another number, where the message has to be sent.
type Moved struct{ To ChatID }

func (m *Moved) Error() string { return fmt.Sprintf("the group is chat %d now", m.To) }

const (
	maxAttempts  = 4                // of one call
	maxWaiting   = 90 * time.Second // spent on back-off and retry_after in one call
	callTimeout  = 30 * time.Second // of one attempt
	firstBackoff = 500 * time.Millisecond
)

// apiError is a refusal that raw read.
type apiError struct {
	method, description string
	code                int
	retryAfter          time.Duration
}

func (e *apiError) Error() string { return fmt.Sprintf("%s: %d %s", e.method, e.code, e.description) }

// Is lets a refusal that raw read be told apart like one that the library read.
func (e *apiError) Is(target error) bool {
	return target == tg.ErrorBadRequest && e.code == http.StatusBadRequest ||
		target == tg.ErrorForbidden && e.code == http.StatusForbidden
}

// try runs one call with pace, deadline and repetition. f is called anew each time and must build its request anew.
// chat is 0 for calls that have no pace of a chat.
func (s *Sender) try(ctx context.Context, chat ChatID, method string, f func(context.Context) error) error {
	var waited time.Duration
	for attempt := 1; ; attempt++ {
		if err := s.limits.pace(ctx, chat); err != nil {
			return fmt.Errorf("%s: waiting for the pace: %w", method, err)
		}
		attemptCtx, cancel := context.WithTimeout(ctx, callTimeout)
		err := f(attemptCtx)
		cancel()
		if err == nil {
			return nil
		}
		pause, again := s.pause(ctx, err, attempt)
		var tooMany *tg.TooManyRequestsError
		if errors.As(err, &tooMany) {
			s.limits.hold(chat, pause)
		}
		waited += pause
		if !again || waited > maxWaiting {
			return fmt.Errorf("%s: %w", method, s.wire.secret.seal(err))
		}
		s.log.WarnContext(ctx, "telegram call is repeated", "method", method, "chat", chat, "attempt", attempt,
			"pause", pause, "err", s.wire.secret.seal(err))
		if err := s.wait(ctx, pause); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
	}
}

// pause says how long to wait before the next attempt, and whether there is to be one.
func (s *Sender) pause(ctx context.Context, err error, attempt int) (time.Duration, bool) {
	again := ctx.Err() == nil && attempt < maxAttempts
	var tooMany *tg.TooManyRequestsError
	if errors.As(err, &tooMany) {
		return max(time.Duration(tooMany.RetryAfter)*time.Second, time.Second), again
	}
	var refusal *apiError
	if errors.As(err, &refusal) && refusal.code == http.StatusTooManyRequests {
		return max(refusal.retryAfter, time.Second), again
	}
	var broken *wireError
	return firstBackoff << (attempt - 1), again && errors.As(err, &broken)
}

// verdict turns what Telegram said about a message to chat into the package's errors.
func (s *Sender) verdict(ctx context.Context, chat ChatID, err error) error {
	var migrated *tg.MigrateError
	switch {
	case err == nil || refused(err, "message is not modified"):
		return nil
	case errors.As(err, &migrated):
		return &Moved{To: ChatID(migrated.MigrateToChatID)}
	case errors.Is(err, tg.ErrorForbidden):
		if s.onBlocked != nil {
			s.onBlocked(ctx, chat)
		}
		return fmt.Errorf("%w: %w", ErrBlocked, err)
	case refused(err, "message to edit not found", "message can't be edited", "message_id_invalid",
		"there is no text in the message to edit", "there is no caption in the message to edit",
		"message can't be deleted", "message identifier is not specified", "there is no media in the message to edit"):
		return fmt.Errorf("%w: %w", ErrMessageGone, err)
	}
	return err
}

// refused tells that Telegram answered 400 with one of these phrases; its words are the only thing to go by.
func refused(err error, phrases ...string) bool {
	if !errors.Is(err, tg.ErrorBadRequest) {
		return false
	}
	said := strings.ToLower(err.Error())
	for _, phrase := range phrases {
		if strings.Contains(said, phrase) {
			return true
		}
	}
	return false
}

// isFatal tells that Telegram does not know the token (401; 404 for a malformed one).
func isFatal(err error) bool {
	var refusal *apiError
	if errors.As(err, &refusal) {
		return refusal.code == http.StatusUnauthorized || refusal.code == http.StatusNotFound
	}
	return errors.Is(err, tg.ErrorUnauthorized) || errors.Is(err, tg.ErrorNotFound)
}
