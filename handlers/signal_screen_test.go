package handlers

import (
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

func sampleSignal(kind payments.SignalKind, link payments.Link) payments.SignalNews {
	link.ID, link.ExpiresAt = 42, noon.Add(72*time.Hour)
	return payments.SignalNews{
		Signal: kind, Link: link, Outlet: payments.Outlet{Name: hostileName}, Merchant: payments.Merchant{TimeZone: "Asia/Bishkek"},
	}
}

func signalScreens(p *locales.Printer) []namedScreen {
	coffee := payments.Link{Kind: payments.LinkCharge, State: payments.LinkActive, Amount: 1250_50, Comment: "2 самсы <3"}
	cancelled, expired := coffee, coffee
	cancelled.State, expired.State = payments.LinkCancelled, payments.LinkExpired
	static := payments.Link{Kind: payments.LinkStatic, State: payments.LinkPaused}
	return []namedScreen{
		{"declined", linkSignalScreen(p, sampleSignal(payments.SignalDecline, coffee))},
		{"declined, and closed since", linkSignalScreen(p, sampleSignal(payments.SignalDecline, cancelled))},
		{"asked", linkSignalScreen(p, sampleSignal(payments.SignalAsk, expired))},
		{"asked at a static code", linkSignalScreen(p, sampleSignal(payments.SignalAsk, static))},
	}
}

// A new link over the same sum is one press away; an open sum has none.
func TestLinkSignalScreenLeadsOn(t *testing.T) {
	b := &Bot{catalog: catalog(t), now: func() time.Time { return noon }}
	reader := payments.Person{Language: "ru"}
	link := payments.Link{Kind: payments.LinkCharge, State: payments.LinkExpired, Amount: 500_00}
	screen := b.LinkSignalScreen(reader, sampleSignal(payments.SignalAsk, link))
	if got := screen.Buttons[0][0]; got.Action.Name != actionAgain || target(t, got) != "again:42" || !strings.Contains(got.Text, "500 сом") {
		t.Errorf("button %+v", got)
	}
	link.Amount = 0
	screen = b.LinkSignalScreen(reader, sampleSignal(payments.SignalAsk, link))
	if got := screen.Buttons[0][0]; got.Action.Name != actionPay {
		t.Errorf("open sum: button %+v", got)
	}
}
