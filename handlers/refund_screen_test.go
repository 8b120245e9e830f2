package handlers

import (
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// hostileID is what an operator would have to be mad to send.
const hostileID = `op</code><b>&"1`

func samplePayment(state payments.PaymentState, refunds ...payments.Refund) payments.PaymentView {
	v := payments.PaymentView{
		Merchant: payments.Merchant{TimeZone: "Asia/Bishkek"},
		Outlet:   payments.Outlet{Name: hostileName},
		Link:     payments.Link{Comment: "2 самсы <3"},
		Payment: payments.Payment{ID: 9, State: state, Amount: 1250_50, Receipt: 1204, OperatorID: hostileID,
			CreatedAt: noon.Add(-time.Minute), ExecutedAt: noon, FinalAt: noon},
		Refunds: refunds,
	}
	v.Steps = []payments.Step{{State: payments.PaymentCreated, At: noon.Add(-time.Minute)}}
	if state != payments.PaymentCreated && state != payments.PaymentCancelled {
		v.Steps = append(v.Steps, payments.Step{State: payments.PaymentExecuting, At: noon})
	}
	switch state {
	case payments.PaymentReversed:
		v.Payment.ReversedAt = noon.Add(25 * time.Hour)
		v.Steps = append(v.Steps, payments.Step{State: payments.PaymentSucceeded, At: noon}, payments.Step{State: state, At: v.Payment.ReversedAt})
	case payments.PaymentCreated, payments.PaymentExecuting:
		v.Payment.FinalAt, v.Payment.Receipt = time.Time{}, 0
	case payments.PaymentFailed, payments.PaymentCancelled:
		v.Payment.Receipt = 0
	case payments.PaymentSucceeded:
		v.Refundable, v.MayRefund = 1250_50, true
		v.Credit, v.Card = payments.Credit{ID: 3, State: payments.CreditDone, Amount: 1250_50, ChangedAt: noon.Add(time.Minute)}, payments.Card{Last4: "1234"}
	}
	if state.Final() && state != payments.PaymentReversed {
		v.Steps = append(v.Steps, payments.Step{State: state, At: noon})
	}
	for _, r := range refunds {
		if r.State != payments.RefundFailed {
			v.Refundable -= r.Amount
		}
	}
	if v.Refundable < payments.DefaultMin {
		v.Refundable = 0
	}
	v.MayRefund = v.Refundable > 0
	return v
}

func sampleRefund(state payments.RefundState, amount payments.Money) payments.Refund {
	r := payments.Refund{ID: 4, PaymentID: 9, Amount: amount, State: state, RequestedAt: noon.Add(time.Hour)}
	if state == payments.RefundSucceeded || state == payments.RefundFailed {
		r.FinalAt = noon.Add(2 * time.Hour)
	}
	return r
}

func paymentScreens(p *locales.Printer) []namedScreen {
	show := func(v payments.PaymentView) chat.Screen { return paymentScreen(p, v, paymentAsked) }
	credit := func(state payments.CreditState) payments.PaymentView {
		v := samplePayment(payments.PaymentSucceeded)
		v.Credit.State = state
		return v
	}
	plain, flagged, reversed := credit(payments.CreditDone), credit(payments.CreditDue), samplePayment(payments.PaymentReversed)
	plain.Link.Comment, plain.MayRefund, plain.Payment.CreatedAt = "", false, noon
	flagged.Payment.Late, flagged.Payment.DuplicateOf, flagged.Payment.ReceiptID = true, 8, hostileID
	flagged.Duplicate = payments.Payment{ID: 8, Receipt: 1203, FinalAt: noon.Add(-2 * time.Minute)}
	flagged.Payment.Fee, flagged.Credit.Amount = 12_50, 1238_00
	reversed.Credit, reversed.Card = payments.Credit{ID: 3, State: payments.CreditRecall, Amount: 1250_50}, payments.Card{Last4: "1234"}
	partly, withheld := credit(payments.CreditDone), credit(payments.CreditDone)
	partly.Credit.Withheld, withheld.Credit.Withheld = 250_50, 1250_50
	many := make([]payments.Refund, refundsShown+1)
	for i := range many {
		many[i] = sampleRefund(payments.RefundSucceeded, payments.Money(i+1)*payments.Som)
	}
	open := sampleRefund(payments.RefundRequested, 250_50)
	page, link := samplePayment(payments.PaymentSucceeded), "https://trade.example.kg/r/01HZX5J7Q8RATVWXYZ23456789"
	return []namedScreen{
		{"receipt", receiptScreen(p, page, []byte("PNG"), link)},
		{"receipt where there are no pages", receiptScreen(p, page, []byte("PNG"), "")},
		{"receipt as a file", receiptFileScreen(p, page, []byte("PDF"))},
		{"credited, for a cashier, no comment", show(plain)},
		{"late, perhaps twice, with a fee, to be credited", show(flagged)},
		{"credited less what was withheld", show(partly)},
		{"credit withheld", show(withheld)},
		{"credit under way", show(credit(payments.CreditSent))},
		{"credit refused", show(credit(payments.CreditRefused))},
		{"credit stopped", show(credit(payments.CreditStopped))},
		{"created", show(samplePayment(payments.PaymentCreated))},
		{"in process", show(samplePayment(payments.PaymentExecuting))},
		{"failed", show(samplePayment(payments.PaymentFailed))},
		{"cancelled", show(samplePayment(payments.PaymentCancelled))},
		{"reversed", show(reversed)},
		{"partly refunded", show(samplePayment(payments.PaymentSucceeded, sampleRefund(payments.RefundFailed, 1250_50),
			sampleRefund(payments.RefundSucceeded, 100_00), sampleRefund(payments.RefundSent, 200_00)))},
		{"refunded but for what is too little", show(samplePayment(payments.PaymentSucceeded, sampleRefund(payments.RefundSucceeded, 1250_00)))},
		{"wholly refunded", show(samplePayment(payments.PaymentSucceeded, sampleRefund(payments.RefundSucceeded, 1250_50)))},
		{"more refunds than fit", show(samplePayment(payments.PaymentSucceeded, many...))},
		{"refund just asked for", paymentScreen(p, samplePayment(payments.PaymentSucceeded, open), refundRequested)},
		{"refund asked for again, and ended", paymentScreen(p,
			samplePayment(payments.PaymentSucceeded, sampleRefund(payments.RefundSucceeded, 250_50)), refundRequested)},
	}
}

func refundScreens(p *locales.Printer) []namedScreen {
	whole, due := samplePayment(payments.PaymentSucceeded), samplePayment(payments.PaymentSucceeded)
	whole.Payment.Fee, due.Credit.State = 12_50, payments.CreditDue
	crumb := samplePayment(payments.PaymentSucceeded, sampleRefund(payments.RefundSucceeded, 1249_50))
	news := func(state payments.RefundState, now time.Time) chat.Screen {
		return refundNewsScreen(p, payments.RefundNews{
			Refund: sampleRefund(state, 250_50), Payment: whole.Payment, Merchant: whole.Merchant, Outlet: whole.Outlet,
		}, now)
	}
	return []namedScreen{
		{"all or a part", refundScreen(p, whole)},
		{"too little to part", refundScreen(p, crumb)},
		{"sum", refundSumScreen(p, whole)},
		{"confirm", refundConfirmScreen(p, due, 250_50, 7)},
		{"confirm, credited, with a fee", refundConfirmScreen(p, whole, 250_50, 7)},
		{"succeeded", news(payments.RefundSucceeded, noon)},
		{"succeeded, told the day after", news(payments.RefundSucceeded, noon.Add(24*time.Hour))},
		{"failed", news(payments.RefundFailed, noon)},
		{"sent", news(payments.RefundSent, noon)},
	}
}

// TestRefundButtonsFitTelegram: 64 bytes hold the largest numbers there are.
func TestRefundButtonsFitTelegram(t *testing.T) {
	v := samplePayment(payments.PaymentSucceeded)
	v.Payment.ID = 1<<63 - 1
	for _, s := range []chat.Screen{
		refundScreen(catalog(t).Printer("ky"), v),
		refundConfirmScreen(catalog(t).Printer("ky"), v, payments.DefaultMax, 1<<63-1),
	} {
		draw(t, s)
	}
}

func TestRefundButtonIsForThoseWhoMay(t *testing.T) {
	p := catalog(t).Printer("ru")
	for _, tc := range []struct {
		name   string
		change func(*payments.PaymentView)
		want   bool
	}{
		{"may", func(*payments.PaymentView) {}, true},
		{"may not", func(v *payments.PaymentView) { v.MayRefund = false }, false},
		{"nothing is left", func(v *payments.PaymentView) { v.Refundable = 0 }, false},
	} {
		v := samplePayment(payments.PaymentSucceeded)
		tc.change(&v)
		if got := strings.Contains(draw(t, paymentScreen(p, v, paymentAsked)), "](refund:"); got != tc.want {
			t.Errorf("%s: refund button is %v", tc.name, got)
		}
	}
}

func TestLateNoticeLeadsToTheConfirmation(t *testing.T) {
	p := catalog(t).Printer("ru")
	for _, tc := range []struct {
		name     string
		merchant payments.MerchantID // of the reader's role
		role     payments.Role
		late     bool
		want     bool
	}{
		{"owner", 3, payments.RoleOwner, true, true},
		{"manager", 3, payments.RoleManager, true, true},
		{"cashier", 3, payments.RoleCashier, true, false},
		{"accountant", 3, payments.RoleAccountant, true, false},
		{"owner of another merchant", 4, payments.RoleOwner, true, false},
		{"in time", 3, payments.RoleOwner, false, false},
	} {
		n := sampleNews(payments.PaymentSucceeded)
		n.Payment.Late, n.Merchant.ID = tc.late, 3
		n.Recipient = payments.Person{MerchantID: tc.merchant, Role: tc.role}
		s, _ := newsScreen(p, n, noon)
		if got := strings.Contains(draw(t, s), "(refundall:9)"); got != tc.want {
			t.Errorf("%s: refund button is %v in\n%s", tc.name, got, draw(t, s))
		}
		if !strings.Contains(draw(t, s), "(payment:9)") {
			t.Errorf("%s: no way to the payment", tc.name)
		}
	}
}

func TestRefundNewsSpeaksTheReadersLanguage(t *testing.T) {
	w := newWorld(t, "en", page)
	n := payments.RefundNews{Refund: sampleRefund(payments.RefundSucceeded, 250_50)}
	for language, want := range map[string]string{"ky": "Кайтарылды", "ru": "Возврат выполнен", "en": "Refunded"} {
		if s := w.bot.RefundScreen(payments.Person{Language: language}, n); !strings.Contains(s.Text, want) {
			t.Errorf("%s: %s", language, s.Text)
		}
	}
}
