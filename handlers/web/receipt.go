package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// receipt tells whether a receipt is genuine. The key in the address has 128
// random bits: what is shown, somebody has been handed.
func (s *Site) receipt(v *visit) error {
	view, err := s.service.ReceiptView(v.r.Context(), v.r.PathValue("key"))
	if payments.CodeOf(err) == payments.CodeReceiptNotFound {
		return s.receiptUnknown(v)
	}
	if err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	screen := receiptScreen(v.printer, view, s.zone)
	f := v.frame(screen.Heading, screen)
	f.ExtraPolicy, f.NoIndex = "form-action 'none'", true
	return v.show(http.StatusOK, s.templates.receipt, f)
}

// receiptUnknown is the one answer for keys that are malformed, mistyped or
// made up.
func (s *Site) receiptUnknown(v *visit) error {
	v.note(http.StatusNotFound, note{
		Title: v.printer.Text("check.unknown.title"), Text: v.printer.Text("check.unknown.text"), Bad: true,
	})
	return nil
}

// receiptPage is a receipt's standing in words.
type receiptPage struct {
	Heading, Advice   string
	Good, Partly      bool // neither: not worth what it says
	PayeeLabel, Payee string
	SumLabel, Sum     string
	Facts             []fact
	SmallPrint        string
}

func receiptScreen(p *locales.Printer, view payments.ReceiptView, zone *time.Location) receiptPage {
	page := receiptPage{
		PayeeLabel: p.Text("page.payee"), Payee: locales.Line(view.Payee), SumLabel: p.Text("page.sum"), Sum: p.Money(view.Amount),
		SmallPrint: p.Text("page.not_fiscal"),
	}
	at := p.Text("page.paid_at")
	switch view.Standing {
	case payments.ReceiptGenuine:
		page.Good, page.Heading, page.Advice = true, p.Text("check.genuine.title"), p.Text("check.genuine.text")
	case payments.ReceiptPartlyRefunded:
		page.Partly, page.Heading, page.Advice = true, p.Text("check.partly.title"), p.Text("check.genuine.text")
	case payments.ReceiptRefunded:
		page.Heading, page.Advice = p.Text("check.refunded.title"), p.Text("check.refunded.text")
	default:
		page.Heading, page.Advice = p.Text("check.reversed.title"), p.Text("check.reversed.text")
		at = p.Text("check.reversed_at")
	}
	if view.Refunded > 0 {
		page.Facts = append(page.Facts, fact{Label: p.Text("check.refunded"), Value: p.Money(view.Refunded)})
	}
	page.Facts = append(page.Facts,
		fact{Label: at, Value: p.DateTime(view.At.In(zone))},
		fact{Label: p.Text("page.receipt"), Value: strconv.FormatInt(view.Number, 10)})
	return page
}
