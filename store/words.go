package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/payments"
)

// oldWords is of how many payments the words are kept in one transaction.
const oldWords = 1000

// keepOldWords keeps the words of payments from before migration 00014, newest
// first; which they are is Go's to say. Where it is broken off, the next start
// goes on.
func keepOldWords(ctx context.Context, pool *pgxpool.Pool) error {
	for more := true; more; {
		err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) (err error) {
			more, err = keepSomeOldWords(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func keepSomeOldWords(ctx context.Context, tx pgx.Tx) (more bool, err error) {
	var upTo int64
	err = tx.QueryRow(ctx, `SELECT up_to FROM payment_words_due FOR UPDATE`).Scan(&upTo)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	batch, err := many[payments.Payment](ctx, tx,
		`SELECT `+paymentColumns+` FROM payments p WHERE p.id <= $1 ORDER BY p.id DESC LIMIT $2`, upTo, oldWords)
	if err != nil {
		return false, err
	}
	writes := &pgx.Batch{}
	for _, p := range batch {
		if words := payments.StemList(p.Comment); len(words) > 0 && !p.FinalAt.IsZero() {
			writes.Queue(insertWords, p.MerchantID, words, p.FinalAt, p.ID)
		}
	}
	if len(batch) == oldWords && batch[oldWords-1].ID > 1 {
		writes.Queue(`UPDATE payment_words_due SET up_to = $1`, batch[oldWords-1].ID-1)
	} else {
		writes.Queue(`DELETE FROM payment_words_due`)
	}
	return true, tx.SendBatch(ctx, writes).Close()
}

// insertWords keeps what a payment that is over is found by.
const insertWords = `
	INSERT INTO payment_words (merchant_id, word, at, payment_id) SELECT $1, unnest($2::text[]), $3, $4
	ON CONFLICT DO NOTHING`
