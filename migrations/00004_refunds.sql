-- Refunds, and what they, reversals and fees do to a merchant's credits.

-- +goose Up
ALTER TABLE merchants
    ADD COLUMN fee_bp  smallint NOT NULL DEFAULT 0, -- kept of each payment, in basis points
    ADD COLUMN fee_min bigint NOT NULL DEFAULT 0,   -- and at least so much, in tyiyn
    ADD CONSTRAINT merchants_fee_bp CHECK (fee_bp BETWEEN 0 AND 10000),
    ADD CONSTRAINT merchants_fee_min CHECK (fee_min >= 0);

ALTER TABLE payments
    ADD COLUMN fee          bigint NOT NULL DEFAULT 0, -- computed once, when it succeeds
    ADD COLUMN duplicate_of bigint CONSTRAINT payments_duplicate_of REFERENCES payments,
    ADD CONSTRAINT payments_fee CHECK (fee BETWEEN 0 AND amount AND (fee = 0 OR state IN ('succeeded', 'reversed')));

CREATE TABLE refunds (
    id           bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT refunds_pkey PRIMARY KEY,
    merchant_id  bigint NOT NULL CONSTRAINT refunds_merchant REFERENCES merchants,
    payment_id   bigint NOT NULL CONSTRAINT refunds_payment REFERENCES payments,
    amount       bigint NOT NULL,
    state        text NOT NULL,
    key          text NOT NULL,             -- our PSP transaction id of the outgoing payment
    operator_id  text,                      -- the operator's, once it has given one
    reason       text NOT NULL DEFAULT '',
    requested_by bigint NOT NULL CONSTRAINT refunds_requested_by REFERENCES people,
    request_key  text NOT NULL,
    requested_at timestamptz NOT NULL,
    final_at     timestamptz,
    CONSTRAINT refunds_key UNIQUE (key),
    CONSTRAINT refunds_operator_id UNIQUE (operator_id),
    CONSTRAINT refunds_request_key UNIQUE (merchant_id, requested_by, request_key),
    CONSTRAINT refunds_amount CHECK (amount > 0),
    CONSTRAINT refunds_state CHECK (state IN ('requested', 'sent', 'succeeded', 'failed')),
    CONSTRAINT refunds_has_operator_id CHECK (state <> 'succeeded' OR operator_id IS NOT NULL),
    CONSTRAINT refunds_began CHECK (state <> 'requested' OR operator_id IS NULL),
    CONSTRAINT refunds_final_at CHECK ((state IN ('succeeded', 'failed')) = (final_at IS NOT NULL))
);
CREATE INDEX refunds_payment ON refunds (payment_id, id);
CREATE INDEX refunds_open ON refunds (requested_at) WHERE state IN ('requested', 'sent');

-- A payment gives back what it has, once: the row lock makes parallel refunds
-- of it wait for each other, whoever writes.
-- +goose StatementBegin
CREATE FUNCTION refunds_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid payments%ROWTYPE;
BEGIN
    SELECT * INTO paid FROM payments WHERE id = NEW.payment_id AND merchant_id = NEW.merchant_id FOR NO KEY UPDATE;
    IF NOT FOUND OR paid.state <> 'succeeded' OR NEW.state <> 'requested' THEN
        RAISE EXCEPTION 'payment % cannot be refunded', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_of_succeeded';
    END IF;
    IF paid.amount < NEW.amount + (
        SELECT COALESCE(sum(amount), 0) FROM refunds WHERE payment_id = NEW.payment_id AND state <> 'failed')
    THEN
        RAISE EXCEPTION 'payment % cannot give back % more', NEW.payment_id, NEW.amount
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_within_payment';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER refunds_within BEFORE INSERT ON refunds FOR EACH ROW EXECUTE FUNCTION refunds_within();

