package main

import (
	"context"
	"fmt"
	"strings"

	"elkart.kg/trade/bot/demo/telegram/chatscript"
	"elkart.kg/trade/payments/tables"
)

// hookFile looks into the file that was matched last: "has part" wants a row
// with the text, "rows 5" so many below the header, "links 3" so many with a
// link; "charges 3" counts the person's charges.
func (w *world) hookFile(ctx context.Context, s *chatscript.Session, args string) error {
	word, rest, _ := strings.Cut(args, " ")
	if word == "charges" {
		if err := w.settle(ctx); err != nil {
			return err
		}
		var n int
		err := w.pool.QueryRow(ctx, `SELECT count(*) FROM links WHERE created_by = $1 AND kind = 'charge'`, s.User.ID).Scan(&n)
		if err == nil && fmt.Sprint(n) != rest {
			err = fmt.Errorf("%d charges", n)
		}
		return err
	}
	if s.Message.Document == nil {
		return fmt.Errorf("the message matched last is no file")
	}
	_, _, data, err := w.Telegram.File(s.Message.Document.ID)
	if err != nil {
		return err
	}
	table, err := tables.Read(data)
	if err != nil {
		return err
	}
	var text strings.Builder
	links := 0
	for _, row := range table.Rows {
		line := strings.Join(row.Cells, "|")
		text.WriteString(line + "\n")
		if strings.Contains(line, w.cfg.publicURL+"/p/") {
			links++
		}
	}
	switch {
	case word == "has" && strings.Contains(text.String(), rest),
		word == "rows" && rest == fmt.Sprint(len(table.Rows)-1),
		word == "links" && rest == fmt.Sprint(links):
		return nil
	}
	return fmt.Errorf("%d rows, %d links:\n%s", len(table.Rows)-1, links, text.String())
}
