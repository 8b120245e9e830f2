package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

// A chat takes a message a second. Where many charges are paid at once, that
// money came is told before the messages that show the charges are edited.
func TestPaidIsToldBeforeMessagesAreEdited(t *testing.T) {
	const charges = 8
	w := newWorld(t)
	w.merchant()
	ctx := t.Context()
	if err := w.runner().Run(ctx, "charges", "@user aigul\n"+strings.Repeat("> 700\n<photo\n", charges)); err != nil {
		t.Fatal(err)
	}
	rows, err := w.pool.Query(ctx, `SELECT uri FROM links WHERE kind = 'charge'`)
	if err != nil {
		t.Fatal(err)
	}
	var orders []payments.Order
	for rows.Next() {
		var link payments.Link
		if err := rows.Scan(&link.URI); err != nil {
			t.Fatal(err)
		}
		orders = append(orders, w.order(link, 0, fmt.Sprint("pace-", len(orders))))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	w.pace = 0
	w.restart()
	before := len(w.Telegram.Calls())
	for _, order := range orders {
		w.must(w.Operator.Create(ctx, order))
		w.must(w.Operator.Execute(ctx, order.OperatorID))
		w.must(w.Operator.Update(ctx, order.OperatorID, payments.StatusSuccess, time.Now()))
	}
	if err := w.settle(ctx); err != nil {
		t.Fatal(err)
	}
	told, edits, editsBefore := 0, 0, 0
	for _, c := range w.Telegram.Calls()[before:] {
		switch {
		case c.Method == "sendMessage":
			told, editsBefore = told+1, edits
		case strings.HasPrefix(c.Method, "editMessage"):
			edits++
		}
	}
	// A chat has a burst of five, some of it from before anything is paid, and
	// what a notice leaves free while it waits in the queue.
	if told != charges || editsBefore > charges {
		t.Errorf("%d notices, and %d of %d edits before the last, want %d and about five", told, editsBefore, edits, charges)
	}
}
