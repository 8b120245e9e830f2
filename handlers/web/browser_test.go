package web_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
	"github.com/skip2/go-qrcode"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/handlers/web/browsertest"
	"elkart.kg/trade/payments"
)

// TestInBrowser shows the pages to a real Chromium.
func TestInBrowser(t *testing.T) {
	b := browsertest.Start(t)
	looks := func(v browsertest.View) func(*testing.T, *browsertest.Browser) {
		return func(t *testing.T, b *browsertest.Browser) { everyPage(t, b, v) }
	}
	for _, c := range []struct {
		name string
		test func(*testing.T, *browsertest.Browser)
	}{
		{"every page, light", looks(browsertest.View{Touch: true, Language: "ky"})},
		{"every page, dark", looks(browsertest.View{Touch: true, Dark: true, Language: "ru"})},
		{"every page, wide", looks(browsertest.View{Width: 1280, Height: 800})},
		{"every page fits", everyPageFits},
		{"live update", liveUpdate},
		{"expires", expires},
		{"hidden", hidden},
		{"money back", moneyBack},
		{"share", shareReceipt},
		{"languages", languages},
		{"without script", withoutScript},
		{"keyboard", keyboard},
		{"sum", typesTheSum},
		{"wide screen", wideScreen},
		{"card form", cardFormTyping},
		{"card in Telegram", cardInTelegram},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, b) })
	}
}

// realQR makes pictures that load.
func realQR(d *web.Deps) {
	d.PublicURL = "http://pay.example.kg"
	d.QR = func(text string) ([]byte, error) { return qrcode.Encode(text, qrcode.Medium, 600) }
}

// shown is a page in one of its states.
type shown struct {
	name, path string
	prepare    func(*service)
}

// everything is every page there is, in all its states.
func everything() []shown {
	pages := []shown{
		{"missing", "/p/x", nil}, {"home", "/", nil}, {"receipt_unknown", "/r/x", nil},
		{"card", "/cards/" + token, nil}, {"card_done", "/cards/done", nil}, {"card_gone", "/cards/x", nil},
		{"told", "/p/" + code + "?told=decline", func(s *service) { s.set(charge()) }},
		{"chosen", "/p/" + code + "?sum=250", func(s *service) { s.set(views()["bounded"]) }},
		{"refused_sum", "/p/" + code + "?sum=1", func(s *service) { s.set(views()["bounded"]) }},
		{"long", "/p/" + code, func(s *service) {
			v := charge()
			v.Outlet.Name = strings.Repeat("Кафе-ресторан", 6)
			v.Link.Comment, v.Link.Amount = strings.Repeat("Ү", 100), payments.DefaultMax
			s.set(v)
		}},
	}
	for name, view := range views() {
		pages = append(pages, shown{name, "/p/" + code, func(s *service) { s.set(view) }})
	}
	for standing, refunded := range map[payments.Standing]payments.Money{
		payments.ReceiptGenuine: 0, payments.ReceiptPartlyRefunded: 25050, payments.ReceiptRefunded: 125050, payments.ReceiptReversed: 0,
	} {
		pages = append(pages, shown{"receipt_" + string(standing), "/r/" + receiptKey, func(s *service) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.check = receiptOf(standing, refunded)
		}})
	}
	slices.SortFunc(pages, func(a, b shown) int { return strings.Compare(a.name, b.name) })
	return pages
}

// kept are the pages whose pictures are kept, to be looked at, by how they are
// looked at.
var kept = map[string][]string{
	"phone": {"open", "chosen", "refused_sum", "paid", "paying", "expired", "told", "static", "verified", "partly_refunded", "refunded", "used_up", "receipt_genuine", "receipt_unknown", "card"},
	"dark":  {"open", "paid", "receipt_reversed"},
	"wide":  {"open", "verified"},
}

