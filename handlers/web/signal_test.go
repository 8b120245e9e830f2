package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/payments"
)

var signalButton = regexp.MustCompile(`<form class="signal" method="post" action="([^"]+)">`)

// press finds the button on the page and presses it, as a browser without
// JavaScript does.
func (s *site) press(lang string) reply {
	s.t.Helper()
	m := signalButton.FindStringSubmatch(s.get("/p/" + code + "?lang=" + lang).body)
	if m == nil {
		s.t.Fatal("no button on the page")
	}
	return s.send(m[1], "")
}

func TestSignals(t *testing.T) {
	for name, view := range views() {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			s.service.set(view)
			var want []payments.SignalKind
			switch name {
			case "open", "verified":
				want = []payments.SignalKind{payments.SignalDecline}
			case "expired", "cancelled", "used_up", "paused", "reversed":
				want = []payments.SignalKind{payments.SignalAsk}
			default:
				if body := s.get("/p/" + code).body; signalButton.MatchString(body) || strings.Contains(body, `method="post"`) {
					t.Error("the page has a button")
				}
				for _, kind := range []string{"/decline", "/ask"} {
					s.send("/p/"+code+kind, "")
				}
				if s.service.said != nil {
					t.Errorf("said %v", s.service.said)
				}
				return
			}
			w := s.press("ky")
			back := "/p/" + code + "?lang=ky&told=" + string(want[0])
			if w.StatusCode != http.StatusSeeOther || w.Header.Get("Location") != back {
				t.Fatalf("status %d, to %q", w.StatusCode, w.Header.Get("Location"))
			}
			if diff := cmp.Diff(s.service.said, want); diff != "" {
				t.Errorf("said (-got +want):\n%s", diff)
			}
			after := s.get(back)
			if signalButton.MatchString(after.body) || !strings.Contains(after.body, `role="status"`) || after.Header.Get("Content-Language") != "ky" {
				t.Error("the page does not say that the seller was told, or offers to tell once more")
			}
			golden(t, "customer/told_"+name+".ky", after.body)
			if len(s.service.said) != 1 {
				t.Error("looking at the page said it again")
			}
		})
	}
}

// What the address claims to have been said is shown only where it could be.
func TestToldIsNotBelieved(t *testing.T) {
	s := newSite(t, nil)
	for _, told := range []string{"ask", "<script>", "decline%00", ""} {
		if body := s.get("/p/" + code + "?told=" + told).body; strings.Contains(body, `role="status"`) || !signalButton.MatchString(body) {
			t.Errorf("told=%s is believed", told)
		}
	}
	s.service.set(paid())
	if body := s.get("/p/" + code + "?told=decline").body; strings.Contains(body, `role="status"`) {
		t.Error("a paid link says that it was declined")
	}
}

func TestSignalRefuses(t *testing.T) {
	for _, c := range []struct {
		name, path string
		header     []string
		status     int
	}{
		{"another site's form", code + "/decline", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.kg"}, 403},
		{"a sister domain's form", code + "/decline", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://x.example.kg"}, 403},
		{"another site's form, old browser", code + "/decline", []string{"Sec-Fetch-Site", "", "Origin", "https://evil.kg"}, 403},
		{"sandboxed frame", code + "/decline", []string{"Sec-Fetch-Site", "", "Origin", "null"}, 403},
		{"unknown link", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ/ask", nil, 404},
		{"malformed link", "x/ask", nil, 404},
		{"another word", code + "/pay", nil, 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, nil)
			if w := s.send("/p/"+c.path, "", c.header...); w.StatusCode != c.status {
				t.Errorf("status %d, want %d", w.StatusCode, c.status)
			}
			if s.service.said != nil {
				t.Errorf("said %v", s.service.said)
			}
		})
	}
	s := newSite(t, func(d *web.Deps) { d.PublicURL = "https://pay.example.kg" })
	if w := s.send("/p/"+code+"/decline", "", "Sec-Fetch-Site", "", "Origin", "https://pay.example.kg"); w.StatusCode != http.StatusSeeOther {
		t.Errorf("old browser behind a proxy: status %d", w.StatusCode)
	}
}
