package main

import (
	"context"
	"sync"
)

// selfName is the bot's user name as Telegram says it. Who starts while Telegram
// is away learns it later.
type selfName struct {
	ask func(context.Context) (string, error)

	mu   sync.Mutex
	name string
}

// of returns the name, "" while Telegram does not say it.
func (n *selfName) of(ctx context.Context) string {
	n.mu.Lock()
	known := n.name
	n.mu.Unlock()
	if known != "" {
		return known
	}
	ctx, cancel := context.WithTimeout(ctx, telegramHello)
	defer cancel()
	name, err := n.fetch(ctx)
	if err != nil {
		return ""
	}
	return name
}

// fetch asks Telegram.
func (n *selfName) fetch(ctx context.Context) (string, error) {
	name, err := n.ask(ctx)
	if err != nil {
		return "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.name = name
	return name, nil
}
