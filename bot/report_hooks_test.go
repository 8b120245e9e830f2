package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"elkart.kg/trade/bot/demo/telegram"
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

// hookSame keeps the message matched last under a name, and from then on wants
// the same text, picture and file under it, to the byte.
func (w *world) hookSame(ctx context.Context, s *chatscript.Session, name string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	now := sample{text: s.Message.Text}
	for _, file := range []*telegram.File{s.Message.Photo, s.Message.Document} {
		if file == nil {
			continue
		}
		_, _, data, err := w.Telegram.File(file.ID)
		if err != nil {
			return err
		}
		now.data = append(now.data, data...)
	}
	then, known := w.samples[name]
	switch {
	case !known:
		w.samples[name] = now
	case now.text != then.text:
		return fmt.Errorf("%s says\n%s\nand said\n%s", name, now.text, then.text)
	case !bytes.Equal(now.data, then.data):
		return fmt.Errorf("%s is %d other bytes than the %d before", name, len(now.data), len(then.data))
	}
	return nil
}

// sample is a message as it was.
type sample struct {
	text string
	data []byte
}
