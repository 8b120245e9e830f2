package web_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// views are all that can stand behind a link.
func views() map[string]payments.PayerView {
	link := func(change func(*payments.PayerView)) payments.PayerView {
		v := charge()
		change(&v)
		return v
	}
	payment := func(state payments.PaymentState) func(*payments.PayerView) {
		return func(v *payments.PayerView) {
			v.Link.HeldBy = 5
			v.Payment = &payments.Payment{ID: 5, State: state, Amount: 125050}
		}
	}
	return map[string]payments.PayerView{
		"open": charge(),
		"hours": link(func(v *payments.PayerView) {
			v.Link.Kind, v.Link.Amount, v.Link.Comment, v.Link.ExpiresAt = payments.LinkStatic, 0, "", time.Time{}
			v.Link.Min, v.Link.Max = payments.DefaultMin, payments.DefaultMax
			v.Outlet.Hours = "Пн–сб 9–18 <b>"
		}),
		"static": link(func(v *payments.PayerView) {
			v.Link.Kind, v.Link.Amount, v.Link.Comment, v.Link.ExpiresAt = payments.LinkStatic, 0, "", time.Time{}
			v.Link.Min, v.Link.Max = payments.DefaultMin, payments.DefaultMax
		}),
		"bounded": link(func(v *payments.PayerView) {
			v.Link.Kind, v.Link.Amount, v.Link.Min, v.Link.Max = payments.LinkReusable, 0, 100*payments.Som, 5000*payments.Som
		}),
		"paying": link(payment(payments.PaymentExecuting)),
		"paying_late": link(func(v *payments.PayerView) {
			payment(payments.PaymentExecuting)(v)
			v.Link.State = payments.LinkExpired
		}),
		"paid":            paid(),
		"partly_refunded": refunded(250_50, 0),
		"refunding":       refunded(0, 1250_50),
		"refunded":        refunded(1250_50, 0),
		"reversed": link(func(v *payments.PayerView) {
			*v = paid()
			v.Payment.State, v.Payment.ReversedAt = payments.PaymentReversed, now.Add(time.Hour)
			v.Contact = "0555 12-34-56"
		}),
		"verified": link(func(v *payments.PayerView) {
			v.Verified, v.Contact, v.Outlet.Address, v.Outlet.Hours = true, "+996 (555) 123-456", "Бишкек, Чүй 1 <b>", "09:00–18:00"
		}),
		"expired": link(func(v *payments.PayerView) { v.Link.State = payments.LinkExpired }),
		"used_up": link(func(v *payments.PayerView) {
			v.Link.Kind, v.Link.State = payments.LinkReusable, payments.LinkUsedUp
		}),
		"cancelled": link(func(v *payments.PayerView) { v.Link.State = payments.LinkCancelled }),
		"paused": link(func(v *payments.PayerView) {
			v.Link.Kind, v.Link.State, v.Link.Amount = payments.LinkStatic, payments.LinkPaused, 0
		}),
	}
}

// refunded is a payment of which some went back.
func refunded(done, open payments.Money) payments.PayerView {
	v := paid()
	v.Refunds = payments.Returned{Done: done, Open: open}
	if done > 0 {
		v.Refunds.LastAt = now.Add(2 * time.Hour)
	}
	return v
}

func TestCustomerPage(t *testing.T) {
	s := newSite(t, func(d *web.Deps) { d.PublicURL = "https://pay.example.kg" })
	for name, view := range views() {
		s.service.set(view)
		for _, lang := range locales.Languages() {
			t.Run(name+"."+lang.Code, func(t *testing.T) {
				w := s.get("/p/" + code + "?lang=" + lang.Code)
				if w.StatusCode != http.StatusOK {
					t.Fatalf("status %d", w.StatusCode)
				}
				golden(t, "customer/"+name+"."+lang.Code, w.body)
			})
		}
	}
}

