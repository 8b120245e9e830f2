package operator_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
)

var _ payments.Operator = (*operator.Client)(nil)

const transactionBody = `{"transactionId":"op-1","status":50,"transactionType":40,"amount":700,"beneficiaryName":"А***к",` +
	`"customerType":"1","receiptId":"r-1","createdDate":"2026-01-02T12:00:00Z","executedDate":"2026-01-02T12:00:01.5Z","new":{}}`

// side is the other side of our calls: it notes them and answers what is set.
type side struct {
	t       *testing.T
	mu      sync.Mutex
	calls   []string
	headers []http.Header
	answer  func(n int, w http.ResponseWriter, r *http.Request) // n counts from 1
}

func (s *side) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	text := string(body)
	if text == "" {
		text = r.RequestURI
	}
	if !holds(&ourKey().PublicKey, text, r.Header.Get("H-HASH")) {
		s.t.Errorf("%s: our signature is not over %q", r.RequestURI, text)
	}
	s.mu.Lock()
	s.calls = append(s.calls, strings.TrimSpace(r.Method+" "+r.RequestURI+" "+string(body)))
	s.headers = append(s.headers, r.Header)
	n := len(s.calls)
	s.mu.Unlock()
	s.answer(n, w, r)
}

// say answers with a signature of the operator's.
func (s *side) say(w http.ResponseWriter, r *http.Request, status int, body string) {
	over := body
	if over == "" {
		over = r.RequestURI
	}
	w.Header().Set("H-HASH", hashOf(s.t, operatorKey(), over))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// always answers the same.
func (s *side) always(status int, body string) {
	s.answer = func(_ int, w http.ResponseWriter, r *http.Request) { s.say(w, r, status, body) }
}

func (s *side) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

func newSide(t *testing.T) (*side, operator.ClientConfig) {
	t.Helper()
	s := &side{t: t}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, configFor(t, server.URL, operator.TLSFiles{})
}

func configFor(t *testing.T, address string, files operator.TLSFiles) operator.ClientConfig {
	t.Helper()
	client, err := operator.NewHTTPClient(files)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return operator.ClientConfig{
		BaseURL: address, PSPID: "77", PSPToken: operator.NewSecret("t0ken"),
		Sign: signer(t, ourKey()), Verify: verifier(t, operatorKey()), HTTP: client, Now: noon, Backoff: time.Nanosecond,
	}
}

func newClient(t *testing.T, config operator.ClientConfig) *operator.Client {
	t.Helper()
	c, err := operator.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The refund of 7 som, as it goes over the wire.
func refund() payments.Order {
	return payments.Order{
		Scan: payments.Scan{
			Provider: "elcart.kg", MCC: 5411, Currency: "417", Customer: payments.CustomerCompany, Amount: 700, LinkHash: "b4ef",
			QRTransactionID: "op-0", Extra: []payments.Extra{{Key: "refundOf", Value: "op-0"}},
		},
		PSPTransactionID: "psp-1", ReceiptID: "r-1", Type: payments.TypeB2C,
	}
}

func TestCallsOnTheOperator(t *testing.T) {
	const fields = `"qrType":"staticQr","merchantProvider":"elcart.kg","merchantCode":5411,"currencyCode":"417","qrTransactionId":"op-0",` +
		`"customerType":"2","amount":700,"qrLinkHash":"b4ef","extra":[{"key":"refundOf","value":"op-0"}]`
	const root = " /bank/psp/api/v1/payment/qr/1/tx/"
	want := operator.Transaction{
		TransactionID: "op-1", Status: payments.StatusSuccess, Type: payments.TypeB2C, Amount: 700, BeneficiaryName: "А***к",
		Customer: payments.CustomerPerson, ReceiptID: "r-1", CreatedAt: noon(), ExecutedAt: noon().Add(1500 * time.Millisecond),
	}
	tests := []struct {
		name, answer, request string
		call                  func(context.Context, *operator.Client) (any, error)
		want                  any
	}{
		{"check", `{"beneficiaryName":"А***к","transactionType":40}`, "POST" + root + "check {" + fields + "}",
			func(ctx context.Context, c *operator.Client) (any, error) { return c.Check(ctx, refund().Scan) },
			payments.Beneficiary{Name: "А***к", Type: payments.TypeB2C}},
		{"create", transactionBody, "POST" + root + "create {" + fields + `,"pspTransactionId":"psp-1","receiptId":"r-1","transactionType":40}`,
			func(ctx context.Context, c *operator.Client) (any, error) { return c.Create(ctx, refund()) }, want},
		{"execute", transactionBody, "POST" + root + "execute/op-1",
			func(ctx context.Context, c *operator.Client) (any, error) { return c.Execute(ctx, "op-1") }, want},
		{"get", transactionBody, "GET" + root + "get/op-1",
			func(ctx context.Context, c *operator.Client) (any, error) { return c.Get(ctx, "op-1") }, want},
		{"get an id that needs escapes", strings.Replace(transactionBody, "op-1", "a/б ?", 1), "GET" + root + "get/a%2F%D0%B1%20%3F",
			func(ctx context.Context, c *operator.Client) (any, error) { return c.Status(ctx, "a/б ?") }, payments.StatusSuccess},
		{"update", "", "POST" + root + `update/op-1 {"status":40,"updateDate":"2026-01-02T12:00:00Z"}`,
			func(ctx context.Context, c *operator.Client) (any, error) {
				return nil, c.Update(ctx, "op-1", payments.StatusCanceled, noon())
			}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, config := newSide(t)
			config.BaseURL += "/bank/"
			s.always(200, tt.answer)
			got, err := tt.call(t.Context(), newClient(t, config))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
			if diff := cmp.Diff(s.calls, []string{tt.request}); diff != "" {
				t.Errorf("request (-got +want):\n%s", diff)
			}
			h := s.headers[0]
			if h.Get("H-PSP-TOKEN") != "t0ken" || h.Get("H-PSP-ID") != "77" || h.Get("H-SIGNING-VERSION") != "2" {
				t.Errorf("headers %v", h)
			}
		})
	}
}

func TestRefusalsOfTheOperator(t *testing.T) {
	for status, code := range map[int]payments.Code{
		400: "", 403: "", 404: payments.CodePaymentNotFound, 422: payments.CodeImpossible, 452: payments.CodeRecipientWrong,
		453: payments.CodeAccessDenied, 454: payments.CodeDataWrong, 455: payments.CodeSumTooSmall, 456: payments.CodeSumTooLarge,
		302: "", 204: "",
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			s, config := newSide(t)
			config.HTTP = &http.Client{Transport: config.HTTP.Transport} // one that would follow
			body := fmt.Sprintf(`{"code":%d,"message":"no\u0000\u202e %s"}`, status, strings.Repeat("x", 500))
			if status == 204 {
				body = ""
			}
			s.answer = func(_ int, w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				s.say(w, r, status, body)
			}
			_, err := newClient(t, config).Get(t.Context(), "op-1")
			var refused *operator.RefusedError
			if !errors.As(err, &refused) || refused.HTTPStatus != status || payments.CodeOf(err) != code {
				t.Errorf("error = %v, code %q, want %q", err, payments.CodeOf(err), code)
			}
			if errors.Is(err, operator.ErrNoAnswer) {
				t.Error("a refusal is an answer")
			}
			if text := err.Error(); len(text) > 400 || strings.ContainsAny(text, "\x00\u202e") {
				t.Errorf("the message is not cleaned: %q", text)
			}
			if n := s.count(); n != 1 {
				t.Errorf("%d calls, a refusal is not repeated", n)
			}
		})
	}
}

