package page_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	qrcode "github.com/skip2/go-qrcode"
	"go.uber.org/goleak"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/bot/demo/page"
	"elkart.kg/trade/bot/demo/telegram"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token = "4242:TEST"
	aigul = int64(1001)
	ivan  = int64(1002)
	link  = "https://pay.payqr.kg#00020101021232690011p2p.elcart.kg"
)

// rig is the page over HTTP in front of the real emulator and a fake bank.
type rig struct {
	t        *testing.T
	telegram *telegram.Server
	bank     *fakeBank
	api, url string // the bot's side of Telegram; the page
	client   *http.Client
	closing  chan struct{}
}

func newRig(t *testing.T) *rig {
	t.Helper()
	s := newTelegram()
	r := &rig{t: t, telegram: s, bank: &fakeBank{}, client: &http.Client{Transport: &http.Transport{}}, closing: make(chan struct{})}
	api := httptest.NewServer(s)
	web := httptest.NewServer(page.New(page.Deps{Telegram: s, Bank: r.bank, BotName: "demo_bot", PublicURL: "http://shop.example:8080", Closing: r.closing}))
	r.api, r.url = api.URL+"/bot"+token+"/", web.URL
	t.Cleanup(s.Close)
	t.Cleanup(api.Close)
	t.Cleanup(web.Close)
	t.Cleanup(r.client.CloseIdleConnections)
	return r
}

func newTelegram() *telegram.Server {
	s := telegram.New(telegram.Config{Token: token, Username: "demo_bot", AllowLoopbackButtons: true})
	s.AddUser(telegram.User{ID: aigul, FirstName: "Айгүл", LanguageCode: "ky", Phone: "+996555123456"})
	s.AddUser(telegram.User{ID: ivan, FirstName: "Иван", LanguageCode: "ru", Phone: "+996700111222"})
	for _, user := range []int64{aigul, ivan} {
		if _, err := s.SendText(user, "/start"); err != nil {
			panic(err)
		}
	}
	return s
}

// do sends a request and returns the status and the body.
func (r *rig) do(method, path, contentType string, body []byte, headers ...string) (int, string, http.Header) {
	r.t.Helper()
	request, err := http.NewRequest(method, r.url+path, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := r.client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(data)), response.Header
}

// post sends JSON and demands 200.
func (r *rig) post(path string, body any) string {
	r.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	status, answer, _ := r.do("POST", "/demo/"+path, "application/json", data)
	if status != http.StatusOK {
		r.t.Fatalf("POST %s: %d %s", path, status, answer)
	}
	return answer
}

// refused sends JSON and returns status and code of the failure.
func (r *rig) refused(path, body string) string {
	r.t.Helper()
	status, answer, _ := r.do("POST", "/demo/"+path, "application/json", []byte(body))
	return failure(r.t, status, answer)
}

func failure(t *testing.T, status int, answer string) string {
	t.Helper()
	var got struct{ Error struct{ Code string } }
	if err := json.Unmarshal([]byte(answer), &got); err != nil {
		t.Fatalf("%d %q: %v", status, answer, err)
	}
	return fmt.Sprintf("%d %s", status, got.Error.Code)
}

// bot calls a method as the bot would.
func (r *rig) bot(method string, params map[string]any) {
	r.t.Helper()
	body, err := json.Marshal(params)
	if err != nil {
		r.t.Fatal(err)
	}
	r.call(method, "application/json", bytes.NewReader(body))
}

func (r *rig) botPhoto(chat int64, data []byte) {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("chat_id", fmt.Sprint(chat))
	part, _ := form.CreateFormFile("photo", "qr.png")
	part.Write(data)
	form.Close()
	r.call("sendPhoto", form.FormDataContentType(), &body)
}

func (r *rig) call(method, contentType string, body io.Reader) {
	r.t.Helper()
	response, err := r.client.Post(r.api+method, contentType, body)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	if answer, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %s", method, answer)
	}
}

// newest is the last message of a user's chat.
func (r *rig) newest(user int64) telegram.Message {
	messages := r.telegram.Chat(user).Messages
	return messages[len(messages)-1]
}

func qr(t testing.TB, text string, size int) []byte {
	t.Helper()
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, code.Image(size)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// fakeBank pays everything. When gate is set, Pay says on entered that it has
// begun and waits for gate.
type fakeBank struct {
	mu            sync.Mutex
	paid          []operator.Payment
	mischief      operator.Mischief
	scanned       []string // "link sum"
	entered, gate chan struct{}
}

func (b *fakeBank) Scan(_ context.Context, link string, amount int64) (operator.Preview, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.scanned = append(b.scanned, fmt.Sprint(link, " ", amount))
	return operator.Preview{Payee: "Bermet", Amount: amount, Open: amount == 0, Fields: []operator.Field{{Label: "Стол", Value: "5"}}}, nil
}

func (b *fakeBank) Pay(ctx context.Context, link string, amount int64) (operator.Payment, error) {
	if b.gate != nil {
		b.entered <- struct{}{}
		select {
		case <-b.gate:
		case <-ctx.Done():
			return operator.Payment{}, ctx.Err()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	p := operator.Payment{TransactionID: "t1", PSPTransactionID: "p1", ReceiptID: "r1", Status: 50, Amount: amount, Payee: "Bermet",
		At: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Steps: []operator.Step{{Call: "execute", HTTPStatus: 200, Took: 7 * time.Millisecond, Result: "50"}}}
	b.paid = append([]operator.Payment{p}, b.paid...)
	return p, nil
}

func (b *fakeBank) Payments() []operator.Payment {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]operator.Payment(nil), b.paid...)
}

func (b *fakeBank) Credits() []operator.Credit { return nil }

func (b *fakeBank) Mischief() operator.Mischief {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mischief
}

func (b *fakeBank) Misbehave(m operator.Mischief) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mischief = m
}