// everyPage looks for what axe-core finds, for complaints of the browser, and
// for requests to anybody else.
func everyPage(t *testing.T, b *browsertest.Browser, view browsertest.View) {
	s := newSite(t, realQR)
	p := b.Open(t, s.URL+"/", view)
	for _, page := range everything() {
		if page.prepare != nil {
			page.prepare(s.service)
		}
		p.Go(s.URL + page.path)
		browsertest.Eval[bool](p, `document.querySelectorAll('details').forEach(d => { d.open = true }), true`)
		if found := p.Axe(); len(found) > 0 {
			t.Errorf("%s: axe-core finds\n%s", page.name, strings.Join(found, "\n"))
		}
		others := browsertest.Eval[[]string](p, `performance.getEntriesByType('resource').map(r => r.name).filter(n => !n.startsWith(location.origin + '/'))`)
		if len(others) > 0 {
			t.Errorf("%s: asks %v", page.name, others)
		}
		if broken := browsertest.Eval[int](p, `[...document.images].filter(i => i.complete && !i.naturalWidth).length`); broken > 0 {
			t.Errorf("%s: %d pictures are broken", page.name, broken)
		}
		if problems := p.Problems(); len(problems) > 0 {
			t.Errorf("%s: the browser complains of\n%s", page.name, strings.Join(problems, "\n"))
		}
		if name := viewName(view); *update && slices.Contains(kept[name], page.name) {
			p.Save(filepath.Join("testdata", "screens", page.name+"."+name+".png"))
		}
	}
}

func viewName(v browsertest.View) string {
	switch {
	case v.Dark:
		return "dark"
	case v.Width != 0:
		return "wide"
	}
	return "phone"
}

// everyPageFits: nobody scrolls sideways, on the smallest phone, at 200 % zoom
// (half as many pixels, each twice as large; WCAG 1.4.10), with text twice as
// large (1.4.4).
func everyPageFits(t *testing.T, b *browsertest.Browser) {
	s := newSite(t, realQR)
	for name, view := range map[string]browsertest.View{
		"360 pixels": {Touch: true}, "320 pixels": {Width: 320, Height: 600, Touch: true},
		"1280 pixels at 200 %": {Width: 640, Height: 400, Scale: 2}, "a computer": {Width: 1280, Height: 800},
	} {
		p := b.Open(t, s.URL+"/", view)
		for _, page := range everything() {
			if page.prepare != nil {
				page.prepare(s.service)
			}
			p.Go(s.URL + page.path)
			if over := p.Overflow(); over > 0 {
				t.Errorf("%s, %s: %d pixels too wide", page.name, name, over)
			}
			browsertest.Eval[string](p, `document.documentElement.style.fontSize = '200%'`)
			if over := p.Overflow(); over > 0 {
				t.Errorf("%s, %s, large text: %d pixels too wide", page.name, name, over)
			}
		}
	}
}

// A payment shows without the page being loaded again.
func liveUpdate(t *testing.T, b *browsertest.Browser) {
	w := newWatched(t)
	p := b.Open(t, w.URL+"/p/"+code, browsertest.View{Touch: true})
	browsertest.Eval[bool](p, `window.untouched = true`)
	w.step(1) // the page listens
	held := charge()
	held.Link.HeldBy, held.Payment = 5, &payments.Payment{State: payments.PaymentExecuting, Amount: 125050}
	w.service.set(held)
	w.tick(1)
	p.Wait(".mark.wait")
	if browsertest.Eval[int](p, `document.querySelectorAll('.button, .scan').length`) != 0 {
		t.Error("one can still pay while it is being paid")
	}
	w.service.set(paid())
	w.tick(1)
	p.Wait(".mark.good")
	if got := p.Text("h1"); got != "Paid" {
		t.Errorf("heading %q", got)
	}
	for _, want := range []string{"42", "d290f1ee-6c54-4b01-90e6-d701748f0851", "1 250.50 som"} {
		if !strings.Contains(strings.ReplaceAll(p.Text("main"), "\u00a0", " "), want) {
			t.Errorf("no %q on the page", want)
		}
	}
	if !browsertest.Eval[bool](p, `window.untouched === true && document.getElementById('live').getAttribute('aria-live') === 'polite'`) {
		t.Error("the page was loaded anew, or a screen reader is not told")
	}
	if problems := p.Problems(); len(problems) > 0 {
		t.Errorf("the browser complains of %q", problems)
	}
}

// What has expired under the payer's eyes offers to ask for another, and that
// works from the page as it was loaded.
func expires(t *testing.T, b *browsertest.Browser) {
	w := newWatched(t)
	p := b.Open(t, w.URL+"/p/"+code, browsertest.View{Touch: true})
	w.step(1)
	v := charge()
	v.Link.State = payments.LinkExpired
	w.service.set(v)
	w.tick(1)
	p.Until(`document.getElementById('live').dataset.stage === 'expired'`)
	if got := p.Text("h1"); got != "This link has expired" {
		t.Errorf("heading %q", got)
	}
	p.Click(".signal button")
	p.Wait(".told")
	if diff := cmp.Diff(w.service.said, []payments.SignalKind{payments.SignalAsk}); diff != "" {
		t.Errorf("said (-got +want):\n%s", diff)
	}
	if problems := p.Problems(); len(problems) > 0 {
		t.Errorf("the browser complains of %q", problems)
	}
}

