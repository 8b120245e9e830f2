-- The figures of every hour and of every day of UTC are kept beside the rows they
-- add up, so that a month or a year costs the same whatever it brought.
--
-- They cannot differ from the payments: they change in the transaction that
-- changes a payment or a refund, by triggers, whoever writes. Whoever settles,
-- takes back or gives back holds the merchant's lock, so that nobody waits for a
-- row of figures who would not have waited for the merchant.

-- +goose Up
CREATE TABLE figures (
    merchant_id    bigint NOT NULL,
    outlet_id      bigint NOT NULL,
    hours          smallint NOT NULL,            -- 1, or 24: a day of UTC
    at             timestamptz NOT NULL,         -- where the span begins
    taken          bigint NOT NULL,              -- counts; sums in tyiyn: payments.Figures
    taken_total    bigint NOT NULL,
    reversed       bigint NOT NULL,
    reversed_total bigint NOT NULL,
    refunded       bigint NOT NULL,
    refunded_total bigint NOT NULL,
    fees           bigint NOT NULL,
    CONSTRAINT figures_pkey PRIMARY KEY (merchant_id, hours, at, outlet_id),
    CONSTRAINT figures_span CHECK (hours IN (1, 24) AND at = date_bin(hours * interval '1 hour', at, '2000-01-01Z'))
) WITH (fillfactor = 60); -- the newest rows change with every payment, in their page

