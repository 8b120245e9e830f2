package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// annals is a merchant whose history is known: everything that the store may
// be asked for, read without it.
type annals struct {
	*world
	desk     payments.Desk
	outlets  []payments.OutletID
	links    []payments.Link
	stranger payments.Desk // of whom nothing may be found
	random   *rand.Rand
	stands   []payments.Payment // succeeded and not reversed
	comments []string
}

func newAnnals(t *testing.T) *annals {
	t.Helper()
	a := &annals{world: newWorld(t), random: rand.New(rand.NewPCG(14, 1)), comments: []string{
		"", "", "кофе", "2 кофе, самса", "чай и самсы", "самсанын заказы №125", "торт «Медовик»", "100%_скидка ' OR 1=1", "coffee to go",
	}}
	a.withOperator()
	a.desk = a.merchant(t, 1)
	a.stranger = a.merchant(t, 2)
	a.pay(t, a.order(t, a.stranger.Static, 100_00))
	second := a.outlet(t, 1, payments.OutletDraft{Name: "Базар", CopyFrom: a.desk.Outlet.ID, Key: "o2"})
	a.outlets = []payments.OutletID{a.desk.Outlet.ID, second.ID}
	a.hire(t, 3, a.desk, payments.RoleCashier)
	for _, outlet := range a.outlets {
		link, err := a.store.StaticLink(t.Context(), a.desk.Merchant.ID, outlet)
		must(t, err)
		a.links = append(a.links, link)
	}
	must(t, ignore(a.pool.Exec(t.Context(), `UPDATE merchants SET fee_bp = 90 WHERE id = $1`, a.desk.Merchant.ID)))
	return a
}

// happen lets something happen to the merchant's money.
func (a *annals) happen(t *testing.T) {
	t.Helper()
	ctx, r := t.Context(), a.random
	if r.IntN(3) > 0 { // else two things at the same moment
		a.advance(time.Duration(r.IntN(200)) * time.Minute)
	}
	switch n := r.IntN(20); {
	case n == 0 && len(a.stands) > 0:
		i := r.IntN(len(a.stands))
		a.reverse(t, a.stands[i])
		a.stands = slices.Delete(a.stands, i, i+1)
		return
	case n < 4 && len(a.stands) > 0:
		i := r.IntN(len(a.stands))
		p := a.stands[i]
		a.stands = slices.Delete(a.stands, i, i+1)
		if n == 3 { // asked for, and on its way
			a.ask(t, 1, p, 1_00)
			return
		}
		a.refund(t, 1, p, 1_00+payments.Money(r.Int64N(int64(p.Amount-1_00)+1)))
		return
	}
	link, sum := a.links[r.IntN(2)], payments.Money(1+r.IntN(12))*50_00
	comment := a.comments[r.IntN(len(a.comments))]
	if r.IntN(2) == 0 {
		ticket, err := a.Charge(ctx, []payments.PersonID{1, 3}[r.IntN(2)], payments.ChargeDraft{
			Amount: sum, Comment: comment, Key: fmt.Sprintf("c%d", a.calls.Load()),
		})
		must(t, err)
		link = ticket.Link
		a.links = append(a.links, link)
	}
	order := a.order(t, link, sum)
	order.OperatorID = fmt.Sprintf("Op-%08x", r.Uint32()%0xfffff*0x1003)
	order.Comment = comment
	switch r.IntN(10) {
	case 0:
		must(t, ignore(a.Create(ctx, order)))
	case 1:
		must(t, ignore(a.Create(ctx, order)))
		must(t, ignore(a.Execute(ctx, order.OperatorID)))
	case 2:
		must(t, ignore(a.Create(ctx, order)))
		must(t, a.Update(ctx, order.OperatorID, payments.StatusCanceled, time.Time{}))
	default:
		a.stands = append(a.stands, a.pay(t, order))
	}
}

