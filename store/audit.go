package store

import (
	"context"

	"elkart.kg/trade/payments"
)

// InsertAudit takes down who changed what.
func (t *tx) InsertAudit(ctx context.Context, e payments.AuditEntry) (payments.AuditID, error) {
	var id payments.AuditID
	err := t.db.QueryRow(ctx, `
		INSERT INTO audit_log (merchant_id, person_id, action, details, at) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		e.MerchantID, e.PersonID, e.Action, e.Details, e.At).Scan(&id)
	return id, err
}

// AuditEntry returns an entry of a merchant's audit log.
func (q queries) AuditEntry(ctx context.Context, merchant payments.MerchantID, id payments.AuditID) (payments.AuditEntry, error) {
	return one[payments.AuditEntry](ctx, q.db, `
		SELECT id, merchant_id, person_id, action, details, at FROM audit_log WHERE merchant_id = $1 AND id = $2`, merchant, id)
}
