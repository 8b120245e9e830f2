package web_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/payments"
)

// telegramSays is a check of initData that knows one text.
func telegramSays(data string, id payments.PersonID) func(*web.Deps) {
	return func(d *web.Deps) {
		d.PublicURL = public
		d.InitData = func(got string) (payments.PersonID, error) {
			if got != data {
				return 0, errors.New("forged")
			}
			return id, nil
		}
	}
}

// The address is the permission; what Telegram says besides must fit it.
func TestCardFormInTelegram(t *testing.T) {
	const data = "user=%7B%22id%22%3A7%7D&auth_date=1&hash=00+1"
	for _, c := range []struct {
		name   string
		change func(*web.Deps)
		init   []string
		status int
	}{
		{"opened by the member", telegramSays(data, 7), []string{data}, http.StatusSeeOther},
		{"opened in a browser", telegramSays(data, 7), nil, http.StatusSeeOther},
		{"opened by somebody else", telegramSays(data, 8), []string{data}, http.StatusForbidden},
		{"forged", telegramSays(data, 7), []string{data + "1"}, http.StatusForbidden},
		{"nobody can check it", nil, []string{data}, http.StatusForbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, c.change)
			w := s.send("/cards/"+token, url.Values{"number": {card}, "init": c.init}.Encode())
			if w.StatusCode != c.status || len(s.service.added) != 0 != (c.status == http.StatusSeeOther) {
				t.Errorf("status %d, %d cards added", w.StatusCode, len(s.service.added))
			}
			if strings.Contains(w.body+s.log.String(), "auth_date") {
				t.Error("what Telegram said comes back, or is logged")
			}
		})
	}
}

// Telegram's own page may show the form in a frame, and no other page of ours.
func TestFrames(t *testing.T) {
	for name, change := range map[string]func(*web.Deps){"with Mini Apps": telegramSays("", 7), "without": func(d *web.Deps) { d.PublicURL = public }} {
		s := newSite(t, change)
		for _, path := range []string{"/cards/" + token, "/cards/done", "/cards/x", "/p/" + code, "/p/x", "/r/x", "/"} {
			h := s.get(path).Header
			policy, old := h.Get("Content-Security-Policy"), h.Get("X-Frame-Options")
			if name == "with Mini Apps" && strings.HasPrefix(path, "/cards/") {
				if !strings.Contains(policy, "frame-ancestors https://web.telegram.org;") || old != "" {
					t.Errorf("%s %s: %q, %q", name, path, policy, old)
				}
			} else if !strings.Contains(policy, "frame-ancestors 'none'") || old != "DENY" {
				t.Errorf("%s %s: %q, %q", name, path, policy, old)
			}
		}
	}
	plain := newSite(t, func(d *web.Deps) { telegramSays("", 7)(d); d.PublicURL = "http://127.0.0.1:8080" })
	if h := plain.get("/cards/" + token).Header; h.Get("X-Frame-Options") != "DENY" {
		t.Error("without https Telegram opens no page, and needs no frame")
	}
}
