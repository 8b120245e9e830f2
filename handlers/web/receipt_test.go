package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

const receiptKey = "3456789ABCDEFGHJKMNPQRSTVW"

func receiptOf(standing payments.Standing, refunded payments.Money) payments.ReceiptView {
	return payments.ReceiptView{
		Key: receiptKey, Standing: standing, Number: 42, Payee: "Айгүл дүкөнү", Amount: 125050, Refunded: refunded, At: now.Add(time.Minute),
	}
}

func TestReceiptPage(t *testing.T) {
	s := newSite(t, nil)
	for name, view := range map[string]payments.ReceiptView{
		"genuine":  receiptOf(payments.ReceiptGenuine, 0),
		"partly":   receiptOf(payments.ReceiptPartlyRefunded, 25050),
		"refunded": receiptOf(payments.ReceiptRefunded, 125050),
		"reversed": receiptOf(payments.ReceiptReversed, 0),
	} {
		s.service.check = view
		for _, lang := range locales.Languages() {
			w := s.get("/r/" + receiptKey + "?lang=" + lang.Code)
			if w.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d", name, w.StatusCode)
			}
			golden(t, "receipt/"+name+"."+lang.Code, w.body)
		}
		// Green is for what is worth its sum, and for nothing else.
		body := s.get("/r/" + receiptKey).body
		if got, want := strings.Contains(body, `class="mark good"`), name == "genuine"; got != want {
			t.Errorf("%s: good = %v", name, got)
		}
		if got, want := strings.Contains(body, `class="mark bad"`), name == "refunded" || name == "reversed"; got != want {
			t.Errorf("%s: bad = %v", name, got)
		}
	}
	for _, lang := range locales.Languages() {
		golden(t, "receipt/unknown."+lang.Code, s.get("/r/x?lang="+lang.Code).body)
	}
}

func TestReceiptKeyAsTyped(t *testing.T) {
	s := newSite(t, nil)
	s.service.check = receiptOf(payments.ReceiptGenuine, 0)
	for _, key := range []string{strings.ToLower(receiptKey), "3456-789A-BCDE-FGHJ-KMNP-QRST-VW", "%20" + receiptKey} {
		if w := s.get("/r/" + key); w.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", key, w.StatusCode)
		}
	}
}

// Whatever is no receipt of ours looks the same, to the byte.
func TestNoSuchReceipt(t *testing.T) {
	s := newSite(t, nil)
	s.service.check = receiptOf(payments.ReceiptGenuine, 0)
	var first string
	for i, path := range []string{
		"/r/ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "/r/x", "/r/", "/r/42", "/r/" + code, "/r/" + strings.Repeat("A", 5000), "/r/%00", "/r/a/b", "/r/" + receiptKey + "/x",
	} {
		w := s.get(path, "Accept-Language", "en")
		if w.StatusCode != http.StatusNotFound {
			t.Errorf("%.60s: status %d", path, w.StatusCode)
		}
		page := nonceForm.ReplaceAllString(regexp.MustCompile(`href="/[^"]*\?lang=`).ReplaceAllString(w.body, `href="?lang=`), "")
		if i == 0 {
			first = page
		} else if page != first {
			t.Errorf("%.60s: another page than for an unknown key", path)
		}
	}
}

func TestReceiptPageEscapes(t *testing.T) {
	s := newSite(t, nil)
	s.service.check = receiptOf(payments.ReceiptGenuine, 0)
	s.service.check.Payee = "</p><script>alert(1)</script>\u202Eevil"
	if body := s.get("/r/" + receiptKey).body; strings.Contains(body, "<script>alert") || strings.Contains(body, "\u202E") || !strings.Contains(body, "&lt;script&gt;alert(1)") {
		t.Error("the payee's name is not text")
	}
}

func TestReceiptApology(t *testing.T) {
	s := newSite(t, nil)
	s.service.err = errDown
	w := s.get("/r/" + receiptKey)
	if w.StatusCode != http.StatusInternalServerError {
		t.Errorf("status %d", w.StatusCode)
	}
	if log := s.log.String(); strings.Contains(log, receiptKey) || !strings.Contains(log, "/r/{key}") {
		t.Errorf("the log names the key, or not the route: %s", log)
	}
}

// The payer of a charge takes the receipt along; nobody else gets one.
func TestReceiptFiles(t *testing.T) {
	for name, view := range views() {
		s := newSite(t, nil) // each has its own limit
		s.service.set(view)
		hasOne := name == "paid" || name == "refunding" || name == "partly_refunded" || name == "refunded"
		body := s.get("/p/" + code).body
		offered := strings.Contains(body, "/receipt.png?lang=") && strings.Contains(body, "/receipt.pdf?lang=")
		if offered != hasOne {
			t.Errorf("%s: receipts are offered = %v", name, offered)
		}
		for _, file := range []string{"receipt.png", "receipt.pdf"} {
			if got := s.get("/p/"+code+"/"+file).StatusCode == http.StatusOK; got != hasOne {
				t.Errorf("%s: %s is given = %v", name, file, got)
			}
		}
	}
	s := newSite(t, nil)
	s.service.set(paid())
	for _, c := range []struct{ file, kind, how, body string }{
		{"receipt.png?lang=ky", "image/png", `inline; filename="receipt-42.png"`, "png d290f1ee-6c54-4b01-90e6-d701748f0851, ky"},
		{"receipt.pdf?lang=en", "application/pdf", `attachment; filename="receipt-42.pdf"`, "pdf d290f1ee-6c54-4b01-90e6-d701748f0851, en"},
	} {
		w := s.get("/p/" + code + "/" + c.file)
		if w.body != c.body || w.Header.Get("Content-Type") != c.kind || w.Header.Get("Content-Disposition") != c.how || w.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %q, headers %v", c.file, w.body, w.Header)
		}
	}
}

// Drawing costs: one link gets a handful, and another is not hindered.
func TestReceiptFilesAreLimited(t *testing.T) {
	s := newSite(t, nil)
	s.service.set(paid())
	for range 8 {
		if w := s.get("/p/" + code + "/receipt.png"); w.StatusCode != http.StatusOK {
			t.Fatalf("status %d before the limit", w.StatusCode)
		}
	}
	if w := s.get("/p/" + code + "/receipt.pdf"); w.StatusCode != http.StatusTooManyRequests || w.Header.Get("Retry-After") != "5" {
		t.Errorf("status %d, Retry-After %q", w.StatusCode, w.Header.Get("Retry-After"))
	}
	other := paid()
	other.Link.Code = payments.NewCode()
	s.service.set(other)
	if w := s.get("/p/" + code + "/receipt.pdf"); w.StatusCode != http.StatusOK {
		t.Errorf("another link: status %d", w.StatusCode)
	}
}
