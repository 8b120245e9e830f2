-- Links, payments, their events, credits.

-- +goose Up
CREATE TABLE links (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT links_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT links_merchant REFERENCES merchants,
    outlet_id   bigint NOT NULL CONSTRAINT links_outlet REFERENCES outlets,
    kind        text NOT NULL,
    state       text NOT NULL,
    code        text NOT NULL,
    amount      bigint NOT NULL,           -- tyiyn; 0: the payer enters it
    min         bigint NOT NULL,
    max         bigint NOT NULL,
    comment     text NOT NULL,
    uri         text NOT NULL,             -- the newest form; all are in link_versions
    expires_at  timestamptz,
    held_by     bigint,                    -- the payment that is taking or took a charge
    created_by  bigint NOT NULL CONSTRAINT links_created_by REFERENCES people,
    create_key  text,
    created_at  timestamptz NOT NULL,
    CONSTRAINT links_code UNIQUE (code),
    CONSTRAINT links_create_key UNIQUE (created_by, create_key),
    CONSTRAINT links_kind CHECK (kind IN ('static', 'charge', 'reusable')),
    CONSTRAINT links_state CHECK (state IN ('active', 'paused', 'used_up', 'expired', 'cancelled')),
    CONSTRAINT links_amount CHECK (amount >= 0 AND min > 0 AND max >= min),
    CONSTRAINT links_charge CHECK (kind <> 'charge' OR amount > 0 AND expires_at IS NOT NULL)
);
CREATE UNIQUE INDEX links_static ON links (outlet_id) WHERE kind = 'static';
CREATE INDEX links_expiring ON links (expires_at) WHERE state IN ('active', 'paused') AND expires_at IS NOT NULL;
CREATE INDEX links_recent ON links (merchant_id, outlet_id, created_at DESC);

-- Every form in which a link was given out: printed codes outlive renamings.
CREATE TABLE link_versions (
    link_id    bigint NOT NULL CONSTRAINT link_versions_link REFERENCES links,
    hash       text NOT NULL,
    mcc        smallint NOT NULL,
    uri        text NOT NULL,
    CONSTRAINT link_versions_pkey PRIMARY KEY (link_id, uri),
    CONSTRAINT link_versions_hash CHECK (hash ~ '^[0-9a-f]{4}$')
);

-- Telegram messages that show a link and follow its state.
CREATE TABLE link_messages (
    link_id     bigint NOT NULL CONSTRAINT link_messages_link REFERENCES links,
    chat_id     bigint NOT NULL,
    message_id  bigint NOT NULL,
    CONSTRAINT link_messages_pkey PRIMARY KEY (link_id, chat_id, message_id)
);

