-- Who checked which receipt when, so that one payment is not taken for two
-- sales: the next who checks it is told.

-- +goose Up
CREATE TABLE receipt_checks (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT receipt_checks_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT receipt_checks_merchant REFERENCES merchants,
    payment_id  bigint NOT NULL CONSTRAINT receipt_checks_payment REFERENCES payments,
    person_id   bigint NOT NULL CONSTRAINT receipt_checks_person REFERENCES people,
    key         text NOT NULL,                -- of the message that it was shown in
    at          timestamptz NOT NULL,
    CONSTRAINT receipt_checks_key UNIQUE (person_id, key)
);
CREATE INDEX receipt_checks_newest ON receipt_checks (payment_id, id DESC);
