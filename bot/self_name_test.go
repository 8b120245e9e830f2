package main

import (
	"context"
	"errors"
	"testing"
)

// Whoever starts while Telegram is away learns the name later, and asks no more.
func TestSelfNameIsLearnedLater(t *testing.T) {
	asked, away := 0, true
	n := &selfName{ask: func(context.Context) (string, error) {
		asked++
		if away {
			return "", errors.New("no answer")
		}
		return "shop_bot", nil
	}}
	if got := n.of(t.Context()); got != "" {
		t.Errorf("a name without Telegram: %q", got)
	}
	away = false
	for range 3 {
		if got := n.of(t.Context()); got != "shop_bot" {
			t.Errorf("name %q", got)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}