CREATE TABLE payments (
    id                 bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT payments_pkey PRIMARY KEY,
    merchant_id        bigint NOT NULL CONSTRAINT payments_merchant REFERENCES merchants,
    outlet_id          bigint NOT NULL CONSTRAINT payments_outlet REFERENCES outlets,
    link_id            bigint NOT NULL CONSTRAINT payments_link REFERENCES links,
    once               boolean NOT NULL,   -- of a charge: one payment may have it
    operator_id        text NOT NULL,
    psp_transaction_id text NOT NULL,
    receipt_id         text NOT NULL,
    type               smallint NOT NULL,
    customer           smallint NOT NULL,
    amount             bigint NOT NULL,
    beneficiary_name   text NOT NULL,
    comment            text NOT NULL,
    state              text NOT NULL,
    reversed_by        smallint NOT NULL DEFAULT 0,
    late               boolean NOT NULL DEFAULT false,
    receipt            bigint,
    receipt_key        text NOT NULL DEFAULT '',
    fingerprint        bytea NOT NULL,
    created_at         timestamptz NOT NULL,
    executed_at        timestamptz,
    final_at           timestamptz,
    CONSTRAINT payments_operator_id UNIQUE (operator_id),
    CONSTRAINT payments_psp_transaction_id UNIQUE (psp_transaction_id),
    CONSTRAINT payments_receipt UNIQUE (merchant_id, receipt),
    CONSTRAINT payments_amount CHECK (amount > 0),
    CONSTRAINT payments_state CHECK (state IN ('created', 'executing', 'succeeded', 'failed', 'cancelled', 'reversed')),
    CONSTRAINT payments_has_receipt CHECK ((state IN ('succeeded', 'reversed')) = (receipt IS NOT NULL)),
    CONSTRAINT payments_has_receipt_key CHECK ((receipt IS NOT NULL) = (receipt_key <> '')),
    CONSTRAINT payments_final_at CHECK ((state NOT IN ('created', 'executing')) = (final_at IS NOT NULL)),
    CONSTRAINT payments_executed_at CHECK (state NOT IN ('executing', 'succeeded', 'reversed') OR executed_at IS NOT NULL),
    CONSTRAINT payments_reversed_by CHECK (CASE WHEN state = 'reversed' THEN reversed_by IN (30, 40) ELSE reversed_by = 0 END)
);
CREATE UNIQUE INDEX payments_once ON payments (link_id) WHERE once AND state IN ('executing', 'succeeded');
CREATE INDEX payments_link ON payments (link_id, id DESC);
CREATE INDEX payments_executing ON payments (executed_at) WHERE state = 'executing';
CREATE INDEX payments_created ON payments (created_at) WHERE state = 'created';
CREATE INDEX payments_takings ON payments (merchant_id, outlet_id, final_at) INCLUDE (amount, receipt) WHERE state = 'succeeded';
CREATE UNIQUE INDEX payments_receipt_key ON payments (receipt_key) WHERE receipt_key <> '';

-- A state moves only along the arrows of payments.PaymentState, whoever writes.
-- +goose StatementBegin
CREATE FUNCTION payments_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('created', 'executing'), ('created', 'failed'), ('created', 'cancelled'),
        ('executing', 'succeeded'), ('executing', 'failed'), ('executing', 'cancelled'),
        ('succeeded', 'reversed'))
    THEN
        RAISE EXCEPTION 'payment % cannot go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_transition';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER payments_transition BEFORE UPDATE OF state ON payments
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION payments_transition();

CREATE TABLE payment_events (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT payment_events_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL,
    payment_id  bigint NOT NULL CONSTRAINT payment_events_payment REFERENCES payments,
    kind        text NOT NULL,
    status      smallint NOT NULL,
    state       text NOT NULL,             -- of the payment, after the event
    at          timestamptz NOT NULL,
    said_at     timestamptz
);
CREATE INDEX payment_events_payment ON payment_events (payment_id, id);

-- Money due to a merchant's card, one for each payment that succeeded.
CREATE TABLE credits (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT credits_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT credits_merchant REFERENCES merchants,
    payment_id  bigint NOT NULL CONSTRAINT credits_payment REFERENCES payments,
    outlet_id   bigint NOT NULL CONSTRAINT credits_outlet REFERENCES outlets,
    card_id     bigint NOT NULL CONSTRAINT credits_card REFERENCES cards,
    amount      bigint NOT NULL,
    state       text NOT NULL,
    key         text NOT NULL,             -- what the other side knows it by
    changed_at  timestamptz NOT NULL,
    CONSTRAINT credits_key UNIQUE (key),
    CONSTRAINT credits_payment_once UNIQUE (payment_id),
    CONSTRAINT credits_amount CHECK (amount > 0),
    CONSTRAINT credits_state CHECK (state IN ('due', 'sent', 'done', 'refused', 'stopped', 'recall'))
);
CREATE INDEX credits_open ON credits (changed_at) WHERE state IN ('due', 'sent');
CREATE INDEX credits_refused ON credits (merchant_id, outlet_id) WHERE state = 'refused';
