// Package web is the HTTP that the public sees: the page of a payment link,
// the page that vouches for a receipt, the form for a card, and the places where the operator's and Telegram's calls
// come in.
//
// Pages are made on the server and work without JavaScript; a GET changes
// nothing, ever. The package refuses to set cookies, to load anything from
// elsewhere, to log addresses with secrets in them, to repeat a card number in
// any form, and to say more to whoever guesses a code than that there is no
// such page.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// Service is the domain as the public sees it; *payments.Service is one.
type Service interface {
	// PayerView returns what a link's page shows. Error: CodeLinkNotFound.
	PayerView(ctx context.Context, code string) (payments.PayerView, error)
	// FilledIn is a link of open sum with the sum in it that its payer chose.
	// Errors: CodeSumTooSmall, CodeSumTooLarge.
	FilledIn(link payments.Link, sum payments.Money) (uri string, err error)
	// PayerReceipt returns a charge's payment for its payer. Errors:
	// CodeLinkNotFound, CodeReceiptNotFound.
	PayerReceipt(ctx context.Context, code string) (payments.PaymentView, error)
	// Signal has the seller told what a payer says. Error: CodeLinkNotFound.
	Signal(ctx context.Context, code string, kind payments.SignalKind) error
	// ReceiptView returns what a receipt is worth. Error: CodeReceiptNotFound.
	ReceiptView(ctx context.Context, key string) (payments.ReceiptView, error)
	// CardFormOutlet returns whose card an open form takes. Error:
	// CodeCardFormUsed; CodeCardFormExpired, for unknown and old forms alike.
	CardFormOutlet(ctx context.Context, token string) (payments.Person, payments.Outlet, error)
	// AddCardByForm uses a form up. Errors: CodeCardFormUsed, CodeCardFormExpired,
	// CodeTokenizerDown, CodeNotAllowed.
	AddCardByForm(ctx context.Context, token string, number payments.CardNumber) (payments.Card, error)
}

var _ Service = (*payments.Service)(nil)

// Deps is what a Site is made of.
type Deps struct {
	Service   Service
	Catalog   *locales.Catalog
	PublicURL string         // our address as customers see it, without a path; "" if there is none
	Zone      *time.Location // in which times are shown; nil: Asia/Bishkek
	Now       func() time.Time
	Log       *slog.Logger
	// QR draws a PNG that holds text.
	QR     func(text string) ([]byte, error)
	Drawer Drawer
	// InitData returns who Telegram says opened a page as a Mini App; nil:
	// pages are not opened inside Telegram.
	InitData func(data string) (payments.PersonID, error)
	// Ticks gives a tick every d until stop is called; nil: a time.Ticker.
	Ticks func(d time.Duration) (ticks <-chan time.Time, stop func())

	Operator http.Handler // serves /in/qr/; nil: nobody does
	Telegram http.Handler // serves /telegram/webhook; nil: nobody does
	Root     http.Handler // serves / and all that is not ours, with headers of its own; nil: a page that names the service
}

// Site is the public site. It is safe for concurrent use.
type Site struct {
	service   Service
	catalog   *locales.Catalog
	zone      *time.Location
	log       *slog.Logger
	qr        func(string) ([]byte, error)
	drawer    Drawer
	initData  func(string) (payments.PersonID, error)
	ticks     func(time.Duration) (<-chan time.Time, func())
	publicURL string
	secure    bool // customers come by https

	templates *templates
	origin    *http.CrossOriginProtection
	addresses *limiter // requests, by client address
	codes     *limiter // requests, by link
	attempts  *limiter // card numbers sent, by form
	documents *limiter // receipts drawn, by code
	previews  *drawings
	listeners *listeners
	operator  http.Handler
	mux       *http.ServeMux
}