func TestStatusOfAnUnknownTransaction(t *testing.T) {
	s, config := newSide(t)
	s.always(404, refusalBody(404, "no"))
	if _, err := newClient(t, config).Status(t.Context(), "op-1"); !errors.Is(err, payments.ErrNotFound) {
		t.Errorf("error = %v, want ErrNotFound", err)
	}
}

func TestAnswersThatAreNotTrusted(t *testing.T) {
	tests := []struct {
		name   string
		answer func(s *side, w http.ResponseWriter, r *http.Request)
		want   error
	}{
		{"signed by a stranger", func(s *side, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("H-HASH", hashOf(s.t, nextKey(), transactionBody))
			_, _ = io.WriteString(w, transactionBody)
		}, operator.ErrSignature},
		{"signature of another body", func(s *side, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("H-HASH", hashOf(s.t, operatorKey(), strings.Replace(transactionBody, "50", "40", 1)))
			_, _ = io.WriteString(w, transactionBody)
		}, operator.ErrSignature},
		{"unsigned over plain HTTP", func(_ *side, w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, transactionBody)
		}, operator.ErrSignature},
		{"unsigned refusal over plain HTTP", func(_ *side, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(404)
		}, operator.ErrSignature},
		{"two signatures", func(s *side, w http.ResponseWriter, _ *http.Request) {
			hash := hashOf(s.t, operatorKey(), transactionBody)
			w.Header()["H-Hash"] = []string{hash, hash}
			_, _ = io.WriteString(w, transactionBody)
		}, operator.ErrSignature},
		{"about another transaction", func(s *side, w http.ResponseWriter, r *http.Request) {
			s.say(w, r, 200, strings.Replace(transactionBody, "op-1", "op-2", 1))
		}, operator.ErrNoAnswer},
		{"status that does not exist", func(s *side, w http.ResponseWriter, r *http.Request) {
			s.say(w, r, 200, strings.Replace(transactionBody, "50", "51", 1))
		}, operator.ErrNoAnswer},
		{"not JSON", func(s *side, w http.ResponseWriter, r *http.Request) { s.say(w, r, 200, "<html>") }, operator.ErrNoAnswer},
		{"endless", func(s *side, w http.ResponseWriter, r *http.Request) {
			s.say(w, r, 200, transactionBody+strings.Repeat(" ", operator.BodyLimit+1-len(transactionBody)))
		}, operator.ErrNoAnswer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, config := newSide(t)
			s.answer = func(_ int, w http.ResponseWriter, r *http.Request) { tt.answer(s, w, r) }
			got, err := newClient(t, config).Get(t.Context(), "op-1")
			if !errors.Is(err, tt.want) {
				t.Errorf("%+v, %v; want %v", got, err, tt.want)
			}
			if got.Status != 0 {
				t.Errorf("a status came through: %d", got.Status)
			}
		})
	}
}

