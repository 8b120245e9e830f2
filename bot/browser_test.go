package main

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"elkart.kg/trade/handlers/web/browsertest"
	"elkart.kg/trade/payments"
)

// sells is how a merchant gets to a link of 500 som.
const sells = `
@user aigul ky +996555123456
> /start
< Тилди тандаңыз
>> [Кыргызча]
< Телефон номериңиз
>contact
< Жеке маалыматтарыңыз
>> [Макулмун]
< Соода түйүнүңүздүн аты
> Айгүл дүкөнү
< Эмне менен алектенесиз?
>> [Азык-түлүк]
< Дарегиңиз
>> [Өткөрүп жиберүү]
< «ЭЛКАРТ» төлөм карты
!card 9417000000001234
<photo qr
> 500 кофе
<photo qr {"sum":"500","comment":"кофе"}
`

// givesBack is how the merchant returns all of it, and sells once more.
const givesBack = `
@user aigul
>> [Толук маалымат]
< 500 сом •••• 1234 картына чегерилди
>> [↩️ Кайтаруу]
< Канча кайтарасыз?
>> [Баарын]
< кайтарасызбы?
>> [↩️ 500 сом кайтаруу]
< ✅ Кайтарылды: 500 сом
> 300
<photo qr {"sum":"300"}
`

// A customer opens the link, pays in the bank's app, sees it on the page
// without loading it again, takes the receipt along; whoever is shown the
// receipt asks whether it is genuine. Then the merchant gives the money back.
func TestCustomerInBrowser(t *testing.T) {
	w := newWorld(t)
	if err := w.runner().Run(t.Context(), "sells", sells); err != nil {
		t.Fatal(err)
	}
	var code, uri string
	err := w.pool.QueryRow(t.Context(), `SELECT code, uri FROM links WHERE kind = 'charge'`).Scan(&code, &uri)
	if err != nil {
		t.Fatal(err)
	}
	b := browsertest.Start(t)
	page := b.Open(t, w.cfg.publicURL+"/p/"+code, browsertest.View{Touch: true, Language: "ky"})
	if got := browsertest.Eval[string](page, `document.querySelector('.button').getAttribute('href')`); got != uri {
		t.Errorf("the button leads to %q, want %q", got, uri)
	}
	if browsertest.Eval[bool](page, `document.querySelector('.verified') !== null`) {
		t.Error("a seller whom no payment has reached is verified")
	}
	browsertest.Eval[bool](page, `window.untouched = true`)
	paid, err := w.Operator.Pay(t.Context(), uri, int64(500*payments.Som))
	if err != nil || paid.Status != int(payments.StatusSuccess) {
		t.Fatalf("pay: %d %s, %v", paid.Status, paid.Message, err)
	}
	page.Wait(".mark.good")
	if !browsertest.Eval[bool](page, `window.untouched === true`) {
		t.Error("the page was loaded anew")
	}
	if found := page.Axe(); len(found) > 0 {
		t.Errorf("axe-core finds %q", found)
	}
	var key, operatorID string
	err = w.pool.QueryRow(t.Context(), `SELECT receipt_key, operator_id FROM payments`).Scan(&key, &operatorID)
	if err != nil {
		t.Fatal(err)
	}
	if text := page.Text("main"); !strings.Contains(text, operatorID) {
		t.Errorf("no operator's id in %q", text)
	}
	picture := browsertest.Eval[string](page, `document.querySelector('.files a').href`)
	document := browsertest.Eval[string](page, `document.querySelector('.files a + a').href`)
	if text := scanned(t, fetched(t, picture, "image/png")); text != w.cfg.publicURL+"/r/"+key {
		t.Errorf("the receipt's code leads to %q", text)
	}
	if pdf := fetched(t, document, "application/pdf"); !strings.HasPrefix(pdf, "%PDF-") {
		t.Errorf("not a PDF: %.20q", pdf)
	}
	fetched(t, w.cfg.publicURL+"/p/"+code+"/og.png", "image/png")
	page.Go(w.cfg.publicURL + "/r/" + key + "?lang=ru")
	if got := page.Text("h1"); got != "Чек подлинный" {
		t.Errorf("the receipt is said to be %q", got)
	}
	if err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.runner().Run(t.Context(), "gives back", givesBack); err != nil {
		t.Fatal(err)
	}
	page.Go(w.cfg.publicURL + "/p/" + code)
	if got := page.Text("h1"); got != "Төлөндү, акча кайтарылды" {
		t.Errorf("after the refund the page says %q", got)
	}
	page.Go(w.cfg.publicURL + "/r/" + key + "?lang=ru")
	if got := page.Text("h1"); got != "Деньги по этому чеку возвращены" {
		t.Errorf("after the refund the receipt is said to be %q", got)
	}
	// Money has reached the card, and Telegram vouches for the owner's number.
	if err := w.pool.QueryRow(t.Context(), `SELECT code FROM links WHERE kind = 'charge' ORDER BY id DESC LIMIT 1`).Scan(&code); err != nil {
		t.Fatal(err)
	}
	page.Go(w.cfg.publicURL + "/p/" + code)
	if got := page.Text(".verified summary"); !strings.Contains(got, "ырасталган") {
		t.Errorf("what is known of the seller: %q", got)
	}
	if problems := page.Problems(); len(problems) > 0 {
		t.Errorf("the browser complains of %q", problems)
	}
}

// fetched returns what an address answers.
func fetched(t *testing.T, address, kind string) string {
	t.Helper()
	body, err := get(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	if got := http.DetectContentType([]byte(body)); got != kind {
		t.Fatalf("%s is %s", address, got)
	}
	return body
}

// scanned reads the code in a picture that has more than a code in it.
func scanned(t *testing.T, picture string) string {
	t.Helper()
	zbar := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", "-S*.disable", "-Sqrcode.enable", "-")
	zbar.Stdin = strings.NewReader(picture)
	out, err := zbar.Output()
	if err != nil {
		t.Fatalf("zbarimg: %v", err)
	}
	return strings.TrimSuffix(string(out), "\n")
}
