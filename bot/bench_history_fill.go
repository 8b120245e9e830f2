package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/payments"
)

// crowd is a table of payments of many merchants, made by the server itself:
// rows lie in the order of time, so that those of a merchant are scattered as
// they are in life. Of each merchant half came by counters' codes, half by links
// of four sellers; a few were taken back, given back or came to nothing.
type crowd struct {
	rows, large, small int       // payments: of all, of the largest merchant, of the one it is compared with
	since, until       time.Time // when they came
}

// Ids of a crowd. Merchants are numbered by the database.
const (
	crowdFirst   = 100001 // the largest merchant; the small one follows
	crowdSellers = 4      // people 11, 12, …; people 1 and 2 own the two merchants
	crowdOutlets = 2      // of each merchant
	crowdLinks   = crowdOutlets + crowdSellers
)

// crowdComments are what is written beside payments; the last is rare.
var crowdComments = [...]string{"", "кофе", "чай, 2 самсы", "лагман", "заказ", "торт «Медовик»"}

// fill makes the crowd. Indexes are made when the rows are there, and references
// are not checked: it is the look into the table that is measured.
func (c crowd) fill(ctx context.Context, pool *pgxpool.Pool, say func(string, ...any)) error {
	merchants := 2 + max(0, c.rows-c.large-c.small)/max(c.small, 1)
	if merchants == 2 {
		c.rows = c.large + c.small
	}
	begin := fmt.Sprintf(`
		INSERT INTO people (id, name, username, suggested, created_at)
			SELECT n, 'P' || n, '', '', now() FROM generate_series(1, %[2]d) n;
		INSERT INTO merchants (name, time_zone, created_at) SELECT 'M', 'Asia/Bishkek', now() FROM generate_series(1, %[1]d);
		INSERT INTO outlets (merchant_id, name, category, mcc, address, created_by, create_key, created_at)
			SELECT %[3]d + (n - 1) / %[4]d, 'O' || n, 'cafe', 5812, '', 1, n, now() FROM generate_series(1, %[1]d * %[4]d) n;
		INSERT INTO links (merchant_id, outlet_id, kind, state, code, amount, min, max, comment, uri, created_by, created_at)
			SELECT %[3]d + m, m * %[4]d + 1 + k %% %[4]d, CASE WHEN k < %[4]d THEN 'static' ELSE 'reusable' END, 'active',
				m * %[5]d + k, 0, 1, 9, 'L' || k, '', CASE WHEN k < %[4]d THEN 1 ELSE 11 + k - %[4]d END, now()
			FROM generate_series(0, %[1]d - 1) m, generate_series(0, %[5]d - 1) k ORDER BY m, k;
		INSERT INTO members (merchant_id, person_id, role, created_at) VALUES (%[3]d, 1, 'owner', now()), (%[3]d + 1, 2, 'owner', now());
		UPDATE people SET merchant_id = %[3]d, outlet_id = 1 WHERE id = 1;
		UPDATE people SET merchant_id = %[3]d + 1, outlet_id = 1 + %[4]d WHERE id = 2;
		ALTER TABLE refunds DISABLE TRIGGER USER;
		ALTER TABLE payments DISABLE TRIGGER USER;
		ALTER TABLE payments DROP CONSTRAINT payments_merchant, DROP CONSTRAINT payments_outlet, DROP CONSTRAINT payments_link,
			DROP CONSTRAINT payments_seller, DROP CONSTRAINT payments_duplicate_of;
		ALTER TABLE payment_words DROP CONSTRAINT payment_words_payment;
		ALTER TABLE refunds DROP CONSTRAINT refunds_payment, DROP CONSTRAINT refunds_merchant, DROP CONSTRAINT refunds_requested_by`,
		merchants, 10+crowdSellers, crowdFirst, crowdOutlets, crowdLinks)
	if _, err := pool.Exec(ctx, begin); err != nil {
		return fmt.Errorf("bench: merchants: %w", err)
	}
	indexes, err := dropIndexes(ctx, pool)
	if err != nil {
		return err
	}
	const step = 1_000_000
	for from := 0; from < c.rows; from += step {
		if err := c.fillPart(ctx, pool, from, min(from+step, c.rows), merchants); err != nil {
			return err
		}
		say("%d of %d payments", min(from+step, c.rows), c.rows)
	}
	if err := c.fillWords(ctx, pool); err != nil {
		return err
	}
	say("indexes and figures …")
	for _, sql := range append(indexes, "SELECT figures_refill()", "VACUUM ANALYZE") {
		if _, err := pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("bench: %s: %w", sql, err)
		}
	}
	return nil
}

