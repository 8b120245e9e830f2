package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
)

const paymentColumns = `
	p.id, p.merchant_id, p.outlet_id, p.link_id, p.operator_id, p.psp_transaction_id, p.receipt_id,
	p.type, p.customer, p.amount, p.beneficiary_name, p.comment, p.state, p.reversed_by, p.late,
	COALESCE(p.receipt, 0) AS receipt, p.receipt_key,
	p.fee, COALESCE(p.duplicate_of, 0) AS duplicate_of, p.created_at,
	COALESCE(p.executed_at, '0001-01-01T00:00:00Z') AS executed_at,
	COALESCE(p.final_at, '0001-01-01T00:00:00Z') AS final_at,
	COALESCE(p.reversed_at, '0001-01-01T00:00:00Z') AS reversed_at, p.fingerprint`

// Payment returns a merchant's payment.
func (q queries) Payment(ctx context.Context, merchant payments.MerchantID, id payments.PaymentID) (payments.Payment, error) {
	return one[payments.Payment](ctx, q.db,
		`SELECT `+paymentColumns+` FROM payments p WHERE p.merchant_id = $1 AND p.id = $2`, merchant, id)
}

// PaymentByOperatorID returns a payment by the operator's transaction id.
func (q queries) PaymentByOperatorID(ctx context.Context, operatorID string) (payments.Payment, error) {
	return one[payments.Payment](ctx, q.db,
		`SELECT `+paymentColumns+` FROM payments p WHERE p.operator_id = $1`, operatorID)
}

// PaymentsByIDs returns the payments that have either id, in one look: between
// two, a parallel repetition would appear.
func (q queries) PaymentsByIDs(ctx context.Context, operatorID, pspID string) ([]payments.Payment, error) {
	return many[payments.Payment](ctx, q.db,
		`SELECT `+paymentColumns+` FROM payments p WHERE p.operator_id = $1 OR p.psp_transaction_id = $2`, operatorID, pspID)
}

// ShownPayment returns the newest payment of a link that people should see.
func (q queries) ShownPayment(ctx context.Context, merchant payments.MerchantID, link payments.LinkID) (payments.Payment, error) {
	return one[payments.Payment](ctx, q.db, `
		SELECT `+paymentColumns+` FROM payments p
		WHERE p.link_id = $2 AND p.merchant_id = $1 AND p.state IN ('executing', 'succeeded', 'reversed')
		ORDER BY p.id DESC LIMIT 1`, merchant, link)
}

// Silent returns payments that nobody asks about; see payments.Reader.
func (q queries) Silent(ctx context.Context, before time.Time, limit int) ([]payments.Payment, error) {
	return many[payments.Payment](ctx, q.db, `
		SELECT `+paymentColumns+` FROM payments p
		WHERE p.state = 'executing' AND p.executed_at < $1 AND NOT EXISTS (
			SELECT FROM river_job j
			WHERE j.kind = 'ask_operator' AND j.finalized_at IS NULL AND j.args->>'operator_id' = p.operator_id
		)
		ORDER BY p.executed_at LIMIT $2`, before, limit)
}

// Abandoned returns payments that were never executed; see payments.Reader.
func (q queries) Abandoned(ctx context.Context, before time.Time, limit int) ([]payments.Payment, error) {
	return many[payments.Payment](ctx, q.db, `
		SELECT `+paymentColumns+` FROM payments p
		WHERE p.state = 'created' AND p.created_at < $1
		ORDER BY p.created_at LIMIT $2`, before, limit)
}

// Takings counts what came in; see payments.Reader.
func (q queries) Takings(ctx context.Context, merchant payments.MerchantID, outlet payments.OutletID,
	from, to time.Time, upTo int64,
) (payments.Takings, error) {
	return one[payments.Takings](ctx, q.db, `
		SELECT count(*) AS count, COALESCE(sum(amount), 0)::bigint AS total
		FROM payments
		WHERE merchant_id = $1 AND ($2::bigint = 0 OR outlet_id = $2) AND receipt IS NOT NULL AND state = 'succeeded'
			AND final_at >= $3 AND final_at < $4 AND ($5::bigint = 0 OR receipt <= $5)`,
		merchant, outlet, from, to, upTo)
}

// Steps returns the states that a payment has been in: what changed nothing is
// no step.
func (q queries) Steps(ctx context.Context, merchant payments.MerchantID, id payments.PaymentID) ([]payments.Step, error) {
	return many[payments.Step](ctx, q.db, `
		SELECT state, at FROM (
			SELECT id, state, at, lag(state) OVER (ORDER BY id) AS before
			FROM payment_events WHERE merchant_id = $1 AND payment_id = $2
		) e
		WHERE before IS DISTINCT FROM state
		ORDER BY id`, merchant, id)
}

