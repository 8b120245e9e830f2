package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

func number(text string) string { return url.Values{"number": {text}}.Encode() }

func TestCardForm(t *testing.T) {
	s := newSite(t, nil)
	for _, lang := range locales.Languages() {
		query := "?lang=" + lang.Code
		golden(t, "card/form."+lang.Code, s.get("/cards/"+token+query).body)
		golden(t, "card/malformed."+lang.Code, s.send("/cards/"+token+query, number("9417 12")).body)
		golden(t, "card/not_elkart."+lang.Code, s.send("/cards/"+token+query, number("4169123412341234")).body)
		golden(t, "card/gone."+lang.Code, s.get("/cards/x"+query).body)
		golden(t, "card/done."+lang.Code, s.get("/cards/done"+query).body)
	}
}

func TestCardIsAdded(t *testing.T) {
	s := newSite(t, nil)
	s.service.lang = "ky"
	w := s.send("/cards/"+token, number(" 9417 1234-1234 1234 "), "Accept-Language", "en")
	if w.StatusCode != http.StatusSeeOther || w.Header.Get("Location") != "/cards/done?lang=ky" {
		t.Fatalf("status %d, to %q", w.StatusCode, w.Header.Get("Location"))
	}
	if len(s.service.added) != 1 || s.service.added[0].Reveal() != card {
		t.Errorf("added %d cards, or another", len(s.service.added))
	}
}

// Whoever taps twice without a script, or goes back, reads that the card is
// there and not that the page is gone.
func TestCardFormThatWasUsed(t *testing.T) {
	s := newSite(t, nil)
	s.send("/cards/"+token, number(card))
	for _, lang := range locales.Languages() {
		address := "/cards/" + token + "?lang=" + lang.Code
		again, back := s.send(address, number("9417000000000000")), s.get(address)
		golden(t, "card/used."+lang.Code, back.body)
		if again.StatusCode != http.StatusGone || back.StatusCode != http.StatusGone || nonceForm.ReplaceAllString(again.body, "") != nonceForm.ReplaceAllString(back.body, "") {
			t.Errorf("status %d and %d, or different pages", again.StatusCode, back.StatusCode)
		}
	}
	if len(s.service.added) != 1 {
		t.Errorf("%d cards added", len(s.service.added))
	}
}

// The person's own language comes before the browser's; the switch before both.
func TestCardFormSpeaksThePersonsLanguage(t *testing.T) {
	s := newSite(t, nil)
	for _, c := range []struct{ own, query, want string }{{"ky", "", "ky"}, {"", "", "en"}, {"ky", "?lang=ru", "ru"}} {
		s.service.lang = c.own
		if got := s.get("/cards/"+token+c.query, "Accept-Language", "en").Header.Get("Content-Language"); got != c.want {
			t.Errorf("own %q, query %q: got %q, want %q", c.own, c.query, got, c.want)
		}
	}
}

func TestCardFormRefuses(t *testing.T) {
	for _, c := range []struct {
		name, path, body string
		header           []string
		status           int
	}{
		{"too short", token, number("9417"), nil, 422},
		{"empty", token, "", nil, 422},
		{"another system's", token, number("4111111111111111"), nil, 422},
		{"markup", token, number("<script>alert(1)</script>"), nil, 422},
		{"number in the address", token + "?number=" + card, "", nil, 422},
		{"unknown form", "1" + token[1:], number(card), nil, 410},
		{"malformed form", "x", number(card), nil, 410},
		{"below a form", token + "/x", number(card), nil, 410},
		{"body over the limit", token, number(card) + "&x=" + strings.Repeat("x", 8192), nil, 413},
		{"broken encoding", token, "number=%zz", nil, 400},
		{"JSON", token, `{"number":"` + card + `"}`, []string{"Content-Type", "application/json"}, 415},
		{"multipart", token, "x", []string{"Content-Type", "multipart/form-data; boundary=x"}, 415},
		{"no type", token, number(card), []string{"Content-Type", ""}, 415},
		{"another site's form", token, number(card), []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.kg"}, 403},
		{"a sister domain's form", token, number(card), []string{"Sec-Fetch-Site", "same-site", "Origin", "https://x.example.kg"}, 403},
		{"another site's form, old browser", token, number(card), []string{"Sec-Fetch-Site", "", "Origin", "https://evil.kg"}, 403},
		{"sandboxed frame", token, number(card), []string{"Sec-Fetch-Site", "", "Origin", "null"}, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, nil)
			w := s.send("/cards/"+c.path, c.body, c.header...)
			if w.StatusCode != c.status {
				t.Errorf("status %d, want %d", w.StatusCode, c.status)
			}
			if len(s.service.added) != 0 {
				t.Error("a card was added")
			}
			digits := strings.ReplaceAll(w.body, " ", "")
			if strings.Contains(digits, card) || strings.Contains(digits, "4111") || strings.Contains(w.body, "alert(1)") {
				t.Error("what was typed comes back")
			}
			if log := s.log.String(); log != "" {
				t.Errorf("logged: %s", log)
			}
		})
	}
}

