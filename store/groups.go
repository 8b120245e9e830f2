package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

const groupColumns = `g.chat_id, g.merchant_id, g.title, g.state, g.outlets, g.language, g.added_by, g.asked_at`

// Group returns a group by its number.
func (q queries) Group(ctx context.Context, chat payments.GroupID) (payments.Group, error) {
	return one[payments.Group](ctx, q.db, `SELECT `+groupColumns+` FROM groups g WHERE g.chat_id = $1`, chat)
}

// Groups returns a merchant's groups, oldest first.
func (q queries) Groups(ctx context.Context, merchant payments.MerchantID) ([]payments.Group, error) {
	return many[payments.Group](ctx, q.db,
		`SELECT `+groupColumns+` FROM groups g WHERE g.merchant_id = $1 ORDER BY g.asked_at, g.chat_id`, merchant)
}

// LockGroup returns a group that nobody else changes until the transaction ends.
func (t *tx) LockGroup(ctx context.Context, chat payments.GroupID) (payments.Group, error) {
	return one[payments.Group](ctx, t.db, `SELECT `+groupColumns+` FROM groups g WHERE g.chat_id = $1 FOR UPDATE`, chat)
}

// PutGroup writes a group, new or known. What waited for another merchant's is
// dropped.
func (t *tx) PutGroup(ctx context.Context, g payments.Group) error {
	_, err := t.db.Exec(ctx, `DELETE FROM group_posts WHERE chat_id = $1 AND merchant_id <> $2`, g.ChatID, g.MerchantID)
	if err != nil {
		return err
	}
	return exec(ctx, t.db, `
		INSERT INTO groups (chat_id, merchant_id, title, state, outlets, language, added_by, asked_at)
		VALUES (@chat, @merchant, @title, @state, @outlets, @language, @by, @at)
		ON CONFLICT ON CONSTRAINT groups_pkey DO UPDATE SET merchant_id = excluded.merchant_id, title = excluded.title,
			state = excluded.state, outlets = excluded.outlets, language = excluded.language,
			added_by = excluded.added_by, asked_at = excluded.asked_at`,
		pgx.NamedArgs{
			"chat": g.ChatID, "merchant": g.MerchantID, "title": g.Title, "state": g.State, "outlets": g.Outlets,
			"language": g.Language, "by": g.AddedBy, "at": g.AskedAt,
		})
}

// DeleteGroup forgets a group and what waits for it.
func (t *tx) DeleteGroup(ctx context.Context, chat payments.GroupID) error {
	return exec(ctx, t.db, `DELETE FROM groups WHERE chat_id = $1`, chat)
}

// MoveGroup gives a group its new number; false if there is none under the old
// one.
func (t *tx) MoveGroup(ctx context.Context, from, to payments.GroupID) (bool, error) {
	_, err := t.db.Exec(ctx, `
		DELETE FROM groups WHERE chat_id = $2 AND EXISTS (SELECT FROM groups WHERE chat_id = $1)`, from, to)
	if err != nil {
		return false, err
	}
	tag, err := t.db.Exec(ctx, `UPDATE groups SET chat_id = $2 WHERE chat_id = $1`, from, to)
	return tag.RowsAffected() == 1, err
}

// InsertGroupPosts puts something down for the groups that hear of an outlet,
// and returns those that have not heard of it.
func (t *tx) InsertGroupPosts(ctx context.Context, p payments.Payment, kind payments.GroupPostKind, refund payments.RefundID) ([]payments.GroupID, error) {
	rows, err := t.db.Query(ctx, `
		INSERT INTO group_posts (chat_id, merchant_id, kind, payment_id, refund_id)
		SELECT g.chat_id, g.merchant_id, $3, $4, $5 FROM groups g
		WHERE g.merchant_id = $1 AND g.state = 'linked' AND (g.outlets = '{}' OR $2 = ANY (g.outlets))
		ON CONFLICT ON CONSTRAINT group_posts_once DO NOTHING
		RETURNING chat_id`, p.MerchantID, p.OutletID, kind, p.ID, refund)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[payments.GroupID])
}

// TakeGroupPosts takes what waits for a group, oldest first; what was taken
// before an instant and not posted waits again.
func (t *tx) TakeGroupPosts(ctx context.Context, chat payments.GroupID, now, lost time.Time, limit int) ([]payments.WaitingPost, error) {
	return many[payments.WaitingPost](ctx, t.db, `
		WITH taken AS (
			UPDATE group_posts SET taken_at = $2 WHERE id IN (
				SELECT id FROM group_posts
				WHERE chat_id = $1 AND posted_at IS NULL AND (taken_at IS NULL OR taken_at < $3)
				ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED
			)
			RETURNING id, kind, payment_id, refund_id
		)
		SELECT id, kind, payment_id, refund_id FROM taken ORDER BY id`, chat, now, lost, limit)
}

// MarkGroupPosts notes that a group has heard of something.
func (t *tx) MarkGroupPosts(ctx context.Context, posts []payments.GroupPostID, now time.Time) error {
	_, err := t.db.Exec(ctx, `UPDATE group_posts SET posted_at = $2 WHERE id = ANY ($1)`, posts, now)
	return err
}

// GiveBackGroupPosts lets what was taken wait again.
func (t *tx) GiveBackGroupPosts(ctx context.Context, posts []payments.GroupPostID) error {
	_, err := t.db.Exec(ctx, `UPDATE group_posts SET taken_at = NULL WHERE id = ANY ($1) AND posted_at IS NULL`, posts)
	return err
}

// ForgetGroupPosts drops what groups heard of before an instant.
func (s *Store) ForgetGroupPosts(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM group_posts WHERE posted_at < $1`, before)
	return tag.RowsAffected(), err
}
