// Package operator is the other side of every payment, simulated for the demo
// and for tests over real HTTP: the interbank operator with its signatures, the
// payer's bank behind it, the tokens and credits of cards, and clearing files.
//
//   - The bank app pays links through Scan and Pay: the operator's calls on our
//     system, signed, in the order of the regulation.
//   - ServeHTTP answers what our system asks the operator: payments of its own
//     (refunds), states, updates, card tokens, credits; and gives the clearing
//     files, which in reality lie on an SFTP server.
//   - Misbehave makes it repeat, reorder, delay, forget and lie.
//
// It shares the bytes of the protocol with our side on purpose and no more: the
// protocol itself is tested from literal messages where it is written. Transactions
// outlast the run with Config.Ledger; all else is lost at the end. No real card or
// money is near it.
package operator

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	wire "elkart.kg/trade/payments/operator"
)

// CreditPath is where the credit calls are, below the server's base address:
// CREDIT_URL is base + CreditPath, OPERATOR_URL is base.
const CreditPath = "/credit"

// Patience is how long the operator waits for an answer (§4.1.1).
const Patience = 2 * time.Second

// Config is what a Server needs. PSPPublicKey, Now and Log must be set.
type Config struct {
	PSPURL       string          // base address of our system; may come later by SetPSP
	PSPPublicKey *rsa.PublicKey  // of the key that our system signs with
	Key          *rsa.PrivateKey // the operator's own; nil: generated
	CardKey      []byte          // the secret in the tokens of cards; nil: made
	Ledger       string          // file that keeps the transactions from one run to the next; "": none
	Now          func() time.Time
	After        func(time.Duration) <-chan time.Time // nil: time.After
	Patience     time.Duration                        // 0: Patience
	Log          *slog.Logger
}

// Server is the simulated operator. It is safe for concurrent use.
type Server struct {
	key      *rsa.PrivateKey
	sign     *wire.Signer
	liar     func() *wire.Signer // signs wrong: a key that nobody knows, made when it is first needed
	verify   *wire.Verifier
	now      func() time.Time
	after    func(time.Duration) <-chan time.Time
	patience time.Duration
	log      *slog.Logger
	client   *http.Client
	pspID    string
	pspToken string
	cardKey  []byte

	stop    chan struct{}
	waiting sync.WaitGroup // updates that are still to be sent

	mu           sync.Mutex
	closed       bool
	psp          *url.URL
	mischief     Mischief
	transactions map[string]*transaction // by operator id
	byPSPID      map[string]*transaction // of the transactions our system made
	history      []*transaction          // all, oldest first
	credits      map[string]*Credit
	creditOrder  []*Credit
	lost         map[string]bool // answers that were dropped once
	ledger       *os.File        // nil: none
}

// New generates what it needs; call Close at the end.
func New(c Config) (*Server, error) {
	if c.Now == nil || c.Log == nil {
		return nil, errors.New("simulated operator needs Now and Log")
	}
	verify, err := wire.NewVerifier(c.PSPPublicKey)
	if err != nil {
		return nil, fmt.Errorf("simulated operator: %w", err)
	}
	if c.Key == nil {
		if c.Key, err = rsa.GenerateKey(rand.Reader, wire.MinKeyBits); err != nil {
			return nil, fmt.Errorf("simulated operator: %w", err)
		}
	}
	sign, err := wire.NewSigner(c.Key)
	if err != nil {
		return nil, fmt.Errorf("simulated operator: %w", err)
	}
	if c.CardKey == nil {
		c.CardKey = []byte(newID())
	}
	if c.After == nil {
		c.After = time.After
	}
	if c.Patience == 0 {
		c.Patience = Patience
	}
	s := &Server{
		key: c.Key, sign: sign, liar: sync.OnceValue(newLiar), verify: verify, now: c.Now, after: c.After,
		patience: c.Patience, log: c.Log,
		client: &http.Client{
			Transport:     &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		pspID: "900", pspToken: newID(), cardKey: c.CardKey,
		stop:         make(chan struct{}),
		transactions: make(map[string]*transaction),
		byPSPID:      make(map[string]*transaction),
		credits:      make(map[string]*Credit),
		lost:         make(map[string]bool),
	}
	if c.Ledger != "" {
		if err := s.open(c.Ledger); err != nil {
			return nil, err
		}
	}
	if c.PSPURL != "" {
		if err := s.SetPSP(c.PSPURL); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// newLiar panics where the machine gives no randomness.
func newLiar() *wire.Signer {
	stranger, err := rsa.GenerateKey(rand.Reader, wire.MinKeyBits)
	if err != nil {
		panic(fmt.Sprintf("simulated operator: make a key: %v", err))
	}
	liar, err := wire.NewSigner(stranger)
	if err != nil {
		panic(fmt.Sprintf("simulated operator: a key just made: %v", err))
	}
	return liar
}

// SetPSP says where our system is, such as http://127.0.0.1:8080.
func (s *Server) SetPSP(address string) error {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("simulated operator: %q is no address of a PSP", address)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.psp = u
	return nil
}

// Close gives up delayed updates and waits for what is under way.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.stop)
	}
	s.mu.Unlock()
	s.waiting.Wait()
	s.client.CloseIdleConnections()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ledger != nil {
		_ = s.ledger.Close() // every line is written already
		s.ledger = nil
	}
}

// PSPID is the H-PSP-ID that our system must send.
func (s *Server) PSPID() string { return s.pspID }

// PSPToken is the H-PSP-TOKEN that our system must send.
func (s *Server) PSPToken() wire.Secret { return wire.NewSecret(s.pspToken) }

// PublicKey is the operator's, to check its calls with.
func (s *Server) PublicKey() *rsa.PublicKey { return &s.key.PublicKey }

// OperatorPublicKeyPEM is PublicKey as a file would hold it.
func (s *Server) OperatorPublicKeyPEM() []byte {
	// An RSA public key always marshals.
	der, _ := x509.MarshalPKIXPublicKey(&s.key.PublicKey)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// ServeHTTP answers our system's calls and gives the clearing files.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	switch {
	case strings.HasPrefix(path, wire.OutboundPath):
		s.answer(w, r, strings.TrimPrefix(path, wire.OutboundPath), s.pspCall)
	case strings.HasPrefix(path, CreditPath+"/"):
		s.answer(w, r, strings.TrimPrefix(path, CreditPath+"/"), s.creditCall)
	case strings.HasPrefix(path, clearingPath):
		s.serveClearing(w, r, strings.TrimPrefix(path, clearingPath))
	default:
		http.NotFound(w, r)
	}
}

// newID is 32 random hex characters: it fits every id of the protocol, the
// shortest of which is qrTransactionId.
func newID() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}
