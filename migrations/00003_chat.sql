-- What the chat remembers: updates on their way, forms half filled in.

-- +goose Up
CREATE TABLE updates (
    update_id   bigint CONSTRAINT updates_pkey PRIMARY KEY, -- Telegram's
    chat_id     bigint NOT NULL,
    body        bytea,                     -- card numbers are starred out; NULL once it has been dealt with
    tries       smallint NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL DEFAULT now(),
    done_at     timestamptz
);
CREATE INDEX updates_pending ON updates (update_id) WHERE done_at IS NULL;
CREATE INDEX updates_done ON updates (done_at) WHERE done_at IS NOT NULL;

CREATE TABLE sessions (
    chat_id     bigint CONSTRAINT sessions_pkey PRIMARY KEY,
    form        text NOT NULL,
    version     integer NOT NULL,
    step        text NOT NULL,
    answers     jsonb NOT NULL,
    message_id  bigint NOT NULL,
    updated_at  timestamptz NOT NULL
);

-- Every call of the operator's, kept for disputes.
CREATE TABLE operator_calls (
    id                 bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT operator_calls_pkey PRIMARY KEY,
    at                 timestamptz NOT NULL,
    call               text NOT NULL,
    operator_id        text NOT NULL,
    psp_transaction_id text NOT NULL,
    status             smallint NOT NULL,
    code               text NOT NULL,      -- of a refusal for a reason of ours
    took_us            bigint NOT NULL,
    remote             text NOT NULL,
    body_sha256        bytea               -- NULL if the body was not read to its end
);
CREATE INDEX operator_calls_at ON operator_calls (at);
CREATE INDEX operator_calls_operator_id ON operator_calls (operator_id);
