// Package demo puts the other side of the system together for a trial and for
// tests: Telegram, the interbank operator with the payer's bank, and card
// crediting, each a server of its own on a loopback address, spoken to over
// real HTTP. It refuses to reach into the program: what it simulates is
// configured like the real thing.
package demo

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/bot/demo/telegram"
	wire "elkart.kg/trade/payments/operator"
)

// Token is the bot's token at the emulated Telegram, and BotName its name.
const (
	Token   = "700000001:demo-token-of-nobody"
	BotName = "elkart_trade_bot"
)

// Config says what to simulate.
type Config struct {
	Dir      string // where keys are written, made if it is not there
	Telegram bool
	Operator bool
	Now      func() time.Time
	Log      *slog.Logger
	Patience time.Duration // how long the operator waits for an answer; 0: as the regulation says

	// The keys that our system and the operator sign with; nil: made.
	PSPSigns, OperatorSigns *rsa.PrivateKey
}

// World is what is simulated. Close it.
type World struct {
	Telegram    *telegram.Server // nil: not simulated
	TelegramURL string
	Operator    *operator.Server // nil: not simulated
	OperatorURL string
	CreditURL   string
	PSPKey      string // PEM file of the key that our system signs with
	OperatorKey string // PEM file of the operator's public key

	servers []*http.Server
	chats   string // file that keeps Telegram's chats from one run to the next
}

// firstID keeps the emulator's numbers short: they count from this second, the
// first of January 2026 in UTC.
const firstID = 1_767_225_600

// People are who uses the demo.
func People() []telegram.User {
	return []telegram.User{
		{ID: 1001, FirstName: "Айгүл", LastName: "Асанова", Username: "aigul", LanguageCode: "ky", Phone: "+996555123456"},
		{ID: 1002, FirstName: "Иван", LastName: "Петров", Username: "ivan", LanguageCode: "ru", Phone: "+996700234567"},
		{ID: 1003, FirstName: "John", LastName: "Smith", LanguageCode: "en", Phone: "+12025550143"},
	}
}

// Start starts what cfg asks for.
func Start(cfg Config) (*World, error) {
	w := &World{}
	if err := w.start(cfg); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *World) start(cfg Config) (err error) {
	if cfg.Telegram {
		w.Telegram = telegram.New(telegram.Config{
			Token: Token, Username: BotName, Now: cfg.Now, Log: cfg.Log, AllowLoopbackButtons: true,
			FirstID: time.Now().Unix() - firstID,
		})
		w.chats = filepath.Join(cfg.Dir, "telegram.json")
		if err := w.restoreChats(); err != nil {
			return err
		}
		for _, person := range People() {
			w.Telegram.AddUser(person)
		}
		if w.TelegramURL, err = w.serve(w.Telegram); err != nil {
			return err
		}
	}
	if !cfg.Operator {
		return nil
	}
	key := cfg.PSPSigns
	if key == nil {
		if key, err = rsa.GenerateKey(rand.Reader, wire.MinKeyBits); err != nil {
			return fmt.Errorf("demo: make a key: %w", err)
		}
	}
	cards, err := cardKey(cfg.Dir)
	if err != nil {
		return err
	}
	w.Operator, err = operator.New(operator.Config{PSPPublicKey: &key.PublicKey, Key: cfg.OperatorSigns, CardKey: cards,
		Ledger: filepath.Join(cfg.Dir, "operator.jsonl"), Patience: cfg.Patience, Now: cfg.Now, Log: cfg.Log})
	if err != nil {
		return err
	}
	if w.OperatorURL, err = w.serve(w.Operator); err != nil {
		return err
	}
	w.CreditURL = w.OperatorURL + operator.CreditPath
	return w.writeKeys(cfg.Dir, key)
}

// serve puts a handler on a free loopback port and returns its address.
func (w *World) serve(h http.Handler) (string, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	w.servers = append(w.servers, server)
	go server.Serve(listener) //nolint:errcheck // ends with ErrServerClosed when Close says so
	return "http://" + listener.Addr().String(), nil
}

// cardKey is kept from one run to the next: the tokens of cards are kept in the
// database, and credits to them go on.
func cardKey(dir string) ([]byte, error) {
	path := filepath.Join(dir, "cards.key")
	if key, err := os.ReadFile(path); err == nil && len(key) > 0 {
		return key, nil
	}
	key := []byte(rand.Text())
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(path, key, 0o600)); err != nil {
		return nil, fmt.Errorf("demo: keep the key of cards: %w", err)
	}
	return key, nil
}

// restoreChats brings the chats back that an earlier run kept.
func (w *World) restoreChats() error {
	snapshot, err := os.ReadFile(w.chats)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = w.Telegram.Restore(snapshot)
	}
	if err != nil {
		w.chats = "" // what cannot be read is not written over
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// keepChats writes the chats down for the next run.
func (w *World) keepChats() error {
	if w.chats == "" {
		return nil
	}
	snapshot, err := w.Telegram.Snapshot()
	if err == nil {
		err = os.MkdirAll(filepath.Dir(w.chats), 0o700)
	}
	if err == nil {
		err = os.WriteFile(w.chats+".new", snapshot, 0o600)
	}
	if err == nil {
		err = os.Rename(w.chats+".new", w.chats)
	}
	if err != nil {
		return fmt.Errorf("demo: keep the chats: %w", err)
	}
	return nil
}

// writeKeys writes the keys where settings can name them.
func (w *World) writeKeys(dir string, key *rsa.PrivateKey) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("demo: write a key: %w", err)
	}
	w.PSPKey = filepath.Join(dir, "psp.pem")
	w.OperatorKey = filepath.Join(dir, "operator.pem")
	return errors.Join(
		os.WriteFile(w.PSPKey, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600),
		os.WriteFile(w.OperatorKey, w.Operator.OperatorPublicKeyPEM(), 0o600),
	)
}

// Close stops everything.
func (w *World) Close() error {
	var failed error
	if w.Telegram != nil {
		w.Telegram.Close()
		failed = w.keepChats()
	}
	if w.Operator != nil {
		w.Operator.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, server := range w.servers {
		if err := server.Shutdown(ctx); err != nil {
			failed = errors.Join(failed, server.Close())
		}
	}
	return failed
}
