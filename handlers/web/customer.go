package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"elkart.kg/trade/payments"
)

// customer shows what a link asks for and what became of it.
func (s *Site) customer(v *visit) error {
	view, err := s.service.PayerView(v.r.Context(), v.r.PathValue("code"))
	if err != nil {
		return fmt.Errorf("payer's page: %w", err)
	}
	screen := customerScreen(v.printer, view, s.zone)
	f := v.frame(screen.Title, screen)
	f.Script, f.ExtraPolicy = s.templates.customerScript, "connect-src 'self'; form-action 'none'"
	f.Preview = &preview{Title: screen.Title, Description: screen.Preview}
	if s.publicURL != "" {
		f.Preview.Address = s.publicURL + "/p/" + view.Link.Code
	}
	if screen.Events != "" {
		f.Refresh = int(refreshTime / time.Second)
	}
	return v.show(http.StatusOK, s.templates.customer, f)
}

// refreshTime is how often a page without JavaScript asks anew.
const refreshTime = 10 * time.Second

// customerQR sends the picture of a link that can be paid; a dead code is not
// worth scanning.
func (s *Site) customerQR(v *visit) error {
	view, err := s.service.PayerView(v.r.Context(), v.r.PathValue("code"))
	if err != nil {
		return fmt.Errorf("payer's QR code: %w", err)
	}
	if stageOf(view) != stageOpen {
		return payments.Fail(payments.CodeLinkNotFound)
	}
	picture, err := s.qr(view.Link.URI)
	if err != nil {
		return fmt.Errorf("payer's QR code: %w", err)
	}
	sum := sha256.Sum256([]byte(view.Link.URI))
	h := v.w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	h.Set("Cache-Control", "private, max-age=60")
	http.ServeContent(v.w, v.r, "", time.Time{}, bytes.NewReader(picture))
	return nil
}
