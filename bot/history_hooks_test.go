package main

import (
	"context"
	"fmt"

	"elkart.kg/trade/bot/demo/telegram/chatscript"
	"elkart.kg/trade/payments"
)

// hookScans pays the code that the script looked at last so many times, a som
// more each time: "12 100".
func (w *world) hookScans(ctx context.Context, s *chatscript.Session, args string) error {
	var times, first int64
	if _, err := fmt.Sscan(args, &times, &first); err != nil {
		return err
	}
	for i := range times {
		paid, err := w.Operator.Pay(ctx, s.QR, (first+i)*int64(payments.Som))
		if err != nil || paid.Status != int(payments.StatusSuccess) {
			return fmt.Errorf("scan %d: %+v, %w", i, paid, err)
		}
	}
	return w.settle(ctx)
}

// hookLimit makes the acting person work in the outlet with this name only.
func (w *world) hookLimit(ctx context.Context, s *chatscript.Session, outlet string) error {
	_, err := w.pool.Exec(ctx, `
		WITH place AS (SELECT id, merchant_id FROM outlets WHERE name = $2),
		member AS (INSERT INTO member_outlets (merchant_id, person_id, outlet_id) SELECT merchant_id, $1, id FROM place)
		UPDATE people SET outlet_id = place.id FROM place WHERE people.id = $1`, s.User.ID, outlet)
	return err
}
