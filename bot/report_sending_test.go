package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"elkart.kg/trade/bot/demo/telegram"
)

// evening is a merchant with many owners, who are all due a report at nine.
type evening struct {
	*world
	owners []int64
}

func newEvening(t *testing.T, owners int) evening {
	t.Helper()
	e := evening{world: newWorld(t)}
	desk := e.merchant()
	ctx := t.Context()
	for i := range owners {
		id := int64(50_001 + i)
		e.Telegram.AddUser(telegram.User{ID: id, FirstName: fmt.Sprint("Owner ", i), LanguageCode: "ru"})
		if _, err := e.Telegram.SendText(id, "/start"); err != nil {
			t.Fatal(err)
		}
		e.owners = append(e.owners, id)
	}
	if err := e.settle(ctx); err != nil {
		t.Fatal(err)
	}
	if err := e.hookUntil(ctx, nil, "12:00"); err != nil {
		t.Fatal(err)
	}
	e.sql(`UPDATE people SET language = 'ru' WHERE id > 50000`)
	e.sql(`INSERT INTO members (merchant_id, person_id, role, created_at) SELECT $1, id, 'owner', $2 FROM people WHERE id > 50000`, desk.Merchant.ID, e.now())
	e.sql(`UPDATE report_schedules SET enabled = false WHERE person_id < 50000 OR kind <> 'daily'`)
	if err := e.hookReports(ctx, nil, ""); err != nil { // reckons
		t.Fatal(err)
	}
	if _, err := e.Operator.Pay(ctx, desk.Static.URI, 321_00); err != nil {
		t.Fatal(err)
	}
	if err := e.settle(ctx); err != nil {
		t.Fatal(err)
	}
	if err := e.hookUntil(ctx, nil, "21:00"); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e evening) sql(sql string, args ...any) {
	e.t.Helper()
	if _, err := e.pool.Exec(e.t.Context(), sql, args...); err != nil {
		e.t.Fatal(err)
	}
}

func (e evening) must(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

// told wants every owner to have been told of the day once.
func (e evening) told(when string) {
	e.t.Helper()
	for _, id := range e.owners {
		n := 0
		for _, m := range e.Telegram.Chat(id).Messages {
			if m.FromBot && m.Photo != nil && strings.Contains(m.Text, "Выручка: 321") {
				n++
			}
		}
		if n != 1 {
			e.t.Errorf("%s: owner %d is told %d times", when, id, n)
		}
	}
	var open int
	e.must(e.pool.QueryRow(e.t.Context(), `SELECT count(*) FROM reports WHERE done_at IS NULL`).Scan(&open))
	if open != 0 {
		e.t.Errorf("%s: %d reports are open", when, open)
	}
}

// The program ends while Telegram hangs in the middle of the sending; what it
// had begun is taken up by the next start, and so is what a killed process had.
func TestReportsAfterAnEndInTheMiddle(t *testing.T) {
	e := newEvening(t, 14)
	ctx := t.Context()
	for _, id := range e.owners[:3] {
		e.Telegram.Fault(telegram.Fault{Method: "sendPhoto", Chat: id, Times: -1, Kind: telegram.Timeout()})
	}
	e.must(e.app.service.MakeReports(ctx))
	for begun := false; !begun; {
		e.must(e.pool.QueryRow(ctx, `
			SELECT count(*) FILTER (WHERE state = 'running') >= 3 AND count(*) FILTER (WHERE state = 'completed') >= 11
			FROM river_job WHERE kind = 'send_report'`).Scan(&begun))
	}
	e.stop()
	e.Telegram.ClearFaults()
	e.sql(`UPDATE river_job SET state = 'running', attempted_at = now(), attempt = 1, attempted_by = ARRAY['killed'], finalized_at = NULL
		WHERE kind = 'send_report' AND state <> 'completed'`)
	e.restart()
	e.must(e.settle(ctx))
	e.told("after the end")
	e.must(e.hookReports(ctx, nil, ""))
	e.told("a minute later")
}

// Telegram asks for patience in the middle, and loses a connection: everybody
// is told once.
func TestReportsWhenTelegramIsBusy(t *testing.T) {
	e := newEvening(t, 8)
	ctx := t.Context()
	e.Telegram.Fault(telegram.Fault{Method: "sendPhoto", Times: 3, Kind: telegram.Status(429, "Too Many Requests: retry after 1", 1)})
	e.Telegram.Fault(telegram.Fault{Method: "sendPhoto", Times: 2, Kind: telegram.Status(502, "Bad Gateway", 0)})
	e.Telegram.Fault(telegram.Fault{Method: "sendPhoto", Kind: telegram.DisconnectBefore()})
	e.must(e.hookReports(ctx, nil, ""))
	e.told("after all")
}

// Two programs over one database look at the clock at the same moment and share
// the work.
func TestTwoProgramsSendReports(t *testing.T) {
	e := newEvening(t, 12)
	ctx := t.Context()
	other, err := wire(ctx, e.cfg, e.pool, e.log, extras{now: e.now, pace: -1})
	e.must(err)
	e.must(other.queue.Start(context.WithoutCancel(ctx)))
	e.must(tell(other.queue))
	made := make(chan error, 2)
	for _, a := range []*app{e.app, other} {
		go func() { made <- a.service.MakeReports(ctx) }()
	}
	e.must(<-made)
	e.must(<-made)
	e.must(e.settle(ctx))
	e.must(other.queue.Stop(context.WithoutCancel(ctx)))
	other.sender.Close()
	other.outward.CloseIdleConnections()
	e.told("by two")
}
