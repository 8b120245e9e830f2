package handlers

import (
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

var bishkek = time.FixedZone("KG", 6*60*60)

// hostileName is as bad as a name may be.
const hostileName = `Кафе <b>«Ала-Тоо»</b> & Ко`

func sampleTicket(state payments.LinkState, payment payments.PaymentState) ticketView {
	v := ticketView{
		Zone: bishkek, QR: []byte("PNG"), Address: "https://trade.example.kg/p/0CODE",
		Ticket: payments.Ticket{
			Outlet: payments.Outlet{Name: hostileName},
			Link: payments.Link{ID: 42, Kind: payments.LinkCharge, State: state, Amount: 1250_50, Comment: "2 самсы <3",
				ExpiresAt: noon.Add(72 * time.Hour)},
		},
	}
	if payment != "" {
		v.Payment = &payments.Payment{State: payment, Amount: 1250_50, Receipt: 1204, FinalAt: noon}
	}
	return v
}

func sampleNews(state payments.PaymentState) payments.News {
	pay := payments.Payment{ID: 9, State: state, Amount: 1250_50, Receipt: 1204, ExecutedAt: noon, FinalAt: noon}
	if state == payments.PaymentReversed {
		pay.ReversedAt = noon
	}
	return payments.News{
		Merchant:  payments.Merchant{TimeZone: "Asia/Bishkek"},
		Outlet:    payments.Outlet{Name: hostileName},
		Link:      payments.Link{Comment: "2 самсы <3"},
		Payment:   pay,
		Recipient: payments.Person{Role: payments.RoleOwner},
		Today:     payments.Takings{Count: 3, Total: 12500_00},
	}
}

// screens is every screen there is, by the name of its dialog.
func screens(t *testing.T, c *locales.Catalog, lang string) map[string][]namedScreen {
	t.Helper()
	p := c.Printer(lang)
	news := func(n payments.News, now time.Time) chat.Screen {
		s, ok := newsScreen(p, n, now)
		if !ok {
			t.Errorf("nothing to tell of %s", n.Payment.State)
		}
		return s
	}
	late, yesterday, plain := sampleNews(payments.PaymentSucceeded), sampleNews(payments.PaymentSucceeded), sampleNews(payments.PaymentSucceeded)
	late.Payment.Late = true
	late.Today.Count = 21
	lateForCashier, doubtful := late, sampleNews(payments.PaymentSucceeded)
	lateForCashier.Recipient.Role = payments.RoleCashier
	doubtful.Payment.DuplicateOf, doubtful.Payment.Fee = 8, 12_50
	doubtful.Duplicate = payments.Payment{ID: 8, Receipt: 1203, FinalAt: noon.Add(-2 * time.Minute)}
	plain.Link.Comment, plain.Today = "", payments.Takings{Count: 1, Total: 1250_50}
	noComment := sampleTicket(payments.LinkActive, "")
	noComment.Link.Comment, noComment.Link.Amount = "", 500_00
	national := sampleTicket(payments.LinkActive, "")
	national.Address = production
	return map[string][]namedScreen{
		"payment": paymentScreens(p),
		"refund":  refundScreens(p),
		"outlets": outletScreens(p),
		"links":   linkScreens(p),
		"wallet":  walletScreens(t, p),
		"profile": profileScreens(p),
		"export":  exportScreens(c, p),
		"history": historyScreens(t, p),
		"signal":  signalScreens(p),
		"team":    teamScreens(t, c, p),
		"group":   groupScreens(t, p),
		"inline":  inlineScreens(c, p),
		"verify":  verifyScreens(p),
		"leave":   leaveScreens(p),
		"report":  reportScreens(p),
		"operations": {
			{"all well", operationsScreen(p, payments.DayOfWork{Date: friday})},
			{"trouble everywhere", operationsScreen(p, payments.DayOfWork{
				Date: friday, Merchants: 1200, Taken: payments.Takings{Count: 15000, Total: 9_876_543_21}, Calls: 45000, Errors: 3,
				Median: 4 * time.Millisecond, Slowest: 90 * time.Millisecond, Failed: 12, Unsettled: 1, Pending: 2, Breaks: 5, NewBreaks: 2, Refused: 7,
				Waiting: 100_00, Lost: 1, Unsent: 40, Reversed: payments.Takings{Count: 1, Total: 500}, Refunded: payments.Takings{Count: 2, Total: 700},
			})},
		},
		"help": helpScreens(p),
		"bulk": bulkScreens(p),
		"setup": {
			{"language", languageScreen(c, lang, setup)},
			{"phone", phoneScreen(p)},
			{"phone noted", phoneNotedScreen(p, "+996555123456")},
			{"consent", consentScreen(p)},
			{"name", nameScreen(p)},
			{"category", categoryScreen(p, payments.Categories())},
			{"address", addressScreen(p)},
			{"card on the page", setupCardScreen(p, page+"/cards/TOKEN")},
			{"card in the chat", cardInChatScreen(p)},
		},
		"home": {
			{"just done", homeScreen(p, homeView{Desk: atHome(hostileName, payments.Takings{}), Moment: homeJustDone, Address: page + "/p/0S", QR: []byte("PNG")})},
			{"one payment", homeScreen(p, homeView{Desk: atHome("A", payments.Takings{Count: 1, Total: 1_50}), Address: page + "/p/0S", QR: []byte("PNG")})},
			{"many payments", homeScreen(p, homeView{Desk: atHome("A", payments.Takings{Count: 1005, Total: 1234567_00}), Address: production, QR: []byte("PNG")})},
			{"further outlet", homeScreen(p, homeView{Desk: severalOutlets(), Moment: homeOutletAdded, Address: page + "/p/0S", QR: []byte("PNG")})},
			{"to an accountant", homeScreen(p, homeView{Desk: deskOf(payments.RoleAccountant), Address: production, QR: []byte("PNG")})},
			{"to a cashier", homeScreen(p, homeView{Desk: deskOf(payments.RoleCashier), Address: production, QR: []byte("PNG")})},
			{"paused, to an accountant", homeScreen(p, homeView{Desk: pausedDesk(payments.RoleAccountant), Address: page + "/p/0S", QR: []byte("PNG")})},
			{"paused, to an owner", homeScreen(p, homeView{Desk: pausedDesk(payments.RoleOwner), Address: page + "/p/0S", QR: []byte("PNG")})},
			{"paused, to a cashier", homeScreen(p, homeView{Desk: pausedDesk(payments.RoleCashier), Address: page + "/p/0S", QR: []byte("PNG")})},
			{"more, to an owner", moreScreen(p, payments.RoleOwner)},
			{"more, to a cashier", moreScreen(p, payments.RoleCashier)},
			{"settings", settingsScreen(p, settingsView{HasMenu: true})},
			{"settings before set-up", settingsScreen(p, settingsView{})},
			{"settings in the middle of set-up", settingsScreen(p, settingsView{Known: true})},
			{"card number removed, to an owner", cardRemovedScreen(p, payments.RoleOwner, true)},
			{"card number removed, to a cashier", cardRemovedScreen(p, payments.RoleCashier, true)},
			{"card number removed, in a form", cardRemovedScreen(p, payments.RoleOwner, false)},
			{"hint", hintScreen(p, payments.RoleOwner)},
			{"hint, to an accountant", hintScreen(p, payments.RoleAccountant)},
			{"edited sum", editedScreen(p, payments.RoleCashier)},
			{"unknown command", unknownCommandScreen(p, payments.RoleOwner)},
			{"nothing to cancel", nothingToCancelScreen(p, payments.RoleOwner)},
		},
		"card": {
			{"current", cardScreen(p, &payments.Card{Last4: "1234"})},
			{"none", cardScreen(p, nil)},
			{"page", cardPageScreen(p, page+"/cards/TOKEN")},
			{"page of a trial", cardPageScreen(p, "http://127.0.0.1:8080/cards/TOKEN")},
			{"added", cardAddedScreen(p, payments.Wallet{}, payments.Card{Last4: "1234"})},
		},
		"charge": {
			{"keypad", keypadScreen(p, []payments.Money{50_00, 100_00, 500_00, 1500_00})},
			{"active", ticketScreen(p, sampleTicket(payments.LinkActive, ""))},
			{"active, no comment", ticketScreen(p, noComment)},
			{"active, national link", ticketScreen(p, national)},
			{"in process", ticketScreen(p, sampleTicket(payments.LinkActive, payments.PaymentExecuting))},
			{"paid", ticketScreen(p, sampleTicket(payments.LinkUsedUp, payments.PaymentSucceeded))},
			{"paid though expired", ticketScreen(p, sampleTicket(payments.LinkExpired, payments.PaymentSucceeded))},
			{"reversed", ticketScreen(p, sampleTicket(payments.LinkUsedUp, payments.PaymentReversed))},
			{"expired", ticketScreen(p, sampleTicket(payments.LinkExpired, ""))},
			{"cancelled", ticketScreen(p, sampleTicket(payments.LinkCancelled, ""))},
			{"closed otherwise", ticketScreen(p, sampleTicket(payments.LinkUsedUp, ""))},
		},
		"news": {
			{"paid", news(sampleNews(payments.PaymentSucceeded), noon)},
			{"paid, first of the day, no comment", news(plain, noon)},
			{"paid late", news(late, noon)},
			{"paid late, for a cashier", news(lateForCashier, noon)},
			{"paid, perhaps twice, with a fee", news(doubtful, noon)},
			{"paid yesterday", news(yesterday, noon.Add(24*time.Hour))},
			{"reversed", news(sampleNews(payments.PaymentReversed), noon)},
			{"the operator says more", sumScreen(p, payments.SumNews{Payment: sampleNews(payments.PaymentSucceeded).Payment, Said: 1300_00})},
			{"the operator says less", sumScreen(p, payments.SumNews{Payment: sampleNews(payments.PaymentSucceeded).Payment, Said: 1250_00})},
			{"failed", news(sampleNews(payments.PaymentFailed), noon)},
		},
	}
}

type namedScreen struct {
	name string
	chat.Screen
}

func TestScreens(t *testing.T) {
	c := catalog(t)
	for _, l := range locales.Languages() {
		all := screens(t, c, l.Code)
		for _, dialog := range slices.Sorted(maps.Keys(all)) {
			var b strings.Builder
			for _, s := range all[dialog] {
				fmt.Fprintf(&b, "=== %s\n%s\n", s.name, draw(t, s.Screen))
			}
			golden(t, "screens/"+dialog+"."+l.Code+".txt", b.String())
			for _, s := range all[dialog] {
				checkScreen(t, l.Code+" "+dialog+" "+s.name, s.Screen)
			}
		}
	}
}

func catalog(t *testing.T) *locales.Catalog {
	t.Helper()
	c, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// draw writes a screen as data, markup and all.
func draw(t *testing.T, s chat.Screen) string {
	t.Helper()
	var b strings.Builder
	if s.Photo != nil {
		b.WriteString("(photo)\n")
	}
	if s.Document != nil {
		fmt.Fprintf(&b, "(file %s)\n", s.Document.Name)
	}
	if s.Silent {
		b.WriteString("(silent)\n")
	}
	b.WriteString(s.Text + "\n")
	for _, row := range s.Buttons {
		for _, button := range row {
			fmt.Fprintf(&b, "[%s](%s) ", button.Text, target(t, button))
		}
		b.WriteString("\n")
	}
	if s.Keys != nil {
		for _, row := range s.Keys.Rows {
			for _, key := range row {
				fmt.Fprintf(&b, "{%s contact=%v} ", key.Text, key.RequestContact)
			}
			b.WriteString("\n")
		}
	}
	if s.RemoveKeys {
		b.WriteString("(keyboard goes)\n")
	}
	return b.String()
}

func target(t *testing.T, b chat.Button) string {
	t.Helper()
	switch {
	case b.URL != "":
		return b.URL
	case b.WebApp != "":
		return "app " + b.WebApp
	case b.Copy != "":
		return "copy " + b.Copy
	case b.ShareQuery != "":
		return "share " + b.ShareQuery
	}
	data, err := b.Action.Data()
	if err != nil {
		t.Errorf("button %s: %v", b.Text, err)
	}
	return data
}

// besides is how much a phone of 360 pixels shows of a button, by the number of
// buttons in its row.
var besides = []int{2: 19, 3: 12, 4: 8, 5: 6}

// checkScreen demands what Telegram and a small phone demand.
func checkScreen(t *testing.T, name string, s chat.Screen) {
	t.Helper()
	text := html.UnescapeString(tags.ReplaceAllString(s.Text, ""))
	limit := 4096
	if s.Photo != nil || s.Document != nil {
		limit = captionLimit
	}
	if n := units(text); n > limit || n == 0 {
		t.Errorf("%s: %d UTF-16 units, at most %d fit", name, n, limit)
	}
	if strings.Contains(s.Text, "⟦") || strings.Contains(s.Text, "<no value>") {
		t.Errorf("%s: a text is missing:\n%s", name, s.Text)
	}
	if strings.Contains(s.Text, hostileName) {
		t.Errorf("%s: a name is not escaped", name)
	}
	for _, row := range s.Buttons {
		for _, b := range row {
			if n := units(b.Text); len(row) > 1 && n > besides[min(len(row), len(besides)-1)] {
				t.Errorf("%s: %q has %d characters and is cut off on a small phone, one of %d in its row", name, b.Text, n, len(row))
			}
		}
		for _, b := range row {
			if units(b.Copy) > copyLimit {
				t.Errorf("%s: %d characters to copy", name, units(b.Copy))
			}
		}
	}
}

// TestTheLongestChargeIsOneMessage: a caption that does not fit is cut in two
// messages, of which only one would follow the charge's state.
func TestTheLongestChargeIsOneMessage(t *testing.T) {
	c := catalog(t)
	for _, address := range []string{page + "/p/" + strings.Repeat("0", 26), production + strings.Repeat("%D2%A3", 60), production + strings.Repeat("%D2%A3", 200)} {
		v := sampleTicket(payments.LinkActive, "")
		v.Outlet.Name = strings.Repeat("🥟", payments.MaxName)
		v.Link.Comment = strings.Repeat("🥟", payments.MaxComment)
		v.Link.Amount = payments.DefaultMax
		v.Address = address
		for _, l := range locales.Languages() {
			s := ticketScreen(c.Printer(l.Code), v)
			checkScreen(t, l.Code, s)
			if !strings.Contains(s.Buttons[0][0].URL, "url="+percent(address)) {
				t.Errorf("%s: the link is not in the share button", l.Code)
			}
		}
	}
}

func TestTicketScreenKeepsThePicture(t *testing.T) {
	w := newWorld(t, "ky", page)
	v := sampleTicket(payments.LinkUsedUp, payments.PaymentSucceeded)
	s := w.bot.TicketScreen(payments.Person{Language: "ky"}, v.Ticket)
	if !s.Caption || s.Photo != nil || !strings.Contains(s.Text, "Төлөндү") || !strings.Contains(s.Text, "09.05.2026 12:00") {
		t.Errorf("got %+v", s)
	}
}

func TestNewsSpeaksTheRecipientsLanguage(t *testing.T) {
	w := newWorld(t, "en", page)
	n := sampleNews(payments.PaymentSucceeded)
	for _, tc := range []struct{ language, suggested, want string }{
		{"ky", "ru", "Төлөм кабыл алынды"}, {"", "ru", "Платёж принят"}, {"en", "", "Payment accepted"},
	} {
		n.Recipient = payments.Person{Language: tc.language, Suggested: tc.suggested}
		s, ok := w.bot.NewsScreen(n)
		if !ok || !strings.Contains(s.Text, tc.want) || s.Silent {
			t.Errorf("%q, %q: %v %+v", tc.language, tc.suggested, ok, s)
		}
	}
	n.Payment.State = payments.PaymentCreated
	if _, ok := w.bot.NewsScreen(n); ok {
		t.Error("there is news of a payment that has only been created")
	}
}
