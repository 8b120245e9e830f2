package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

const invitationColumns = `
	i.id, i.merchant_id, i.role, i.outlets, i.phone, i.state, i.attempts, i.invited_by,
	COALESCE(i.person_id, 0) AS person_id, i.created_at, i.expires_at`

// Invitation returns an invitation.
func (q queries) Invitation(ctx context.Context, id payments.InvitationID) (payments.Invitation, error) {
	return one[payments.Invitation](ctx, q.db, `SELECT `+invitationColumns+` FROM invitations i WHERE i.id = $1`, id)
}

// InvitationByToken returns the invitation of a link.
func (q queries) InvitationByToken(ctx context.Context, tokenHash []byte) (payments.Invitation, error) {
	return one[payments.Invitation](ctx, q.db, `SELECT `+invitationColumns+` FROM invitations i WHERE i.token_hash = $1`, tokenHash)
}

// InvitationByKey returns the invitation that a person's request made.
func (q queries) InvitationByKey(ctx context.Context, by payments.PersonID, key string) (payments.Invitation, error) {
	return one[payments.Invitation](ctx, q.db,
		`SELECT `+invitationColumns+` FROM invitations i WHERE i.invited_by = $1 AND i.create_key = $2`, by, key)
}

// Invitations returns a merchant's pending ones, oldest first.
func (q queries) Invitations(ctx context.Context, merchant payments.MerchantID, now time.Time) ([]payments.Invitation, error) {
	return many[payments.Invitation](ctx, q.db, `
		SELECT `+invitationColumns+` FROM invitations i
		WHERE i.merchant_id = $1 AND i.state IN ('open', 'answered') AND i.expires_at > $2 ORDER BY i.id`, merchant, now)
}

// WaitingInvitation returns the newest that a person answered and that no owner
// has decided on.
func (q queries) WaitingInvitation(ctx context.Context, id payments.PersonID, now time.Time) (payments.Invitation, error) {
	return one[payments.Invitation](ctx, q.db, `
		SELECT `+invitationColumns+` FROM invitations i
		WHERE i.person_id = $1 AND i.state = 'answered' AND i.expires_at > $2 ORDER BY i.id DESC LIMIT 1`, id, now)
}

// InsertInvitation keeps an invitation.
func (t *tx) InsertInvitation(ctx context.Context, i payments.Invitation, tokenHash []byte, key string) (payments.InvitationID, error) {
	var id payments.InvitationID
	err := t.db.QueryRow(ctx, `
		INSERT INTO invitations (merchant_id, token_hash, role, outlets, phone, state, invited_by, create_key, created_at, expires_at)
		VALUES (@merchant, @hash, @role, @outlets, @phone, @state, @by, @key, @created, @expires)
		RETURNING id`,
		pgx.NamedArgs{
			"merchant": i.MerchantID, "hash": tokenHash, "role": i.Role, "outlets": i.Outlets, "phone": i.Phone,
			"state": i.State, "by": i.InvitedBy, "key": key, "created": i.CreatedAt, "expires": i.ExpiresAt,
		}).Scan(&id)
	return id, err
}

// SetInvitationToken gives an invitation another link.
func (t *tx) SetInvitationToken(ctx context.Context, i payments.Invitation, tokenHash []byte) error {
	return exec(ctx, t.db, `UPDATE invitations SET token_hash = $3 WHERE merchant_id = $1 AND id = $2`, i.MerchantID, i.ID, tokenHash)
}

// LockInvitation returns an invitation that nobody else changes until the
// transaction ends.
func (t *tx) LockInvitation(ctx context.Context, id payments.InvitationID) (payments.Invitation, error) {
	return one[payments.Invitation](ctx, t.db,
		`SELECT `+invitationColumns+` FROM invitations i WHERE i.id = $1 FOR NO KEY UPDATE`, id)
}

// MarkInvitation writes where an invitation stands.
func (t *tx) MarkInvitation(ctx context.Context, i payments.Invitation) error {
	return exec(ctx, t.db, `
		UPDATE invitations SET state = $3, attempts = $4, person_id = NULLIF($5::bigint, 0), expires_at = $6
		WHERE merchant_id = $1 AND id = $2`, i.MerchantID, i.ID, i.State, i.Attempts, i.PersonID, i.ExpiresAt)
}

// CancelInvitations makes what a member invited and nobody answered void.
func (t *tx) CancelInvitations(ctx context.Context, merchant payments.MerchantID, by payments.PersonID) error {
	_, err := t.db.Exec(ctx, `
		UPDATE invitations SET state = 'cancelled' WHERE merchant_id = $1 AND invited_by = $2 AND state = 'open'`, merchant, by)
	return err
}

// ForgetInvitations drops invitations that came to nothing, or to a member,
// before an instant: they hold a number of somebody who may not know of us.
func (s *Store) ForgetInvitations(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM invitations WHERE expires_at < $1`, before)
	return tag.RowsAffected(), err
}
