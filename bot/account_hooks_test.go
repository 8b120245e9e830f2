package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/bot/demo/telegram/chatscript"
)

// hookCredits has cards refuse what is credited to them, or take it again.
func (w *world) hookCredits(_ context.Context, _ *chatscript.Session, args string) error {
	switch args {
	case "refuse":
		w.Operator.Misbehave(operator.Mischief{RefuseCredits: true})
	case "pay":
		w.Operator.Misbehave(operator.Mischief{})
	default:
		return fmt.Errorf("credits are refused or paid, not %q", args)
	}
	return nil
}

// hookArchive looks into the newest archive of the chat: "Платежи.csv 500,00"
// demands a file with that in it, "-Платежи.csv" that there is no such file.
func (w *world) hookArchive(ctx context.Context, s *chatscript.Session, args string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	var file *telegram.File
	for _, m := range w.Telegram.Chat(s.User.ID).Messages {
		if m.FromBot && m.Document != nil && strings.HasSuffix(m.Document.Name, ".zip") {
			file = m.Document
		}
	}
	if file == nil {
		return fmt.Errorf("no archive in the chat")
	}
	_, _, data, err := w.Telegram.File(file.ID)
	if err != nil {
		return err
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	rows, err := w.pool.Query(ctx, `SELECT token FROM cards WHERE token <> '' UNION SELECT '941700000000' || last4 FROM cards`)
	if err != nil {
		return err
	}
	secrets, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(secrets) < 2 {
		return fmt.Errorf("%d numbers and tokens to look for: %w", len(secrets), err)
	}
	name, part, _ := strings.Cut(args, " ")
	absent := strings.HasPrefix(name, "-")
	found := false
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			return err
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		for _, secret := range secrets {
			if strings.Contains(string(content), secret) {
				return fmt.Errorf("a card's number or token in %s:\n%s", f.Name, content)
			}
		}
		if f.Name != strings.TrimPrefix(strings.ReplaceAll(name, "_", " "), "-") {
			continue
		}
		found = true
		if !strings.Contains(strings.ReplaceAll(string(content), "\u00a0", " "), part) {
			return fmt.Errorf("no %q in %s:\n%s", part, f.Name, content)
		}
	}
	if found == absent {
		return fmt.Errorf("file %s is there: %v", name, found)
	}
	return nil
}
