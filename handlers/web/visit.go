package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// visit is one request for a page.
type visit struct {
	site    *Site
	w       http.ResponseWriter
	r       *http.Request
	printer *locales.Printer
	framer  string // who may show the page in a frame; "": nobody
}

// page serves a page under the methods it knows. What handle returns as an
// error becomes the answer.
func (s *Site) page(methods []string, handle func(*visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(w, r)
		setPageHeaders(w.Header())
		if !slices.Contains(methods, r.Method) {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			v.fail(http.StatusMethodNotAllowed)
			return
		}
		if !s.addresses.allow(client(r)) {
			v.tooMany(s.addresses)
			return
		}
		if code, ok := payments.NormalCode(r.PathValue("code")); ok && !s.codes.allow(code) {
			v.tooMany(s.codes)
			return
		}
		if err := handle(v); err != nil {
			v.explain(err)
		}
	})
}

func (s *Site) visit(w http.ResponseWriter, r *http.Request) *visit {
	lang := asked(r)
	if lang == "" {
		lang = locales.Match(r.Header.Get("Accept-Language"))
	}
	return &visit{site: s, w: w, r: r, printer: s.catalog.Printer(lang)}
}

// asked is the language that the address names, or "".
func asked(r *http.Request) string {
	lang := r.URL.Query().Get("lang")
	if !locales.Known(lang) {
		return ""
	}
	return lang
}

// prefer turns to a person's own language, unless the address names another.
func (v *visit) prefer(lang string) {
	if asked(v.r) == "" && locales.Known(lang) {
		v.printer = v.site.catalog.Printer(lang)
	}
}

// explain answers with an error: the same page for everything that is not
// there, words for what a person can act on, otherwise an apology.
func (v *visit) explain(err error) {
	var known *payments.Error
	switch {
	case v.r.Context().Err() != nil:
		// The reader is gone, and with them the reason to ask the database.
	case payments.CodeOf(err) == payments.CodeLinkNotFound, payments.CodeOf(err) == payments.CodeReceiptNotFound:
		_ = v.site.notFound(v)
	case errors.As(err, &known):
		v.message(http.StatusForbidden, v.printer.Text("page.refused.title"), v.printer.ErrorText(known))
	default:
		ref := newRef()
		v.site.log.ErrorContext(v.r.Context(), "page", "ref", ref, "route", v.r.Pattern, "error", err)
		v.apologise(ref)
	}
}

// newRef is short enough to be read out on the telephone.
func newRef() string { return payments.NewCode()[:8] }

// fail answers with a page for a status that needs no more words.
func (v *visit) fail(status int) {
	v.message(status, v.printer.Text("page.refused.title"), v.printer.Text("page.refused.text"))
}

func (v *visit) tooMany(l *limiter) {
	v.w.Header().Set("Retry-After", strconv.Itoa(l.retryAfter()))
	v.message(http.StatusTooManyRequests, v.printer.Text("page.busy.title"), v.printer.Text("page.busy.text"))
}

func (v *visit) apologise(ref string) {
	v.message(http.StatusInternalServerError, v.printer.Text("page.apology.title"), v.printer.Text("page.apology.text", "ref", ref))
}

// here is the address of this page in a language.
func (v *visit) here(lang string) string {
	path := url.URL{Path: v.r.URL.Path}
	return path.EscapedPath() + "?lang=" + lang
}

// answer remembers whether anything was sent.
type answer struct {
	http.ResponseWriter
	begun bool
}

func (a *answer) WriteHeader(status int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// recover turns a panic into an apology, or cuts an answer that has begun, so
// that half of it is not taken for the whole.
func (s *Site) recover(a *answer, r *http.Request) {
	reason := recover()
	if reason == nil {
		return
	}
	if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(reason)
	}
	ref := newRef()
	s.log.ErrorContext(r.Context(), "panic", "ref", ref, "route", r.Pattern, "panic", fmt.Sprint(reason), "stack", string(debug.Stack()))
	if a.begun {
		panic(http.ErrAbortHandler)
	}
	clear(a.Header())
	s.setHeaders(a.Header())
	setPageHeaders(a.Header())
	s.visit(a, r).apologise(ref)
}