// New checks what it is given and puts the site together.
func New(d Deps) (*Site, error) {
	if d.Service == nil || d.Catalog == nil || d.Now == nil || d.Log == nil || d.QR == nil || d.Drawer == nil {
		return nil, errors.New("web: Service, Catalog, Now, Log, QR and Drawer are needed")
	}
	s := &Site{
		service: d.Service, catalog: d.Catalog, zone: d.Zone, log: d.Log, qr: d.QR, drawer: d.Drawer, initData: d.InitData, ticks: d.Ticks,
		origin:    http.NewCrossOriginProtection(),
		addresses: newLimiter(addressRate, addressBurst, d.Now),
		codes:     newLimiter(codeRate, codeBurst, d.Now),
		attempts:  newLimiter(attemptRate, attemptBurst, d.Now),
		documents: newLimiter(documentRate, documentBurst, d.Now),
		previews:  newDrawings(),
		listeners: newListeners(),
		operator:  d.Operator,
		mux:       http.NewServeMux(),
	}
	if err := s.setPublicURL(d.PublicURL); err != nil {
		return nil, err
	}
	var err error
	if s.zone == nil {
		if s.zone, err = time.LoadLocation("Asia/Bishkek"); err != nil {
			return nil, fmt.Errorf("web: zone: %w", err)
		}
	}
	if s.ticks == nil {
		s.ticks = clockTicks
	}
	if s.templates, err = newTemplates(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s.route(d)
	return s, nil
}

// setPublicURL takes our own address, so that forms sent from it are ours also
// behind a proxy that changes the Host header.
func (s *Site) setPublicURL(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Path != "" && u.Path != "/" {
		return fmt.Errorf("web: public URL %q is no http(s) address without a path", text)
	}
	s.publicURL, s.secure = u.Scheme+"://"+u.Host, u.Scheme == "https"
	if err := s.origin.AddTrustedOrigin(s.publicURL); err != nil {
		return fmt.Errorf("web: public URL: %w", err)
	}
	return nil
}

func (s *Site) route(d Deps) {
	read := []string{http.MethodGet, http.MethodHead}
	s.mux.Handle("/p/{code}", s.page(read, s.customer))
	s.mux.Handle("/p/{code}/qr.png", s.page(read, s.customerQR))
	s.mux.Handle("/p/{code}/events", s.page(read, s.customerEvents))
	s.mux.Handle("/p/{code}/og.png", s.page(read, s.preview))
	for _, format := range []DocumentFormat{PNG, PDF} {
		s.mux.Handle("/p/{code}/receipt."+string(format), s.page(read, s.receiptFile(format)))
	}
	for _, kind := range []payments.SignalKind{payments.SignalDecline, payments.SignalAsk} {
		s.mux.Handle("/p/{code}/"+string(kind), s.page([]string{http.MethodPost}, s.signal(kind)))
	}
	s.mux.Handle("/r/{key}", s.page(read, s.receipt))
	s.mux.Handle("/r/", s.page(read, s.receiptUnknown))
	s.mux.Handle("/cards/{token}", s.page(append(read, http.MethodPost), s.inTelegram(s.cardForm)))
	s.mux.Handle("/cards/done", s.page(read, s.inTelegram(s.cardDone)))
	s.mux.Handle("/robots.txt", s.page(read, s.robots))
	s.mux.Handle("/favicon.svg", s.page(read, s.icon))
	// What is malformed looks like what is unknown; nothing below these falls
	// through to Root.
	for _, subtree := range []string{"/p/", "/in/", "/telegram/"} {
		s.mux.Handle(subtree, s.page(read, s.notFound))
	}
	s.mux.Handle("/cards/", s.page(append(read, http.MethodPost), s.inTelegram(s.cardGone)))
	if d.Telegram != nil {
		s.mux.Handle("/telegram/webhook", d.Telegram)
	}
	if d.Root != nil {
		s.mux.Handle("/", d.Root)
		return
	}
	s.mux.Handle("/{$}", s.page(read, s.home))
	s.mux.Handle("/", s.page(read, s.notFound))
}

// ServeHTTP answers one request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.setHeaders(w.Header())
	answer := &answer{ResponseWriter: w}
	defer s.recover(answer, r)
	if s.operator != nil && forOperator(r.URL.Path) {
		s.operator.ServeHTTP(answer, r)
		return
	}
	if unclean(r.URL.Path) {
		setPageHeaders(answer.Header()) // the mux answers itself, by a redirect
	}
	s.mux.ServeHTTP(answer, r)
}

// unclean reports whether the mux redirects a path to a cleaner one.
func unclean(asked string) bool {
	return strings.TrimSuffix(asked, "/") != strings.TrimSuffix(path.Clean("/"+asked), "/")
}

// forOperator reports whether the operator's handler answers for a path: as it
// came, or as it would be after cleaning. Its paths are signed as they came, so
// that nobody may clean them, or redirect unsigned in its handler's place.
func forOperator(asked string) bool {
	const mount = "/in/qr/"
	return strings.HasPrefix(asked, mount) || strings.HasPrefix(path.Clean("/"+asked)+"/", mount)
}

func clockTicks(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}
