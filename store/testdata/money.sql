-- The merchants' money, for tests. Each function returns what does not add up,
-- of one merchant or (0) of all.

-- For each merchant:
--   succeeded payments = paid out + refunded + fees + due - debts
-- A sent credit of a reversed payment stands on neither side.
CREATE OR REPLACE FUNCTION money_of_merchants(one bigint) RETURNS TABLE (
    merchant bigint, taken numeric, paid_out numeric, refunded numeric, fees numeric, due numeric, debts numeric
) LANGUAGE sql STABLE AS $$
    SELECT * FROM (
        SELECT m.id,
            (SELECT COALESCE(sum(amount), 0) FROM payments p WHERE p.merchant_id = m.id AND p.state = 'succeeded') AS taken,
            (SELECT COALESCE(sum(amount - withheld), 0) FROM credits c
                WHERE c.merchant_id = m.id AND c.state IN ('done', 'recall')) AS paid_out,
            (SELECT COALESCE(sum(amount), 0) FROM refunds r WHERE r.merchant_id = m.id AND r.state = 'succeeded') AS refunded,
            (SELECT COALESCE(sum(fee), 0) FROM payments p WHERE p.merchant_id = m.id AND p.state = 'succeeded') AS fees,
            (SELECT COALESCE(sum(c.amount - c.withheld), 0) FROM credits c JOIN payments p ON p.id = c.payment_id
                WHERE c.merchant_id = m.id AND c.state IN ('due', 'sent', 'refused') AND p.state = 'succeeded') AS due,
            (SELECT COALESCE(sum(remaining), 0) FROM debts d WHERE d.merchant_id = m.id) AS debts
        FROM merchants m WHERE one IN (0, m.id)
    ) e
    WHERE e.taken <> e.paid_out + e.refunded + e.fees + e.due - e.debts
$$;

-- For each payment, what was withheld of its credit and the debts it made
-- included; and that what is derived is derived right.
CREATE OR REPLACE FUNCTION money_of_payments(one bigint) RETURNS TABLE (payment bigint, fault text) LANGUAGE sql STABLE AS $$
    SELECT p.id, format('%s of %s: credit %s %s withheld %s, fee %s, refunded %s, debts %s',
        p.state, p.amount, c.state, c.amount, c.withheld, p.fee, r.done, d.made)
    FROM payments p
    JOIN credits c ON c.payment_id = p.id
    CROSS JOIN LATERAL (
        SELECT COALESCE(sum(amount) FILTER (WHERE state = 'succeeded'), 0) AS done,
            COALESCE(sum(amount) FILTER (WHERE state <> 'failed'), 0) AS taken
        FROM refunds WHERE payment_id = p.id
    ) r
    CROSS JOIN LATERAL (SELECT COALESCE(sum(amount), 0) AS made FROM debts WHERE payment_id = p.id) d
    WHERE one IN (0, p.merchant_id) AND (CASE WHEN p.state = 'succeeded' THEN p.amount - p.fee ELSE 0 END
            <> CASE WHEN c.state IN ('done', 'recall') OR c.state IN ('due', 'sent', 'refused') AND p.state = 'succeeded'
                THEN c.amount ELSE c.withheld END + r.done - d.made
        OR r.taken > p.amount
        OR c.state IN ('due', 'refused') AND p.state <> 'succeeded')
    UNION ALL
    SELECT p.id, p.state || ' without a credit' FROM payments p
    WHERE one IN (0, p.merchant_id) AND p.state IN ('succeeded', 'reversed') AND NOT EXISTS (SELECT FROM credits WHERE payment_id = p.id)
    UNION ALL
    SELECT c.payment_id, 'credit withholds ' || c.withheld FROM credits c
    WHERE one IN (0, c.merchant_id) AND c.withheld <> (SELECT COALESCE(sum(amount), 0) FROM withholdings WHERE credit_id = c.id)
    UNION ALL
    SELECT d.payment_id, format('debt of %s remains %s', d.amount, d.remaining) FROM debts d
    WHERE one IN (0, d.merchant_id) AND d.amount - d.remaining <> (SELECT COALESCE(sum(amount), 0) FROM withholdings WHERE debt_id = d.id)
    UNION ALL
    SELECT r.payment_id, format('refund %s is %s after %s', r.id, r.state, e.state) FROM refunds r
    CROSS JOIN LATERAL (SELECT state FROM refund_events WHERE refund_id = r.id ORDER BY id DESC LIMIT 1) e
    WHERE one IN (0, r.merchant_id) AND e.state <> r.state
$$;

-- Figures that are kept, where they are not what a look at every row gives.
CREATE OR REPLACE FUNCTION figures_of_rows(one bigint) RETURNS TABLE (what text, figures figures) LANGUAGE sql STABLE AS $$
    WITH moments AS (
        SELECT merchant_id, outlet_id, final_at AS at, 1 AS taken, amount AS taken_total, 0 AS reversed, 0::bigint AS reversed_total,
            0 AS refunded, 0::bigint AS refunded_total, fee
        FROM payments WHERE state IN ('succeeded', 'reversed')
        UNION ALL
        SELECT merchant_id, outlet_id, reversed_at, 0, 0, 1, amount, 0, 0, -fee FROM payments WHERE state = 'reversed'
        UNION ALL
        SELECT p.merchant_id, p.outlet_id, r.final_at, 0, 0, 0, 0, 1, r.amount, 0
        FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.state = 'succeeded'
    ), rows AS (
        SELECT merchant_id, outlet_id, size::smallint, date_trunc(unit, at, 'UTC') AS since, sum(taken)::bigint,
            sum(taken_total)::bigint, sum(reversed)::bigint, sum(reversed_total)::bigint, sum(refunded)::bigint,
            sum(refunded_total)::bigint, sum(fee)::bigint
        FROM moments, (VALUES (1, 'hour'), (24, 'day')) spans (size, unit)
        WHERE one IN (0, merchant_id) GROUP BY 1, 2, 3, 4
    ), kept AS (
        -- Rows in which everything was taken out again say nothing.
        SELECT * FROM figures f WHERE one IN (0, merchant_id)
            AND (taken, taken_total, reversed, reversed_total, refunded, refunded_total, fees) <> (0, 0, 0, 0, 0, 0, 0)
    )
    SELECT 'kept', k::figures FROM (TABLE kept EXCEPT TABLE rows) k
    UNION ALL
    SELECT 'missing', m::figures FROM (TABLE rows EXCEPT TABLE kept) m
$$;
