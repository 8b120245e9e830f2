package web

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// maxForm is the size of a form in bytes: a number, and inside Telegram some
// hundred characters about who opened it, percent-encoded twice.
const maxForm = 8 << 10

// cardForm takes the number of a card, once. The secret in the address is the
// permission; it is never logged, and never leaves in a Referer.
func (s *Site) cardForm(v *visit) error {
	token := v.r.PathValue("token")
	person, outlet, err := s.service.CardFormOutlet(v.r.Context(), token)
	switch code := payments.CodeOf(err); {
	case code == payments.CodeCardFormUsed:
		return s.cardThere(v)
	case code == payments.CodeCardFormExpired:
		return s.cardGone(v)
	case err != nil:
		return fmt.Errorf("card form: %w", err)
	}
	v.prefer(person.Language)
	if v.r.Method != http.MethodPost {
		return v.showForm(http.StatusOK, outlet, nil)
	}
	if s.origin.Check(v.r) != nil {
		v.fail(http.StatusForbidden)
		return nil //nolint:nilerr // the refusal has been answered
	}
	// What the map of a limiter holds may end in a dump of memory: not the
	// token itself.
	if sum := sha256.Sum256([]byte(token)); !s.attempts.allow(string(sum[:])) {
		v.tooMany(s.attempts)
		return nil
	}
	form, status := readForm(v)
	if status != 0 {
		v.fail(status)
		return nil
	}
	if data := form.Get("init"); data != "" && !s.openedBy(person.ID, data) {
		v.fail(http.StatusForbidden)
		return nil
	}
	number, err := payments.ParseCardNumber(form.Get("number"))
	if err == nil {
		_, err = s.service.AddCardByForm(v.r.Context(), token, number)
	}
	return v.answerForm(outlet, err)
}

// answerForm shows what became of a number. The way to the page of success is
// a redirect, so that reloading it sends nothing again.
func (v *visit) answerForm(outlet payments.Outlet, err error) error {
	var known *payments.Error
	switch code := payments.CodeOf(err); {
	case err == nil:
		v.w.Header().Set("Location", "/cards/done?lang="+v.printer.Language())
		v.w.WriteHeader(http.StatusSeeOther)
		return nil
	case code == payments.CodeCardFormUsed:
		return v.site.cardThere(v)
	case code == payments.CodeCardFormExpired:
		return v.site.cardGone(v)
	case code == payments.CodeTokenizerDown && errors.As(err, &known):
		v.w.Header().Set("Retry-After", "30")
		return v.showForm(http.StatusServiceUnavailable, outlet, known)
	case (code == payments.CodeCardMalformed || code == payments.CodeCardNotElkart || code == payments.CodeCardRefused) && errors.As(err, &known):
		return v.showForm(http.StatusUnprocessableEntity, outlet, known)
	}
	return fmt.Errorf("add card: %w", err)
}

// readForm returns what was typed, or the status that says what is wrong with
// the request. Only the body counts: a number in the address would end up in
// other people's logs.
func readForm(v *visit) (form url.Values, status int) {
	kind, _, err := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, http.StatusUnsupportedMediaType
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		var tooLong *http.MaxBytesError
		if errors.As(err, &tooLong) {
			return nil, http.StatusRequestEntityTooLarge
		}
		return nil, http.StatusBadRequest
	}
	return v.r.PostForm, 0
}

// cardThere answers for a form that was used: a second tap on its button, or
// the way back to it. Which card it was the chat says: what is sent again may
// be another number, which nobody may take for the one that counts.
func (s *Site) cardThere(v *visit) error {
	v.note(http.StatusGone, note{
		Title: v.printer.Text("cardform.used.title"), Text: v.printer.ErrorText(payments.Fail(payments.CodeCardFormUsed)), Good: true,
	})
	return nil
}

// cardGone is the one answer for forms that are too old or never were.
func (s *Site) cardGone(v *visit) error {
	v.message(http.StatusGone, v.printer.Text("cardform.gone.title"), v.printer.Text("cardform.gone.text"))
	return nil
}

func (s *Site) cardDone(v *visit) error {
	v.note(http.StatusOK, note{Title: v.printer.Text("cardform.done.title"), Text: v.printer.Text("cardform.done.text"), Good: true})
	return nil
}

// cardPage is the form in words. The number is not among them.
type cardPage struct {
	Title, Intro, Outlet  string
	Label, Hint, Safe     string
	Submit, Sending       string
	Problem               string // what was wrong with the number sent before; "" on the first visit
	NotElkart, Incomplete string // for checks while typing
	Action                string
}

func (v *visit) showForm(status int, outlet payments.Outlet, problem *payments.Error) error {
	f := v.frame(v.printer.Text("cardform.title"), cardScreen(v.printer, outlet, problem, v.here(v.printer.Language())))
	f.Script, f.NoIndex = v.site.templates.formCode, true
	f.ExtraPolicy = "form-action 'self'"
	// Under no-referrer a browser that knows no Sec-Fetch-Site (Safari before
	// 16.4, still in people's hands) sends "Origin: null" with our own form, and
	// it would be refused as foreign. To others no referrer goes either way.
	f.SameOrigin = true
	return v.show(status, v.site.templates.card, f)
}

func cardScreen(p *locales.Printer, outlet payments.Outlet, problem *payments.Error, action string) cardPage {
	page := cardPage{
		Title: p.Text("cardform.title"), Intro: p.Text("cardform.intro"), Outlet: locales.Line(outlet.Name),
		Label: p.Text("cardform.label"), Hint: p.Text("cardform.hint"), Safe: p.Text("cardform.safe"),
		Submit: p.Text("cardform.submit"), Sending: p.Text("cardform.sending"),
		NotElkart:  p.ErrorText(payments.Fail(payments.CodeCardNotElkart)),
		Incomplete: p.ErrorText(payments.Fail(payments.CodeCardMalformed)),
		Action:     action,
	}
	if problem != nil {
		page.Problem = p.ErrorText(problem)
	}
	return page
}
