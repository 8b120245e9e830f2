-- Several outlets and cards to a merchant, profiles, and who changed what.

-- +goose Up
ALTER TABLE merchants
    ADD COLUMN tin             text NOT NULL DEFAULT '', -- ИНН, 14 digits
    ADD COLUMN contact         text NOT NULL DEFAULT '', -- for customers: +phone, @name or words
    ADD COLUMN default_card_id bigint CONSTRAINT merchants_default_card REFERENCES cards,
    ADD CONSTRAINT merchants_name CHECK (char_length(name) BETWEEN 1 AND 64),
    ADD CONSTRAINT merchants_tin CHECK (tin = '' OR tin ~ '^[0-9]{14}$'),
    ADD CONSTRAINT merchants_contact CHECK (char_length(contact) <= 64);

ALTER TABLE members
    ADD COLUMN notify     text NOT NULL DEFAULT 'all',   -- which payments they hear of
    ADD COLUMN quiet_from smallint NOT NULL DEFAULT 0,   -- minutes of the merchant's day without a sound;
    ADD COLUMN quiet_to   smallint NOT NULL DEFAULT 0,   -- the same twice: none
    ADD CONSTRAINT members_notify CHECK (notify IN ('all', 'mine', 'none')),
    ADD CONSTRAINT members_quiet CHECK (quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439);

ALTER TABLE cards ADD COLUMN removed_at timestamptz;

ALTER TABLE outlets
    ADD COLUMN state    text NOT NULL DEFAULT 'open',
    ADD COLUMN hours    text NOT NULL DEFAULT '',        -- as customers read it
    ADD COLUMN own_card boolean NOT NULL DEFAULT false,  -- card_id is chosen for this outlet, not the merchant's default
    ADD CONSTRAINT outlets_state CHECK (state IN ('open', 'paused', 'archived')),
    ADD CONSTRAINT outlets_hours CHECK (char_length(hours) <= 64),
    ADD CONSTRAINT outlets_own_card CHECK (NOT own_card OR card_id IS NOT NULL);
UPDATE outlets SET state = 'paused' WHERE closed;
ALTER TABLE outlets DROP COLUMN closed;

-- The card of a merchant's first outlet becomes the default; outlets that use
-- another one keep it as their own.
UPDATE merchants m SET default_card_id = (
    SELECT o.card_id FROM outlets o WHERE o.merchant_id = m.id AND o.card_id IS NOT NULL ORDER BY o.id LIMIT 1);
UPDATE outlets o SET own_card = true
FROM merchants m WHERE m.id = o.merchant_id AND o.card_id <> m.default_card_id;
UPDATE outlets o SET card_id = m.default_card_id
FROM merchants m WHERE m.id = o.merchant_id AND o.card_id IS NULL;

-- Forms without an outlet are for all of them.
ALTER TABLE card_forms ALTER COLUMN outlet_id DROP NOT NULL;

-- Who changed what. Rows are added, never edited, and hold no card number.
CREATE TABLE audit_log (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_log_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT audit_log_merchant REFERENCES merchants,
    person_id   bigint NOT NULL CONSTRAINT audit_log_person REFERENCES people,
    action      text NOT NULL,
    details     jsonb NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT audit_log_no_card CHECK (details::text !~ '9417[0-9]{12}')
);
CREATE INDEX audit_log_recent ON audit_log (merchant_id, id DESC);

-- +goose StatementBegin
CREATE FUNCTION audit_log_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is not edited'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_log_stands';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_log_stands BEFORE UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_stands();
