package demo_test

import (
	"log/slog"
	"testing"
	"time"

	"elkart.kg/trade/bot/demo"
	"elkart.kg/trade/payments"
	wire "elkart.kg/trade/payments/operator"
)

// A card that was added before the demo ended is paid to when it runs again,
// and no other demo knows it.
func TestCardsOutliveTheRun(t *testing.T) {
	dir := t.TempDir()
	token, err := credits(t, dir).Tokenize(t.Context(), "9417123456781234")
	if err != nil {
		t.Fatal(err)
	}
	order := wire.CreditOrder{ID: "credit-1", Token: token, Amount: 1000}
	if got, err := credits(t, dir).Credit(t.Context(), order); err != nil || got.Status != wire.CreditDone {
		t.Errorf("in the next run: %+v, %v", got, err)
	}
	if _, err := credits(t, t.TempDir()).Credit(t.Context(), order); payments.CodeOf(err) != payments.CodeRecipientWrong {
		t.Errorf("in another demo: %v", err)
	}
}

// credits speaks to a demo of its own over what an earlier one left in dir.
func credits(t *testing.T, dir string) *wire.Credits {
	t.Helper()
	world, err := demo.Start(demo.Config{Dir: dir, Operator: true, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	key, err := wire.LoadPrivateKey(world.PSPKey)
	if err != nil {
		t.Fatal(err)
	}
	sign, err := wire.NewSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := wire.LoadPublicKeys(world.OperatorKey)
	if err != nil {
		t.Fatal(err)
	}
	verify, err := wire.NewVerifier(keys...)
	if err != nil {
		t.Fatal(err)
	}
	client, err := wire.NewHTTPClient(wire.TLSFiles{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := wire.NewCredits(wire.ClientConfig{
		BaseURL: world.CreditURL, PSPID: world.Operator.PSPID(), PSPToken: world.Operator.PSPToken(), Sign: sign, Verify: verify,
		HTTP: client, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The chats stand as they stood when the demo runs again.
func TestChatsOutliveTheRun(t *testing.T) {
	cfg := demo.Config{Dir: t.TempDir(), Telegram: true, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	who := demo.People()[0].ID
	for run := range 2 {
		world, err := demo.Start(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := world.Telegram.SendText(who, "/start"); err != nil {
			t.Error(err)
		}
		if got := len(world.Telegram.Chat(who).Messages); got != run+1 {
			t.Errorf("run %d: %d messages", run, got)
		}
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	}
}
