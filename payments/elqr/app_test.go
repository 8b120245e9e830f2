package elqr_test

import (
	"strings"
	"testing"

	"elkart.kg/trade/payments/elqr"
)

func TestAppLink(t *testing.T) {
	uri, err := charge().Encode("https://payqr.kg")
	if err != nil {
		t.Fatal(err)
	}
	for _, app := range elqr.Apps() {
		got, err := elqr.AppLink(uri, app.Scheme)
		if err != nil {
			t.Fatal(err)
		}
		if want := app.Scheme + strings.TrimPrefix(uri, "https"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if app.Name == "" || !strings.HasPrefix(app.Scheme, "elqr-") {
			t.Errorf("app %+v", app)
		}
		link, err := elqr.Decode(got)
		if err != nil || link.Base != app.Scheme+"://payqr.kg" {
			t.Errorf("read again: base %q, %v", link.Base, err)
		}
	}
	if len(elqr.Apps()) < 3 {
		t.Errorf("%d apps, want the three known ones", len(elqr.Apps()))
	}
	for name, bad := range map[string]struct{ uri, scheme string }{
		"script":            {uri, "javascript"},
		"another prefix":    {uri, "mbank"},
		"nothing after it":  {uri, "elqr-"},
		"capitals":          {uri, "elqr-MBank"},
		"a colon":           {uri, "elqr-a:b"},
		"51 characters":     {uri, "elqr-" + strings.Repeat("a", 46)},
		"bare fragment":     {elqr.Fragment(uri), "elqr-ab"},
		"no fragment":       {"https://payqr.kg", "elqr-ab"},
		"no host":           {"https:#" + elqr.Fragment(uri), "elqr-ab"},
		"text before":       {"see " + uri, "elqr-ab"},
		"mark-up in a base": {"https://a/\"onclick=x#0002", "elqr-ab"},
	} {
		if got, err := elqr.AppLink(bad.uri, bad.scheme); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
	if _, err := elqr.AppLink(uri, "elqr-"+strings.Repeat("a", 45)); err != nil {
		t.Errorf("50 characters: %v", err)
	}
}
