-- When a payment was taken back stands beside when it succeeded, so that the
-- figures of a day that is over never change.

-- +goose Up
ALTER TABLE payments ADD COLUMN reversed_at timestamptz;

-- Until now a reversal wrote over final_at; the events know both moments.
UPDATE payments p
SET reversed_at = p.final_at,
    final_at = COALESCE((
        SELECT e.at FROM payment_events e
        WHERE e.payment_id = p.id AND e.state = 'succeeded' ORDER BY e.id LIMIT 1), p.final_at)
WHERE p.state = 'reversed';

ALTER TABLE payments
    ADD CONSTRAINT payments_reversed_at CHECK ((state = 'reversed') = (reversed_at IS NOT NULL) AND reversed_at >= final_at);

-- One index for a merchant's day, of one outlet or of all: whatever was ever
-- taken has a receipt.
DROP INDEX payments_takings;
CREATE INDEX payments_taken ON payments (merchant_id, final_at) INCLUDE (outlet_id, amount, fee, receipt, state)
    WHERE receipt IS NOT NULL;
CREATE INDEX payments_reversed ON payments (merchant_id, reversed_at) WHERE reversed_at IS NOT NULL;
CREATE INDEX refunds_done ON refunds (merchant_id, final_at) INCLUDE (payment_id, amount) WHERE state = 'succeeded';
