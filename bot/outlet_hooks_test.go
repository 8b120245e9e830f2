package main

import (
	"context"
	"fmt"
	"net/http"

	"elkart.kg/trade/bot/demo/telegram/chatscript"
	"elkart.kg/trade/payments"
)

// statusRecipient is the wire's "no such recipient" (operator regulation, §3).
const statusRecipient = 452

// hookScan pays, with any bank's app, the code that the script looked at last:
// what is printed stays what it is, whatever happens to the outlet.
func (w *world) hookScan(ctx context.Context, s *chatscript.Session, args string) error {
	return w.scan(ctx, s, args, http.StatusOK)
}

// hookRefused scans the same code, and it has to be nobody's.
func (w *world) hookRefused(ctx context.Context, s *chatscript.Session, args string) error {
	return w.scan(ctx, s, args, statusRecipient)
}

func (w *world) scan(ctx context.Context, s *chatscript.Session, args string, want int) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	sum, err := payments.ParseMoney(args)
	if err != nil {
		return err
	}
	paid, err := w.Operator.Pay(ctx, s.QR, int64(sum))
	if err != nil {
		return err
	}
	if ok := paid.Status == int(payments.StatusSuccess); ok != (want == http.StatusOK) || !ok && paid.Code != want {
		return fmt.Errorf("the code %s ended with %d, refusal %d %s, steps %+v", s.QR, paid.Status, paid.Code, paid.Message, paid.Steps)
	}
	return w.settle(ctx)
}

// hookHire makes the acting person a member of the newest merchant, in the
// role named; they have to have written once.
func (w *world) hookHire(ctx context.Context, s *chatscript.Session, args string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	_, err := w.pool.Exec(ctx, `
		WITH merchant AS (SELECT id FROM merchants ORDER BY id DESC LIMIT 1),
		member AS (INSERT INTO members (merchant_id, person_id, role, created_at) SELECT id, $1, $2, now() FROM merchant)
		UPDATE people SET merchant_id = merchant.id, phone = $3, consented_at = now(),
			outlet_id = (SELECT id FROM outlets WHERE merchant_id = merchant.id AND state <> 'archived' ORDER BY id LIMIT 1)
		FROM merchant WHERE people.id = $1`, s.User.ID, args, s.User.Phone)
	return err
}

// hookCredited demands that the newest payment goes to the card that ends so.
func (w *world) hookCredited(ctx context.Context, _ *chatscript.Session, args string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	var last4 string
	err := w.pool.QueryRow(ctx, `
		SELECT k.last4 FROM credits c JOIN cards k ON k.id = c.card_id ORDER BY c.payment_id DESC LIMIT 1`).Scan(&last4)
	if err != nil {
		return fmt.Errorf("the newest credit: %w", err)
	}
	if last4 != args {
		return fmt.Errorf("the newest payment goes to •••• %s, want %s", last4, args)
	}
	return nil
}
