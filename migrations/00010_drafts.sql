-- Charges that were offered in other chats, messages sent there, and links that
-- are made many at once from a file.

-- +goose Up
-- A draft can be sent without our hearing of it, so it has all that makes it a
-- link: whoever comes with its code wakes it, and the row moves to links.
CREATE TABLE drafts (
    code        text CONSTRAINT drafts_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT drafts_merchant REFERENCES merchants,
    outlet_id   bigint NOT NULL CONSTRAINT drafts_outlet REFERENCES outlets,
    created_by  bigint NOT NULL CONSTRAINT drafts_created_by REFERENCES people,
    create_key  text NOT NULL,
    amount      bigint NOT NULL,           -- tyiyn
    comment     text NOT NULL,
    hash        text NOT NULL,
    mcc         smallint NOT NULL,
    uri         text NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT drafts_create_key UNIQUE (created_by, create_key),
    CONSTRAINT drafts_amount CHECK (amount > 0)
);
CREATE INDEX drafts_created_by ON drafts (created_by, created_at);
CREATE INDEX drafts_created_at ON drafts (created_at);

-- Messages that were sent through inline mode and follow their link's state.
CREATE TABLE inline_messages (
    link_id   bigint NOT NULL CONSTRAINT inline_messages_link REFERENCES links,
    inline_id text NOT NULL,               -- Telegram's inline_message_id
    CONSTRAINT inline_messages_pkey PRIMARY KEY (link_id, inline_id)
);

-- A file of many charges. What it says of customers is kept only while it is
-- needed to make the links and to answer with them.
CREATE TABLE bulks (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT bulks_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT bulks_merchant REFERENCES merchants,
    outlet_id   bigint NOT NULL CONSTRAINT bulks_outlet REFERENCES outlets,
    created_by  bigint NOT NULL CONSTRAINT bulks_created_by REFERENCES people,
    hash        bytea NOT NULL,            -- SHA-256 of the file
    round       integer NOT NULL,          -- the same file may be wanted anew
    name        text NOT NULL,
    format      text NOT NULL,
    content     jsonb NOT NULL,            -- its rows as they were read
    state       text NOT NULL,
    message_id  bigint NOT NULL DEFAULT 0, -- that shows how far it is; 0: none yet
    created_at  timestamptz NOT NULL,
    CONSTRAINT bulks_once UNIQUE (merchant_id, outlet_id, hash, round),
    CONSTRAINT bulks_format CHECK (format IN ('csv', 'xlsx')),
    CONSTRAINT bulks_state CHECK (state IN ('offered', 'confirmed', 'done', 'cancelled'))
);
CREATE INDEX bulks_created_at ON bulks (created_at);

-- A row of a file makes one link, however often its making is begun.
CREATE TABLE bulk_links (
    bulk_id bigint NOT NULL CONSTRAINT bulk_links_bulk REFERENCES bulks ON DELETE CASCADE,
    line    integer NOT NULL,
    link_id bigint NOT NULL CONSTRAINT bulk_links_link REFERENCES links,
    CONSTRAINT bulk_links_pkey PRIMARY KEY (bulk_id, line),
    CONSTRAINT bulk_links_link_once UNIQUE (link_id)
);
