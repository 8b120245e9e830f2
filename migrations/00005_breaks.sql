-- Clearing files that were held against our books, and what differed.

-- +goose Up
CREATE TABLE clearing_files (
    id            bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT clearing_files_pkey PRIMARY KEY,
    sha256        bytea NOT NULL,           -- of the content, unpacked
    period_from   timestamptz NOT NULL,
    period_to     timestamptz NOT NULL,
    name          text NOT NULL,
    report        jsonb NOT NULL,           -- payments.Reconciliation
    reconciled_at timestamptz NOT NULL,
    CONSTRAINT clearing_files_once UNIQUE (sha256, period_from, period_to),
    CONSTRAINT clearing_files_sha256 CHECK (octet_length(sha256) = 32),
    CONSTRAINT clearing_files_period CHECK (period_from < period_to)
);
CREATE INDEX clearing_files_period_to ON clearing_files (period_to);

-- Which transactions have been in a file, and in which first. There is no
-- foreign key: a file has a million of them.
CREATE TABLE clearing_rows (
    operator_id text CONSTRAINT clearing_rows_pkey PRIMARY KEY,
    file_id     bigint NOT NULL
);

CREATE TABLE breaks (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT breaks_pkey PRIMARY KEY,
    kind        text NOT NULL,
    operator_id text NOT NULL,
    refund      boolean NOT NULL,           -- the money goes from us
    theirs      bigint NOT NULL,            -- tyiyn; 0: not in the file
    ours        bigint NOT NULL,            -- tyiyn; 0: not ours
    state       text NOT NULL,              -- ours; '': not ours
    merchant_id bigint NOT NULL,            -- 0: not ours
    at          timestamptz NOT NULL,
    row_number  bigint NOT NULL,            -- in last_file; 0: missing there
    first_seen  timestamptz NOT NULL,
    first_file  bigint NOT NULL CONSTRAINT breaks_first_file REFERENCES clearing_files,
    last_seen   timestamptz NOT NULL,
    last_file   bigint NOT NULL CONSTRAINT breaks_last_file REFERENCES clearing_files,
    closed_at   timestamptz,
    closed_file bigint CONSTRAINT breaks_closed_file REFERENCES clearing_files, -- the file that explains it
    resolved_by text,                       -- or the person who did
    why         text,
    CONSTRAINT breaks_kind CHECK (kind IN ('missing_here', 'missing_there', 'sum_differs', 'status_differs')),
    CONSTRAINT breaks_sums CHECK (theirs >= 0 AND ours >= 0),
    CONSTRAINT breaks_theirs CHECK ((theirs = 0) = (kind = 'missing_there')),
    CONSTRAINT breaks_ours CHECK ((state = '') = (kind = 'missing_here') AND (state = '') = (ours = 0)),
    CONSTRAINT breaks_closed CHECK ((closed_at IS NOT NULL) = (num_nonnulls(closed_file, resolved_by) = 1)
        AND num_nonnulls(closed_file, resolved_by) <= 1),
    CONSTRAINT breaks_why CHECK ((resolved_by IS NULL) = (why IS NULL) AND why <> '')
);
-- A transaction has one open break at most.
CREATE UNIQUE INDEX breaks_open ON breaks (operator_id) WHERE closed_at IS NULL;
CREATE INDEX breaks_aged ON breaks (first_seen, id) WHERE closed_at IS NULL;
CREATE INDEX breaks_last_file ON breaks (last_file, kind, id);
CREATE INDEX breaks_closed_file ON breaks (closed_file) WHERE closed_file IS NOT NULL;
CREATE INDEX breaks_resolved ON breaks (operator_id) WHERE resolved_by IS NOT NULL;

-- A break that was closed stays as it was.
-- +goose StatementBegin
CREATE FUNCTION breaks_closed_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'break % is closed', OLD.id USING ERRCODE = 'check_violation', CONSTRAINT = 'breaks_closed_stay';
END $$;
-- +goose StatementEnd
CREATE TRIGGER breaks_closed_stay BEFORE UPDATE ON breaks
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION breaks_closed_stay();

-- A day of payments is found by when the operator's word came. They lie in the
-- table about in that order, so that this costs a payment next to nothing.
CREATE INDEX payments_final ON payments USING brin (final_at) WITH (autosummarize = on, pages_per_range = 32);
CREATE INDEX refunds_final ON refunds USING brin (final_at) WITH (autosummarize = on, pages_per_range = 32);
