-- People, merchants, outlets, cards.

-- +goose Up
CREATE TABLE people (
    id           bigint CONSTRAINT people_pkey PRIMARY KEY, -- Telegram's user id
    name         text NOT NULL,
    username     text NOT NULL,
    suggested    text NOT NULL,
    language     text NOT NULL DEFAULT '',
    phone        text NOT NULL DEFAULT '',
    consented_at timestamptz,
    blocked      boolean NOT NULL DEFAULT false,
    merchant_id  bigint, -- the active merchant
    outlet_id    bigint, -- the active outlet
    created_at   timestamptz NOT NULL,
    CONSTRAINT people_language CHECK (language IN ('', 'ky', 'ru', 'en')),
    CONSTRAINT people_phone CHECK (phone = '' OR phone ~ '^\+[1-9][0-9]{6,14}$')
);

CREATE TABLE merchants (
    id           bigint GENERATED ALWAYS AS IDENTITY (START WITH 100001) CONSTRAINT merchants_pkey PRIMARY KEY,
    name         text NOT NULL,
    time_zone    text NOT NULL,
    cutoff       smallint NOT NULL DEFAULT 0,
    last_receipt bigint NOT NULL DEFAULT 0, -- receipts are numbered without gaps
    created_at   timestamptz NOT NULL,
    CONSTRAINT merchants_cutoff CHECK (cutoff BETWEEN 0 AND 23)
);

CREATE TABLE members (
    merchant_id bigint NOT NULL CONSTRAINT members_merchant REFERENCES merchants,
    person_id   bigint NOT NULL CONSTRAINT members_person REFERENCES people,
    role        text NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT members_pkey PRIMARY KEY (merchant_id, person_id),
    CONSTRAINT members_role CHECK (role IN ('owner', 'manager', 'cashier', 'accountant'))
);
CREATE INDEX members_person ON members (person_id);

CREATE TABLE cards (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT cards_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT cards_merchant REFERENCES merchants,
    token       text NOT NULL,            -- the tokenizer's; '' where there is none
    sealed      bytea,                    -- AES-256-GCM, only where there is no token
    key_id      text NOT NULL,            -- the key in the ring that sealed it
    last4       text NOT NULL,
    add_key     text,                     -- the chat message it came in, once
    added_by    bigint NOT NULL CONSTRAINT cards_added_by REFERENCES people,
    created_at  timestamptz NOT NULL,
    CONSTRAINT cards_last4 CHECK (last4 ~ '^[0-9]{4}$'),
    CONSTRAINT cards_token_or_sealed CHECK ((token <> '') = (sealed IS NULL)),
    CONSTRAINT cards_token CHECK (token = '' OR token ~ '^[0-9a-f]{32}$'),
    CONSTRAINT cards_add_key UNIQUE (added_by, add_key)
);
CREATE INDEX cards_merchant ON cards (merchant_id);

CREATE TABLE outlets (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT outlets_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT outlets_merchant REFERENCES merchants,
    name        text NOT NULL,
    category    text NOT NULL,
    mcc         smallint NOT NULL,
    address     text NOT NULL,
    latitude    double precision,
    longitude   double precision,
    closed      boolean NOT NULL DEFAULT false,
    card_id     bigint CONSTRAINT outlets_card REFERENCES cards,
    created_by  bigint NOT NULL CONSTRAINT outlets_created_by REFERENCES people,
    create_key  text NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT outlets_name CHECK (char_length(name) BETWEEN 1 AND 64),
    CONSTRAINT outlets_address CHECK (char_length(address) <= 200),
    CONSTRAINT outlets_mcc CHECK (mcc BETWEEN 0 AND 9999),
    CONSTRAINT outlets_location CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CONSTRAINT outlets_create_key UNIQUE (created_by, create_key)
);
CREATE INDEX outlets_merchant ON outlets (merchant_id);

ALTER TABLE people
    ADD CONSTRAINT people_merchant FOREIGN KEY (merchant_id) REFERENCES merchants,
    ADD CONSTRAINT people_outlet FOREIGN KEY (outlet_id) REFERENCES outlets;

CREATE TABLE card_forms (
    token_hash  bytea CONSTRAINT card_forms_pkey PRIMARY KEY, -- SHA-256 of the secret in the address
    person_id   bigint NOT NULL CONSTRAINT card_forms_person REFERENCES people,
    merchant_id bigint NOT NULL CONSTRAINT card_forms_merchant REFERENCES merchants,
    outlet_id   bigint NOT NULL CONSTRAINT card_forms_outlet REFERENCES outlets,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);
CREATE INDEX card_forms_expires ON card_forms (expires_at);