// fillPart inserts the payments [from, to) and their refunds.
func (c crowd) fillPart(ctx context.Context, pool *pgxpool.Pool, from, to, merchants int) error {
	args := pgx.NamedArgs{
		"from": from, "to": to, "rows": c.rows, "since": c.since, "until": c.until,
		"large": c.large, "both": c.large + c.small, "others": merchants - 2, "first": crowdFirst, "comments": crowdComments[:],
	}
	_, err := pool.Exec(ctx, fmt.Sprintf(`
		WITH numbers AS (
			-- Scattered over the time, each number once: a step that has no
			-- divisor in common with the count.
			SELECT n, (n * 7919) %% @rows AS place FROM generate_series(@from::bigint, @to::bigint - 1) n
		), rows AS (
			SELECT n, place, hashint8(n)::bigint & 1048575 AS h,
				@since::timestamptz + (@until::timestamptz - @since::timestamptz) * (n::float8 / @rows) AS at,
				CASE WHEN place < @large THEN 0 WHEN place < @both THEN 1 ELSE 2 + place %% GREATEST(@others::bigint, 1) END AS m
			FROM numbers
		), parts AS (
			SELECT *, CASE WHEN h %% 50 = 0 THEN 'cancelled' WHEN h %% 500 = 1 THEN 'reversed' ELSE 'succeeded' END AS state,
				CASE WHEN h %% 2 = 0 THEN (h / 2) %% %[1]d ELSE %[1]d + (h / 2) %% %[2]d END AS k,
				CASE WHEN h %% 4999 = 0 THEN 6 ELSE 1 + (h / 8) %% 5 END AS comment
			FROM rows
		)
		INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer,
			amount, beneficiary_name, comment, state, reversed_by, receipt, receipt_key, fingerprint,
			created_at, executed_at, final_at, reversed_at, seller_id)
		SELECT @first::bigint + m, m * %[1]d + 1 + k %% %[1]d, m * %[3]d + 1 + k, false,
			'op' || n || '-' || lpad(to_hex((n * 2654435761) %% 4294967296), 8, '0'), 'psp' || n, '1', 20, 1,
			2500 * (2 + h %% 40), 'O', (@comments::text[])[comment], state, CASE state WHEN 'reversed' THEN 40 ELSE 0 END,
			CASE WHEN state <> 'cancelled' THEN n + 1 END, CASE WHEN state <> 'cancelled' THEN 'k' || n ELSE '' END, '',
			at - interval '5 s', CASE WHEN state <> 'cancelled' THEN at - interval '2 s' END, at,
			CASE state WHEN 'reversed' THEN at + interval '1 h' END, CASE WHEN k >= %[1]d THEN 11 + k - %[1]d END
		FROM parts ORDER BY n`, crowdOutlets, crowdSellers, crowdLinks), args)
	if err != nil {
		return fmt.Errorf("bench: payments: %w", err)
	}
	_, err = pool.Exec(ctx, `
		INSERT INTO refunds (merchant_id, payment_id, amount, state, key, operator_id, requested_by, request_key, requested_at, final_at)
		SELECT merchant_id, id, amount / 2, 'succeeded', 'r' || id, 'r' || id, 1, 'r' || id, final_at, final_at + interval '1 d'
		FROM payments WHERE receipt > @from AND receipt <= @to AND state = 'succeeded' AND receipt % 100 = 7`, args)
	if err != nil {
		return fmt.Errorf("bench: refunds: %w", err)
	}
	return nil
}

// fillWords keeps the words of all comments.
func (c crowd) fillWords(ctx context.Context, pool *pgxpool.Pool) error {
	for _, comment := range crowdComments {
		_, err := pool.Exec(ctx, `
			INSERT INTO payment_words (merchant_id, word, at, payment_id)
			SELECT merchant_id, word, final_at, id FROM payments, unnest($2::text[]) word
			WHERE comment = $1 AND final_at IS NOT NULL`, comment, payments.StemList(comment))
		if err != nil {
			return fmt.Errorf("bench: words: %w", err)
		}
	}
	return nil
}

// dropIndexes drops the indexes of payments that no constraint needs, and
// returns how to make them again.
func dropIndexes(ctx context.Context, pool *pgxpool.Pool) ([]string, error) {
	type index struct{ Name, Definition string }
	rows, err := pool.Query(ctx, `
		SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
		FROM pg_index i
		WHERE i.indrelid = 'payments'::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`)
	if err != nil {
		return nil, fmt.Errorf("bench: indexes: %w", err)
	}
	indexes, err := pgx.CollectRows(rows, pgx.RowToStructByName[index])
	if err != nil {
		return nil, fmt.Errorf("bench: indexes: %w", err)
	}
	definitions := make([]string, len(indexes))
	for i, index := range indexes {
		definitions[i] = index.Definition
		if _, err := pool.Exec(ctx, "DROP INDEX "+index.Name); err != nil {
			return nil, fmt.Errorf("bench: drop %s: %w", index.Name, err)
		}
	}
	return definitions, nil
}