// An old browser says only where the form stood; that must do, also behind a
// proxy that gives us another Host.
func TestCardFormFromOldBrowsers(t *testing.T) {
	for name, header := range map[string][]string{
		"own origin":                 nil,
		"public origin behind proxy": {"Origin", "https://pay.example.kg"},
		"no origin at all":           {"Origin", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, func(d *web.Deps) { d.PublicURL = "https://pay.example.kg" })
			if w := s.send("/cards/"+token, number(card), append([]string{"Sec-Fetch-Site", ""}, header...)...); w.StatusCode != http.StatusSeeOther {
				t.Errorf("status %d", w.StatusCode)
			}
		})
	}
	s := newSite(t, nil)
	if got := s.get("/cards/" + token).Header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("Referrer-Policy %q: Safari before 16.4 sends Origin: null under no-referrer", got)
	}
}

func TestCardFormGoneIsOnePage(t *testing.T) {
	s := newSite(t, nil)
	s.service.form = false // too old
	old := s.get("/cards/" + token)
	unknown := s.get("/cards/1" + token[1:])
	same := func(w reply) string {
		return nonceForm.ReplaceAllString(strings.ReplaceAll(w.body, w.Request.URL.Path, "/"), "")
	}
	if old.StatusCode != http.StatusGone || unknown.StatusCode != http.StatusGone || same(old) != same(unknown) {
		t.Errorf("status %d and %d, or different pages", old.StatusCode, unknown.StatusCode)
	}
}

// Two taps on the button: one card, and the second page says where to look.
func TestCardFormSentTwice(t *testing.T) {
	s := newSite(t, nil)
	status := make([]int, 6)
	var sent sync.WaitGroup
	for i := range status {
		sent.Go(func() { status[i] = s.send("/cards/"+token, number(card)).StatusCode })
	}
	sent.Wait()
	count := make(map[int]int)
	for _, got := range status {
		count[got]++
	}
	if count[http.StatusSeeOther] != 1 || count[http.StatusGone] != len(status)-1 || len(s.service.added) != 1 {
		t.Errorf("statuses %v, %d cards added", count, len(s.service.added))
	}
}

func TestCardFormWhenTheTokenizerIsDown(t *testing.T) {
	s := newSite(t, nil)
	s.service.refus = payments.Fail(payments.CodeTokenizerDown)
	w := s.send("/cards/"+token+"?lang=en", number(card))
	if w.StatusCode != http.StatusServiceUnavailable || w.Header.Get("Retry-After") == "" || !strings.Contains(w.body, `name="number"`) {
		t.Errorf("status %d, or no form to try again", w.StatusCode)
	}
	s.service.refus = nil
	if w := s.send("/cards/"+token, number(card)); w.StatusCode != http.StatusSeeOther {
		t.Errorf("afterwards: status %d", w.StatusCode)
	}
}

func TestCardFormOfSomebodyWhoMayNot(t *testing.T) {
	s := newSite(t, nil)
	s.service.refus = payments.Fail(payments.CodeNotAllowed)
	w := s.send("/cards/"+token+"?lang=ru", number(card))
	if w.StatusCode != http.StatusForbidden || !strings.Contains(w.body, "Обратитесь к владельцу") {
		t.Errorf("status %d: %s", w.StatusCode, w.body)
	}
}

func TestCardFormLimitsAttempts(t *testing.T) {
	s := newSite(t, nil)
	var last reply
	for range 9 {
		last = s.send("/cards/"+token, number("9417"))
	}
	if last.StatusCode != http.StatusTooManyRequests || last.Header.Get("Retry-After") != "6" {
		t.Errorf("status %d, Retry-After %q", last.StatusCode, last.Header.Get("Retry-After"))
	}
}

func TestCardFormEscapes(t *testing.T) {
	s := newSite(t, nil)
	s.service.name = `</p><script>alert(1)</script>" autofocus onfocus="alert(1)`
	body := s.get("/cards/" + token).body
	if strings.Contains(body, "<script>alert") || strings.Contains(body, `" autofocus onfocus`) || !strings.Contains(body, "&lt;script&gt;alert(1)") {
		t.Error("the outlet's name is not text")
	}
}
