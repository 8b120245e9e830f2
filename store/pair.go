package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"elkart.kg/trade/payments"
)

// pair collects a single row into two structs by the names of their columns.
// Those of the second begin with the row's second "id".
func pair[A, B any](ctx context.Context, db database, sql string, args ...any) (a A, b B, err error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return a, b, err
	}
	_, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (struct{}, error) {
		columns := row.FieldDescriptions()
		second := 1
		for second < len(columns) && columns[second].Name != "id" {
			second++
		}
		a, err = pgx.RowToStructByName[A](partOfRow{CollectableRow: row, to: second})
		if err == nil {
			b, err = pgx.RowToStructByName[B](partOfRow{CollectableRow: row, from: second, to: len(columns)})
		}
		return struct{}{}, err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = payments.ErrNotFound
	}
	return a, b, err
}

// partOfRow is a row of which only some columns are looked at.
type partOfRow struct {
	pgx.CollectableRow
	from, to int
}

// FieldDescriptions returns the part's columns.
func (p partOfRow) FieldDescriptions() []pgconn.FieldDescription {
	return p.CollectableRow.FieldDescriptions()[p.from:p.to]
}

// Scan reads the part's columns.
func (p partOfRow) Scan(dest ...any) error {
	all := make([]any, len(p.CollectableRow.FieldDescriptions())) // nil: passed over
	copy(all[p.from:p.to], dest)
	return p.CollectableRow.Scan(all...)
}