-- A refund moves only along the arrows of payments.RefundState, and what was
-- asked for stands.
-- +goose StatementBegin
CREATE FUNCTION refunds_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('requested', 'sent'), ('requested', 'failed'), ('sent', 'succeeded'), ('sent', 'failed'))
    THEN
        RAISE EXCEPTION 'refund % cannot go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_transition';
    END IF;
    IF (OLD.merchant_id, OLD.payment_id, OLD.amount, OLD.key) IS DISTINCT FROM (NEW.merchant_id, NEW.payment_id, NEW.amount, NEW.key)
        OR OLD.operator_id IS DISTINCT FROM NEW.operator_id AND OLD.operator_id IS NOT NULL
    THEN
        RAISE EXCEPTION 'refund % is another', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_stand';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER refunds_transition BEFORE UPDATE ON refunds FOR EACH ROW EXECUTE FUNCTION refunds_transition();

CREATE TABLE refund_events (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT refund_events_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL,
    refund_id   bigint NOT NULL CONSTRAINT refund_events_refund REFERENCES refunds,
    kind        text NOT NULL,
    status      smallint NOT NULL,         -- the operator's word; 0: none
    state       text NOT NULL,             -- of the refund, after the event
    at          timestamptz NOT NULL,
    said_at     timestamptz
);
CREATE INDEX refund_events_refund ON refund_events (refund_id, id);

-- What goes to the card is amount - withheld. Once sent it stands: the other
-- side knows the sum by the key.
ALTER TABLE credits
    ADD COLUMN withheld bigint NOT NULL DEFAULT 0,
    DROP CONSTRAINT credits_amount,
    ADD CONSTRAINT credits_amount CHECK (amount >= 0 AND withheld BETWEEN 0 AND amount),
    ADD CONSTRAINT credits_outgoing CHECK (state NOT IN ('due', 'sent', 'refused', 'recall') OR amount > withheld);

-- +goose StatementBegin
CREATE FUNCTION credits_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('due', 'sent'), ('due', 'done'), ('due', 'stopped'),
        ('sent', 'done'), ('sent', 'refused'), ('sent', 'recall'), ('sent', 'stopped'),
        ('refused', 'due'), ('refused', 'done'), ('refused', 'stopped'),
        ('done', 'recall'))
    THEN
        RAISE EXCEPTION 'credit % cannot go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_transition';
    END IF;
    IF OLD.state NOT IN ('due', 'refused') AND (OLD.amount, OLD.withheld) <> (NEW.amount, NEW.withheld) THEN
        RAISE EXCEPTION 'the sum of credit % stands', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_stand';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER credits_transition BEFORE UPDATE ON credits FOR EACH ROW EXECUTE FUNCTION credits_transition();

-- What a merchant has had and has to give back.
CREATE TABLE debts (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT debts_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT debts_merchant REFERENCES merchants,
    payment_id  bigint NOT NULL CONSTRAINT debts_payment REFERENCES payments,
    refund_id   bigint CONSTRAINT debts_refund REFERENCES refunds,
    kind        text NOT NULL,
    amount      bigint NOT NULL,
    remaining   bigint NOT NULL,           -- not yet withheld from later credits
    created_at  timestamptz NOT NULL,
    CONSTRAINT debts_kind CHECK (kind IN ('refund', 'reversal', 'recall')),
    CONSTRAINT debts_of_refund CHECK ((kind = 'refund') = (refund_id IS NOT NULL)),
    CONSTRAINT debts_amount CHECK (amount > 0 AND remaining BETWEEN 0 AND amount),
    CONSTRAINT debts_refund_once UNIQUE (refund_id)
);
CREATE UNIQUE INDEX debts_reversal_once ON debts (payment_id, kind) WHERE kind <> 'refund';
CREATE INDEX debts_open ON debts (merchant_id, id) WHERE remaining > 0;

-- Which credit paid which debt.
CREATE TABLE withholdings (
    merchant_id bigint NOT NULL,
    credit_id   bigint NOT NULL CONSTRAINT withholdings_credit REFERENCES credits,
    debt_id     bigint NOT NULL CONSTRAINT withholdings_debt REFERENCES debts,
    amount      bigint NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT withholdings_pkey PRIMARY KEY (credit_id, debt_id),
    CONSTRAINT withholdings_amount CHECK (amount > 0)
);
CREATE INDEX withholdings_debt ON withholdings (debt_id);