// Whoever pays on the phone that shows the page is in the bank's app
// meanwhile. The page asks nothing then, and knows at once when they are back.
func hidden(t *testing.T, b *browsertest.Browser) {
	w := newWatched(t)
	p := b.Open(t, w.URL+"/p/"+code, browsertest.View{Touch: true})
	browsertest.Eval[bool](p, `window.untouched = true`)
	w.step(1) // the page listens
	p.Hide()
	w.left()
	w.service.set(paid())
	p.Show()
	p.Wait(".mark.good")
	if !browsertest.Eval[bool](p, `window.untouched === true`) {
		t.Error("the page was loaded anew")
	}
	if problems := p.Problems(); len(problems) > 0 {
		t.Errorf("the browser complains of %q", problems)
	}
}

// What goes back after the payer has paid shows on the page that says "paid".
func moneyBack(t *testing.T, b *browsertest.Browser) {
	w := newWatched(t)
	w.service.set(paid())
	p := b.Open(t, w.URL+"/p/"+code, browsertest.View{Touch: true})
	p.Wait(".mark.good")
	browsertest.Eval[bool](p, `window.untouched = true`)
	w.service.set(refunded(250_50, 0))
	w.step(1)
	p.Until(`document.querySelector('h1').textContent === 'Paid, partly refunded'`)
	w.service.set(refunded(1250_50, 0))
	w.step(1)
	p.Until(`document.querySelector('h1').textContent === 'Paid, then refunded'`)
	w.left() // nothing more to hear
	if !browsertest.Eval[bool](p, `window.untouched === true && document.querySelector('.files a') !== null`) {
		t.Error("the page was loaded anew, or has no receipt")
	}
	if problems := p.Problems(); len(problems) > 0 {
		t.Errorf("the browser complains of %q", problems)
	}
}

// A browser that hands files on hands the receipt on; another has no button.
func shareReceipt(t *testing.T, b *browsertest.Browser) {
	s := newSite(t, nil)
	s.service.set(paid())
	p := b.Open(t, s.URL+"/p/"+code+"?lang=en", browsertest.View{Touch: true, Setup: `navigator.canShare = undefined`})
	p.Wait(".files a")
	if browsertest.Eval[bool](p, `document.querySelector('.share').checkVisibility()`) {
		t.Error("a button that does nothing is shown")
	}
	p = b.Open(t, s.URL+"/p/"+code+"?lang=en", browsertest.View{Touch: true, Setup: `
		navigator.canShare = data => data.files.length === 1
		navigator.share = async data => { window.handed = data.files[0].type + ' ' + await data.files[0].text() }`})
	p.Click(".share button")
	p.Until(`window.handed !== undefined`)
	if got, want := browsertest.Eval[string](p, `window.handed`), "image/png png "+paid().Payment.OperatorID+", en"; got != want {
		t.Errorf("handed on %q, want %q", got, want)
	}
	p = b.Open(t, s.URL+"/p/"+code+"?lang=en", browsertest.View{Touch: true, Setup: `
		navigator.canShare = () => true
		navigator.share = async () => { throw new DOMException('', 'NotAllowedError') }`})
	p.Click(".share button")
	p.Until(`location.pathname.endsWith('/receipt.png')`)
}

func languages(t *testing.T, b *browsertest.Browser) {
	s := newSite(t, nil)
	p := b.Open(t, s.URL+"/p/"+code, browsertest.View{Touch: true, Language: "ky-KG,ky;q=0.9"})
	for _, c := range []struct{ lang, pay string }{{"ky", "төлөө"}, {"ru", "Оплатить"}, {"en", "Pay"}, {"ky", "төлөө"}} {
		if c.lang != browsertest.Eval[string](p, `document.documentElement.lang`) {
			p.Click(`nav a[lang="` + c.lang + `"]`)
			p.Until(`document.documentElement.lang === '` + c.lang + `'`)
		}
		if got := p.Text(".button"); !strings.Contains(got, c.pay) {
			t.Errorf("%s: the button says %q", c.lang, got)
		}
	}
}

