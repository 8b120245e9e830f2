package web

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"

	"elkart.kg/trade/locales"
)

//go:embed templates
var files embed.FS

// templates are the pages, each in the common frame.
type templates struct {
	customer, receipt        *template.Template
	card, message            *template.Template
	style                    template.CSS
	customerScript, formCode template.JS
	icon                     []byte
	packer                   *packer
}

func newTemplates() (*templates, error) {
	t := &templates{}
	for name, page := range map[string]**template.Template{
		"customer.html": &t.customer, "receipt.html": &t.receipt, "cardform.html": &t.card, "message.html": &t.message,
	} {
		parsed, err := template.ParseFS(files, "templates/frame.html", "templates/"+name)
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
		*page = parsed
	}
	contents := make(map[string][]byte)
	for _, name := range []string{"style.css", "customer.js", "cardform.js", "icon.svg"} {
		body, err := files.ReadFile("templates/" + name)
		if err != nil {
			return nil, err
		}
		contents[name] = body
	}
	// Ours, from the program itself: nothing in them comes from anybody.
	t.style = template.CSS(contents["style.css"])
	t.customerScript = template.JS(contents["customer.js"])
	t.formCode = template.JS(contents["cardform.js"])
	t.icon = contents["icon.svg"]
	var err error
	t.packer, err = newPacker(contents["style.css"], contents["customer.js"], contents["cardform.js"])
	return t, err
}

// frame is what stands around every page.
type frame struct {
	Lang        string
	Title       string
	Service     string // our name
	Choose      string // what the switch of languages is called
	Languages   []languageLink
	Nonce       string
	Style       template.CSS
	Script      template.JS
	Refresh     int      // seconds, without JavaScript; 0: never
	Preview     *preview // what messengers show; nil: nothing but the title
	NoIndex     bool
	SameOrigin  bool // the page's form needs a Referrer-Policy that names us to ourselves
	Content     any
	ExtraPolicy string
}

type languageLink struct {
	locales.Language
	Address string
	Current bool
}

// preview describes a page to messengers (The Open Graph protocol). It says
// nothing of the state, since messengers keep it for weeks.
type preview struct {
	Title       string
	Description string
	Address     string // "" if our public address is not known
	Picture     string // address of 1200 × 630 pixels; "" likewise
}

// frame fills in what all pages have in common.
func (v *visit) frame(title string, content any) frame {
	f := frame{
		Lang: v.printer.Language(), Title: title, Service: v.printer.Text("page.service"), Choose: v.printer.Text("page.languages"),
		Nonce: newNonce(), Style: v.site.templates.style, Content: content,
	}
	for _, l := range locales.Languages() {
		f.Languages = append(f.Languages, languageLink{l, v.here(l.Code), l.Code == f.Lang})
	}
	return f
}

// show sends a page. It is put together before the first byte goes out: a
// template that stumbles makes an apology, not half a page.
func (v *visit) show(status int, t *template.Template, f frame) error {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "frame.html", f); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", f.Lang)
	body := b.Bytes()
	h.Add("Vary", "Accept-Encoding")
	if takesGzip(v.r.Header.Get("Accept-Encoding")) {
		packed, err := v.site.templates.packer.pack(body)
		if err != nil {
			return fmt.Errorf("compress page: %w", err)
		}
		body = packed
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Content-Security-Policy", contentPolicy(f.Nonce, cmp.Or(v.framer, "'none'"), f.ExtraPolicy))
	if f.SameOrigin {
		h.Set("Referrer-Policy", "same-origin")
	}
	v.w.WriteHeader(status)
	if v.r.Method == http.MethodHead {
		return nil
	}
	// A reader who left is no error of ours.
	_, _ = v.w.Write(body)
	return nil
}

// note is a page of a few words.
type note struct {
	Title string
	Text  string
	Good  bool // good news
	Bad   bool // somebody may be cheating
}

// message shows a few words. Where even that fails, plain text must do.
func (v *visit) message(status int, title, text string) {
	v.note(status, note{Title: title, Text: text})
}

func (v *visit) note(status int, n note) {
	f := v.frame(n.Title, n)
	f.ExtraPolicy, f.NoIndex = "form-action 'none'", true
	if err := v.show(status, v.site.templates.message, f); err != nil {
		v.site.log.ErrorContext(v.r.Context(), "page", "route", v.r.Pattern, "error", err)
		http.Error(v.w, n.Title+"\n"+n.Text, status)
	}
}