// InsertPayment keeps a payment; false: one of its ids is known.
func (t *tx) InsertPayment(ctx context.Context, p payments.Payment) (payments.PaymentID, bool, error) {
	var id payments.PaymentID
	err := t.db.QueryRow(ctx, `
		INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id,
			type, customer, amount, beneficiary_name, comment, state, fingerprint, created_at, seller_id)
		SELECT l.merchant_id, l.outlet_id, l.id, l.kind = 'charge', @operator_id, @psp_id, @receipt_id,
			@type, @customer, @amount, @name, @comment, @state, @fingerprint, @created_at, CASE WHEN l.kind <> 'static' THEN l.created_by END
		FROM links l WHERE l.merchant_id = @merchant AND l.id = @link
		ON CONFLICT DO NOTHING
		RETURNING id`,
		pgx.NamedArgs{
			"merchant": p.MerchantID, "link": p.LinkID, "operator_id": p.OperatorID, "psp_id": p.PSPTransactionID,
			"receipt_id": p.ReceiptID, "type": p.Type, "customer": p.Customer, "amount": p.Amount,
			"name": p.BeneficiaryName, "comment": p.Comment, "state": p.State,
			"fingerprint": p.Fingerprint, "created_at": p.CreatedAt,
		}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return id, err == nil, err
}

// LockMerchantByOperatorID is LockMerchant for a payment's merchant; see
// payments.Tx.
func (t *tx) LockMerchantByOperatorID(_ context.Context, operatorID string) error {
	t.pipeline.later("lock merchant", `
		SELECT FROM merchants WHERE id = (SELECT merchant_id FROM payments WHERE operator_id = $1) FOR NO KEY UPDATE`, operatorID)
	return nil
}

// LockPaymentByOperatorID locks a payment after its link; see payments.Tx.
func (t *tx) LockPaymentByOperatorID(ctx context.Context, operatorID string) (payments.Payment, payments.Link, error) {
	t.pipeline.later("lock link", `
		SELECT FROM links
		WHERE id = (SELECT link_id FROM payments WHERE operator_id = $1) AND kind <> 'static'
		FOR NO KEY UPDATE`, operatorID)
	return pair[payments.Payment, payments.Link](ctx, t.db, `
		SELECT `+paymentColumns+`, `+linkColumns+`
		FROM payments p JOIN links l ON l.id = p.link_id
		WHERE p.operator_id = $1
		FOR NO KEY UPDATE OF p`, operatorID)
}

// LockPayment returns a payment that nobody else changes until the transaction
// ends.
func (t *tx) LockPayment(ctx context.Context, merchant payments.MerchantID, id payments.PaymentID) (payments.Payment, error) {
	return one[payments.Payment](ctx, t.db,
		`SELECT `+paymentColumns+` FROM payments p WHERE p.merchant_id = $1 AND p.id = $2 FOR NO KEY UPDATE`, merchant, id)
}

// MarkPayment writes what a change of state changes.
func (t *tx) MarkPayment(_ context.Context, p payments.Payment) error {
	t.pipeline.laterOne("mark payment", `
		UPDATE payments
		SET state = $3, reversed_by = $4, late = $5, receipt = NULLIF($6::bigint, 0), receipt_key = $7, executed_at = $8, final_at = $9,
			fee = $10, duplicate_of = NULLIF($11::bigint, 0), reversed_at = $12
		WHERE merchant_id = $1 AND id = $2
		RETURNING id`,
		p.MerchantID, p.ID, p.State, p.ReversedBy, p.Late, p.Receipt, p.ReceiptKey, orNull(p.ExecutedAt), orNull(p.FinalAt),
		p.Fee, p.DuplicateOf, orNull(p.ReversedAt))
	if !p.FinalAt.IsZero() && p.ReversedAt.IsZero() {
		if words := payments.StemList(p.Comment); len(words) > 0 {
			t.pipeline.later("insert words", insertWords, p.MerchantID, words, p.FinalAt, p.ID)
		}
	}
	return nil
}

// InsertEvent adds to a payment's history.
func (t *tx) InsertEvent(_ context.Context, p payments.Payment, e payments.Event) error {
	t.pipeline.later("insert event", `
		INSERT INTO payment_events (merchant_id, payment_id, kind, status, state, at, said_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		p.MerchantID, p.ID, e.Kind, e.Status, p.State, e.At, orNull(e.SaidAt))
	return nil
}
