package main

import (
	"context"
	"fmt"
	"strings"

	"elkart.kg/trade/bot/demo/telegram/chatscript"
)

// hookPage demands that the customers' page of the link that the script looked
// at last says something.
func (w *world) hookPage(ctx context.Context, s *chatscript.Session, part string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	var code string
	if err := w.pool.QueryRow(ctx, `SELECT code FROM links JOIN link_versions v ON v.link_id = id WHERE v.uri = $1`, s.QR).Scan(&code); err != nil {
		return fmt.Errorf("the link of %s: %w", s.QR, err)
	}
	page, err := get(ctx, w.cfg.publicURL+"/p/"+code+"?lang="+s.User.LanguageCode)
	if err == nil && !strings.Contains(page, part) {
		err = fmt.Errorf("the page does not say %q:\n%s", part, page)
	}
	return err
}
