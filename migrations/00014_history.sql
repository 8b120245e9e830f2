-- The history of a merchant: pages and searches read rows of one index in the
-- order in which they are shown. All of these indexes leave out payments in
-- process, but for payments_open, so that a payment is added to each of them once.

-- +goose Up

-- Who made the charge or the link; a counter's static code is nobody's.
ALTER TABLE payments ADD COLUMN seller_id bigint CONSTRAINT payments_seller REFERENCES people;
UPDATE payments p SET seller_id = l.created_by FROM links l WHERE l.id = p.link_id AND l.kind <> 'static';

DROP INDEX payments_taken;
CREATE INDEX payments_taken ON payments (merchant_id, final_at, id) INCLUDE (outlet_id, amount, fee, receipt, state)
    WHERE receipt IS NOT NULL;
CREATE INDEX payments_taken_outlet ON payments (outlet_id, final_at, id) WHERE receipt IS NOT NULL;
CREATE INDEX payments_taken_link ON payments (link_id, final_at, id) WHERE receipt IS NOT NULL;
CREATE INDEX payments_taken_seller ON payments (merchant_id, seller_id, final_at, id)
    WHERE receipt IS NOT NULL AND seller_id IS NOT NULL;
CREATE INDEX payments_taken_sum ON payments (merchant_id, amount, final_at, id) WHERE receipt IS NOT NULL;
CREATE INDEX payments_ended ON payments (merchant_id, final_at, id) WHERE receipt IS NULL AND final_at IS NOT NULL;
CREATE INDEX payments_open ON payments (merchant_id, created_at, id) WHERE final_at IS NULL;
-- The end of the operator's id is what people read out; see payments.OperatorTail.
CREATE INDEX payments_operator_tail ON payments (merchant_id, right(lower(operator_id), 6), final_at, id) WHERE final_at IS NOT NULL;
DROP INDEX payments_reversed;
CREATE INDEX payments_reversed ON payments (merchant_id, reversed_at, id) WHERE reversed_at IS NOT NULL;
DROP INDEX refunds_done;
CREATE INDEX refunds_done ON refunds (merchant_id, final_at, id) INCLUDE (payment_id, amount) WHERE state = 'succeeded';

-- What comments are found by: payments.Stems of those of payments that are over.
CREATE TABLE payment_words (
    merchant_id bigint NOT NULL,
    word        text NOT NULL COLLATE "C",
    at          timestamptz NOT NULL,      -- payments.final_at
    payment_id  bigint NOT NULL CONSTRAINT payment_words_payment REFERENCES payments,
    CONSTRAINT payment_words_pkey PRIMARY KEY (merchant_id, word, at, payment_id),
    CONSTRAINT payment_words_word CHECK (char_length(word) BETWEEN 1 AND 32)
);

-- Payments from before this migration whose words are still to be kept; the
-- program does it after the migration, and then there is no row.
CREATE TABLE payment_words_due (
    up_to bigint NOT NULL,
    CONSTRAINT payment_words_due_up_to CHECK (up_to > 0)
);
INSERT INTO payment_words_due (up_to) SELECT max(id) FROM payments HAVING max(id) IS NOT NULL;

-- What a person has looked for, so that the buttons under the answer know it.
CREATE TABLE finds (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT finds_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT finds_merchant REFERENCES merchants,
    person_id   bigint NOT NULL CONSTRAINT finds_person REFERENCES people,
    text        text NOT NULL,             -- as it was typed
    find        jsonb NOT NULL,            -- payments.Find
    from_day    date,                      -- the span it names, in the merchant's days, both included
    to_day      date,
    at          timestamptz NOT NULL,
    CONSTRAINT finds_text CHECK (char_length(text) BETWEEN 1 AND 200),
    CONSTRAINT finds_days CHECK ((from_day IS NULL) = (to_day IS NULL) AND from_day <= to_day)
);
CREATE INDEX finds_person ON finds (person_id, id DESC);
