-- How members come and go.

-- +goose Up

-- Who has been asked to become a member. The link's secret is not kept.
CREATE TABLE invitations (
    id          bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT invitations_pkey PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT invitations_merchant REFERENCES merchants,
    token_hash  bytea NOT NULL,             -- SHA-256 of the secret in the link
    role        text NOT NULL,
    outlets     bigint[] NOT NULL,          -- to work in; empty: all
    phone       text NOT NULL,              -- of the person it is for
    state       text NOT NULL,
    attempts    smallint NOT NULL DEFAULT 0, -- people with another number who opened it
    invited_by  bigint NOT NULL CONSTRAINT invitations_invited_by REFERENCES people,
    create_key  text NOT NULL,
    person_id   bigint CONSTRAINT invitations_person REFERENCES people, -- who answered
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    CONSTRAINT invitations_token UNIQUE (token_hash),
    CONSTRAINT invitations_token_hash CHECK (octet_length(token_hash) = 32),
    CONSTRAINT invitations_create_key UNIQUE (invited_by, create_key),
    CONSTRAINT invitations_role CHECK (role IN ('owner', 'manager', 'cashier', 'accountant')),
    CONSTRAINT invitations_phone CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    CONSTRAINT invitations_state CHECK (state IN ('open', 'answered', 'accepted', 'declined', 'cancelled')),
    CONSTRAINT invitations_answered CHECK (state NOT IN ('answered', 'accepted', 'declined') OR person_id IS NOT NULL),
    CONSTRAINT invitations_owner_everywhere CHECK (role <> 'owner' OR outlets = '{}')
);
CREATE INDEX invitations_pending ON invitations (merchant_id, id) WHERE state IN ('open', 'answered');
CREATE INDEX invitations_waiting ON invitations (person_id, id) WHERE state = 'answered';

-- A link is answered once, and what was decided stands.
-- +goose StatementBegin
CREATE FUNCTION invitations_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('open', 'answered'), ('open', 'cancelled'),
        ('answered', 'accepted'), ('answered', 'declined'), ('answered', 'cancelled'))
    THEN
        RAISE EXCEPTION 'invitation % cannot go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invitations_transition';
    END IF;
    IF (OLD.merchant_id, OLD.role, OLD.outlets, OLD.phone, OLD.invited_by) IS DISTINCT FROM
        (NEW.merchant_id, NEW.role, NEW.outlets, NEW.phone, NEW.invited_by)
        OR OLD.person_id IS NOT NULL AND OLD.person_id IS DISTINCT FROM NEW.person_id
    THEN
        RAISE EXCEPTION 'invitation % is another', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invitations_stand';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER invitations_transition BEFORE UPDATE ON invitations FOR EACH ROW EXECUTE FUNCTION invitations_transition();

-- A merchant always has an owner, unless it closes (departed_outlets). The
-- merchant's lock makes owners who go at the same moment go one after the other,
-- so that the last one is seen to be.
-- +goose StatementBegin
CREATE FUNCTION members_keep_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM merchants WHERE id = OLD.merchant_id FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM members WHERE merchant_id = OLD.merchant_id AND role = 'owner')
        AND NOT EXISTS (SELECT FROM departed_outlets WHERE merchant_id = OLD.merchant_id)
    THEN
        RAISE EXCEPTION 'merchant % is left without an owner', OLD.merchant_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'members_keep_owner';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER members_keep_owner AFTER UPDATE OF role, merchant_id OR DELETE ON members
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.role = 'owner') EXECUTE FUNCTION members_keep_owner();

-- An owner's outlets are all of them.
-- +goose StatementBegin
CREATE FUNCTION members_owner_everywhere() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM member_outlets WHERE merchant_id = NEW.merchant_id AND person_id = NEW.person_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER members_owner_everywhere AFTER UPDATE OF role ON members
    FOR EACH ROW WHEN (NEW.role = 'owner') EXECUTE FUNCTION members_owner_everywhere();
