package operator_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/elqr"
	wire "elkart.kg/trade/payments/operator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	ourKey      = sync.OnceValue(newKey)
	operatorKey = sync.OnceValue(newKey)
)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// clock is the time of a test, and its timers: they wait for a nod.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	timers chan chan time.Time
}

func newClock() *clock {
	// A Friday, 14:00 in Bishkek.
	return &clock{now: time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC), timers: make(chan chan time.Time, 1000)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) After(time.Duration) <-chan time.Time {
	timer := make(chan time.Time, 1)
	c.timers <- timer
	return timer
}

// nod lets the next timer fire, once it has been set.
func (c *clock) nod() { (<-c.timers) <- c.Now() }

// shop is our system in memory: it follows the rules of payments.Payment.
type shop struct {
	clock *clock

	mu       sync.Mutex
	open     map[string]payments.Money // account → fixed sum, 0: open
	payments map[string]payments.Payment
	byPSPID  map[string]string
	checks   int
	told     []string       // confirmations, in order
	short    payments.Money // missing from the sum that create answers
	heard    chan struct{}  // closed at the next confirmation; nil: nobody waits
}

func (s *shop) judge(scan payments.Scan) error {
	sum, isOpen := s.open[scan.Account]
	switch {
	case !isOpen:
		return payments.Fail(payments.CodeRecipientWrong)
	case sum != 0 && sum != scan.Amount:
		return payments.Fail(payments.CodeDataWrong)
	}
	return nil
}

func (s *shop) Check(_ context.Context, scan payments.Scan) (payments.Beneficiary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checks++
	return payments.Beneficiary{Name: "Кафе Ала-Тоо", Type: payments.TypeC2B}, s.judge(scan)
}

func (s *shop) Create(_ context.Context, order payments.Order) (payments.Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, isKnown := s.byPSPID[order.PSPTransactionID]; isKnown {
		return s.payments[id], nil
	}
	if err := s.judge(order.Scan); err != nil {
		return payments.Payment{}, err
	}
	p := payments.Payment{
		OperatorID: order.OperatorID, PSPTransactionID: order.PSPTransactionID, ReceiptID: order.ReceiptID,
		Type: order.Type, Customer: order.Customer, Amount: order.Amount, BeneficiaryName: "Кафе Ала-Тоо",
		State: payments.PaymentCreated, CreatedAt: s.clock.Now(),
	}
	s.byPSPID[order.PSPTransactionID] = order.OperatorID
	s.payments[order.OperatorID] = p
	p.Amount -= s.short
	return p, nil
}

func (s *shop) Execute(_ context.Context, id string) (payments.Payment, error) {
	return s.apply(id, payments.Event{Kind: payments.EventExecute, At: s.clock.Now()})
}

func (s *shop) Update(_ context.Context, id string, status payments.Status, at time.Time) error {
	_, err := s.apply(id, payments.Event{Kind: payments.EventUpdate, Status: status, At: s.clock.Now(), SaidAt: at})
	return err
}

func (s *shop) apply(id string, e payments.Event) (payments.Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, isKnown := s.payments[id]
	if !isKnown {
		return payments.Payment{}, payments.Fail(payments.CodePaymentNotFound)
	}
	after, err := p.Apply(e)
	if err != nil {
		return payments.Payment{}, err
	}
	if after.State != p.State && e.Kind == payments.EventUpdate {
		s.told = append(s.told, string(after.State))
		if s.heard != nil {
			defer close(s.heard)
			s.heard = nil
		}
	}
	s.payments[id] = after
	return after, nil
}

func (s *shop) PaymentByOperatorID(_ context.Context, id string) (payments.Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, isKnown := s.payments[id]
	if !isKnown {
		return payments.Payment{}, payments.Fail(payments.CodePaymentNotFound)
	}
	return p, nil
}

// payment is the shop's only payment.
func (s *shop) payment(t *testing.T) payments.Payment {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.payments) != 1 {
		t.Fatalf("%d payments, want one", len(s.payments))
	}
	for _, p := range s.payments {
		return p
	}
	return payments.Payment{}
}

// world is a shop and the simulated operator, each behind a real server.
type world struct {
	shop    *shop
	op      *operator.Server
	clock   *clock
	client  *wire.Client
	credits *wire.Credits
	address string // of the operator
}

func newWorld(t *testing.T, change ...func(*operator.Config)) *world {
	t.Helper()
	w := &world{clock: newClock()}
	w.shop = &shop{
		clock: w.clock, open: map[string]payments.Money{"OPEN": 0, "COFFEE": 15000},
		payments: make(map[string]payments.Payment), byPSPID: make(map[string]string),
	}
	log := discard()
	var err error
	cfg := operator.Config{
		PSPPublicKey: &ourKey().PublicKey, Key: operatorKey(), Now: w.clock.Now, After: w.clock.After,
		Patience: 20 * time.Second, Log: log, // the race detector is slow
	}
	for _, f := range change {
		f(&cfg)
	}
	w.op, err = operator.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	sign, err := wire.NewSigner(ourKey())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := wire.ParsePublicKeys(w.op.OperatorPublicKeyPEM())
	if err != nil {
		t.Fatal(err)
	}
	verify, err := wire.NewVerifier(keys...)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := wire.NewHandler(wire.HandlerConfig{
		Beneficiary: w.shop, Verify: verify, Sign: sign, Now: w.clock.Now, CallTime: 20 * time.Second,
		Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	psp, bank := httptest.NewServer(handler), httptest.NewServer(w.op)
	w.address = bank.URL
	if err := w.op.SetPSP(psp.URL); err != nil {
		t.Fatal(err)
	}
	client, err := wire.NewHTTPClient(wire.TLSFiles{})
	if err != nil {
		t.Fatal(err)
	}
	config := wire.ClientConfig{
		BaseURL: bank.URL, PSPID: w.op.PSPID(), PSPToken: w.op.PSPToken(), Sign: sign, Verify: verify,
		HTTP: client, Now: w.clock.Now, Backoff: time.Nanosecond,
	}
	if w.client, err = wire.NewClient(config); err != nil {
		t.Fatal(err)
	}
	config.BaseURL += operator.CreditPath
	if w.credits, err = wire.NewCredits(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.op.Close()
		client.CloseIdleConnections()
		bank.Close()
		psp.Close()
	})
	return w
}

// link writes a payment link; a sum of 0 is open.
func link(t *testing.T, account string, amount int64) string {
	t.Helper()
	l := elqr.Link{
		Type: elqr.Static, ProviderID: "elcart.kg", ServiceCode: "1", Account: account, AmountEditable: true,
		MerchantID: "17", ServiceName: "ELKART", Comment: "кофе", MCC: "5812", Currency: "417", Name: "Kafe Ala-Too",
	}
	if amount != 0 {
		l.Type, l.Amount, l.AmountEditable = elqr.Dynamic, &amount, false
	}
	uri, err := l.Encode("https://pay.payqr.kg")
	if err != nil {
		t.Fatal(err)
	}
	return uri
}

// story is the calls of a payment in order, "create 200" and so on.
func story(p operator.Payment) []string {
	var lines []string
	for _, step := range p.Steps {
		line := step.Call + " " + step.Result
		if step.Failed {
			line = fmt.Sprintf("%s!", line)
		}
		lines = append(lines, line)
	}
	return lines
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