-- Adds what happened at a moment to its hour and its day.
-- +goose StatementBegin
CREATE FUNCTION figures_add(merchant bigint, outlet bigint, moment timestamptz, taken bigint, taken_total bigint,
    reversed bigint, reversed_total bigint, refunded bigint, refunded_total bigint, fees bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figures AS f
    VALUES (merchant, outlet, 1, date_bin('1 hour', moment, '2000-01-01Z'),
            taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees),
        (merchant, outlet, 24, date_bin('24 hours', moment, '2000-01-01Z'),
            taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees)
    ON CONFLICT ON CONSTRAINT figures_pkey DO UPDATE SET
        taken = f.taken + EXCLUDED.taken, taken_total = f.taken_total + EXCLUDED.taken_total,
        reversed = f.reversed + EXCLUDED.reversed, reversed_total = f.reversed_total + EXCLUDED.reversed_total,
        refunded = f.refunded + EXCLUDED.refunded, refunded_total = f.refunded_total + EXCLUDED.refunded_total,
        fees = f.fees + EXCLUDED.fees;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION payments_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.receipt IS NOT NULL THEN
        PERFORM figures_add(OLD.merchant_id, OLD.outlet_id, OLD.final_at, -1, -OLD.amount, 0, 0, 0, 0, -OLD.fee);
        IF OLD.reversed_at IS NOT NULL THEN
            PERFORM figures_add(OLD.merchant_id, OLD.outlet_id, OLD.reversed_at, 0, 0, -1, -OLD.amount, 0, 0, OLD.fee);
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.receipt IS NOT NULL THEN
        PERFORM figures_add(NEW.merchant_id, NEW.outlet_id, NEW.final_at, 1, NEW.amount, 0, 0, 0, 0, NEW.fee);
        IF NEW.reversed_at IS NOT NULL THEN
            PERFORM figures_add(NEW.merchant_id, NEW.outlet_id, NEW.reversed_at, 0, 0, 1, NEW.amount, 0, 0, -NEW.fee);
        END IF;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- A refund counts where its payment was taken.
-- +goose StatementBegin
CREATE FUNCTION refunds_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'succeeded' THEN
        PERFORM figures_add(OLD.merchant_id, p.outlet_id, OLD.final_at, 0, 0, 0, 0, -1, -OLD.amount, 0)
        FROM payments p WHERE p.id = OLD.payment_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'succeeded' THEN
        PERFORM figures_add(NEW.merchant_id, p.outlet_id, NEW.final_at, 0, 0, 0, 0, 1, NEW.amount, 0)
        FROM payments p WHERE p.id = NEW.payment_id;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- Where a payment was taken is not edited: its refunds count there.
-- +goose StatementBegin
CREATE FUNCTION payments_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payment % was taken at outlet % of merchant %', OLD.id, OLD.outlet_id, OLD.merchant_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_stay';
END $$;
-- +goose StatementEnd

-- Adds up everything anew, for tables that were filled with the triggers off.
-- +goose StatementBegin
CREATE FUNCTION figures_refill() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE payments, refunds, figures IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM figures;
    INSERT INTO figures
    SELECT merchant_id, outlet_id, 1, date_bin('1 hour', at, '2000-01-01Z'),
        sum(taken), sum(taken * amount), sum(reversed), sum(reversed * amount), sum(refunded), sum(refunded * amount), sum(fee)
    FROM (
        SELECT merchant_id, outlet_id, final_at AS at, amount, fee, 1 AS taken, 0 AS reversed, 0 AS refunded
        FROM payments WHERE receipt IS NOT NULL
        UNION ALL
        SELECT merchant_id, outlet_id, reversed_at, amount, -fee, 0, 1, 0 FROM payments WHERE reversed_at IS NOT NULL
        UNION ALL
        SELECT r.merchant_id, p.outlet_id, r.final_at, r.amount, 0, 0, 0, 1
        FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.state = 'succeeded'
    ) moments
    GROUP BY 1, 2, 4;
    INSERT INTO figures
    SELECT merchant_id, outlet_id, 24, date_bin('24 hours', at, '2000-01-01Z'),
        sum(taken), sum(taken_total), sum(reversed), sum(reversed_total), sum(refunded), sum(refunded_total), sum(fees)
    FROM figures GROUP BY 1, 2, 4;
END $$;
-- +goose StatementEnd

-- What is emptied has no figures.
-- +goose StatementBegin
CREATE FUNCTION figures_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM figures_refill();
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER payments_count_in AFTER INSERT ON payments
    FOR EACH ROW WHEN (NEW.receipt IS NOT NULL) EXECUTE FUNCTION payments_count();
CREATE TRIGGER payments_count_on AFTER UPDATE ON payments
    FOR EACH ROW WHEN ((OLD.receipt, OLD.final_at, OLD.reversed_at, OLD.amount, OLD.fee)
        IS DISTINCT FROM (NEW.receipt, NEW.final_at, NEW.reversed_at, NEW.amount, NEW.fee)) EXECUTE FUNCTION payments_count();
CREATE TRIGGER payments_count_out AFTER DELETE ON payments
    FOR EACH ROW WHEN (OLD.receipt IS NOT NULL) EXECUTE FUNCTION payments_count();
CREATE TRIGGER payments_empty AFTER TRUNCATE ON payments EXECUTE FUNCTION figures_empty();
CREATE TRIGGER payments_stay BEFORE UPDATE OF merchant_id, outlet_id ON payments
    FOR EACH ROW WHEN (OLD.receipt IS NOT NULL AND (OLD.merchant_id, OLD.outlet_id) IS DISTINCT FROM (NEW.merchant_id, NEW.outlet_id))
    EXECUTE FUNCTION payments_stay();

CREATE TRIGGER refunds_count_in AFTER INSERT ON refunds
    FOR EACH ROW WHEN (NEW.state = 'succeeded') EXECUTE FUNCTION refunds_count();
CREATE TRIGGER refunds_count_on AFTER UPDATE ON refunds
    FOR EACH ROW WHEN ((OLD.state, OLD.final_at, OLD.amount, OLD.payment_id)
        IS DISTINCT FROM (NEW.state, NEW.final_at, NEW.amount, NEW.payment_id)) EXECUTE FUNCTION refunds_count();
CREATE TRIGGER refunds_count_out AFTER DELETE ON refunds
    FOR EACH ROW WHEN (OLD.state = 'succeeded') EXECUTE FUNCTION refunds_count();
CREATE TRIGGER refunds_empty AFTER TRUNCATE ON refunds EXECUTE FUNCTION figures_empty();

SELECT figures_refill();
