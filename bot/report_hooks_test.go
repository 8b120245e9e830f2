package main

import (
	"context"
	"fmt"
	"time"

	"elkart.kg/trade/bot/demo/telegram/chatscript"
	"elkart.kg/trade/payments"
)

// hookUntil moves the clock to the next time of the day given, in Bishkek.
func (w *world) hookUntil(_ context.Context, _ *chatscript.Session, args string) error {
	wanted, err := time.Parse("15:04", args)
	if err != nil {
		return err
	}
	now := w.now().In(payments.Bishkek())
	next := time.Date(now.Year(), now.Month(), now.Day(), wanted.Hour(), wanted.Minute(), 0, 0, now.Location())
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	w.advance(next.Sub(now))
	return nil
}

// hookReports is the clock's minute: what is due is sent.
func (w *world) hookReports(ctx context.Context, _ *chatscript.Session, _ string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	if err := w.app.service.MakeReports(ctx); err != nil {
		return fmt.Errorf("make reports: %w", err)
	}
	return w.settle(ctx)
}
