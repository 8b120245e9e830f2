package handlers

import (
	"strings"
	"testing"

	"elkart.kg/trade/payments"
	"github.com/google/go-cmp/cmp"
)

func TestChargeAsPeopleSeeIt(t *testing.T) {
	for _, language := range []string{"ky", "ru"} {
		w := registeredWorld(t, language, page)
		again := map[string]string{"ky": "Кайталоо", "ru": "Повторить"}[language]
		cancel := map[string]string{"ky": "Жокко чыгаруу", "ru": "Отменить"}[language]
		w.says("500 кофе")
		if n := strings.Count(w.record.String(), "\n<"); n != 1 {
			t.Errorf("%d messages, want one:\n%s", n, w.record.String())
		}
		w.says("1 250,50")
		w.presses(cancel)
		w.presses(again)
		w.says("/pay")
		w.presses("1\u00a0000")
		w.says("0,5")
		w.says("-5")
		w.says("1000001")
		w.says("12,345")
		w.says("5oo")
		w.says("рахмат")
		w.says("/pay кофе")
		w.says("/pay 70 чай")
		w.says("/menu")
		w.presses("☰")
		w.presses("⚙️")
		w.presses("🏠")
		golden(t, "talks/charge_"+language+".txt", w.heard())
		if got, want := len(w.service.links), 5; got != want {
			t.Errorf("%s: %d charges, want %d", language, got, want)
		}
	}
}

func TestSumsAreReadAndBadOnesRefused(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	for _, tc := range []struct {
		text   string
		amount payments.Money // 0: refused
		note   string
	}{
		{"500", 500_00, ""},
		{"500 кофе", 500_00, "кофе"},
		{"1 250,50", 1250_50, ""},
		{"1\u00a0250.50 сом", 1250_50, ""},
		{"500 сом обед", 500_00, "обед"},
		{"٥٠٠", 500_00, ""},
		{"1000000", 1000000_00, ""},
		{"0,99", 0, "Самая маленькая сумма: 1 сом"},
		{"1000000,01", 0, "Самая большая сумма одного платежа: 1\u00a0000\u00a0000 сом"},
		{"99999999999999999999999", 0, "Самая большая"},
		{"-5", 0, "больше нуля"},
		{"1,999", 0, "не больше двух цифр"},
		{"500 " + strings.Repeat("я", payments.MaxComment+1), 0, "Комментарий слишком длинный"},
		{"500/2", 0, "не похоже на сумму"},
	} {
		before := len(w.service.links)
		w.says(tc.text)
		got := w.heard()
		if tc.amount == 0 {
			if len(w.service.links) != before || !strings.Contains(got, tc.note) {
				t.Errorf("%q: %d charges more, said\n%s", tc.text, len(w.service.links)-before, got)
			}
			continue
		}
		if len(w.service.links) != before+1 {
			t.Errorf("%q: no charge, said\n%s", tc.text, got)
			continue
		}
		link := w.service.links[payments.LinkID(before+100)].Link
		if link.Amount != tc.amount || link.Comment != tc.note {
			t.Errorf("%q: charge over %d, %q", tc.text, link.Amount, link.Comment)
		}
		if want := "https://trade.example.kg/p/" + link.Code; !strings.Contains(got, want) {
			t.Errorf("%q: no %s in\n%s", tc.text, want, got)
		}
	}
}

func TestChargeMessageIsRemembered(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	w.says("500")
	typed := w.lastID
	w.says("/pay")
	keypad := w.lastID
	w.presses("100")
	want := map[payments.LinkID][]payments.Message{
		100: {{ChatID: aigul, MessageID: typed}},
		101: {{ChatID: aigul, MessageID: keypad}}, // the keypad became the charge
	}
	if diff := cmp.Diff(w.service.shown, want); diff != "" {
		t.Errorf("-got +want:\n%s", diff)
	}
	if !w.messages[keypad].photo {
		t.Error("the keypad's message has no QR code")
	}
}

func TestUpdateThatComesTwiceMakesOneCharge(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	w.says("500")
	w.mu.Lock()
	w.update--
	w.mu.Unlock()
	w.says("500")
	if len(w.service.links) != 1 {
		t.Errorf("%d charges, want 1", len(w.service.links))
	}
}

func TestDoubleTapMakesOneChargeAndALaterTapAnother(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	w.says("/pay")
	id, data, _ := w.button("100")
	w.pressData(">>", id, data, false)
	w.pressData(">>", id, data, true)
	if len(w.service.links) != 1 {
		t.Fatalf("%d charges after a double tap, want 1", len(w.service.links))
	}
	w.service.pay(100, payments.PaymentSucceeded)
	w.heard()
	w.pressData(">>", id, data, true)
	if len(w.service.links) != 2 {
		t.Fatalf("%d charges, want a second for the next customer", len(w.service.links))
	}
	if got := w.heard(); strings.Contains(got, "Оплачен") || !strings.Contains(got, "0CHARGE101") {
		t.Errorf("the next customer is shown the paid charge:\n%s", got)
	}
}

