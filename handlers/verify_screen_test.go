package handlers

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/elqr"
)

func verifyScreens(p *locales.Printer) []namedScreen {
	receipt := func(standing payments.Standing, refunded payments.Money) payments.ReceiptView {
		return payments.ReceiptView{Standing: standing, Number: 1204, Payee: hostileName, Amount: 1250_50, Refunded: refunded, At: noon}
	}
	own := func(standing payments.Standing, refunded payments.Money, now time.Time, claimed payments.Money) chat.Screen {
		state := payments.PaymentSucceeded
		if standing == payments.ReceiptReversed {
			state = payments.PaymentReversed
		}
		view := samplePayment(state)
		v := payments.Verdict{Standing: standing, Own: &view, Receipt: receipt(standing, refunded)}
		return verdictScreen(p, claim{Sum: claimed}, v, bishkek, now)
	}
	seen := func(before payments.ReceiptCheck, again bool, standing payments.Standing, refunded payments.Money) chat.Screen {
		view := samplePayment(payments.PaymentSucceeded)
		v := payments.Verdict{Standing: standing, Own: &view, Receipt: receipt(standing, refunded), Before: &before, Again: again}
		return verdictScreen(p, claim{}, v, bishkek, noon)
	}
	unsettled := func(standing payments.Standing, state payments.PaymentState) chat.Screen {
		view := samplePayment(state)
		return verdictScreen(p, claim{}, payments.Verdict{Standing: standing, Own: &view}, bishkek, noon)
	}
	unknown := func(c payments.Claim) chat.Screen {
		return verdictScreen(p, claim{Claim: c}, payments.Verdict{Standing: payments.ProofUnknown}, bishkek, noon)
	}
	payCode := func(link *payments.Link) chat.Screen {
		return verdictScreen(p, claim{}, payments.Verdict{Standing: payments.ProofPayCode, Link: link}, bishkek, noon)
	}
	screens := []namedScreen{
		{"what to check", verifyAskScreen(p)},
		{"genuine", own(payments.ReceiptGenuine, 0, noon, 0)},
		{"genuine, of yesterday", own(payments.ReceiptGenuine, 0, noon.Add(24*time.Hour), 1250_50)},
		{"checked by another before", seen(payments.ReceiptCheck{PersonID: 7, Name: hostileName, At: noon.Add(-time.Hour)}, false, payments.ReceiptGenuine, 0)},
		{"checked before, on another day", seen(payments.ReceiptCheck{PersonID: 7, Name: "Айбек", At: noon.Add(-30 * time.Hour)}, false, payments.ReceiptGenuine, 0)},
		{"checked by themselves before", seen(payments.ReceiptCheck{PersonID: aigul, Name: "Айгүл", At: noon.Add(-time.Minute)}, true, payments.ReceiptGenuine, 0)},
		{"checked by somebody forgotten, partly refunded", seen(payments.ReceiptCheck{At: noon.Add(-time.Minute)}, false, payments.ReceiptPartlyRefunded, 250_50)},
		{"another sum", own(payments.ReceiptGenuine, 0, noon, 12505_00)},
		{"partly refunded", own(payments.ReceiptPartlyRefunded, 250_50, noon, 0)},
		{"refunded", own(payments.ReceiptRefunded, 1250_50, noon, 0)},
		{"reversed", own(payments.ReceiptReversed, 0, noon, 0)},
		{"in process", unsettled(payments.ProofInProcess, payments.PaymentExecuting)},
		{"only begun", unsettled(payments.ProofInProcess, payments.PaymentCreated)},
		{"failed", unsettled(payments.ProofFailed, payments.PaymentFailed)},
		{"another seller's", verdictScreen(p, claim{}, payments.Verdict{Standing: payments.ReceiptGenuine, Receipt: receipt(payments.ReceiptGenuine, 0)}, bishkek, noon)},
		{"unknown number", unknown(payments.Claim{Number: 1204, OperatorID: "1204"})},
		{"unknown key", unknown(payments.Claim{Key: receiptKey})},
		{"unknown operation", unknown(payments.Claim{OperatorID: hostileID})},
		{"look-alike address", forgedScreen(p, "trade.example.kg.evil.com")},
		{"look-alike without an end", forgedScreen(p, strings.Repeat("trade.", 40)+"com")},
		{"own code to pay by", payCode(&payments.Link{ID: 42})},
		{"another's code to pay by", payCode(nil)},
	}
	for _, why := range []hint{hintNoClaim, hintNoCode, hintOtherCode, hintUnreadable, hintTooLarge, hintPictureGone, hintTooOften, hintBusy} {
		screens = append(screens, namedScreen{string(why), noVerdictScreen(p, why)})
	}
	return screens
}

