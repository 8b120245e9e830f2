package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"elkart.kg/trade/bot/demo/telegram/chatscript"
)

var sayForm = regexp.MustCompile(`<form class="signal" method="post" action="([^"]+)"`)

// hookSay opens the page of the person's newest charge, as a payer, and presses
// the button there; it must be the one of the given name.
func (w *world) hookSay(ctx context.Context, s *chatscript.Session, args string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	var code string
	err := w.pool.QueryRow(ctx, `SELECT code FROM links WHERE created_by = $1 AND kind = 'charge' ORDER BY id DESC LIMIT 1`, s.User.ID).Scan(&code)
	if err != nil {
		return fmt.Errorf("a charge to look at: %w", err)
	}
	page, err := get(ctx, w.cfg.publicURL+"/p/"+code)
	if err != nil {
		return err
	}
	m := sayForm.FindStringSubmatch(page)
	if m == nil || !strings.Contains(m[1], "/"+args+"?") {
		return fmt.Errorf("no button %q on the page:\n%s", args, page)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.cfg.publicURL+m[1], nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), `role="status"`) {
		return fmt.Errorf("the page answered %d and does not say that the seller was told:\n%s", answer.StatusCode, body)
	}
	return w.settle(ctx)
}