// all is every entry of a kind, read row by row and in no order.
func (a *annals) all(t *testing.T, kind payments.HistoryKind) []payments.HistoryEntry {
	t.Helper()
	ctx := t.Context()
	rows, err := a.pool.Query(ctx, `SELECT id, COALESCE(seller_id, 0) FROM payments WHERE merchant_id = $1`, a.desk.Merchant.ID)
	must(t, err)
	sellers := make(map[payments.PaymentID]payments.PersonID)
	for rows.Next() {
		var id payments.PaymentID
		var seller payments.PersonID
		must(t, rows.Scan(&id, &seller))
		sellers[id] = seller
	}
	must(t, rows.Err())
	var entries []payments.HistoryEntry
	for id, seller := range sellers {
		p, err := a.store.Payment(ctx, a.desk.Merchant.ID, id)
		must(t, err)
		link, err := a.store.Link(ctx, p.MerchantID, p.LinkID)
		must(t, err)
		if made := link.CreatedBy; link.Kind != payments.LinkStatic && seller != made || link.Kind == payments.LinkStatic && seller != 0 {
			t.Errorf("payment %d by a link of kind %s of %d is of seller %d", id, link.Kind, made, seller)
		}
		refunds, err := a.store.Refunds(ctx, p.MerchantID, id)
		must(t, err)
		o := payments.HistoryEntry{Payment: p, Amount: p.Amount, SellerID: seller}
		for _, r := range refunds {
			if r.State == payments.RefundSucceeded {
				o.Refunded += r.Amount
			}
		}
		open := !p.State.Final()
		switch kind {
		case payments.HistoryRefunded:
			for _, r := range refunds {
				if r.State == payments.RefundSucceeded {
					o.RefundID, o.Amount, o.At = r.ID, r.Amount, r.FinalAt
					entries = append(entries, o)
				}
			}
			continue
		case payments.HistoryReversed:
			o.At = p.ReversedAt
		case payments.HistoryOpen:
			if open {
				o.At = p.CreatedAt
			}
		case payments.HistoryEnded:
			if !open && p.Receipt == 0 {
				o.At = p.FinalAt
			}
		case payments.HistoryAccepted:
			if p.Receipt != 0 {
				o.At = p.FinalAt
			}
		}
		if !o.At.IsZero() {
			entries = append(entries, o)
		}
	}
	return entries
}

// rowByRow is what a filter lets through, newest first.
func rowByRow(all []payments.HistoryEntry, f payments.HistoryFilter) []payments.HistoryEntry {
	var found []payments.HistoryEntry
	for _, o := range all {
		id := strings.ToLower(o.Payment.OperatorID)
		switch {
		case len(f.Outlets) > 0 && !slices.Contains(f.Outlets, o.Payment.OutletID),
			f.SellerID != 0 && o.SellerID != f.SellerID,
			f.LinkID != 0 && o.Payment.LinkID != f.LinkID,
			!f.From.IsZero() && o.At.Before(f.From),
			!f.To.IsZero() && !o.At.Before(f.To),
			f.MaxSum != 0 && (o.Amount < f.MinSum || o.Amount > f.MaxSum),
			f.Receipt != 0 && o.Payment.Receipt != f.Receipt,
			f.OperatorID != "" && !strings.HasSuffix(id, strings.ToLower(f.OperatorID)),
			!f.InComment(o.Payment.Comment):
		default:
			found = append(found, o)
		}
	}
	slices.SortFunc(found, func(a, b payments.HistoryEntry) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Position().ID, a.Position().ID))
	})
	return found
}