// Only a link that can be paid has a way to pay. A charge waits to be paid, and
// then listens whether money goes back; only the first interrupts a reader
// whose browser has no script.
func TestCustomerPageOffersWhatIsPossible(t *testing.T) {
	s := newSite(t, nil)
	for name, view := range views() {
		s.service.set(view)
		body := s.get("/p/" + code).body
		payable := name == "open" || name == "static" || name == "hours" || name == "bounded" || name == "verified"
		if got := strings.Contains(body, `class="button"`) && strings.Contains(body, "/qr.png"); got != payable {
			t.Errorf("%s: a way to pay = %v, want %v", name, got, payable)
		}
		if got := s.get("/p/" + code + "/qr.png").StatusCode; (got == http.StatusOK) != payable {
			t.Errorf("%s: picture answers %d", name, got)
		}
		waits := name == "open" || name == "verified" || strings.HasPrefix(name, "paying")
		if got := strings.Contains(body, `<noscript><meta http-equiv="refresh"`); got != waits {
			t.Errorf("%s: asks anew without script = %v, want %v", name, got, waits)
		}
		listens := waits || name == "paid" || name == "partly_refunded" || name == "refunding"
		if got := strings.Contains(body, `data-events="/p/`+code+`/events"`); got != listens {
			t.Errorf("%s: listens = %v, want %v", name, got, listens)
		}
		receipt := name == "paid" || strings.Contains(name, "refund")
		if got := strings.Contains(body, "/receipt.png?") && strings.Contains(body, "/receipt.pdf?") && strings.Contains(body, "data-share="); got != receipt {
			t.Errorf("%s: a receipt to take along = %v, want %v", name, got, receipt)
		}
		if got := strings.Contains(body, `class="verified"`); got != (name == "verified") {
			t.Errorf("%s: verified = %v", name, got)
		}
	}
}

// What went back is on the page with its sum and its moment.
func TestCustomerPageSaysWhatWentBack(t *testing.T) {
	s := newSite(t, nil)
	for _, c := range []struct {
		name string
		view payments.PayerView
		want []string
	}{
		{"a part", refunded(250_50, 0), []string{"Оплачено, часть денег возвращена", "Возвращено", "250,50 сом", "09.05.2026 16:30", "1 250,50 сом"}},
		{"all", refunded(1250_50, 0), []string{"Оплачено, деньги возвращены", "Вся сумма", "09.05.2026 16:30"}},
		{"on its way", refunded(0, 100_00), []string{">Оплачено<", "Возврат в обработке", "100 сом"}},
		{"a part, and more on its way", refunded(250_50, 100_00), []string{"часть денег возвращена", "250,50 сом", "Возврат в обработке", "100 сом"}},
		{"reversed", views()["reversed"], []string{"Платёж отменён", "09.05.2026 15:30", "d290f1ee-6c54-4b01-90e6-d701748f0851"}},
	} {
		s.service.set(c.view)
		body := s.get("/p/" + code + "?lang=ru").body
		body = strings.ReplaceAll(body, "\u00a0", " ")
		for _, want := range c.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %q on the page", c.name, want)
			}
		}
		if strings.Contains(body, "01.01.0001") {
			t.Errorf("%s: a moment that never was", c.name)
		}
	}
}

// A contact leads somewhere where it is a number or a name, and nowhere else.
func TestContact(t *testing.T) {
	s := newSite(t, nil)
	for contact, want := range map[string]string{
		"+996 555 123 456": "tel:+996555123456", "0555 12-34-56": "tel:0555123456", "+996(312)66–00–00": "tel:+996312660000", "996555123456": "tel:996555123456",
		"@aigul_shop": "https://t.me/aigul_shop", "@a": "", "@aigul.shop": "", "@1aigul": "", "@aigul/../x": "",
		"WhatsApp +996555123456": "", "Ошский рынок, ряд 5": "", "javascript:alert(1)": "", "+1": "", "12345678901234567890": "",
		"tel:+996555123456": "", "https://evil.kg/": "", "@аигуль": "", "+996 555 <b>": "",
	} {
		v := charge()
		v.Contact = contact
		s.service.set(v)
		body := s.get("/p/" + code + "?lang=en").body
		_, part, ok := strings.Cut(body, `<dl class="seller">`)
		part, _, _ = strings.Cut(part, "</dl>")
		if !ok || !strings.Contains(html.UnescapeString(part), contact) {
			t.Errorf("%q is not on the page", contact)
		}
		got := ""
		if m := regexp.MustCompile(`href="([^"]*)"`).FindStringSubmatch(part); m != nil {
			got = html.UnescapeString(m[1])
		}
		if got != want {
			t.Errorf("%q leads to %q, want %q", contact, got, want)
		}
	}
	s.service.set(charge())
	if strings.Contains(s.get("/p/"+code).body, `class="seller"`) {
		t.Error("a list of nothing")
	}
}

