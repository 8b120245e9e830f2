package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/payments/operator"
)

// bareRows is how many payments the bare transactions go round.
const bareRows = 50_000

// makeBare makes the scratch tables of the bare transactions: the shape of a
// payment, its event and its job, with nothing but primary keys.
func makeBare(ctx context.Context, pool *pgxpool.Pool) error {
	for _, sql := range []string{
		`CREATE TABLE bare_payments (id bigint PRIMARY KEY, amount bigint NOT NULL, state smallint NOT NULL,
			receipt bigint NOT NULL, final_at timestamptz)`,
		`CREATE TABLE bare_events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payment_id bigint NOT NULL,
			state smallint NOT NULL, at timestamptz NOT NULL)`,
		`CREATE TABLE bare_jobs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL,
			args jsonb NOT NULL, at timestamptz NOT NULL)`,
		fmt.Sprintf(`INSERT INTO bare_payments SELECT i, 50000, 0, 0, NULL FROM generate_series(1, %d) i`, bareRows),
		`ANALYZE bare_payments`,
	} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("bench: bare tables: %w", err)
		}
	}
	return nil
}

// bareLoad is the least that a durable step of a payment can cost: one
// statement that changes a payment and adds an event and a job.
func bareLoad(pool *pgxpool.Pool, workers int, life time.Duration) load {
	return load{workers: workers, life: life, flow: func(ctx context.Context, _, number int, due time.Time, calls *callTimes) error {
		tag, err := pool.Exec(ctx, `
			WITH payment AS (
				UPDATE bare_payments SET state = (state + 1) % 100, receipt = receipt + 1, final_at = $2
				WHERE id = $1 RETURNING id, state
			), event AS (
				INSERT INTO bare_events (payment_id, state, at) SELECT id, state, $2 FROM payment
			)
			INSERT INTO bare_jobs (kind, args, at)
			SELECT 'fanout', jsonb_build_object('payment_id', id, 'state', state), $2 FROM payment`,
			int64(number%bareRows)+1, due)
		if err == nil && tag.RowsAffected() != 1 {
			err = fmt.Errorf("bench: a bare transaction added %d jobs", tag.RowsAffected())
		}
		calls.note(flowCalls-1, due)
		return err
	}}
}

// signLoad does nothing but sign answers of the usual length.
func signLoad(sign *operator.Signer, workers int, life time.Duration) load {
	body := make([]byte, 256)
	return load{workers: workers, life: life, flow: func(_ context.Context, _, _ int, due time.Time, calls *callTimes) error {
		_, err := sign.Sign("", body)
		calls.note(flowCalls-1, due)
		return err
	}}
}
