package handlers

import (
	"bytes"
	"fmt"
	"image/png"
	"strings"
	"testing"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

func TestPostersAndPreviewsInWords(t *testing.T) {
	c := catalog(t)
	outlet := payments.Outlet{Name: hostileName, Address: "Ош базары"}
	static := payments.Link{URI: production, CreatedAt: noon}
	for lang, second := range map[string]string{
		locales.Kyrgyz: locales.Russian, locales.Russian: locales.Kyrgyz, locales.English: locales.Russian,
	} {
		t.Run(lang, func(t *testing.T) {
			p := c.Printer(lang)
			charge := payments.PayerView{Outlet: outlet, Link: payments.Link{Amount: 1250_50, Comment: "a secret", State: payments.LinkExpired}}
			open := payments.PayerView{Outlet: outlet, Link: payments.Link{State: payments.LinkActive}}
			var b strings.Builder
			fmt.Fprintf(&b, "== poster ==\n%s\n", inWords(PosterData(p, c.Printer(second), outlet, static)))
			fmt.Fprintf(&b, "== preview of a charge ==\n%s\n", inWords(PreviewData(p, charge)))
			fmt.Fprintf(&b, "== preview of an open sum ==\n%s\n", inWords(PreviewData(p, open)))
			fmt.Fprintf(&b, "== preview of an unknown link ==\n%s\n", inWords(NoPreviewData(p)))
			golden(t, "documents/poster."+lang+".txt", b.String())
		})
	}
}

// TestPreviewsDoNotTellTheState: what a messenger keeps for weeks must be right
// for weeks.
func TestPreviewsDoNotTellTheState(t *testing.T) {
	p := catalog(t).Printer(locales.Kyrgyz)
	link := payments.Link{Amount: 5_00, Comment: "a secret"}
	want := PreviewData(p, payments.PayerView{Link: link})
	for _, state := range []payments.LinkState{payments.LinkUsedUp, payments.LinkExpired, payments.LinkCancelled, payments.LinkPaused} {
		link.State = state
		paid := &payments.Payment{State: payments.PaymentSucceeded, Amount: 5_00}
		if got := PreviewData(p, payments.PayerView{Link: link, Payment: paid}); got != want {
			t.Errorf("%s: got %+v, want %+v", state, got, want)
		}
	}
	if strings.Contains(inWords(want), link.Comment) {
		t.Errorf("the comment is for the payer: %+v", want)
	}
}

func TestFilesHaveNamesThatAnySystemKeeps(t *testing.T) {
	for name, want := range map[string]string{
		hostileName:                      "Кафе b «Ала-Тоо» b & Ко",
		"../../etc/passwd":               "etc passwd",
		"a\tb\u0000\"c\": <d>|e?*\\f%20": "a b c d e f 20",
		" .. ":                           "",
	} {
		if got := fileName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

// readQR finds and reads the code in a picture.
func readQR(t *testing.T, picture []byte) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result.GetText()
}