// Without JavaScript the page shows all that counts, asks anew by itself, and
// its buttons work.
func withoutScript(t *testing.T, b *browsertest.Browser) {
	s := newSite(t, realQR)
	p := b.Open(t, s.URL+"/p/"+code, browsertest.View{Touch: true, NoScript: true})
	p.Wait(".button")
	p.Wait(".scan img")
	if !browsertest.Eval[bool](p, `document.querySelector('meta[http-equiv="refresh"]').content === '10'`) {
		t.Error("the page does not ask anew")
	}
	if browsertest.Eval[bool](p, `document.querySelector('[data-copy]').checkVisibility()`) {
		t.Error("a button that does nothing is shown")
	}
	p.Click(".signal button")
	p.Wait(".told")
	s.service.set(paid())
	p.Reload()
	p.Wait(".mark.good")
	p.Go(s.URL + "/cards/" + token)
	p.Type("#number", "9417 12")
	p.Click("form .button")
	p.Wait("#problem")
	if p.Text("#problem") == "" {
		t.Error("nothing says what is wrong with the number")
	}
	p.Type("#number", card)
	p.Click("form .button")
	p.Wait(".mark.good")
	if len(s.service.added) != 1 {
		t.Errorf("%d cards added", len(s.service.added))
	}
}

// The keyboard reaches everything, in the order of reading, and shows where it
// is.
func keyboard(t *testing.T, b *browsertest.Browser) {
	s := newSite(t, realQR)
	s.service.set(views()["verified"])
	p := b.Open(t, s.URL+"/p/"+code+"?lang=en", browsertest.View{Width: 1280, Height: 900})
	var got []string
	for range 12 {
		p.Key(kb.Tab)
		at := browsertest.Eval[string](p, `document.activeElement === document.body ? '' : document.activeElement.textContent.trim()`)
		if at == "" {
			break
		}
		got = append(got, strings.ReplaceAll(at, "\u00a0", " "))
		if !browsertest.Eval[bool](p, `getComputedStyle(document.activeElement).outlineStyle === 'solid'`) {
			t.Errorf("%s: nothing shows the focus", at)
		}
		if at == "Phone and card confirmed" {
			p.Key(kb.Enter)
			p.Wait(".verified p")
		}
	}
	want := []string{
		"Кыргызча", "Русский", "English", "Phone and card confirmed", "Pay 1 250.50 som", "I won’t pay",
		"Copy the payment link", "WhatsApp", "Telegram", "Email",
		"+996 (555) 123-456",
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("order (-got +want):\n%s", diff)
	}
}

// Where the sum is open it is typed, also by keyboard alone and without script,
// and what is wrong with it stands beside the field.
func typesTheSum(t *testing.T, b *browsertest.Browser) {
	s := newSite(t, realQR)
	s.service.set(views()["bounded"])
	p := b.Open(t, s.URL+"/p/"+code+"?lang=en", browsertest.View{Touch: true, NoScript: true})
	p.Type("#sum", "99"+kb.Enter)
	p.Wait("#wrong")
	if got := p.Text("#wrong"); !strings.Contains(got, "100 som") {
		t.Errorf("what is wrong: %q", got)
	}
	p.Type("#sum", kb.End+"0"+kb.Enter) // 990
	p.Wait(".sum")
	if got := strings.ReplaceAll(p.Text(".pay .button"), "\u00a0", " "); got != "Pay 990 som" {
		t.Errorf("the button says %q", got)
	}
	p.Click(".change a")
	p.Wait("#sum")
}

// On a computer the code is large, and the page leads to a phone.
func wideScreen(t *testing.T, b *browsertest.Browser) {
	s := newSite(t, realQR)
	p := b.Open(t, s.URL+"/p/"+code+"?lang=en", browsertest.View{Width: 1280, Height: 800})
	p.Wait(".send")
	p.Until(`document.querySelector('.scan img').complete`)
	if got := browsertest.Eval[int](p, `Math.round(document.querySelector('.scan img').getBoundingClientRect().width)`); got < 300 {
		t.Errorf("the code is %d pixels wide", got)
	}
	if browsertest.Eval[bool](p, `document.querySelector('.banks').checkVisibility()`) {
		t.Error("apps of phones are offered on a computer")
	}
	phone := b.Open(t, s.URL+"/p/"+code+"?lang=en", browsertest.View{Touch: true})
	phone.Wait(".banks")
	if browsertest.Eval[bool](phone, `document.querySelector('.send').checkVisibility()`) {
		t.Error("a phone is offered to send the page to a phone")
	}
}