// filter is any of the combinations there are.
func (a *annals) filter(all []payments.HistoryEntry) payments.HistoryFilter {
	r := a.random
	f := payments.HistoryFilter{MerchantID: a.desk.Merchant.ID}
	maybe := func(n int) bool { return r.IntN(n) == 0 }
	some := func() payments.HistoryEntry {
		if len(all) == 0 {
			return payments.HistoryEntry{Payment: payments.Payment{LinkID: 1, Receipt: 3, OperatorID: "Op-00000000"}, Amount: 50_00, At: *a.clock.Load()}
		}
		return all[r.IntN(len(all))]
	}
	if maybe(2) {
		f.Outlets = [][]payments.OutletID{a.outlets[:1], a.outlets[1:], a.outlets, {a.stranger.Outlet.ID}}[r.IntN(4)]
	}
	if maybe(3) {
		f.SellerID = []payments.PersonID{1, 3, 999}[r.IntN(3)]
	}
	if maybe(4) {
		f.LinkID = a.links[r.IntN(2)].ID
		switch r.IntN(4) {
		case 0:
			f.LinkID = a.stranger.Static.ID
		case 1, 2:
			f.LinkID = some().Payment.LinkID
		}
	}
	if maybe(3) {
		f.From = some().At
	}
	if maybe(3) {
		f.To = some().At
	}
	switch r.IntN(9) {
	case 0:
		f.MinSum, f.MaxSum = some().Amount, 0
		f.MaxSum = f.MinSum
	case 1:
		f.MinSum = some().Amount * 95 / 100
		f.MaxSum = f.MinSum * 105 / 95
	case 2:
		f.Receipt = some().Payment.Receipt
	case 3:
		id := some().Payment.OperatorID
		f.OperatorID = strings.ToUpper(id[len(id)-6-r.IntN(len(id)-5):])
	case 4:
		f.Words = payments.Stems("самса")
	case 5:
		f.Words = payments.Stems([]string{"кофе самсы", "100%", "_", "' OR 1=1", "заказ 125", "нет такого"}[r.IntN(6)])
		if maybe(2) {
			f.MinSum, f.MaxSum = 100_00, 400_00
		}
	}
	return f
}

// Whatever is looked for, in pages of whatever size and in either direction:
// the pages one after the other are what a look at every row finds, and their
// sums are those of the figures.
func TestHistoryIsWhatARowByRowLookFinds(t *testing.T) {
	a := newAnnals(t)
	for range 180 {
		a.happen(t)
	}
	for _, kind := range payments.HistoryKinds() {
		all := a.all(t, kind)
		if len(all) < 4 {
			t.Errorf("only %d entries of kind %q", len(all), kind)
		}
		for range 120 {
			f := a.filter(all)
			f.Kind = kind
			a.compare(t, f, rowByRow(all, f))
		}
	}
}

func (a *annals) compare(t *testing.T, f payments.HistoryFilter, want []payments.HistoryEntry) {
	t.Helper()
	for _, order := range []payments.HistoryOrder{payments.NewestFirst, payments.OldestFirst} {
		var got []payments.HistoryEntry
		size := 1 + a.random.IntN(9)
		for at := (payments.Position{}); ; {
			page, next, err := a.store.History(t.Context(), f, at, order, size)
			must(t, err)
			got = append(got, page...)
			if next.IsZero() {
				break
			}
			at = next
		}
		if order == payments.OldestFirst {
			slices.Reverse(got)
		}
		if diff := gocmp.Diff(got, want); diff != "" {
			t.Errorf("%+v, oldest first %t, pages of %d (-got +want):\n%s", f, order, size, diff)
			return
		}
	}
	var sum payments.Takings
	for _, o := range want {
		sum.Count++
		sum.Total += o.Amount
	}
	got, known, err := a.store.HistoryTotal(t.Context(), f, 1000)
	must(t, err)
	if !known || got != sum {
		t.Errorf("total of %+v is %+v (known: %t), want %+v", f, got, known, sum)
	}
	if _, known, _ := a.store.HistoryTotal(t.Context(), f, len(want)-1); known && len(want) > 0 {
		t.Errorf("total of %+v is known of one entry fewer than there are", f)
	}
	if f.SellerID != 0 || f.LinkID != 0 || !f.Empty() || f.From.IsZero() || f.To.IsZero() {
		return
	}
	figures, err := a.store.Figures(t.Context(), payments.FiguresOf{MerchantID: f.MerchantID, Outlets: f.Outlets, Day: f.Day})
	must(t, err)
	part, ok := map[payments.HistoryKind]payments.Takings{
		payments.HistoryAccepted: figures.Taken, payments.HistoryReversed: figures.Reversed, payments.HistoryRefunded: figures.Refunded,
	}[f.Kind]
	if ok && part != sum {
		t.Errorf("the figures of %+v are %+v, the entries' %+v", f, part, sum)
	}
}