func TestCustomerPagePaidSaysWhatCounts(t *testing.T) {
	s := newSite(t, nil)
	s.service.set(paid())
	body := s.get("/p/" + code + "?lang=ky").body
	for _, want := range []string{"Төлөндү", "1\u00a0250,50\u00a0сом", "09.05.2026 14:31", ">42<", "d290f1ee-6c54-4b01-90e6-d701748f0851", "фискалдык эмес"} {
		if !strings.Contains(strings.ReplaceAll(body, "50 сом", "50\u00a0сом"), want) {
			t.Errorf("no %q on the page", want)
		}
	}
}

// The link travels as it is, in whatever the page makes of it.
func TestCustomerPageKeepsTheLink(t *testing.T) {
	view := charge()
	view.Link.URI = "https://pay.payqr.kg#3424a'b(c)d&e=f;%20%D2%A3+~6304abcd"
	s := newSite(t, nil)
	s.service.set(view)
	body := s.get("/p/" + code).body
	var got []string
	for _, m := range regexp.MustCompile(`(?:href|data-copy)="([a-z-]+://[^"]*)"`).FindAllStringSubmatch(body, -1) {
		got = append(got, unescape(html.UnescapeString(m[1])))
	}
	rest := unescape(strings.TrimPrefix(view.Link.URI, "https"))
	want := []string{"https" + rest, "elqr-mbank" + rest, "elqr-mobile" + rest, "elqr-ab" + rest, "https" + rest}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// unescape undoes the percent-encoding of ASCII marks, which says the same.
func unescape(s string) string {
	return strings.NewReplacer("%27", "'", "%28", "(", "%29", ")").Replace(s)
}

func TestCustomerPageOtherHosts(t *testing.T) {
	for uri, want := range map[string]string{
		"http://127.0.0.1:8080/bank#0002": `class="button" href="http://127.0.0.1:8080/bank#0002"`,
		"javascript:alert(1)//#0002":      `class="button" href=""`,
		"https://payqr.kg.evil.kg#0002":   `class="button" href="https://payqr.kg.evil.kg#0002"`,
	} {
		view := charge()
		view.Link.URI = uri
		s := newSite(t, nil)
		s.service.set(view)
		body := s.get("/p/" + code).body
		if !strings.Contains(body, want) {
			t.Errorf("%s: no %s", uri, want)
		}
		if strings.Contains(body, "elqr-") || strings.Contains(body, "javascript:") {
			t.Errorf("%s: leads to an app, or runs", uri)
		}
	}
}

// Whatever a merchant writes stays text, in the page and in its head.
func TestCustomerPageEscapes(t *testing.T) {
	for _, evil := range []string{
		`</title><script>alert(1)</script>`, `" onmouseover="alert(1)`, `'><img src=x onerror=alert(1)>`, `</style><svg onload=alert(1)>`,
		`{{.Nonce}}`, "line\nbreak\u202Eevil", `<b>*_[`, `javascript:alert(1)`, `&lt;script&gt;`,
	} {
		view := paid()
		view.Outlet.Name, view.Link.Comment, view.Payment.OperatorID = evil, evil, evil
		s := newSite(t, nil)
		for _, v := range []payments.PayerView{view, {Link: func() payments.Link { l := charge().Link; l.Comment = evil; return l }(), Outlet: view.Outlet}} {
			s.service.set(v)
			body := s.get("/p/" + code).body
			for _, m := range regexp.MustCompile(`<(script|img|svg|b|style)\b[^>]*>`).FindAllString(body, -1) {
				if strings.Contains(m, "onerror") || strings.Contains(m, "onload") || m == "<script>" || m == "<b>" {
					t.Errorf("%q became %q", evil, m)
				}
			}
			if strings.Contains(body, `" onmouseover`) || strings.Contains(body, "\u202E") || strings.Contains(body, "line\n") {
				t.Errorf("%q got through", evil)
			}
			if shown := html.UnescapeString(body); !strings.Contains(shown, locales.Line(evil)) {
				t.Errorf("%q is not shown", evil)
			}
		}
	}
}

// Unknown and malformed codes answer alike, to the byte.
func TestNoSuchPage(t *testing.T) {
	s := newSite(t, nil)
	var first string
	for i, path := range []string{
		"/p/ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "/p/x", "/p/", "/p/" + strings.Repeat("A", 5000), "/p/%2e%2e%2fetc", "/p/a/b/c", "/p/%00", "/p/%F0%28", "/p/x/qr.png", "/p/x/events", "/p/x/receipt.png", "/p/x/receipt.pdf", "/p/" + code + "/receipt.png", "/p/" + code + "/og.jpg", "/in/qr", "/telegram/webhook", "/nowhere",
	} {
		w := s.get(path, "Accept-Language", "en")
		if w.StatusCode != http.StatusNotFound {
			t.Errorf("%.60s: status %d", path, w.StatusCode)
		}
		page := nonceForm.ReplaceAllString(regexp.MustCompile(`href="/[^"]*\?lang=`).ReplaceAllString(w.body, `href="?lang=`), "")
		if i == 0 {
			first = page
		} else if page != first {
			t.Errorf("%.60s: another page than for an unknown code", path)
		}
	}
	for _, lang := range locales.Languages() {
		golden(t, "message/missing."+lang.Code, s.get("/p/x?lang="+lang.Code).body)
		golden(t, "message/home."+lang.Code, s.get("/?lang="+lang.Code).body)
	}
}

func TestMangledCodeIsFound(t *testing.T) {
	s := newSite(t, nil)
	for name, form := range map[string]string{
		"lower case": strings.ToLower(code), "percent-encoded": "%30%31%32" + code[3:], "in groups": code[:4] + "-" + code[4:], "space around": "%20" + code + "%0A",
	} {
		w := s.get("/p/" + form)
		if w.StatusCode != http.StatusOK || !strings.Contains(w.body, "/p/"+code+"/qr.png") {
			t.Errorf("%s: status %d, or the picture is not under the code itself", name, w.StatusCode)
		}
	}
}

func TestLanguage(t *testing.T) {
	s := newSite(t, nil)
	for _, c := range []struct{ name, query, accept, want string }{
		{"nothing said", "", "", "ru"},
		{"browser", "", "ky-KG,ky;q=0.9,ru;q=0.8", "ky"},
		{"browser, second choice", "", "de, en;q=0.5", "en"},
		{"switch wins", "?lang=en", "ky", "en"},
		{"switch is nonsense", "?lang=%3Cscript%3E", "ky", "ky"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := s.get("/p/"+code+c.query, "Accept-Language", c.accept)
			if got := w.Header.Get("Content-Language"); got != c.want || !strings.Contains(w.body, `<html lang="`+c.want+`">`) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if got := w.Header.Values("Set-Cookie"); got != nil {
				t.Errorf("a cookie: %q", got)
			}
		})
	}
}

