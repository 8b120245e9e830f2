-- Groups of Telegram in which a merchant's staff hears of payments.

-- +goose Up
CREATE TABLE groups (
    chat_id     bigint CONSTRAINT groups_pkey PRIMARY KEY, -- Telegram's; another one when the group becomes a supergroup
    merchant_id bigint NOT NULL CONSTRAINT groups_merchant REFERENCES merchants,
    title       text NOT NULL,
    state       text NOT NULL,
    outlets     bigint[] NOT NULL DEFAULT '{}',            -- whose payments it hears of; empty: all
    language    text NOT NULL,
    added_by    bigint NOT NULL CONSTRAINT groups_added_by REFERENCES people,
    asked_at    timestamptz NOT NULL,
    CONSTRAINT groups_chat CHECK (chat_id < 0),
    CONSTRAINT groups_state CHECK (state IN ('asked', 'linked')),
    CONSTRAINT groups_language CHECK (language IN ('ky', 'ru', 'en'))
);
CREATE INDEX groups_merchant ON groups (merchant_id);

-- What a group hears: once each, several in one message if they come faster
-- than Telegram lets us write.
CREATE TABLE group_posts (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT group_posts_pkey PRIMARY KEY,
    chat_id     bigint NOT NULL CONSTRAINT group_posts_chat REFERENCES groups ON UPDATE CASCADE ON DELETE CASCADE,
    merchant_id bigint NOT NULL,
    kind        text NOT NULL,
    payment_id  bigint NOT NULL CONSTRAINT group_posts_payment REFERENCES payments,
    refund_id   bigint NOT NULL DEFAULT 0, -- 0: none
    taken_at    timestamptz,               -- somebody is sending it
    posted_at   timestamptz,
    CONSTRAINT group_posts_kind CHECK (kind IN ('paid', 'reversed', 'refunded')),
    CONSTRAINT group_posts_of_refund CHECK ((kind = 'refunded') = (refund_id <> 0)),
    CONSTRAINT group_posts_once UNIQUE (chat_id, kind, payment_id, refund_id)
);
CREATE INDEX group_posts_waiting ON group_posts (chat_id, id) WHERE posted_at IS NULL;
CREATE INDEX group_posts_posted ON group_posts (posted_at) WHERE posted_at IS NOT NULL;
