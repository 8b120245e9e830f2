-- Files that members asked for: made once each, and who took what along.

-- +goose Up
CREATE TABLE exports (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT exports_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT exports_merchant REFERENCES merchants,
    person_id   bigint NOT NULL CONSTRAINT exports_person REFERENCES people,
    key         text NOT NULL,              -- of the press that asked for it
    format      text NOT NULL,
    first_day   integer NOT NULL,           -- yyyymmdd, the merchant's business days
    last_day    integer NOT NULL,
    message_id  bigint NOT NULL,            -- that shows how far it is
    state       text NOT NULL,
    asked_at    timestamptz NOT NULL,
    CONSTRAINT exports_key UNIQUE (person_id, key),
    CONSTRAINT exports_format CHECK (format IN ('xlsx', 'csv', '1c')),
    CONSTRAINT exports_days CHECK (first_day <= last_day),
    CONSTRAINT exports_state CHECK (state IN ('asked', 'sent', 'failed'))
);
-- A person has one in the making at most.
CREATE UNIQUE INDEX exports_open ON exports (person_id) WHERE state = 'asked';
CREATE INDEX exports_merchant_recent ON exports (merchant_id, id DESC);
