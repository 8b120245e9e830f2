package main

import (
	"elkart.kg/trade/handlers"
	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// pictures draws for the public pages what the conversation puts into words.
type pictures struct {
	press     *documents.Press
	publicURL string
}

var _ web.Drawer = pictures{}

// Preview draws the picture beside a link; nil: a link that nobody knows.
func (d pictures) Preview(p *locales.Printer, link *payments.PayerView) ([]byte, error) {
	if link == nil {
		return d.press.PreviewPNG(handlers.NoPreviewData(p))
	}
	return d.press.PreviewPNG(handlers.PreviewData(p, *link))
}

// Receipt draws the receipt of a charge for its payer.
func (d pictures) Receipt(p *locales.Printer, paid payments.PaymentView, format web.DocumentFormat) ([]byte, error) {
	receipt := handlers.ReceiptData(p, handlers.ReceiptView{PaymentView: paid, ForPayer: true}, d.publicURL)
	if format == web.PDF {
		return d.press.ReceiptPDF(receipt)
	}
	return d.press.ReceiptPNG(receipt)
}
