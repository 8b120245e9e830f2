package web

import (
	"fmt"
	"time"
)

// customer shows what a link asks for and what became of it.
func (s *Site) customer(v *visit) error {
	view, err := s.service.PayerView(v.r.Context(), v.r.PathValue("code"))
	if err != nil {
		return fmt.Errorf("payer's page: %w", err)
	}
	sum, err := v.choose(&view)
	if err != nil {
		return err
	}
	screen := customerScreen(v.printer, view, s.zone)
	screen.askSum(v, view, sum)
	screen.signals(v, view)
	f := v.frame(screen.Title, &screen)
	for i := range f.Languages {
		f.Languages[i].Address = sum.after(f.Languages[i].Address, "&")
	}
	// Also without a form at first: a later state, which the script puts in its
	// place, may have one.
	f.Script, f.ExtraPolicy, f.SameOrigin = s.templates.customerScript, "connect-src 'self'; form-action 'self'", true
	f.Preview = &preview{Title: screen.Title, Description: screen.Preview}
	if s.publicURL != "" {
		f.Preview.Address = s.publicURL + "/p/" + view.Link.Code
		f.Preview.Picture = f.Preview.Address + "/og.png?lang=" + f.Lang
		screen.sendOn(v.printer, sum.after(f.Preview.Address, "?"))
	}
	// Whoever reads a receipt is not to be interrupted.
	if screen.Events != "" && !screen.Stage.settled() {
		f.Refresh = int(refreshTime / time.Second)
	}
	return v.show(sum.status(), s.templates.customer, f)
}

// refreshTime is how often a page without JavaScript asks anew.
const refreshTime = 10 * time.Second
