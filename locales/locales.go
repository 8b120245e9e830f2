// Package locales holds every word that a person reads, in Kyrgyz, Russian and
// English, and the Printer that puts sums, dates and other people's names into
// them.
//
// A text is found by a key of the form dialog.moment in texts/<dialog>.<lang>.json;
// adding a language is adding one such set of files and a row in languages().
// Arguments are escaped here and nowhere else. The package refuses to format
// with floats and to show a text that is only half filled in: a missing key or
// argument falls back to another language and is logged; the tests let no such
// text through.
package locales

import (
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed texts/*.json
var texts embed.FS

// Codes of the languages.
const (
	Kyrgyz  = "ky"
	Russian = "ru"
	English = "en"
)

// Language is a language a person can choose.
type Language struct {
	Code string // ky, ru, en
	Name string // in the language itself
}

// Languages lists what a person can choose, Kyrgyz first.
func Languages() []Language {
	return []Language{
		{Kyrgyz, "Кыргызча"},
		{Russian, "Русский"},
		{English, "English"},
	}
}

// Default is the language for a person of whom nothing is known. Phones in
// Kyrgyzstan are mostly set to Russian, also where Kyrgyz is spoken at home.
const Default = Russian

// russianToo are the languages whose speakers around Kyrgyzstan read Russian
// better than English.
var russianToo = []string{"kk", "uz", "tg", "tk", "az", "hy", "be", "uk", "tt", "ba", "mn", "ka", "kaa", "os", "ce", "sah"}

// Match picks the language for a Telegram language_code ("ky", "ru-RU") or an
// Accept-Language header ("de, ky;q=0.8"): the first of them that we have, or
// that has a nearer neighbour than English. Nothing said is Default; only
// languages we know nothing of is English.
func Match(code string) string {
	if strings.TrimSpace(code) == "" {
		return Default
	}
	tags, _, err := language.ParseAcceptLanguage(strings.ReplaceAll(code, "_", "-"))
	if err != nil {
		return English
	}
	for _, tag := range tags {
		base, _ := tag.Base()
		switch name := base.String(); {
		case Known(name):
			return name
		case slices.Contains(russianToo, name):
			return Russian
		}
	}
	return English
}

// Known reports whether there is a catalogue for a language code.
func Known(code string) bool {
	return slices.ContainsFunc(Languages(), func(l Language) bool { return l.Code == code })
}

// Catalog is all texts in all languages. It is safe for concurrent use.
type Catalog struct {
	printers map[string]*Printer
}

// New reads the embedded texts. It fails only when a file in the program is
// broken.
func New() (*Catalog, error) {
	bundle := i18n.NewBundle(language.Make(Default))
	names, err := fs.Glob(texts, "texts/*.json")
	if err != nil {
		return nil, fmt.Errorf("list texts: %w", err)
	}
	for _, name := range names {
		body, err := texts.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if _, err := bundle.ParseMessageFileBytes(body, name); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	c := &Catalog{printers: make(map[string]*Printer)}
	for _, l := range Languages() {
		c.printers[l.Code] = newPrinter(l.Code, i18n.NewLocalizer(bundle, l.Code), slog.Default())
	}
	return c, nil
}

// Printer returns the printer of a language; for a code that is not one of
// Languages, the one that Match picks.
func (c *Catalog) Printer(lang string) *Printer {
	if p, ok := c.printers[lang]; ok {
		return p
	}
	return c.printers[Match(lang)]
}
