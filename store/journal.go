package store

import (
	"context"
	"time"

	"elkart.kg/trade/payments/operator"
)

var _ operator.Journal = (*Store)(nil)

// Record keeps one call of the operator's, for disputes.
func (s *Store) Record(ctx context.Context, c operator.Call) error {
	if !c.Signed {
		// Anybody can send such: it is counted and logged, and fills no table.
		return nil
	}
	_, err := s.pool.Exec(ctx, `
		INSERT INTO operator_calls (at, call, operator_id, psp_transaction_id, status, code, took_us, remote, body_sha256)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		c.At, c.Name, c.OperatorID, c.PSPTransactionID, c.HTTPStatus, c.Code, c.Took.Microseconds(), c.Remote, c.BodyHash)
	return err
}

// ForgetCalls drops the record of calls before an instant.
func (s *Store) ForgetCalls(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM operator_calls WHERE at < $1`, before)
	return tag.RowsAffected(), err
}
