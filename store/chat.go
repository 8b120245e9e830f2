package store

import (
	"context"
	"errors"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// Chat keeps what the chat runtime remembers.
type Chat struct{ store *Store }

// Chat returns the chat's part of the store.
func (s *Store) Chat() *Chat { return &Chat{store: s} }

var (
	_ chat.Inbox    = (*Chat)(nil)
	_ chat.Sessions = (*Chat)(nil)
)

// KeepUpdate keeps an update before Telegram is told that it arrived; false:
// it was kept before.
func (c *Chat) KeepUpdate(ctx context.Context, updateID int64, chatID chat.ChatID, body []byte) (bool, error) {
	tag, err := c.store.pool.Exec(ctx, `
		INSERT INTO updates (update_id, chat_id, body) VALUES ($1, $2, $3)
		ON CONFLICT ON CONSTRAINT updates_pkey DO NOTHING`, updateID, chatID, body)
	return err == nil && tag.RowsAffected() == 1, err
}

// MarkUpdateDone forgets an update's contents; its number is kept for a while
// to recognise a repetition.
func (c *Chat) MarkUpdateDone(ctx context.Context, updateID int64) error {
	_, err := c.store.pool.Exec(ctx, `
		UPDATE updates SET done_at = now(), body = NULL WHERE update_id = $1 AND done_at IS NULL`, updateID)
	return err
}

// PendingUpdates returns what was kept and not dealt with, in order, and
// counts the try.
func (c *Chat) PendingUpdates(ctx context.Context) ([]chat.KeptUpdate, error) {
	return many[chat.KeptUpdate](ctx, c.store.pool, `
		WITH tried AS (
			UPDATE updates SET tries = tries + 1 WHERE done_at IS NULL
			RETURNING update_id, chat_id AS chat, body, tries
		)
		SELECT update_id, chat, body, tries FROM tried ORDER BY update_id`)
}

// ForgetUpdates drops the numbers of updates done before an instant.
func (c *Chat) ForgetUpdates(ctx context.Context, before time.Time) (int64, error) {
	tag, err := c.store.pool.Exec(ctx, `DELETE FROM updates WHERE done_at < $1`, before)
	return tag.RowsAffected(), err
}

// Session returns a chat's form half filled in.
func (c *Chat) Session(ctx context.Context, id chat.ChatID) (chat.Session, error) {
	s, err := one[chat.Session](ctx, c.store.pool, `
		SELECT chat_id AS chat, form, version, step, answers AS "values", message_id, updated_at
		FROM sessions WHERE chat_id = $1`, id)
	if errors.Is(err, payments.ErrNotFound) {
		return s, chat.ErrNoSession
	}
	return s, err
}

// SaveSession keeps a chat's form.
func (c *Chat) SaveSession(ctx context.Context, s chat.Session) error {
	_, err := c.store.pool.Exec(ctx, `
		INSERT INTO sessions (chat_id, form, version, step, answers, message_id, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT ON CONSTRAINT sessions_pkey DO UPDATE
		SET form = excluded.form, version = excluded.version, step = excluded.step,
			answers = excluded.answers, message_id = excluded.message_id, updated_at = excluded.updated_at`,
		s.Chat, s.Form, s.Version, s.Step, s.Values, s.MessageID, s.UpdatedAt)
	return err
}

// DeleteSession ends a chat's form.
func (c *Chat) DeleteSession(ctx context.Context, id chat.ChatID) error {
	_, err := c.store.pool.Exec(ctx, `DELETE FROM sessions WHERE chat_id = $1`, id)
	return err
}
