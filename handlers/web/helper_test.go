package web_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2026, 5, 9, 8, 30, 0, 0, time.UTC)

const (
	code  = "0123456789ABCDEFGHJKMNPQRS"
	token = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
	card  = "9417123412341234"
	uri   = "https://pay.payqr.kg#00020101021232340009elcart.kg3404%D0%BA%D0%BE%D1%84%D0%B55204581253034175405500006304abcd"
)

// service is the domain for these tests: one link, one form, one receipt.
type service struct {
	mu    sync.Mutex
	view  payments.PayerView
	form  bool // the form is open
	check payments.ReceiptView
	said  []payments.SignalKind
	added []payments.CardNumber
	err   error         // what every call fails with, if not nil
	panic bool          // every call panics
	refus error         // what AddCardByForm fails with
	looks chan struct{} // gets one for each look at the link, if not nil
	blind chan struct{} // closed when nobody counts the looks any more
	name  string        // of the form's outlet
	lang  string        // of the form's person
}

// FilledIn writes the sum behind the link.
func (*service) FilledIn(link payments.Link, sum payments.Money) (string, error) {
	if err := payments.CheckBounds(sum, link.Min, link.Max); err != nil {
		return "", err
	}
	return link.URI + "-" + strconv.FormatInt(int64(sum), 10), nil
}

// PayerView reports a look when what it saw is settled: what is set
// afterwards, the next look sees.
func (s *service) PayerView(ctx context.Context, c string) (payments.PayerView, error) {
	s.mu.Lock()
	view, err, broken, looks, blind := s.view, s.err, s.panic, s.looks, s.blind
	s.mu.Unlock()
	if looks != nil {
		select {
		case looks <- struct{}{}:
		case <-blind:
		case <-ctx.Done():
		}
	}
	if broken {
		panic("a broken promise")
	}
	if err != nil {
		return payments.PayerView{}, err
	}
	if normal, ok := payments.NormalCode(c); !ok || normal != code {
		return payments.PayerView{}, payments.Fail(payments.CodeLinkNotFound)
	}
	return view, nil
}

// count has the looks counted until it is called with nil.
func (s *service) count(looks chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.blind != nil {
		close(s.blind)
	}
	s.looks, s.blind = looks, nil
	if looks != nil {
		s.blind = make(chan struct{})
	}
}

func (s *service) PayerReceipt(ctx context.Context, c string) (payments.PaymentView, error) {
	view, err := s.PayerView(ctx, c)
	if err != nil {
		return payments.PaymentView{}, err
	}
	if view.Payment == nil || view.Payment.State != payments.PaymentSucceeded {
		return payments.PaymentView{}, payments.Fail(payments.CodeReceiptNotFound)
	}
	return payments.PaymentView{Payment: *view.Payment, Link: view.Link, Outlet: view.Outlet}, nil
}

func (s *service) Signal(ctx context.Context, c string, kind payments.SignalKind) error {
	view, err := s.PayerView(ctx, c)
	if err == nil && view.Offers(kind) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.said = append(s.said, kind)
	}
	return err
}

func (s *service) ReceiptView(_ context.Context, key string) (payments.ReceiptView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return payments.ReceiptView{}, s.err
	}
	if normal, ok := payments.NormalCode(key); !ok || normal != s.check.Key {
		return payments.ReceiptView{}, payments.Fail(payments.CodeReceiptNotFound)
	}
	return s.check, nil
}

// drawer draws words that say what was to be drawn.
type drawer struct{ drawn atomic.Int64 }

func (d *drawer) Preview(p *locales.Printer, link *payments.PayerView) ([]byte, error) {
	d.drawn.Add(1)
	if link == nil {
		return []byte("\x89PNG nothing, " + p.Language()), nil
	}
	return []byte("\x89PNG " + link.Outlet.Name + ", " + p.Money(link.Link.Amount) + ", " + p.Language()), nil
}

func (d *drawer) Receipt(p *locales.Printer, paid payments.PaymentView, format web.DocumentFormat) ([]byte, error) {
	d.drawn.Add(1)
	return []byte(string(format) + " " + paid.Payment.OperatorID + ", " + p.Language()), nil
}

func (s *service) CardFormOutlet(_ context.Context, t string) (payments.Person, payments.Outlet, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return payments.Person{}, payments.Outlet{}, s.err
	}
	if t == token && len(s.added) > 0 {
		return payments.Person{}, payments.Outlet{}, payments.Fail(payments.CodeCardFormUsed)
	}
	if t != token || !s.form {
		return payments.Person{}, payments.Outlet{}, payments.Fail(payments.CodeCardFormExpired)
	}
	return payments.Person{ID: 7, Language: s.lang}, payments.Outlet{Name: s.name}, nil
}

