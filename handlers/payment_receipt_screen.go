package handlers

import (
	"cmp"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// receiptScreen is the picture of a receipt and what to do with it. The caption
// says nothing that its payer may not read: it goes along when the picture is
// forwarded. address is what the payer is sent; "": there is nothing to send.
func receiptScreen(p *locales.Printer, v payments.PaymentView, picture []byte, address string) chat.Screen {
	screen := chat.Screen{Photo: picture, Text: receiptCaption(p, v)}
	if address != "" {
		text := p.Text("payment.share_text", "outlet", cmp.Or(v.Payment.BeneficiaryName, v.Outlet.Name),
			"receipt", receiptNumber(v.Payment), "sum", v.Payment.Amount)
		screen.Buttons = append(screen.Buttons, []chat.Button{
			shareButton(p.Text("payment.button.telegram"), address, text),
			{Text: p.Text("payment.button.whatsapp"), URL: "https://wa.me/?text=" + percent(text+"\n"+address)},
		})
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{
		{Text: p.Text("payment.button.pdf"), Action: chat.Act(actionReceiptPDF, v.Payment.ID)},
		{Text: p.Text("payment.button.back"), Action: chat.Act(actionPayment, v.Payment.ID)},
	})
	return screen
}

func receiptCaption(p *locales.Printer, v payments.PaymentView) string {
	return p.HTML("payment.receipt_sum", "receipt", receiptNumber(v.Payment), "sum", v.Payment.Amount)
}

// receiptFileScreen is a receipt to keep. The name of the file is the same in
// every language: it ends up among other files.
func receiptFileScreen(p *locales.Printer, v payments.PaymentView, file []byte) chat.Screen {
	return chat.Screen{
		Document: &chat.Document{Name: "receipt-" + receiptNumber(v.Payment) + ".pdf", Data: file}, Text: receiptCaption(p, v),
	}
}

// receiptButton leads to a payment's receipt.
func receiptButton(p *locales.Printer, id payments.PaymentID) chat.Button {
	return chat.Button{Text: p.Text("payment.button.receipt"), Action: chat.Act(actionReceipt, id)}
}
