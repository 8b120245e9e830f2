-- People leave and may come back within a week; what is kept of them after it.

-- +goose Up

-- People who asked to be forgotten. Until erase_at everything can be taken back.
CREATE TABLE departures (
    person_id bigint CONSTRAINT departures_pkey PRIMARY KEY CONSTRAINT departures_person REFERENCES people,
    asked_at  timestamptz NOT NULL,
    erase_at  timestamptz NOT NULL,
    CONSTRAINT departures_time CHECK (erase_at > asked_at)
);
CREATE INDEX departures_due ON departures (erase_at);

-- Who is no member for the time being: the one who leaves, and with the last
-- owner of a merchant all who work there.
CREATE TABLE departed_members (
    merchant_id bigint NOT NULL CONSTRAINT departed_members_merchant REFERENCES merchants,
    person_id   bigint NOT NULL CONSTRAINT departed_members_person REFERENCES people,
    departure   bigint NOT NULL CONSTRAINT departed_members_departure REFERENCES departures,
    member      jsonb NOT NULL, -- the row of members
    scope       bigint[] NOT NULL, -- the outlets that they work in; none: all
    CONSTRAINT departed_members_pkey PRIMARY KEY (merchant_id, person_id)
);
CREATE INDEX departed_members_of ON departed_members (departure);

-- The outlets of merchants that close with their last owner, as they were.
CREATE TABLE departed_outlets (
    outlet_id   bigint CONSTRAINT departed_outlets_pkey PRIMARY KEY CONSTRAINT departed_outlets_outlet REFERENCES outlets,
    merchant_id bigint NOT NULL CONSTRAINT departed_outlets_merchant REFERENCES merchants,
    departure   bigint NOT NULL CONSTRAINT departed_outlets_departure REFERENCES departures,
    state       text NOT NULL
);
CREATE INDEX departed_outlets_of ON departed_outlets (departure);

ALTER TABLE people ADD COLUMN exported_at timestamptz; -- when they were last given their data

-- A card's row stays, what it could be used with goes.
ALTER TABLE cards
    ADD COLUMN erased_at timestamptz,
    DROP CONSTRAINT cards_token_or_sealed,
    ADD CONSTRAINT cards_token_or_sealed CHECK (
        CASE WHEN erased_at IS NULL THEN (token <> '') = (sealed IS NULL) ELSE token = '' AND sealed IS NULL AND removed_at IS NOT NULL END);
