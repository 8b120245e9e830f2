package locales

import (
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"

	"elkart.kg/trade/payments"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// Printer speaks one language. It is safe for concurrent use.
type Printer struct {
	lang      string
	localizer *i18n.Localizer
	parser    template.Parser
	log       *slog.Logger
	format    format
}

func newPrinter(lang string, localizer *i18n.Localizer, log *slog.Logger) *Printer {
	p := &Printer{
		lang:      lang,
		localizer: localizer,
		parser:    &template.TextParser{Option: "missingkey=error"},
		log:       log,
	}
	p.format = p.loadFormat()
	return p
}

// Language returns the printer's language code.
func (p *Printer) Language() string { return p.lang }

// HTML returns a text as Telegram's HTML. args are alternating names and
// values: strings (of any string type), integers, payments.Money. Strings are
// escaped and made one line; a value named "count" also chooses the plural
// form.
func (p *Printer) HTML(key string, args ...any) string {
	return p.print(key, Escape, args)
}

// Text returns a text without markup, for buttons, toasts and alerts. Strings
// are made one line, and nothing is escaped.
func (p *Printer) Text(key string, args ...any) string {
	return p.print(key, Line, args)
}

// Error puts an error that a person can act on into words, as HTML.
func (p *Printer) Error(err *payments.Error) string {
	return p.HTML("error."+string(err.Code), errorArgs(err)...)
}

// ErrorText is Error without markup, for toasts and alerts.
func (p *Printer) ErrorText(err *payments.Error) string {
	return p.Text("error."+string(err.Code), errorArgs(err)...)
}

func errorArgs(err *payments.Error) []any {
	args := make([]any, 0, 2*len(err.Params))
	for name, value := range err.Params {
		args = append(args, name, value)
	}
	return args
}

// print never fails: a payment's notice with a clumsy line in it is better
// than none. What is wrong is logged, and found by the tests.
func (p *Printer) print(key string, quote func(string) string, args []any) string {
	data, count, err := p.values(quote, args)
	if err != nil {
		p.log.Error("text arguments", "key", key, "err", err)
	}
	text, err := p.localizer.Localize(&i18n.LocalizeConfig{
		MessageID:      key,
		TemplateData:   data,
		PluralCount:    count,
		TemplateParser: p.parser,
	})
	if err != nil {
		p.log.Error("text missing", "key", key, "lang", p.lang, "err", err)
	}
	if text == "" {
		return missing(key)
	}
	return text
}

// missing is what stands where a text should be.
func missing(key string) string { return "⟦" + key + "⟧" }

// values prepares arguments for a template; count is nil without "count".
func (p *Printer) values(quote func(string) string, args []any) (data map[string]any, count any, err error) {
	data = make(map[string]any, len(args)/2)
	if len(args)%2 != 0 {
		err = errors.New("a name without a value")
	}
	for i := 0; i+1 < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok {
			err = fmt.Errorf("argument %d is no name", i)
			continue
		}
		switch value := reflect.ValueOf(args[i+1]); {
		case value.IsValid() && value.Type() == reflect.TypeFor[payments.Money]():
			data[name] = p.Money(payments.Money(value.Int()))
		case value.Kind() == reflect.String:
			data[name] = quote(value.String())
		case value.CanInt():
			data[name] = p.Number(value.Int())
			if name == "count" {
				count = value.Int()
			}
		default:
			err = fmt.Errorf("argument %s is a %T", name, args[i+1])
		}
	}
	return data, count, err
}

// Escape makes one line of other people's text and escapes it for Telegram's
// HTML, attributes included. It is the one place where this happens.
func Escape(s string) string {
	return escaper.Replace(Line(s))
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// Line makes one harmless line of other people's text: no line breaks that
// could fake a message of ours, no marks that turn the direction of what
// follows, nothing invisible.
func Line(s string) string { return payments.CleanLine(s) }
