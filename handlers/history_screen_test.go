package handlers

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// sampleEntry is a payment so many hours before noon.
func sampleEntry(id payments.PaymentID, hours int, state payments.PaymentState) payments.HistoryEntry {
	return payments.HistoryEntry{
		Payment: payments.Payment{ID: id, OutletID: 1 + payments.OutletID(id)%2, State: state, Amount: 1250_50, Comment: "2 самсы <3"},
		Amount:  1250_50, At: noon.Add(-time.Duration(hours) * time.Hour),
	}
}

// sampleHistory is a page with all that an entry can be.
func sampleHistory() payments.HistoryPage {
	page := payments.HistoryPage{
		Merchant: payments.Merchant{TimeZone: "Asia/Bishkek", Cutoff: 4},
		Outlets:  []payments.Outlet{{ID: 1, Name: hostileName}, {ID: 2, Name: "Базар"}},
		Open:     []payments.HistoryEntry{sampleEntry(20, 0, payments.PaymentExecuting), sampleEntry(19, 0, payments.PaymentCreated)},
		MoreOpen: true,
		Entries: []payments.HistoryEntry{
			sampleEntry(9, 1, payments.PaymentSucceeded),
			sampleEntry(8, 9, payments.PaymentReversed), // after midnight, and still the day before
			sampleEntry(7, 20, payments.PaymentSucceeded),
			sampleEntry(6, 21, payments.PaymentSucceeded),
			sampleEntry(5, 48, payments.PaymentSucceeded),
		},
		Days: []payments.HistoryDay{
			{Date: 20260509, Figures: payments.Figures{Taken: payments.Takings{Count: 1, Total: 1250_50}}},
			{Date: 20260508, Figures: payments.Figures{
				Taken:    payments.Takings{Count: 3, Total: 3751_50},
				Reversed: payments.Takings{Count: 1, Total: 1250_50}, Refunded: payments.Takings{Count: 2, Total: 1500_50},
			}},
			{Date: 20260507, Figures: payments.Figures{Taken: payments.Takings{Count: 22, Total: 25000_00}}},
		},
		Older: payments.Position{At: noon.Add(-48 * time.Hour), ID: 5},
	}
	page.Entries[2].Refunded, page.Entries[3].Refunded = 1250_50, 250_00
	page.Entries[4].Payment.Comment = strings.Repeat("очень длинный комментарий ", 5)
	return page
}

func historyScreens(t *testing.T, p *locales.Printer) []namedScreen {
	t.Helper()
	full := sampleHistory()
	narrow := sampleHistory()
	narrow.Ask = payments.HistoryAsk{
		OutletID: 2, Kind: payments.HistoryRefunded, Period: payments.HistoryDates, First: 20260501, Last: 20260509,
		SellerID: 7, LinkID: 42, SearchID: 3, From: payments.Position{At: noon, ID: 10},
	}
	narrow.First, narrow.Last, narrow.Seller.Name = 20260501, 20260509, hostileName
	narrow.Link = payments.Link{Kind: payments.LinkReusable, Comment: "Абонемент <1>", Amount: 3000_00}
	narrow.Search.Text, narrow.Open, narrow.Days = "кофе <b>", nil, nil
	narrow.Counted, narrow.Found = true, payments.Takings{Count: 5, Total: 6252_50}
	narrow.Newer = payments.Position{At: noon, ID: 9}
	for i := range narrow.Entries {
		narrow.Entries[i].RefundID = payments.RefundID(i + 1)
	}
	period := sampleHistory()
	period.Ask = payments.HistoryAsk{Period: payments.HistoryToday}
	period.First, period.Last, period.Open, period.Outlets = 20260509, 20260509, nil, period.Outlets[:1]
	period.Entries, period.Figures = period.Entries[:1], &payments.Figures{
		Taken: payments.Takings{Count: 1, Total: 1250_50}, Refunded: payments.Takings{Count: 1, Total: 100_00}, Fees: 11_25,
	}
	ended := sampleHistory()
	ended.Ask, ended.Open, ended.Days = payments.HistoryAsk{Kind: payments.HistoryEnded}, nil, nil
	ended.Entries = []payments.HistoryEntry{sampleEntry(4, 1, payments.PaymentFailed), sampleEntry(3, 2, payments.PaymentCancelled)}
	rare := payments.HistoryPage{
		Merchant: full.Merchant, Ask: payments.HistoryAsk{SearchID: 3}, Search: payments.Search{Text: "кофе 500"},
		LookedTo: noon.Add(-2400 * time.Hour), Older: payments.Position{At: noon.Add(-2400 * time.Hour), ID: 5},
	}
	nothing := payments.HistoryPage{Merchant: full.Merchant}
	notFound := payments.HistoryPage{Merchant: full.Merchant, Ask: payments.HistoryAsk{SearchID: 3}, Search: payments.Search{Text: "кофе"}}
	choices := payments.HistoryChoices{
		Outlets: full.Outlets, Sellers: []payments.Seller{{ID: 7, Name: hostileName}, {ID: 8, Name: "Бек"}},
		Links: []payments.Link{
			{ID: 1, Kind: payments.LinkStatic, OutletID: 1},
			{ID: 42, Kind: payments.LinkReusable, OutletID: 1, Comment: "Абонемент <1>", Amount: 3000_00},
			{ID: 43, Kind: payments.LinkReusable, OutletID: 1, Comment: "Чаевые"},
			{ID: 44, Kind: payments.LinkReusable, OutletID: 1, Amount: 50_00},
			{ID: 45, Kind: payments.LinkReusable, OutletID: 2},
		},
	}
	choice := func(c payments.HistoryChoices, what string, ask payments.HistoryAsk) chat.Screen {
		screen, ok := historyChoiceScreen(p, c, what, 0, ask)
		if !ok {
			t.Errorf("there is no choice %q", what)
		}
		return screen
	}
	return []namedScreen{
		{"everything", historyScreen(p, full, noon)},
		{"narrowed to refunds, second page", historyScreen(p, narrow, noon)},
		{"today, one outlet", historyScreen(p, period, noon)},
		{"not completed", historyScreen(p, ended, noon)},
		{"rare, not found so far", historyScreen(p, rare, noon)},
		{"nothing yet", historyScreen(p, nothing, noon)},
		{"nothing found", historyScreen(p, notFound, noon)},
		{"filter", historyFilterScreen(p, full)},
		{"filter of what is narrowed", historyFilterScreen(p, narrow)},
		{"filter with one outlet", historyFilterScreen(p, period)},
		{"choose an outlet", choice(choices, chooseOutlet, payments.HistoryAsk{OutletID: 2, LinkID: 42})},
		{"choose a cashier", choice(choices, chooseSeller, payments.HistoryAsk{})},
		{"choose of no cashiers", choice(payments.HistoryChoices{}, chooseSeller, payments.HistoryAsk{})},
		{"choose a link", choice(choices, chooseLink, payments.HistoryAsk{LinkID: 42})},
		{"find", findScreen(p)},
	}
}

