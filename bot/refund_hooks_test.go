package main

import (
	"context"
	"fmt"
	"time"

	"elkart.kg/trade/bot/demo/telegram/chatscript"
	"elkart.kg/trade/payments"
)

// hookTwice presses the newest button whose label contains the text twice at
// once, as a finger does on a slow connection: the second press still has what
// the button carried when it was shown.
func (w *world) hookTwice(ctx context.Context, s *chatscript.Session, label string) error {
	message, data := newestButton(w.Telegram.Chat(s.User.ID), label)
	if data == "" {
		return fmt.Errorf("no button contains %q", label)
	}
	ended := make(chan error, 2)
	for range cap(ended) {
		go func() {
			_, err := w.Telegram.PressData(ctx, s.User.ID, message, data)
			ended <- err
		}()
	}
	for range cap(ended) {
		if err := <-ended; err != nil {
			return fmt.Errorf("press %s: %w", data, err)
		}
	}
	return w.settle(ctx)
}

// hookPayLate pays the newest charge of a sum so that it expires between create
// and execute: the payer had looked at it in time.
func (w *world) hookPayLate(ctx context.Context, s *chatscript.Session, args string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	sum, err := payments.ParseMoney(args)
	if err != nil {
		return err
	}
	// While the link's row is held here, create passes and execute waits.
	tx, err := w.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	var link int64
	var uri string
	var expires time.Time
	err = tx.QueryRow(ctx, `
		SELECT id, uri, expires_at FROM links WHERE created_by = $1 AND state = 'active' AND amount = $2
		ORDER BY id DESC LIMIT 1 FOR NO KEY UPDATE`, s.User.ID, sum).Scan(&link, &uri, &expires)
	if err != nil {
		return fmt.Errorf("a charge to pay %s with: %w", args, err)
	}
	w.advance(expires.Add(-20 * time.Second).Sub(w.now()))
	ended := make(chan error, 1)
	go func() {
		paid, err := w.Operator.Pay(ctx, uri, int64(sum))
		if err == nil && paid.Status != int(payments.StatusSuccess) {
			err = fmt.Errorf("payment ended with %d %s, steps %+v", paid.Status, paid.Message, paid.Steps)
		}
		ended <- err
	}()
	for created := false; !created; {
		if err := w.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM payments WHERE link_id = $1)`, link).Scan(&created); err != nil {
			return err
		}
		// The database is asked again; it gives no signal. The script's own time ends the wait.
		select {
		case err := <-ended:
			return fmt.Errorf("the payment did not wait to be executed: %w", err)
		case <-time.After(2 * time.Millisecond):
		}
	}
	w.advance(30 * time.Second)
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	if err := <-ended; err != nil {
		return err
	}
	return w.settle(ctx)
}