func TestCallsThatCannotBeMade(t *testing.T) {
	s, config := newSide(t)
	s.always(200, transactionBody)
	c := newClient(t, config)
	bad := refund()
	bad.PSPTransactionID = ""
	free := refund()
	free.Amount = 0
	for name, err := range map[string]error{
		"no id":            errOf(c.Get(t.Context(), "")),
		"id that climbs":   errOf(c.Execute(t.Context(), "..")),
		"id too long":      errOf(c.Get(t.Context(), strings.Repeat("x", 51))),
		"status unknown":   c.Update(t.Context(), "op-1", 7, noon()),
		"no time":          c.Update(t.Context(), "op-1", 50, time.Time{}),
		"order without id": errOf(c.Create(t.Context(), bad)),
		"sum of nothing":   errOf(c.Check(t.Context(), free.Scan)),
	} {
		var malformed *operator.MalformedError
		if !errors.As(err, &malformed) {
			t.Errorf("%s: %v, want *MalformedError", name, err)
		}
	}
	if s.count() != 0 {
		t.Errorf("sent all the same: %v", s.calls)
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	_, config := newSide(t)
	config.BaseURL = "http://127.0.0.1:1/x"
	err := errOf(newClient(t, config).Get(t.Context(), "op-1"))
	if err == nil || strings.Contains(err.Error(), "t0ken") || strings.Contains(err.Error(), "127.0.0.1:1/x") {
		t.Errorf("error = %v", err)
	}
	if text := fmt.Sprintf("%+v %#v", config, config); strings.Contains(text, "t0ken") {
		t.Error("the configuration shows the token")
	}
}

func TestClientConfigurations(t *testing.T) {
	_, good := newSide(t)
	for name, change := range map[string]func(*operator.ClientConfig){
		"no address":         func(c *operator.ClientConfig) { c.BaseURL = "" },
		"no host":            func(c *operator.ClientConfig) { c.BaseURL = "http:///x" },
		"another scheme":     func(c *operator.ClientConfig) { c.BaseURL = "ftp://host" },
		"password in it":     func(c *operator.ClientConfig) { c.BaseURL = "https://a:b@host" },
		"query in it":        func(c *operator.ClientConfig) { c.BaseURL = "https://host/?a=b" },
		"no token":           func(c *operator.ClientConfig) { c.PSPToken = operator.Secret{} },
		"no id":              func(c *operator.ClientConfig) { c.PSPID = "" },
		"no key":             func(c *operator.ClientConfig) { c.Sign = nil },
		"no key of theirs":   func(c *operator.ClientConfig) { c.Verify = nil },
		"no client":          func(c *operator.ClientConfig) { c.HTTP = nil },
		"no clock":           func(c *operator.ClientConfig) { c.Now = nil },
		"address of nothing": func(c *operator.ClientConfig) { c.BaseURL = "http://%zz" },
	} {
		config := good
		change(&config)
		if err := errOf(operator.NewClient(config)); err == nil {
			t.Errorf("%s passes", name)
		}
		if err := errOf(operator.NewCredits(config)); err == nil {
			t.Errorf("%s passes for credits", name)
		}
	}
}

func TestMutualTLS(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ours, theirs := certificate(t, ourKey()), certificate(t, operatorKey())
	files := operator.TLSFiles{
		Cert: file("our.pem", block("CERTIFICATE", ours)),
		Key:  file("our.key", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(ourKey()))),
		CA:   file("ca.pem", block("CERTIFICATE", theirs)),
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(block("CERTIFICATE", ours))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, transactionBody) // unsigned: TLS vouches for it
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshakes
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{theirs}, PrivateKey: operatorKey()}},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: clients,
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	address := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)

	if _, err := newClient(t, configFor(t, address, files)).Get(t.Context(), "op-1"); err != nil {
		t.Errorf("with certificate: %v", err)
	}
	if err := errOf(newClient(t, configFor(t, address, operator.TLSFiles{CA: files.CA})).Get(t.Context(), "op-1")); !errors.Is(err, operator.ErrNoAnswer) {
		t.Errorf("without our certificate: %v", err)
	}
	if err := errOf(newClient(t, configFor(t, address, operator.TLSFiles{Cert: files.Cert, Key: files.Key})).Get(t.Context(), "op-1")); !errors.Is(err, operator.ErrNoAnswer) {
		t.Errorf("without their authority: %v", err)
	}
	for name, broken := range map[string]operator.TLSFiles{
		"certificate without key": {Cert: files.Cert},
		"key of another":          {Cert: files.CA, Key: files.Key},
		"no such CA":              {CA: filepath.Join(dir, "none")},
		"CA that is a key":        {CA: files.Key},
	} {
		if err := errOf(operator.NewHTTPClient(broken)); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}
