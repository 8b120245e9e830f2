-- How far an outlet's closings have counted, so that the next one reads what
-- happened since and not the whole history. An outlet without a row, or whose
-- row belongs to another closing than its newest, is counted anew.

-- +goose Up
CREATE TABLE closing_counts (
    outlet_id      bigint NOT NULL CONSTRAINT closing_counts_pkey PRIMARY KEY,
    merchant_id    bigint NOT NULL,
    number         bigint NOT NULL,              -- of the newest closing; 0: there is none
    from_at        timestamptz NOT NULL,         -- nothing whose moment lies before is still to come
    to_at          timestamptz NOT NULL,         -- up to here it is counted
    taken          bigint NOT NULL,              -- what was counted from from_at on; sums in tyiyn
    taken_total    bigint NOT NULL,
    reversed       bigint NOT NULL,
    reversed_total bigint NOT NULL,
    refunded       bigint NOT NULL,
    refunded_total bigint NOT NULL,
    fees           bigint NOT NULL,
    CONSTRAINT closing_counts_outlet FOREIGN KEY (merchant_id, outlet_id) REFERENCES outlets (merchant_id, id),
    CONSTRAINT closing_counts_span CHECK (from_at <= to_at)
) WITH (fillfactor = 70);

-- Whose days close by themselves, by when they begin.
CREATE INDEX merchants_closing ON merchants (time_zone, cutoff, id) WHERE close_days;
