package web_test

import (
	"net/url"
	"sync"
	"testing"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/handlers/web/browsertest"
	"elkart.kg/trade/payments"
)

// The form groups digits as one types, and says at once what cannot be.
func cardFormTyping(t *testing.T, b *browsertest.Browser) {
	s := newSite(t, nil)
	p := b.Open(t, s.URL+"/cards/"+token+"?lang=en", browsertest.View{Touch: true})
	value := func() string { return browsertest.Eval[string](p, `document.getElementById('number').value`) }
	p.Type("#number", "41691")
	p.Until(`document.getElementById('problem').textContent !== ''`)
	if got := value(); got != "4169 1" {
		t.Errorf("typed 41691, shown %q", got)
	}
	browsertest.Eval[string](p, `document.getElementById('number').value = ''`)
	p.Type("#number", "94171234")
	if got := browsertest.Eval[string](p, `document.getElementById('problem').textContent`); got != "" {
		t.Errorf("a good beginning is blamed: %q", got)
	}
	p.Click("form .button")
	p.Until(`document.getElementById('problem').textContent !== '' && document.activeElement.id === 'number'`)
	p.Type("#number", "12341234")
	if got := value(); got != "9417 1234 1234 1234" {
		t.Errorf("shown %q", got)
	}
	p.Click("form .button")
	p.Wait(".mark.good")
	if len(s.service.added) != 1 || s.service.added[0].Reveal() != card {
		t.Errorf("%d cards added, or another", len(s.service.added))
	}
	if problems := p.Problems(); len(problems) > 0 {
		t.Errorf("the browser complains of %q", problems)
	}
}

// What Telegram puts behind the "#" comes with the number, also after a change
// of language and a mistyped number.
func cardInTelegram(t *testing.T, b *browsertest.Browser) {
	const data = `user=%7B%22id%22%3A7%2C%22first_name%22%3A%22A%20%2B%20B%22%7D&auth_date=1&hash=00`
	var mu sync.Mutex
	var told []string
	s := newSite(t, func(d *web.Deps) {
		d.InitData = func(got string) (payments.PersonID, error) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, got)
			return 7, nil
		}
	})
	fragment := "#tgWebAppData=" + url.QueryEscape(data) + "&tgWebAppVersion=9.1&tgWebAppPlatform=android"
	p := b.Open(t, s.URL+"/cards/"+token+"?lang=en"+fragment, browsertest.View{Touch: true})
	p.Click(`nav a[lang="ky"]`)
	p.Until(`document.documentElement.lang === 'ky'`)
	p.Type("#number", "4169123412341234")
	p.Click("form .button")
	p.Until(`document.readyState === 'complete' && document.getElementById('number').value === '' && document.getElementById('problem').textContent !== ''`)
	p.Type("#number", card)
	p.Click("form .button")
	p.Wait(".mark.good")
	mu.Lock()
	defer mu.Unlock()
	if len(told) != 2 || told[0] != data || told[1] != data {
		t.Errorf("told %q", told)
	}
}
