package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"elkart.kg/trade/bot/demo/telegram/chatscript"
	"elkart.kg/trade/payments"
)

// hookInline is what becomes of a message that was sent through inline mode:
// "open part" follows its button to the page, which must say so; "pay 500" pays
// by the code behind the button, "refused 500" must not be able to; "deaf" and
// "hears" are BotFather's inline feedback; "links 2" counts the person's
// charges, "drafts 2" what was offered and is none.
func (w *world) hookInline(ctx context.Context, s *chatscript.Session, args string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	word, rest, _ := strings.Cut(args, " ")
	switch word {
	case "deaf", "hears":
		w.Telegram.SetInlineFeedback(word == "hears")
		return nil
	case "links", "drafts":
		return w.waitCount(ctx, `SELECT count(*) FROM `+word+` WHERE created_by = $1 AND amount > 0`, s.User.ID, rest)
	}
	if len(s.Inline.Buttons) == 0 {
		return fmt.Errorf("the message has no button")
	}
	address := s.Inline.Buttons[0][0].URL
	if word == "open" {
		page, err := get(ctx, address)
		if err == nil && !strings.Contains(page, rest) {
			err = fmt.Errorf("the page of %s does not say %q", address, rest)
		}
		return err
	}
	if at := strings.LastIndex(address, "/p/"); at >= 0 {
		err := w.pool.QueryRow(ctx, `SELECT uri FROM drafts WHERE code = $1 UNION ALL SELECT uri FROM links WHERE code = $1`,
			address[at+len("/p/"):]).Scan(&address)
		if err != nil {
			return err
		}
	}
	sum, err := payments.ParseMoney(rest)
	if err != nil {
		return err
	}
	paid, err := w.Operator.Pay(ctx, address, int64(sum))
	if err == nil && (paid.Status == int(payments.StatusSuccess)) != (word == "pay") {
		err = fmt.Errorf("payment ended with %d %s, steps %+v", paid.Status, paid.Message, paid.Steps)
	}
	return err
}

// waitCount waits until a query counts so many: a choice is heard of some time
// after it was made, and there is no signal for "nothing more is to come".
func (w *world) waitCount(ctx context.Context, query string, person int64, want string) error {
	for {
		var n int
		if err := w.pool.QueryRow(ctx, query, person).Scan(&n); err != nil {
			return fmt.Errorf("not %s but %d: %w", want, n, err)
		}
		if fmt.Sprint(n) == want {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d, want %s: %w", n, want, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}
