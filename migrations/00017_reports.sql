-- Reports that come by themselves, and days that are closed.

-- +goose Up

-- What a member gets by themselves, one row a kind. Dates are numbers: 20261123.
CREATE TABLE report_schedules (
    merchant_id bigint NOT NULL,
    person_id   bigint NOT NULL,
    kind        text NOT NULL,
    outlet_id   bigint,                          -- NULL: all that they see
    hour        smallint NOT NULL,               -- in the merchant's zone
    enabled     boolean NOT NULL DEFAULT true,
    told        integer NOT NULL DEFAULT 0,      -- first date of the last period that is told, or not owed
    due_at      timestamptz,                     -- of the next one; NULL: not reckoned yet
    due_from    timestamptz,                     -- its span
    due_to      timestamptz,
    since       timestamptz NOT NULL,            -- what was due before is not owed
    CONSTRAINT report_schedules_pkey PRIMARY KEY (merchant_id, person_id, kind),
    CONSTRAINT report_schedules_member FOREIGN KEY (merchant_id, person_id) REFERENCES members ON DELETE CASCADE,
    CONSTRAINT report_schedules_outlet FOREIGN KEY (merchant_id, outlet_id) REFERENCES outlets (merchant_id, id),
    CONSTRAINT report_schedules_kind CHECK (kind IN ('daily', 'weekly', 'monthly')),
    CONSTRAINT report_schedules_hour CHECK (hour BETWEEN 0 AND 23),
    CONSTRAINT report_schedules_due CHECK ((due_at IS NULL) = (due_from IS NULL) AND (due_at IS NULL) = (due_to IS NULL)
        AND due_from <= due_to AND due_to <= due_at)
);
CREATE INDEX report_schedules_next ON report_schedules (due_at) WHERE enabled;
CREATE INDEX report_schedules_span ON report_schedules (due_from, due_to, merchant_id, person_id) WHERE enabled;
CREATE INDEX report_schedules_new ON report_schedules (merchant_id) WHERE due_at IS NULL;

-- Every owner gets them, from when they become one; others ask for them.
-- +goose StatementBegin
CREATE FUNCTION members_get_reports() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO report_schedules (merchant_id, person_id, kind, hour, since)
    VALUES (NEW.merchant_id, NEW.person_id, 'daily', 21, NEW.created_at),
        (NEW.merchant_id, NEW.person_id, 'weekly', 9, NEW.created_at),
        (NEW.merchant_id, NEW.person_id, 'monthly', 9, NEW.created_at)
    ON CONFLICT DO NOTHING;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER members_get_reports AFTER INSERT OR UPDATE OF role ON members
    FOR EACH ROW WHEN (NEW.role = 'owner') EXECUTE FUNCTION members_get_reports();
INSERT INTO report_schedules (merchant_id, person_id, kind, hour, since)
SELECT m.merchant_id, m.person_id, k.kind, k.hour, now()
FROM members m, (VALUES ('daily', 21), ('weekly', 9), ('monthly', 9)) k (kind, hour)
WHERE m.role = 'owner';

-- One line where nothing happened, or silence.
ALTER TABLE members ADD COLUMN report_nothing boolean NOT NULL DEFAULT true;

-- What became due, once a person and period.
CREATE TABLE reports (
    id             bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT reports_pkey PRIMARY KEY,
    merchant_id    bigint NOT NULL CONSTRAINT reports_merchant REFERENCES merchants,
    person_id      bigint NOT NULL,
    kind           text NOT NULL,
    outlet_id      bigint,
    first          integer NOT NULL,
    from_at        timestamptz NOT NULL,
    to_at          timestamptz NOT NULL,
    due_at         timestamptz NOT NULL,
    taken          bigint NOT NULL,              -- of the outlet, or of all the merchant's; sums in tyiyn
    taken_total    bigint NOT NULL,
    reversed       bigint NOT NULL,
    reversed_total bigint NOT NULL,
    refunded       bigint NOT NULL,
    refunded_total bigint NOT NULL,
    fees           bigint NOT NULL,
    done_at        timestamptz,                  -- sent, or found to be of no use
    CONSTRAINT reports_once UNIQUE (merchant_id, person_id, kind, first)
);
CREATE INDEX reports_due ON reports (due_at);

-- Closings of an outlet's day: numbered without gaps, never changed.
ALTER TABLE merchants ADD COLUMN close_days boolean NOT NULL DEFAULT false; -- by themselves, at the cut-off
CREATE TABLE closings (
    merchant_id    bigint NOT NULL,
    outlet_id      bigint NOT NULL,
    number         bigint NOT NULL,
    corrects       bigint,                       -- the closing that it corrects
    reason         text NOT NULL,
    from_at        timestamptz NOT NULL,
    to_at          timestamptz NOT NULL,
    taken          bigint NOT NULL,
    taken_total    bigint NOT NULL,
    reversed       bigint NOT NULL,
    reversed_total bigint NOT NULL,
    refunded       bigint NOT NULL,
    refunded_total bigint NOT NULL,
    fees           bigint NOT NULL,
    all_taken          bigint NOT NULL,          -- from the outlet's first payment on
    all_taken_total    bigint NOT NULL,
    all_reversed       bigint NOT NULL,
    all_reversed_total bigint NOT NULL,
    all_refunded       bigint NOT NULL,
    all_refunded_total bigint NOT NULL,
    all_fees           bigint NOT NULL,
    outlet         text NOT NULL,                -- as it was called then
    merchant       text NOT NULL,
    tin            text NOT NULL,
    person_id      bigint,                       -- NULL: by itself
    person         text NOT NULL,
    key            text NOT NULL,
    hash           bytea NOT NULL,               -- SHA-256 of what it says and of the one before it
    at             timestamptz NOT NULL,
    CONSTRAINT closings_pkey PRIMARY KEY (outlet_id, number),
    CONSTRAINT closings_outlet FOREIGN KEY (merchant_id, outlet_id) REFERENCES outlets (merchant_id, id),
    CONSTRAINT closings_corrects FOREIGN KEY (outlet_id, corrects) REFERENCES closings (outlet_id, number),
    CONSTRAINT closings_number CHECK (number > 0 AND corrects < number),
    CONSTRAINT closings_span CHECK (from_at <= to_at AND to_at <= at),
    CONSTRAINT closings_reason CHECK ((corrects IS NULL) = (reason = '') AND char_length(reason) <= 200),
    CONSTRAINT closings_key UNIQUE (outlet_id, key),
    CONSTRAINT closings_hash CHECK (octet_length(hash) = 32)
);
CREATE INDEX closings_merchant ON closings (merchant_id, outlet_id, number DESC);

-- +goose StatementBegin
CREATE FUNCTION closings_stand() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before closings;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a closing is not edited' USING ERRCODE = 'check_violation', CONSTRAINT = 'closings_stand';
    END IF;
    SELECT * INTO before FROM closings WHERE outlet_id = NEW.outlet_id ORDER BY number DESC LIMIT 1;
    IF NEW.number <> COALESCE(before.number, 0) + 1 OR NEW.from_at <> COALESCE(before.to_at, NEW.from_at) THEN
        RAISE EXCEPTION 'closing % does not follow %', NEW.number, before.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closings_follow';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER closings_stand BEFORE INSERT OR UPDATE OR DELETE ON closings FOR EACH ROW EXECUTE FUNCTION closings_stand();