func TestPicture(t *testing.T) {
	s := newSite(t, nil)
	w := s.get("/p/" + code + "/qr.png")
	if w.body != "\x89PNG "+uri || w.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%q %q", w.Header.Get("Content-Type"), w.body)
	}
	tag := w.Header.Get("ETag")
	if got := s.get("/p/"+code+"/qr.png", "If-None-Match", tag); tag == "" || got.StatusCode != http.StatusNotModified || got.body != "" {
		t.Errorf("known picture: status %d", got.StatusCode)
	}
	other := charge()
	other.Link.URI += "0"
	s.service.set(other)
	if got := s.get("/p/"+code+"/qr.png", "If-None-Match", tag); got.StatusCode != http.StatusOK {
		t.Errorf("after a change of the link: status %d", got.StatusCode)
	}
}

// The first view is 20 KB at most on the wire, and asks nobody else.
func TestWeight(t *testing.T) {
	s := newSite(t, nil)
	for name, view := range views() {
		s.service.set(view)
		body := s.get("/p/" + code + "?lang=ky").body
		packed := s.get("/p/"+code+"?lang=ky", "Accept-Encoding", "gzip").body
		if len(body) > 20<<10 || len(packed) > 8<<10 { // small enough even for who reads no gzip
			t.Errorf("%s: %d bytes, %d compressed", name, len(body), len(packed))
		}
		for _, m := range regexp.MustCompile(`(?:src|data|poster|action)="([^"]*)"|<link [^>]*href="([^"]*)"|url\(([^)]*)\)|@import`).FindAllStringSubmatch(body, -1) {
			if address := m[1] + m[2] + m[3]; !strings.HasPrefix(address, "/") {
				t.Errorf("%s: loads %q", name, m[0])
			}
		}
		if strings.Contains(body, "style=") || regexp.MustCompile(`<[^>]* on[a-z]+=`).MatchString(body) {
			t.Errorf("%s: an inline style or handler, which the policy forbids", name)
		}
	}
}
