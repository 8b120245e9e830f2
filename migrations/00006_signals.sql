-- What payers said to sellers by the buttons of a link's page, the last time
-- of each: it bounds how often a seller is told.

-- +goose Up
CREATE TABLE link_signals (
    link_id bigint NOT NULL CONSTRAINT link_signals_link REFERENCES links,
    kind    text NOT NULL,
    at      timestamptz NOT NULL,
    CONSTRAINT link_signals_pkey PRIMARY KEY (link_id, kind),
    CONSTRAINT link_signals_kind CHECK (kind IN ('decline', 'ask'))
);