func TestRepeatedChargeIsANewLink(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	w.says("500 кофе")
	w.presses("Отменить")
	id, data, _ := w.button("Повторить")
	w.heard()
	w.pressData(">>", id, data, true)
	w.expect("<photo 500 сом", "💬 кофе", "0CHARGE101")
	w.pressData(">>", id, data, true)
	if len(w.service.links) != 2 {
		t.Errorf("%d charges, want the first and its repetition", len(w.service.links))
	}
}

func TestChargeThatIsBeingPaidIsNotCancelled(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	w.says("500")
	w.service.pay(100, payments.PaymentExecuting)
	w.heard()
	w.presses("Отменить")
	w.expect("<toast 🔄 В обработке", "<editedphoto 500 сом", "Товар пока не отдавайте")
	w.service.pay(100, payments.PaymentSucceeded)
	w.pressData(">>", w.lastID, "cancel:100", true)
	w.expect("<editedphoto 500 сом", "✅ Оплачен", "Чек № 12")
}

// The link behind a payer's word can be seen again: with its code while it can be
// paid, in words afterwards, and never somebody else's.
func TestChargeIsShownAgain(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	w.says("500 кофе")
	w.heard()
	w.pressData(">>", 1, "show:100", false)
	w.expect("<photo 500 сом", "0CHARGE100", "[✖️ Отменить]")
	if got := len(w.service.shown[100]); got != 2 {
		t.Errorf("%d messages follow the charge, want both", got)
	}
	w.says("рахмат")
	w.heard()
	w.pressData(">>", w.lastID, "cancel:100:text", false)
	w.expect("<edited 500 сом", "🚫 Отменён", "[🔁 Повторить]")
	w.pressData(">>", 1, "show:100", false)
	w.expect("< 500 сом", "🚫 Отменён")
	w.says("300")
	w.service.pay(101, payments.PaymentExecuting)
	w.heard()
	w.pressData(">>", 1, "show:101", false)
	w.expect("< 300 сом", "🔄 В обработке")
	for _, data := range []string{"show", "show:x", "show:999"} {
		w.pressData(">>", 1, data, false)
		if got := w.heard(); strings.Contains(got, "<photo") || strings.Contains(got, "сом") {
			t.Errorf("%s shows\n%s", data, got)
		}
	}
}

func TestLinkIsNationalWithoutAPublicAddress(t *testing.T) {
	w := registeredWorld(t, "ru", "")
	w.says("500")
	w.expect("https://pay.payqr.kg#charge100", "[📋 Скопировать]")
}

func TestStrangeButtonsAreHarmless(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	w.says("500")
	for _, data := range []string{
		"sum:x", "sum", "sum:-5", "sum:0", "sum:99999999999999", "cancel:", "cancel:x", "cancel:999", "again:999", "again:x",
		"lang:xx", "lang", "nosuch:1", "f:setup:language:ky", "fb:setup:name", "fc:setup:name", "\x00", strings.Repeat("a", 64),
	} {
		w.heard()
		w.pressData(">> "+data, w.lastID, data, true)
		if got := w.heard(); !strings.Contains(got, "<") || strings.Contains(got, "Извините, у нас ошибка") {
			t.Errorf("%q was answered with\n%s", data, got)
		}
	}
	if len(w.service.links) != 1 || w.service.links[100].Link.State != payments.LinkActive {
		t.Errorf("%d charges, the first is %s", len(w.service.links), w.service.links[100].Link.State)
	}
}

func TestHostileWordsStayWords(t *testing.T) {
	w := registeredWorld(t, "ru", page)
	w.says("500 <b>*_[&\u202e")
	if got := w.messages[w.lastID].text; !strings.Contains(got, "💬 &lt;b&gt;*_[&amp;\n") {
		t.Errorf("not escaped:\n%s", got)
	}
	for _, text := range []string{strings.Repeat("🥟", 2048), "<script>", "/", "/500", "/qr@other_bot", "/QR@TRADE_BOT", "/помощь"} {
		w.heard()
		w.says(text)
		got := w.heard()
		if strings.Contains(got, "ошибка") {
			t.Errorf("%.20q: %s", text, got)
		}
		if quiet := !strings.Contains(got, "\n<"); quiet != (text == "/qr@other_bot") {
			t.Errorf("%.20q: quiet is %v:\n%s", text, quiet, got)
		}
	}
	if n := len(w.service.links); n != 1 {
		t.Errorf("%d charges, want 1", n)
	}
}
