-- Links that many may pay: how many have, how many may, and when to remind of
-- a charge that nobody has.

-- +goose Up
ALTER TABLE links
    ADD COLUMN cap       integer NOT NULL DEFAULT 0, -- payments that may come through a reusable link; 0: any number
    ADD COLUMN taking    integer NOT NULL DEFAULT 0, -- payments executing at this moment; a static code counts none
    ADD COLUMN paid      integer NOT NULL DEFAULT 0, -- payments that succeeded and were not reversed
    ADD COLUMN total     bigint  NOT NULL DEFAULT 0, -- tyiyn, of those
    ADD COLUMN remind_at timestamptz,                -- then the sweep tells remind_to, if the charge is still unpaid
    ADD COLUMN remind_to bigint CONSTRAINT links_remind_to REFERENCES people,
    ADD CONSTRAINT links_counts CHECK (taking >= 0 AND paid >= 0 AND total >= 0),
    ADD CONSTRAINT links_cap CHECK (cap >= 0 AND (cap = 0 OR kind = 'reusable' AND paid + taking <= cap)),
    ADD CONSTRAINT links_used_up CHECK (state <> 'used_up' OR kind <> 'reusable' OR cap > 0 AND paid = cap),
    ADD CONSTRAINT links_remind CHECK (remind_at IS NULL OR kind = 'charge' AND remind_to IS NOT NULL);

UPDATE links l SET taking = p.taking, paid = p.paid, total = p.total
FROM (
    SELECT link_id, count(*) FILTER (WHERE state = 'executing') AS taking, count(*) FILTER (WHERE state = 'succeeded') AS paid,
        COALESCE(sum(amount) FILTER (WHERE state = 'succeeded'), 0) AS total
    FROM payments WHERE state IN ('executing', 'succeeded') GROUP BY link_id
) p
WHERE l.id = p.link_id AND l.kind <> 'static';

-- The list of an outlet's links, and the parts of it that are looked for.
CREATE INDEX links_listed ON links (merchant_id, outlet_id, id DESC) WHERE kind <> 'static';
CREATE INDEX links_active ON links (merchant_id, outlet_id, id DESC) WHERE kind <> 'static' AND state = 'active';
CREATE INDEX links_reusable ON links (merchant_id, outlet_id, id DESC) WHERE kind = 'reusable';
CREATE INDEX links_reminding ON links (remind_at) WHERE remind_at IS NOT NULL;

-- A state moves only along the arrows of payments.LinkState, whoever writes.
-- +goose StatementBegin
CREATE FUNCTION links_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('active', 'paused'), ('paused', 'active'),
        ('active', 'used_up'), ('active', 'expired'), ('active', 'cancelled'),
        ('paused', 'used_up'), ('paused', 'expired'), ('paused', 'cancelled'),
        ('expired', 'used_up')) -- begun in time, paid late
        -- A payment was taken back, or the cap was raised.
        AND NOT (NEW.kind = 'reusable' AND (OLD.state, NEW.state) = ('used_up', 'active'))
    THEN
        RAISE EXCEPTION 'link % cannot go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'links_transition';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER links_transition BEFORE UPDATE OF state ON links
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION links_transition();
