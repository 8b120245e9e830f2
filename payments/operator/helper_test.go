package operator_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is the time of every test.
func noon() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }

// The keys of the two sides, and the next one of the operator's. Making them is
// slow, so it is done once.
var (
	operatorKey = sync.OnceValue(func() *rsa.PrivateKey { return newKey(2048) })
	nextKey     = sync.OnceValue(func() *rsa.PrivateKey { return newKey(2048) })
	ourKey      = sync.OnceValue(func() *rsa.PrivateKey { return newKey(2048) })
	weakKey     = sync.OnceValue(func() *rsa.PrivateKey { return newKey(1024) })
)

func newKey(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

// hashOf signs by the book, without the code under test.
func hashOf(t testing.TB, key *rsa.PrivateKey, text string) string {
	t.Helper()
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

func holds(key *rsa.PublicKey, text, hash string) bool {
	signature, err := base64.StdEncoding.DecodeString(hash)
	if err != nil {
		return false
	}
	digest := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
}

func signer(t testing.TB, key *rsa.PrivateKey) *operator.Signer {
	t.Helper()
	s, err := operator.NewSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func verifier(t testing.TB, keys ...*rsa.PrivateKey) *operator.Verifier {
	t.Helper()
	var public []*rsa.PublicKey
	for _, key := range keys {
		public = append(public, &key.PublicKey)
	}
	v, err := operator.NewVerifier(public...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// payee is the system behind the handler: it notes what reached it, and answers
// with what the test set.
type payee struct {
	mu       sync.Mutex
	calls    []string
	scan     payments.Scan
	order    payments.Order
	updated  time.Time
	patience time.Duration // that the last update came with
	err      error
	block    bool // until the call's time is up
	panics   bool
	payments map[string]payments.Payment // by operator id
}

func (p *payee) called(ctx context.Context, call string) error {
	p.mu.Lock()
	p.calls = append(p.calls, call)
	p.mu.Unlock()
	if p.panics {
		panic("broken promise")
	}
	if p.block {
		<-ctx.Done()
		return fmt.Errorf("waiting for the database: %w", ctx.Err())
	}
	return p.err
}

func (p *payee) Check(ctx context.Context, scan payments.Scan) (payments.Beneficiary, error) {
	p.mu.Lock()
	p.scan = scan
	p.mu.Unlock()
	return payments.Beneficiary{Name: "Cafe Alto", Type: payments.TypeC2B}, p.called(ctx, "check")
}

func (p *payee) Create(ctx context.Context, order payments.Order) (payments.Payment, error) {
	if err := p.called(ctx, "create "+order.OperatorID); err != nil {
		return payments.Payment{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.order = order
	known, isKnown := p.payments[order.OperatorID]
	if isKnown {
		return known, nil
	}
	created := payments.Payment{
		OperatorID: order.OperatorID, PSPTransactionID: order.PSPTransactionID, ReceiptID: order.ReceiptID,
		Type: order.Type, Customer: order.Customer, Amount: order.Amount,
		BeneficiaryName: "Cafe Alto", State: payments.PaymentCreated, CreatedAt: noon(),
	}
	if p.payments == nil {
		p.payments = make(map[string]payments.Payment)
	}
	p.payments[order.OperatorID] = created
	return created, nil
}

func (p *payee) Execute(ctx context.Context, id string) (payments.Payment, error) {
	if err := p.called(ctx, "execute "+id); err != nil {
		return payments.Payment{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	known, isKnown := p.payments[id]
	if !isKnown {
		return payments.Payment{}, payments.Fail(payments.CodePaymentNotFound)
	}
	if known.State == payments.PaymentCreated {
		known.State, known.ExecutedAt = payments.PaymentExecuting, noon().Add(time.Second)
		p.payments[id] = known
	}
	return known, nil
}

func (p *payee) Update(ctx context.Context, id string, status payments.Status, at time.Time) error {
	if err := p.called(ctx, fmt.Sprintf("update %s %d", id, status)); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if deadline, ok := ctx.Deadline(); ok {
		p.patience = time.Until(deadline)
	}
	known, isKnown := p.payments[id]
	switch {
	case !isKnown:
		return payments.Fail(payments.CodePaymentNotFound)
	case status == payments.StatusSuccess && known.ExecutedAt.IsZero():
		return payments.Fail(payments.CodeImpossible)
	}
	known.State, p.updated = payments.PaymentSucceeded, at
	p.payments[id] = known
	return nil
}

func (p *payee) PaymentByOperatorID(ctx context.Context, id string) (payments.Payment, error) {
	if err := p.called(ctx, "get "+id); err != nil {
		return payments.Payment{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	known, isKnown := p.payments[id]
	if !isKnown {
		return payments.Payment{}, payments.Fail(payments.CodePaymentNotFound)
	}
	return known, nil
}

// diary keeps the journal; a call is in it once its answer may have arrived.
type diary struct{ calls chan operator.Call }

func (d *diary) Record(_ context.Context, call operator.Call) error {
	d.calls <- call
	return nil
}

// house is a handler behind a real server.
type house struct {
	*payee
	*diary
	url string
	log *bytes.Buffer
}

func newHouse(t testing.TB, change ...func(*operator.HandlerConfig)) *house {
	t.Helper()
	h := &house{payee: &payee{}, diary: &diary{calls: make(chan operator.Call, 1000)}, log: &bytes.Buffer{}}
	config := operator.HandlerConfig{
		Beneficiary: h.payee, Verify: verifier(t, operatorKey()), Sign: signer(t, ourKey()),
		Log: slog.New(slog.NewTextHandler(&lockedWriter{w: h.log}, nil)), Now: noon, Journal: h.diary,
	}
	for _, c := range change {
		c(&config)
	}
	handler, err := operator.NewHandler(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

type reply struct {
	status int
	header http.Header
	body   string
}

// send makes a call exactly as given.
func (h *house) send(t testing.TB, method, target, body string, header http.Header) reply {
	t.Helper()
	r, err := h.trySend(method, target, body, header)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (h *house) trySend(method, target, body string, header http.Header) (reply, error) {
	request, err := http.NewRequest(method, h.url, bytes.NewReader([]byte(body)))
	if err != nil {
		return reply{}, err
	}
	request.URL = &url.URL{Scheme: "http", Host: request.Host, Opaque: target}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return reply{}, err
	}
	return reply{status: response.StatusCode, header: response.Header, body: string(data)}, nil
}

// call makes a properly signed call.
func (h *house) call(t testing.TB, method, target, body string) reply {
	t.Helper()
	return h.send(t, method, target, body, signed(t, operatorKey(), target, body))
}

func signed(t testing.TB, key *rsa.PrivateKey, target, body string) http.Header {
	t.Helper()
	text := body
	if body == "" {
		text = target
	}
	return http.Header{"H-Hash": {hashOf(t, key, text)}}
}
