package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// Where the sum is open, its payer types it into the page, which then asks for
// that sum: by the button, the bank's own apps, the picture, and on the phone
// that the page is sent to.
func TestSumIsChosen(t *testing.T) {
	s := newSite(t, func(d *web.Deps) { d.PublicURL = "https://pay.example.kg" })
	s.service.set(views()["bounded"])
	filled := uri + "-25050"
	w := s.get("/p/" + code + "?lang=ru&sum=250,5")
	if w.StatusCode != http.StatusOK {
		t.Fatalf("status %d", w.StatusCode)
	}
	golden(t, "customer/chosen.ru", w.body)
	for _, want := range []string{
		`class="button" href="` + filled + `"`, `data-copy="` + filled + `"`, `href="elqr-mbank` + strings.TrimPrefix(filled, "https") + `"`,
		`src="/p/` + code + `/qr.png?sum=250%2C5"`, ">250,50 сом<", `href="/p/` + code + `?lang=en&amp;sum=250%2C5"`,
		`https%3A%2F%2Fpay.example.kg%2Fp%2F` + code + `%3Fsum%3D250%252C5`,
	} {
		if !strings.Contains(w.body, want) {
			t.Errorf("no %s on the page", want)
		}
	}
	if !strings.Contains(w.body, `property="og:url" content="https://pay.example.kg/p/`+code+`"`) {
		t.Error("a preview of one payer's sum")
	}
	if got := s.get("/p/" + code + "/qr.png?sum=250,5").body; !strings.HasSuffix(got, filled) {
		t.Errorf("the picture holds %q", got)
	}
}

// A payer writes no comment behind the sum, as a seller may in the chat.
func TestSumThatIsNoneSpeaksToThePayer(t *testing.T) {
	s := newSite(t, nil)
	s.service.set(views()["static"])
	for lang, example := range map[string]string{"ky": "500 же 1250,50<", "ru": "500 или 1250,50<", "en": "500 or 1250.50<"} {
		if w := s.get("/p/" + code + "?sum=abc&lang=" + lang); !strings.Contains(w.body, example) {
			t.Errorf("%s: %q is not on the page", lang, example)
		}
	}
}

// What is no sum is said beside the field, in every language, and is no way to
// pay.
func TestSumIsRefused(t *testing.T) {
	s := newSite(t, nil)
	s.service.set(views()["bounded"])
	for name, typed := range map[string]string{
		"too little": "99.99", "too much": "5000.01", "words": "жүз", "negative": "-500", "fine": "500.001", "huge": "99999999999999999999",
		"long": strings.Repeat("9", 1000), "tags": `"><script>alert(1)</script>`,
	} {
		for _, lang := range locales.Languages() {
			w := s.do("GET", "/p/"+code+"?lang="+lang.Code+"&sum="+url.QueryEscape(typed), "")
			if w.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(w.body, `class="problem"`) || !strings.Contains(w.body, `aria-invalid="true"`) {
				t.Errorf("%s in %s: status %d", name, lang.Code, w.StatusCode)
			}
			if strings.Contains(w.body, uri+"-") || strings.Contains(w.body, "<script>alert") {
				t.Errorf("%s in %s: on the page", name, lang.Code)
			}
		}
		if w := s.get("/p/" + code + "/qr.png?sum=" + url.QueryEscape(typed)); w.StatusCode != http.StatusNotFound {
			t.Errorf("%s: the picture answers %d", name, w.StatusCode)
		}
	}
	golden(t, "customer/refused_sum.ky", s.get("/p/"+code+"?lang=ky&sum=99").body)
}

// A sum in the address does nothing to a link that says its own, and to one
// that cannot be paid.
func TestSumOfOthers(t *testing.T) {
	s := newSite(t, nil)
	for name, view := range views() {
		if view.Link.Amount == 0 && view.Link.State == payments.LinkActive {
			continue
		}
		s.service.set(view)
		if got, want := s.get("/p/"+code+"?sum=777"), s.get("/p/"+code); withoutNonce(got.body) != withoutNonce(want.body) || got.StatusCode != http.StatusOK {
			t.Errorf("%s: another page", name)
		}
	}
}
