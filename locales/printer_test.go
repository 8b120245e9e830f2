package locales

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"elkart.kg/trade/payments"
)

func newCatalog(t *testing.T) *Catalog {
	t.Helper()
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMatch(t *testing.T) {
	for _, tc := range []struct{ name, code, want string }{
		{"nothing said", "", Russian},
		{"blank", "  ", Russian},
		{"Kyrgyz", "ky", Kyrgyz},
		{"Kyrgyz of Kyrgyzstan", "ky-KG", Kyrgyz},
		{"underscore", "ky_KG", Kyrgyz},
		{"upper case", "RU", Russian},
		{"Russian", "ru-RU", Russian},
		{"English", "en-US", English},
		{"Kazakh neighbour", "kk", Russian},
		{"Uzbek in Latin script", "uz-Latn-UZ", Russian},
		{"Tajik", "tg", Russian},
		{"German", "de", English},
		{"Chinese", "zh-hans", English},
		{"header in order of weight", "de, ky;q=0.5, ru;q=0.9", Russian},
		{"header of unknown, then Kyrgyz", "tr-TR,tr;q=0.9,ky;q=0.8", Kyrgyz},
		{"anything goes", "*", English},
		{"nonsense", "!!", English},
		{"hostile length", strings.Repeat("a-", 5000), English},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := Match(tc.code); got != tc.want {
				t.Errorf("Match(%q) = %q, want %q", tc.code, got, tc.want)
			}
		})
	}
}

func TestPrinterOfUnknownLanguage(t *testing.T) {
	c := newCatalog(t)
	for code, want := range map[string]string{"": Russian, "kk": Russian, "fr": English, "ky": Kyrgyz} {
		if got := c.Printer(code).Language(); got != want {
			t.Errorf("Printer(%q) speaks %q, want %q", code, got, want)
		}
	}
}

func TestOtherPeoplesTextIsHarmless(t *testing.T) {
	p := newCatalog(t).Printer(English)
	for _, tc := range []struct{ name, in, html, text string }{
		{"markup", `<b>*_[&"`, `💬 &lt;b&gt;*_[&amp;&quot;`, `💬 <b>*_[&"`},
		{"an entity stays what was typed", `&lt;`, `💬 &amp;lt;`, `💬 &lt;`},
		{"line breaks", "a\n\r\u2028\u2029b\vc", "💬 a b c", "💬 a b c"},
		{"right-to-left override", "\u202e005\u202c \u2066x\u2069\u200e\u200f", "💬 005 x", "💬 005 x"},
		{"zero width and byte order mark", "a\u200bb\ufeff", "💬 ab", "💬 ab"},
		{"null and bell", "a\x00\x07b", "💬 a b", "💬 a b"},
		{"broken UTF-8", "a\xffb", "💬 ab", "💬 ab"},
		{"template", "{{.sum}}", "💬 {{.sum}}", "💬 {{.sum}}"},
		{"joined emoji and Kyrgyz letters", "👨\u200d🍳 Өүң", "💬 👨\u200d🍳 Өүң", "💬 👨\u200d🍳 Өүң"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := p.HTML("charge.comment", "comment", tc.in); got != tc.html {
				t.Errorf("HTML: got %q, want %q", got, tc.html)
			}
			if got := p.Text("charge.comment", "comment", tc.in); got != tc.text {
				t.Errorf("Text: got %q, want %q", got, tc.text)
			}
		})
	}
}

func TestStringTypesAreEscapedToo(t *testing.T) {
	p := newCatalog(t).Printer(English)
	if got, want := p.HTML("charge.comment", "comment", payments.CategoryID("<x>")), "💬 &lt;x&gt;"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPlurals(t *testing.T) {
	c := newCatalog(t)
	for _, tc := range []struct {
		lang  string
		count int
		want  string
	}{
		{Kyrgyz, 1, "Бүгүн: 1 төлөм, 5 сом"},
		{Kyrgyz, 5, "Бүгүн: 5 төлөм, 5 сом"},
		{Russian, 1, "Сегодня: 1 платёж, 5 сом"},
		{Russian, 3, "Сегодня: 3 платежа, 5 сом"},
		{Russian, 11, "Сегодня: 11 платежей, 5 сом"},
		{Russian, 21, "Сегодня: 21 платёж, 5 сом"},
		{Russian, 22, "Сегодня: 22 платежа, 5 сом"},
		{Russian, 112, "Сегодня: 112 платежей, 5 сом"},
		{Russian, 1251, "Сегодня: 1\u00a0251 платёж, 5 сом"},
		{English, 1, "Today: 1 payment, 5 som"},
		{English, 2, "Today: 2 payments, 5 som"},
	} {
		if got := c.Printer(tc.lang).HTML("notice.today", "count", tc.count, "total", 5*payments.Som); got != tc.want {
			t.Errorf("%s %d: got %q, want %q", tc.lang, tc.count, got, tc.want)
		}
	}
}

func TestErrorsAreSaidWithTheirParameters(t *testing.T) {
	c := newCatalog(t)
	err := payments.Fail(payments.CodeSumTooLarge, "max", payments.DefaultMax)
	for lang, want := range map[string]string{
		Kyrgyz:  "Бир төлөмдүн эң чоң суммасы: 1\u00a0000\u00a0000 сом.",
		Russian: "Самая большая сумма одного платежа: 1\u00a0000\u00a0000 сом.",
		English: "The largest sum of one payment is 1\u00a0000\u00a0000 som.",
	} {
		if got := c.Printer(lang).Error(err); got != want {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
	hostile := payments.Fail(payments.CodeNameMalformed, "max", "<b>")
	if got := c.Printer(English).Error(hostile); strings.Contains(got, "<b>") {
		t.Errorf("not escaped: %q", got)
	}
	if got := c.Printer(English).ErrorText(hostile); !strings.Contains(got, "<b>") {
		t.Errorf("escaped in a plain text: %q", got)
	}
}

func TestWhatIsMissingIsLoggedAndStandsOut(t *testing.T) {
	for _, tc := range []struct {
		name, key string
		args      []any
	}{
		{"unknown key", "no.such", nil},
		{"argument left out", "charge.comment", nil},
		{"argument of another name", "charge.comment", []any{"komment", "x"}},
		{"value left out", "charge.comment", []any{"comment"}},
		{"a float for a sum", "charge.sum", []any{"sum", 1.5}},
		{"nothing for a sum", "charge.sum", []any{"sum", nil}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var log bytes.Buffer
			p := *newCatalog(t).Printer(Kyrgyz)
			p.log = slog.New(slog.NewTextHandler(&log, nil))
			if got := p.HTML(tc.key, tc.args...); got != missing(tc.key) {
				t.Errorf("got %q, want %q", got, missing(tc.key))
			}
			if !strings.Contains(log.String(), tc.key) {
				t.Errorf("log does not name the key: %q", log.String())
			}
		})
	}
}

func TestPrintersServeManyAtOnce(t *testing.T) {
	c := newCatalog(t)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for _, l := range Languages() {
				if got := c.Printer(l.Code).HTML("charge.sum", "sum", payments.Som); !strings.HasPrefix(got, "<b>1 ") {
					t.Errorf("got %q", got)
				}
			}
		})
	}
	group.Wait()
}
