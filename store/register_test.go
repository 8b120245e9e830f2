package store_test

import (
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

// A step that is done twice, or by many at once, is done once.
func TestRegistrationIsIdempotent(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	must(t, ignore(w.Meet(ctx, payments.Acquaintance{ID: 1, Name: "Айгүл"})))
	must(t, w.SetPhone(ctx, 1, "+996555123456"))
	must(t, w.Consent(ctx, 1))
	draft := payments.OutletDraft{Name: "Ала-Тоо", Category: "cafe", Key: "setup"}
	together(20, func(int) {
		if _, err := w.OpenOutlet(t.Context(), 1, draft); err != nil {
			t.Errorf("open outlet: %v", err)
		}
	})
	number, err := payments.ParseCardNumber("9417123412341234")
	must(t, err)
	together(20, func(int) {
		if _, err := w.AddCard(t.Context(), 1, number, "u7"); err != nil {
			t.Errorf("add card: %v", err)
		}
	})
	together(20, func(int) {
		if _, err := w.Charge(t.Context(), 1, payments.ChargeDraft{Amount: 500_00, Key: "u8"}); err != nil {
			t.Errorf("charge: %v", err)
		}
	})
	for table, want := range map[string]int{"merchants": 1, "members": 1, "outlets": 1, "cards": 1, "links": 2} {
		if got := w.count(t, `SELECT count(*) FROM `+table); got != want {
			t.Errorf("%d rows in %s, want %d", got, table, want)
		}
	}
}

func TestRegistrationInOrder(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	draft := payments.OutletDraft{Name: "Ала-Тоо", Category: "cafe", Key: "setup"}
	want := func(step string, err error, code payments.Code) {
		t.Helper()
		if payments.CodeOf(err) != code {
			t.Errorf("%s: %v, want %s", step, err, code)
		}
	}
	want("a stranger's outlet", ignore(w.OpenOutlet(ctx, 1, draft)), payments.CodeNotRegistered)
	must(t, ignore(w.Meet(ctx, payments.Acquaintance{ID: 1, Name: "Айгүл"})))
	want("no phone", ignore(w.OpenOutlet(ctx, 1, draft)), payments.CodeNotRegistered)
	want("a phone that is none", w.SetPhone(ctx, 1, "0555123456"), payments.CodePhoneMalformed)
	must(t, w.SetPhone(ctx, 1, "+996555123456"))
	want("no consent", ignore(w.OpenOutlet(ctx, 1, draft)), payments.CodeNoConsent)
	must(t, w.Consent(ctx, 1))
	for name, code := range map[string]payments.Code{
		"": payments.CodeNameMalformed, " \u200b\n ": payments.CodeNameMalformed, "☕": payments.CodeNameMalformed,
		strings.Repeat("к", 65): payments.CodeNameMalformed,
	} {
		bad := draft
		bad.Name = name
		want("the name "+name, ignore(w.OpenOutlet(ctx, 1, bad)), code)
	}
	bad := draft
	bad.Category = "casino"
	want("an unknown category", ignore(w.OpenOutlet(ctx, 1, bad)), payments.CodeCategoryUnknown)
	must(t, ignore(w.OpenOutlet(ctx, 1, draft)))
	want("a charge without a card", ignore(w.Charge(ctx, 1, payments.ChargeDraft{Amount: 500_00, Key: "u1"})), payments.CodeNotRegistered)
}

// The card form works once, for a quarter of an hour, and the newest wins.
func TestCardForm(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.merchant(t, 1)
	number, err := payments.ParseCardNumber("9417999988887777")
	must(t, err)
	first, err := w.OpenCardForm(ctx, 1, 0)
	must(t, err)
	second, err := w.OpenCardForm(ctx, 1, 0)
	must(t, err)
	expired := func(token string) {
		t.Helper()
		if _, err := w.AddCardByForm(ctx, token, number); payments.CodeOf(err) != payments.CodeCardFormExpired {
			t.Errorf("form %q: %v, want %s", token, err, payments.CodeCardFormExpired)
		}
	}
	expired(first)
	expired("nonsense")
	expired(payments.NewCode())
	added := 0
	results := make([]error, 20)
	together(len(results), func(i int) { _, results[i] = w.AddCardByForm(ctx, second, number) })
	for _, err := range results {
		if err == nil {
			added++
		} else if payments.CodeOf(err) != payments.CodeCardFormUsed {
			t.Errorf("form used at once: %v", err)
		}
	}
	if added != 1 || w.jobs(t, "card_added") != 1 {
		t.Errorf("the form worked %d times, told %d times, want once", added, w.jobs(t, "card_added"))
	}
	third, err := w.OpenCardForm(ctx, 1, 0)
	must(t, err)
	w.advance(payments.CardFormLife)
	expired(third)
	if desk, err := w.Desk(ctx, 1); err != nil || desk.Card == nil || desk.Card.Last4 != "7777" {
		t.Errorf("card %+v, %v", desk.Card, err)
	}
	// What is kept must not show the number, in any column.
	for _, table := range []string{"cards", "card_forms", "river_job"} {
		if got := w.count(t, `SELECT count(*) FROM `+table+` r WHERE r::text LIKE '%99998888%' OR r::text LIKE '%'||encode('99998888','hex')||'%'`); got != 0 {
			t.Errorf("%s holds the card number", table)
		}
	}
}

// A bar's day ends at four in the morning.
func TestDayOf(t *testing.T) {
	m := payments.Merchant{TimeZone: "Asia/Bishkek", Cutoff: 4}
	day := m.DayOf(time.Date(2026, 3, 1, 21, 59, 0, 0, time.UTC)) // 03:59 on the 2nd
	if want := time.Date(2026, 2, 28, 22, 0, 0, 0, time.UTC); !day.From.Equal(want) || !day.To.Equal(want.Add(24*time.Hour)) {
		t.Errorf("day %v", day)
	}
}
