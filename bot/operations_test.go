package main

import (
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/payments"
)

// The people who run it hear of a day once, however often and wherever the
// clock puts its job down, and not before eight.
func TestOperationsAreToldOnceADay(t *testing.T) {
	const chat = 700
	w := newWorld(t, func(c *config) { c.adminChat = chat })
	w.Telegram.AddUser(telegram.User{ID: chat, FirstName: "Admin", LanguageCode: "ky"})
	if _, err := w.Telegram.SendText(chat, "/start"); err != nil { // bots may not write first
		t.Fatal(err)
	}
	clock := time.Date(2021, 11, 20, 21, 0, 0, 0, time.UTC) // three in the morning of the 21st
	service := *w.app.service
	service.Now = func() time.Time { return clock }
	work := &jobs{service: &service, timeZone: "Asia/Bishkek", adminChat: chat}
	if periodic, err := work.operationsSchedule(); err != nil || periodic == nil {
		t.Fatalf("no schedule: %v", err)
	}
	if periodic, err := (&jobs{}).operationsSchedule(); err != nil || periodic != nil {
		t.Errorf("a schedule without a chat: %v", err)
	}
	for range 3 {
		args, opts := work.operationsJob()
		if want := time.Date(2021, 11, 21, 8, 0, 0, 0, payments.Bishkek()); args.(operationsArgs).Date != 20211120 || !opts.ScheduledAt.Equal(want) {
			t.Errorf("%+v at %s, want the 20th at %s", args, opts.ScheduledAt, want)
		}
		opts.ScheduledAt = time.Time{}
		if _, err := w.app.queue.Insert(t.Context(), args, opts); err != nil {
			t.Fatal(err)
		}
		if err := w.settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(7 * time.Hour)
	}
	told := 0
	for _, m := range w.Telegram.Chat(chat).Messages {
		if m.FromBot && strings.Contains(m.Text, "20.11.2021") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	var put int
	if err := w.pool.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'operations' AND args->>'date' = '20211120'`).Scan(&put); err != nil || put != 1 {
		t.Errorf("%d jobs for one day, %v", put, err)
	}
}
