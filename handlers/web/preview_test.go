package web_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/payments"
)

const public = "https://pay.example.kg"

// What a messenger finds is absolute, says nothing of the state, and leads to
// a picture.
func TestPreview(t *testing.T) {
	s := newSite(t, func(d *web.Deps) { d.PublicURL = public })
	heads := regexp.MustCompile(`<meta (?:property|name)="(og:[a-z:]+|twitter:[a-z]+|description)" content="([^"]*)">`)
	var first []string
	for _, name := range []string{"open", "paying", "paid", "reversed", "expired", "cancelled"} {
		s.service.set(views()[name])
		var got []string
		for _, m := range heads.FindAllStringSubmatch(s.get("/p/"+code+"?lang=ru").body, -1) {
			got = append(got, m[1]+"="+html.UnescapeString(m[2]))
		}
		if first == nil {
			first = got
		}
		if all := strings.Join(got, "\n"); all != strings.Join(first, "\n") {
			t.Errorf("%s tells more than an open link:\n%s", name, all)
		}
	}
	for _, want := range []string{
		"og:title=Айгүл дүкөнү: оплата", "og:description=К оплате: 1\u00a0250,50 сом", "og:url=" + public + "/p/" + code,
		"og:image=" + public + "/p/" + code + "/og.png?lang=ru", "og:image:width=1200", "og:image:height=630", "twitter:card=summary_large_image",
	} {
		if all := strings.Join(first, "\n"); !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if body := newSite(t, nil).get("/p/" + code).body; strings.Contains(body, "og:image") || strings.Contains(body, "og:url") {
		t.Error("a relative address, without a public one")
	}
}

func TestPreviewPicture(t *testing.T) {
	s := newSite(t, nil)
	for name, view := range views() {
		s.service.set(view)
		want := "\x89PNG Айгүл дүкөнү, 1\u00a0250,50 сом, ru"
		if view.Link.Amount == 0 {
			want = "\x89PNG Айгүл дүкөнү, 0 сом, ru"
		}
		w := s.get("/p/" + code + "/og.png")
		if w.StatusCode != http.StatusOK || w.body != want || w.Header.Get("Content-Type") != "image/png" {
			t.Errorf("%s: status %d, %q", name, w.StatusCode, w.body)
		}
		if again := s.get("/p/"+code+"/og.png", "If-None-Match", w.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: known picture: status %d", name, again.StatusCode)
		}
	}
	for _, path := range []string{"ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "x"} {
		if w := s.get("/p/" + path + "/og.png?lang=ky"); w.StatusCode != http.StatusOK || w.body != "\x89PNG nothing, ky" {
			t.Errorf("unknown link: status %d, %q", w.StatusCode, w.body)
		}
	}
	s.service.err = errDown
	if w := s.get("/p/" + code + "/og.png"); w.StatusCode != http.StatusInternalServerError || w.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("database away: status %d, Cache-Control %q", w.StatusCode, w.Header.Get("Cache-Control"))
	}
}

// A picture is drawn once for all who ask, and anew when what it shows changes.
func TestPreviewIsDrawnOnce(t *testing.T) {
	s := newSite(t, nil)
	for range 5 {
		s.get("/p/" + code + "/og.png")
		s.get("/p/" + payments.NewCode() + "/og.png")
	}
	if got := s.drawer.drawn.Load(); got != 2 {
		t.Errorf("drawn %d times, want 2", got)
	}
	renamed := charge()
	renamed.Outlet.Name = "Нурлан"
	s.service.set(renamed)
	if w := s.get("/p/" + code + "/og.png"); !strings.Contains(w.body, "Нурлан") {
		t.Errorf("after a change of the name: %q", w.body)
	}
}

// Without an address of our own there is nothing to send to a phone.
func TestSendToPhone(t *testing.T) {
	address := "https%3A%2F%2Fpay.example.kg%2Fp%2F" + code
	wants := []string{`href="https://wa.me/?text=` + address + `"`, `href="https://t.me/share/url?url=` + address + `"`, `&amp;body=` + address + `"`}
	s := newSite(t, func(d *web.Deps) { d.PublicURL = public })
	body := s.get("/p/" + code + "?lang=en").body
	for _, want := range append(wants, `href="mailto:?subject=`) {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	s.service.set(paid())
	if body := s.get("/p/" + code).body; strings.Contains(body, "wa.me") {
		t.Error("a paid link wants to be sent on")
	}
	if body := newSite(t, nil).get("/p/" + code).body; strings.Contains(body, "wa.me") || strings.Contains(body, "mailto:") {
		t.Error("without a public address there is something to send")
	}
}