func (s *service) AddCardByForm(_ context.Context, t string, n payments.CardNumber) (payments.Card, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refus != nil {
		return payments.Card{}, s.refus
	}
	if t == token && len(s.added) > 0 {
		return payments.Card{}, payments.Fail(payments.CodeCardFormUsed)
	}
	if t != token || !s.form {
		return payments.Card{}, payments.Fail(payments.CodeCardFormExpired)
	}
	s.added = append(s.added, n)
	return payments.Card{Last4: n.Last4()}, nil
}

func (s *service) set(view payments.PayerView) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.view = view
}

// site is a running site with what one can do to it.
type site struct {
	*httptest.Server
	t       testing.TB
	service *service
	drawer  *drawer
	log     *lockedBuffer
}

func charge() payments.PayerView {
	return payments.PayerView{
		Link: payments.Link{
			ID: 1, Kind: payments.LinkCharge, State: payments.LinkActive, Code: code, Amount: 125050, Min: 125050, Max: 125050,
			Comment: "Эки капучино", URI: uri, ExpiresAt: now.Add(72 * time.Hour),
		},
		Outlet: payments.Outlet{Name: "Айгүл дүкөнү"},
	}
}

func paid() payments.PayerView {
	v := charge()
	v.Link.State = payments.LinkUsedUp
	v.Payment = &payments.Payment{
		ID: 5, State: payments.PaymentSucceeded, Amount: 125050, Receipt: 42, FinalAt: now.Add(time.Minute),
		OperatorID: "d290f1ee-6c54-4b01-90e6-d701748f0851",
	}
	return v
}

func newSite(t testing.TB, change func(*web.Deps), serve ...func(*httptest.Server)) *site {
	t.Helper()
	catalog, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, service: &service{view: charge(), form: true, name: "Айгүл дүкөнү"}, drawer: &drawer{}, log: &lockedBuffer{}}
	deps := web.Deps{
		Service: s.service, Catalog: catalog, Now: func() time.Time { return now },
		Log:    slog.New(slog.NewTextHandler(s.log, nil)),
		QR:     func(text string) ([]byte, error) { return []byte("\x89PNG " + text), nil },
		Drawer: s.drawer,
	}
	if change != nil {
		change(&deps)
	}
	h, err := web.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewUnstartedServer(nil)
	s.Config = web.Server("", h)
	for _, change := range serve {
		change(s.Server)
	}
	s.Start()
	t.Cleanup(s.Close)
	s.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s
}

// reply is an answer that was read to its end.
type reply struct {
	*http.Response
	body string
}

func (s *site) do(method, path, body string, header ...string) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w, err := s.Client().Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{w, string(text)}
}

func (s *site) get(path string, header ...string) reply {
	s.t.Helper()
	return s.do(http.MethodGet, path, "", header...)
}

// send sends a card form as a browser does.
func (s *site) send(path, body string, header ...string) reply {
	s.t.Helper()
	return s.do(http.MethodPost, path, body,
		append([]string{"Content-Type", "application/x-www-form-urlencoded", "Origin", s.URL, "Sec-Fetch-Site", "same-origin"}, header...)...)
}

var (
	nonceForm  = regexp.MustCompile(`nonce="[A-Za-z0-9_-]{22}"`)
	styleForm  = regexp.MustCompile(`(?s)(<style [^>]*>).*?(</style>)`)
	scriptForm = regexp.MustCompile(`(?s)(<script [^>]*>).*?(</script>)`)
	refForm    = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{8}\b`)
)

// golden compares a page, but for what changes each time and for style and
// scripts, with a file in testdata.
func golden(t *testing.T, name, page string) {
	t.Helper()
	if strings.Contains(page, "⟦") || strings.Contains(page, "<no value>") || strings.Contains(page, "ZgotmplZ") {
		t.Errorf("%s: a text or an address is missing", name)
	}
	page = nonceForm.ReplaceAllString(page, `nonce="N"`)
	page = styleForm.ReplaceAllString(page, "$1$2")
	page = scriptForm.ReplaceAllString(page, "$1$2")
	path := filepath.Join("testdata", name+".html")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(page, string(want)); diff != "" {
		t.Errorf("%s (-got +want), -update writes it anew:\n%s", name, diff)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var errDown = errors.New("database is away")