// Pages that are turned while payments come in, are given back and are taken
// back neither repeat nor leave out anything that was there at the beginning.
func TestHistoryStaysWhileItGrows(t *testing.T) {
	a := newAnnals(t)
	for range 40 {
		a.happen(t)
	}
	f := payments.HistoryFilter{MerchantID: a.desk.Merchant.ID}
	position := func(o payments.HistoryEntry) payments.Position { return o.Position() }
	for range 5 {
		want := mapped(rowByRow(a.all(t, f.Kind), f), position)
		var got []payments.Position
		for at := (payments.Position{}); ; {
			page, next, err := a.store.History(t.Context(), f, at, payments.NewestFirst, 3)
			must(t, err)
			got = append(got, mapped(page, position)...)
			if next.IsZero() {
				break
			}
			at = next
			a.happen(t)
		}
		if diff := gocmp.Diff(got, want); diff != "" {
			t.Errorf("pages (-got +want):\n%s", diff)
		}
	}
	// The other way, what is added is found at the end.
	var got []payments.Position
	for at, added := (payments.Position{}), 0; ; added++ {
		page, next, err := a.store.History(t.Context(), f, at, payments.OldestFirst, 4)
		must(t, err)
		got = append(got, mapped(page, position)...)
		if next.IsZero() {
			break
		}
		if at = next; added < 5 {
			a.advance(time.Minute)
			a.happen(t)
		}
	}
	want := mapped(rowByRow(a.all(t, f.Kind), f), position)
	slices.Reverse(want)
	if diff := gocmp.Diff(got, want); diff != "" {
		t.Errorf("the other way (-got +want):\n%s", diff)
	}
}

func mapped[A, B any](all []A, f func(A) B) []B {
	var out []B
	for _, a := range all {
		out = append(out, f(a))
	}
	return out
}

// The words of comments from before 00014 are kept after it, in as many steps
// as it takes.
func TestWordsOfOldPayments(t *testing.T) {
	a := newAnnals(t)
	for range 30 {
		a.happen(t)
	}
	words := func() (all []string) {
		rows, err := a.pool.Query(t.Context(), `SELECT format('%s %s %s', word, at, payment_id) FROM payment_words ORDER BY 1`)
		must(t, err)
		all, err = pgx.CollectRows(rows, pgx.RowTo[string])
		must(t, err)
		return all
	}
	want := words()
	must(t, ignore(a.pool.Exec(t.Context(), `
		DELETE FROM payment_words;
		INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer, amount,
			beneficiary_name, comment, state, fingerprint, created_at, final_at)
		SELECT merchant_id, outlet_id, link_id, false, 'x' || n, 'x' || n, '', 20, 1, 500, '', '', 'cancelled', '', created_at, created_at
		FROM (SELECT * FROM payments ORDER BY id LIMIT 1) p, generate_series(1, 2100) n;
		INSERT INTO payment_words_due (up_to) SELECT max(id) FROM payments`)))
	must(t, ignore(store.Migrate(t.Context(), a.pool)))
	if diff := gocmp.Diff(words(), want); diff != "" || len(want) < 10 {
		t.Errorf("words (-got +want):\n%s", diff)
	}
	if n := a.count(t, `SELECT count(*) FROM payment_words_due`); n != 0 {
		t.Errorf("%d marks are left", n)
	}
}