// anyPage is a page as it may be asked for, with ids as long as they get.
func anyPage() *rapid.Generator[payments.HistoryAsk] {
	return rapid.Custom(func(t *rapid.T) payments.HistoryAsk {
		id := func(name string, bits int) int64 {
			return rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, 1<<bits-1)).Draw(t, name)
		}
		a := payments.HistoryAsk{
			OutletID: payments.OutletID(id("outlet", 28)), Kind: rapid.SampledFrom(payments.HistoryKinds()).Draw(t, "kind"),
			Period:   rapid.SampledFrom(payments.HistoryPeriods()).Draw(t, "period"),
			SellerID: payments.PersonID(id("seller", 52)), LinkID: payments.LinkID(id("link", 35)), SearchID: payments.SearchID(id("search", 35)),
		}
		if a.Period == payments.HistoryDates {
			a.First = dateOfDays(rapid.Int64Range(0, 20000).Draw(t, "first"))
			a.Last = a.First.Plus(rapid.IntRange(0, 800).Draw(t, "days"))
		}
		if at := id("from", 52); at != 0 {
			a.From = payments.Position{At: historyEpoch.Add(time.Duration(at) * time.Microsecond), ID: id("id", 35)}
			a.Order = payments.HistoryOrder(rapid.Bool().Draw(t, "order"))
		}
		return a
	})
}

// A page fits into its button and comes out of it as it went in; where ids are
// as long as they will hardly ever be, it is the first page of the same filter.
func TestPagesOfHistoryFitIntoButtons(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ask := anyPage().Draw(t, "page")
		first := ask
		first.From, first.Order = payments.Position{}, payments.NewestFirst
		for _, action := range []chat.Action{
			historyAction(ask, actionHistory), historyAction(ask, actionHistoryOpen, int64(1)<<40),
			historyAction(first, actionHistoryChoose, chooseOutlet, 24), historyAction(first, actionHistoryDays),
		} {
			data, err := action.Data()
			if err != nil {
				t.Fatalf("%+v: %v", ask, err)
			}
			parsed, err := chat.ParseAction(data)
			if err != nil {
				t.Fatal(err)
			}
			packed := ""
			if ask != (payments.HistoryAsk{}) && first != (payments.HistoryAsk{}) || len(parsed.Args) > 0 && parsed.Name == actionHistory {
				packed = parsed.Args[len(parsed.Args)-1]
			}
			got, err := unpackHistory(packed)
			if err != nil {
				t.Fatalf("%s: %v", data, err)
			}
			if d, d2 := cmp.Diff(got, ask), cmp.Diff(got, first); d != "" && d2 != "" {
				t.Fatalf("%s (-got +want):\n%s", data, d)
			}
		}
		if got, err := unpackHistory(packHistory(ask)); err != nil || cmp.Diff(got, ask) != "" {
			t.Fatalf("%+v, %v, want %+v", got, err, ask)
		}
	})
}

// What nobody wrote is no page.
func FuzzUnpackHistory(f *testing.F) {
	for _, ask := range []payments.HistoryAsk{{OutletID: 7}, {Period: payments.HistoryDates, First: 20261101, Last: 20261115}, {From: payments.Position{At: noon, ID: 9}}} {
		f.Add(packHistory(ask))
	}
	f.Add("AAAA")
	f.Add("_____________________________")
	f.Fuzz(func(t *testing.T, s string) {
		ask, err := unpackHistory(s)
		if err == nil && s != "" && packHistory(ask) != s {
			t.Errorf("%q is %+v, which is %q", s, ask, packHistory(ask))
		}
	})
}
