package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/handlers/chat"
)

func TestInbox(t *testing.T) {
	w := newWorld(t)
	ctx, inbox := t.Context(), w.store.Chat()
	body := []byte(`{"update_id":7,"message":{"text":"500"}}`)
	for i, want := range []bool{true, false} {
		if fresh, err := inbox.KeepUpdate(ctx, 7, 1, body); err != nil || fresh != want {
			t.Fatalf("keep %d: fresh %v, %v", i, fresh, err)
		}
	}
	must(t, ignore(inbox.KeepUpdate(ctx, 5, 2, body)))
	for try := 1; try <= 2; try++ {
		pending, err := inbox.PendingUpdates(ctx)
		must(t, err)
		want := []chat.KeptUpdate{{UpdateID: 5, Chat: 2, Body: body, Tries: try}, {UpdateID: 7, Chat: 1, Body: body, Tries: try}}
		if diff := cmp.Diff(pending, want); diff != "" {
			t.Errorf("pending (-got +want):\n%s", diff)
		}
	}
	must(t, inbox.MarkUpdateDone(ctx, 7))
	must(t, inbox.MarkUpdateDone(ctx, 7))
	if fresh, err := inbox.KeepUpdate(ctx, 7, 1, body); err != nil || fresh {
		t.Errorf("an update that was done is fresh: %v, %v", fresh, err)
	}
	if pending, err := inbox.PendingUpdates(ctx); err != nil || len(pending) != 1 {
		t.Errorf("pending %v, %v", pending, err)
	}
	if n, err := inbox.ForgetUpdates(ctx, time.Now().Add(time.Hour)); err != nil || n != 1 {
		t.Errorf("forgot %d, %v", n, err)
	}
}

func TestSessions(t *testing.T) {
	w := newWorld(t)
	ctx, sessions := t.Context(), w.store.Chat()
	if _, err := sessions.Session(ctx, 1); !errors.Is(err, chat.ErrNoSession) {
		t.Fatalf("no session: %v", err)
	}
	s := chat.Session{Chat: 1, Form: "setup", Version: 1, Step: "name", Values: chat.Values{"name": `Ала-Тоо "<b>`}, MessageID: 4, UpdatedAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	must(t, sessions.SaveSession(ctx, s))
	s.Step = "category"
	must(t, sessions.SaveSession(ctx, s))
	got, err := sessions.Session(ctx, 1)
	must(t, err)
	if diff := cmp.Diff(got, s); diff != "" {
		t.Errorf("session (-got +want):\n%s", diff)
	}
	must(t, sessions.DeleteSession(ctx, 1))
	must(t, sessions.DeleteSession(ctx, 1))
	if _, err := sessions.Session(ctx, 1); !errors.Is(err, chat.ErrNoSession) {
		t.Errorf("deleted session: %v", err)
	}
}
