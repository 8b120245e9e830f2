package web

import (
	"fmt"
	"net/http"
	"net/url"

	"elkart.kg/trade/payments"
)

// signal takes what a payer says to the seller by a button, and shows the page
// again, which says that the seller hears of it. Reloading that page sends
// nothing again.
func (s *Site) signal(kind payments.SignalKind) func(*visit) error {
	return func(v *visit) error {
		if s.origin.Check(v.r) != nil {
			v.fail(http.StatusForbidden)
			return nil //nolint:nilerr // the refusal has been answered
		}
		code, ok := payments.NormalCode(v.r.PathValue("code"))
		if !ok {
			return payments.Fail(payments.CodeLinkNotFound)
		}
		if err := s.service.Signal(v.r.Context(), code, kind); err != nil {
			return fmt.Errorf("payer's signal: %w", err)
		}
		query := url.Values{"lang": {v.printer.Language()}, toldParam: {string(kind)}}
		v.w.Header().Set("Location", "/p/"+code+"?"+query.Encode())
		v.w.WriteHeader(http.StatusSeeOther)
		return nil
	}
}

// toldParam in a page's address says which signal was just sent. It is words
// on a page and nothing more.
const toldParam = "told"

// signalForm is a button by which a payer says something, or the words that it
// was said.
type signalForm struct {
	Action string // "": it was said
	Text   string
	Quiet  bool // beside something that matters more
}

// signals puts what the payer can say under the page.
func (page *customerPage) signals(v *visit, view payments.PayerView) {
	p := v.printer
	for _, kind := range []payments.SignalKind{payments.SignalDecline, payments.SignalAsk} {
		if !view.Offers(kind) {
			continue
		}
		form := signalForm{Action: "/p/" + view.Link.Code + "/" + string(kind) + "?lang=" + p.Language(), Quiet: kind == payments.SignalDecline}
		said := v.r.URL.Query().Get(toldParam) == string(kind)
		switch {
		case said:
			form.Action, form.Text = "", p.Text("page.told")
		case kind == payments.SignalDecline:
			form.Text = p.Text("page.decline")
		default:
			form.Text = p.Text("page.ask")
		}
		page.Signal = &form
	}
}