func TestReadClaim(t *testing.T) {
	const code = "01HZX5J7Q8RATVWXYZ23456789"
	number := func(n int64, id string) claim { return claim{Claim: payments.Claim{Number: n, OperatorID: id}} }
	key := claim{Claim: payments.Claim{Key: code}}
	for _, tc := range []struct {
		name, text string
		want       claim // the zero value: nothing can be read
	}{
		{"a number", "1204", number(1204, "1204")},
		{"as it stands on the receipt", "Чек № 1204", number(1204, "1204")},
		{"in Kyrgyz", "чектин номери: 1204", number(1204, "1204")},
		{"glued", "№1204", number(1204, "1204")},
		{"a short one", "7", claim{Claim: payments.Claim{Number: 7}}},
		{"with the sum", "1204 1 250,50", claim{Claim: payments.Claim{Number: 1204, OperatorID: "1204"}, Sum: 1250_50}},
		{"address", page + "/r/" + code, key},
		{"address with the sum", page + "/r/" + code + " 500", claim{Claim: payments.Claim{Key: code}, Sum: 500_00}},
		{"address in other letters", strings.ToUpper(page) + "/r/" + strings.ToLower(code), key},
		{"address without TLS", "http://trade.example.kg/r/" + code, key},
		{"address with what messengers add", page + "/r/" + code + "?utm_source=wa#x", key},
		{"address without its beginning", strings.TrimPrefix(page, "https://") + "/r/" + code, key},
		{"address at the end of a sentence", "(" + page + "/r/" + code + ").", key},
		{"payment page", page + "/p/" + code, claim{Claim: payments.Claim{Code: code}}},
		{"picture of a payment page", page + "/p/" + code + "/qr.png", claim{Claim: payments.Claim{Code: code}}},
		{"bare key", code, claim{Claim: payments.Claim{Key: code, OperatorID: code}}},
		{"operator's id", "8f14e45f-ceea-467a-9575-2b1d5c0f3a77", claim{Claim: payments.Claim{OperatorID: "8f14e45f-ceea-467a-9575-2b1d5c0f3a77"}}},
		{"national link", nationalLink(t, code), claim{Claim: payments.Claim{Code: code}}},
		{"national link with another checksum", nationalLink(t, code)[:60] + "ffff", claim{}},

		{"look-alike under another domain", "https://trade.example.kg.evil.com/r/" + code, claim{Foreign: "trade.example.kg.evil.com"}},
		{"look-alike without its beginning", "trade.example.kg.evil.com/r/" + code, claim{Foreign: "trade.example.kg.evil.com"}},
		{"our name as a user", "https://trade.example.kg@evil.com/r/" + code, claim{Foreign: "evil.com"}},
		{"a user at our name", "https://evil@trade.example.kg/r/" + code, claim{Foreign: "trade.example.kg"}},
		{"another port", "https://trade.example.kg:8443/r/" + code, claim{Foreign: "trade.example.kg:8443"}},
		{"Cyrillic letters that look Latin", "https://trаde.example.kg/r/" + code, claim{Foreign: "trаde.example.kg"}},
		{"our address inside another's", "https://evil.com/?u=" + page + "/r/" + code, claim{}},

		{"nothing", "", claim{}},
		{"a charge", "500 кофе", claim{}},
		{"talk", "он заплатил", claim{}},
		{"a negative number", "-5", claim{}},
		{"zero", "0", claim{}},
		{"a fraction", "500/2", claim{}},
		{"a path", "/r/" + code, claim{}},
		{"a bank's site", "https://mbank.kg/receipt/123", claim{}},
		{"a script", "javascript:alert(1)", claim{}},
		{"a number and an endless sum", "1204 " + strings.Repeat("9", 2000), claim{}},
		{"endless", strings.Repeat("1", 5000), claim{}},
		{"of our host, but no page of ours", page + "/cards/" + code, claim{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := readClaim(tc.text, page)
			if diff := cmp.Diff(got, tc.want); ok != (tc.want != claim{}) || ok && diff != "" {
				t.Errorf("%q: ok %v (-got +want):\n%s", tc.text, ok, diff)
			}
		})
	}
	if c, ok := readClaim(page+"/r/"+code, ""); !ok || c.Foreign == "" {
		t.Errorf("where we have no pages, an address is nobody's of ours: %+v, %v", c, ok)
	}
}

// nationalLink is a link to pay by, with spaces in its names.
func nationalLink(t *testing.T, account string) string {
	t.Helper()
	uri, err := elqr.Link{Type: elqr.Static, ProviderID: "elcart.kg", ServiceCode: "1", Account: account, AmountEditable: true,
		MerchantID: "1", ServiceName: "ELKART Trade", MCC: "5814", Currency: elqr.Currency, Name: "AIGUL SHOP"}.Encode("https://pay.payqr.kg")
	if err != nil {
		t.Fatal(err)
	}
	return uri
}

// TestChecksAreFew: an album is answered a few times, and then once.
func TestChecksAreFew(t *testing.T) {
	now := noon
	c := newChecks(func() time.Time { return now })
	answered, warned := 0, 0
	for range 20 {
		ok, first := c.ask(aigul)
		if ok {
			answered++
		}
		if first {
			warned++
		}
	}
	if answered != checkBurst || warned != 1 {
		t.Errorf("of 20 at once %d were answered, and %d refusals told; want %d and 1", answered, warned, checkBurst)
	}
	if !c.allow(aigul + 1) {
		t.Error("one person's pictures keep another from asking")
	}
	now = now.Add(5 * time.Second)
	if !c.allow(aigul) {
		t.Error("after five seconds, the next is refused")
	}
}
