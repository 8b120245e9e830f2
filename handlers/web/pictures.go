package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// DocumentFormat is what a receipt is drawn as.
type DocumentFormat string

// The formats.
const (
	PNG DocumentFormat = "png"
	PDF DocumentFormat = "pdf"
)

// Drawer draws what pages offer as files. Its results are not written to.
type Drawer interface {
	// Preview is the PNG of 1200 × 630 pixels that messengers show beside a
	// link; nil: a link that nobody knows.
	Preview(p *locales.Printer, link *payments.PayerView) ([]byte, error)
	// Receipt is the receipt that a payer takes along.
	Receipt(p *locales.Printer, paid payments.PaymentView, format DocumentFormat) ([]byte, error)
}

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
	if sum, err := v.choose(&view); err != nil || sum.wrong != nil {
		return cmp.Or(err, error(payments.Fail(payments.CodeLinkNotFound)))
	}
	picture, err := s.qr(view.Link.URI)
	if err != nil {
		return fmt.Errorf("payer's QR code: %w", err)
	}
	v.picture(picture, "private, max-age=60")
	return nil
}

// preview sends the picture for messengers. They keep it for weeks whatever we
// say, so that it shows nothing that changes; and it is drawn also for links
// that are over or never were, which a chat must not show as a broken page.
func (s *Site) preview(v *visit) error {
	view, err := s.service.PayerView(v.r.Context(), v.r.PathValue("code"))
	link, key := &view, v.printer.Language()
	switch {
	case payments.CodeOf(err) == payments.CodeLinkNotFound:
		link = nil
	case err != nil:
		return fmt.Errorf("preview: %w", err)
	default:
		key += "\x00" + strconv.FormatInt(int64(view.Link.Amount), 10) + "\x00" + view.Outlet.Name
	}
	picture, err := s.previews.of(v.r.Context(), key, func() ([]byte, error) { return s.drawer.Preview(v.printer, link) })
	if err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	v.w.Header().Set("Vary", "Accept-Language") // where the address names no language
	v.picture(picture, "public, max-age=86400")
	return nil
}

// receiptFile sends a payer's receipt as a picture to look at, or as a PDF to
// save.
func (s *Site) receiptFile(format DocumentFormat) func(*visit) error {
	return func(v *visit) error {
		paid, err := s.service.PayerReceipt(v.r.Context(), v.r.PathValue("code"))
		if err != nil {
			return fmt.Errorf("payer's receipt: %w", err)
		}
		if !s.documents.allow(paid.Link.Code) {
			v.tooMany(s.documents)
			return nil
		}
		file, err := s.previews.draw(v.r.Context(), func() ([]byte, error) { return s.drawer.Receipt(v.printer, paid, format) })
		if err != nil {
			return fmt.Errorf("payer's receipt: %w", err)
		}
		kind, how := "image/png", "inline"
		if format == PDF {
			kind, how = "application/pdf", "attachment"
		}
		h := v.w.Header()
		h.Set("Content-Type", kind)
		h.Set("Content-Disposition", how+`; filename="receipt-`+strconv.FormatInt(paid.Payment.Receipt, 10)+"."+string(format)+`"`)
		http.ServeContent(v.w, v.r, "", time.Time{}, bytes.NewReader(file))
		return nil
	}
}

// picture sends a PNG that may be kept.
func (v *visit) picture(png []byte, cache string) {
	sum := sha256.Sum256(png)
	h := v.w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	h.Set("Cache-Control", cache)
	http.ServeContent(v.w, v.r, "", time.Time{}, bytes.NewReader(png))
}

// Bounds of drawing: it is the one thing here that costs more than a question
// to the database.
const (
	drawAtOnce   = 2
	keptPreviews = 256 // of about 30 KB
)

// drawings bounds how much is drawn at once, and keeps what was drawn for all.
// It is safe for concurrent use.
type drawings struct {
	turn chan struct{}

	mu   sync.Mutex
	kept map[string][]byte
}

func newDrawings() *drawings {
	return &drawings{turn: make(chan struct{}, drawAtOnce), kept: make(map[string][]byte)}
}

// draw waits for its turn.
func (d *drawings) draw(ctx context.Context, draw func() ([]byte, error)) ([]byte, error) {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
		return draw()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// of is draw, from memory where the same was drawn before. When the memory is
// full all of it goes: what is asked for comes back.
func (d *drawings) of(ctx context.Context, key string, draw func() ([]byte, error)) ([]byte, error) {
	d.mu.Lock()
	known, ok := d.kept[key]
	d.mu.Unlock()
	if ok {
		return known, nil
	}
	picture, err := d.draw(ctx, draw)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.kept) >= keptPreviews {
		clear(d.kept)
	}
	d.kept[key] = picture
	return picture, nil
}
