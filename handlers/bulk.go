package handlers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
	"elkart.kg/trade/payments/tables"
)

// Bulks is how many links are made at once from a file.
type Bulks interface {
	OfferBulk(context.Context, payments.PersonID, payments.BulkDraft) (payments.BulkView, error)
	RepeatBulk(context.Context, payments.PersonID, payments.BulkID) (payments.BulkView, error)
	ConfirmBulk(ctx context.Context, id payments.PersonID, bulk payments.BulkID, message int) (payments.BulkView, error)
	CancelBulk(context.Context, payments.PersonID, payments.BulkID) (payments.BulkView, error)
	BulkLinks(context.Context, payments.Bulk) (map[int]payments.Link, error)
}

// Actions of files of links.
const (
	actionBulk       = "bulk"       // explains, with a file to fill in
	actionBulkMake   = "bulkmake"   // bulk
	actionBulkCancel = "bulkcancel" // bulk
	actionBulkRepeat = "bulkrepeat" // bulk
)

// bulk explains files of links and gives one to fill in.
func (b *Bot) bulk(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	if !v.Role.Can(payments.ActionBulkLinks) {
		return payments.Fail(payments.CodeNotAllowed)
	}
	file, err := bulkTemplate(v.Printer)
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, bulkExplainScreen(v.Printer, file))
	return err
}

// isBulkFile reports whether a message brings what may be a file of links.
func isBulkFile(t *chat.Turn) bool {
	return t.Kind == chat.KindDocument && t.File != nil && tables.Named(t.File.Name, t.File.MIME)
}

// bulkFile reads a file of links and shows what it would make. A right is asked
// for before anything is downloaded.
func (b *Bot) bulkFile(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	if !v.Role.Can(payments.ActionBulkLinks) {
		return payments.Fail(payments.CodeNotAllowed)
	}
	data, err := t.Download(ctx, tables.MaxBytes)
	switch {
	case errors.Is(err, chat.ErrFileTooBig):
		return payments.Fail(payments.CodeFileTooBig, "max", tables.MaxBytes>>20)
	case errors.Is(err, chat.ErrFileGone):
		return payments.Fail(payments.CodeFileGone)
	case err != nil:
		return err
	}
	draft, err := readBulk(data, t.File.Name)
	if err != nil {
		return err
	}
	view, err := b.service.OfferBulk(ctx, v.ID, draft)
	if err != nil {
		return err
	}
	return b.showBulk(ctx, t, view)
}

// readBulk makes charges of a file.
func readBulk(data []byte, name string) (payments.BulkDraft, error) {
	table, err := tables.Read(data)
	if err != nil {
		return payments.BulkDraft{}, err
	}
	cells := make([]payments.Cells, len(table.Rows))
	for i, row := range table.Rows {
		cells[i] = payments.Cells{Line: row.Line, Cells: row.Cells}
	}
	rows, err := payments.ReadBulk(cells, customerPhone)
	if err != nil {
		return payments.BulkDraft{}, err
	}
	if len(rows) == 0 {
		return payments.BulkDraft{}, payments.Fail(payments.CodeFileEmpty)
	}
	hash := sha256.Sum256(data)
	return payments.BulkDraft{Hash: hash[:], Name: bulkName(name), Format: string(table.Format), Rows: rows}, nil
}

// customerPhone brings a number as people write it, or as a spreadsheet keeps
// it (996555123456), into E.164.
func customerPhone(text string) (e164 string, ok bool) {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || r == '+' {
			return r
		}
		return -1
	}, text)
	if strings.HasPrefix(digits, "996") && len(digits) == 12 {
		text = "+" + digits
	}
	return validPhone(text)
}

// maxBulkFileName is how many characters of a file's name are kept.
const maxBulkFileName = 40

// bulkName is a file's name without its ending, fit to be shown and to be part
// of the answer's name.
func bulkName(name string) string {
	name = strings.TrimSuffix(name, path.Ext(name))
	name = payments.CleanLine(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" -_().", r) {
			return r
		}
		return ' '
	}, name))
	if utf8.RuneCountInString(name) > maxBulkFileName {
		name = strings.TrimSpace(string([]rune(name)[:maxBulkFileName]))
	}
	return strings.Trim(name, ". ")
}

// showBulk answers with a file's preview, or with what has become of it.
func (b *Bot) showBulk(ctx context.Context, t *chat.Turn, view payments.BulkView) error {
	v := visit(t)
	screen := bulkScreen(v.Printer, view)
	if view.State == payments.BulkDone {
		links, err := b.service.BulkLinks(ctx, view.Bulk)
		if err != nil {
			return err
		}
		if screen, err = b.bulkAnswer(v.Printer, view, links); err != nil {
			return err
		}
	}
	_, err := t.Reply(ctx, screen)
	return err
}

// onBulk gives a button's file to what the service does with it.
func (b *Bot) onBulk(do func(context.Context, *chat.Turn, payments.BulkID) (payments.BulkView, error)) chat.Handler {
	return func(ctx context.Context, t *chat.Turn) error {
		id, err := t.Action.Int64(0)
		if err != nil {
			return b.unknown(ctx, t)
		}
		view, err := do(ctx, t, payments.BulkID(id))
		if err != nil {
			return err
		}
		// A button from before may find it done: then its message says so, and the
		// file has been sent.
		return t.Edit(ctx, bulkScreen(visit(t).Printer, view))
	}
}

func (b *Bot) bulkMake(ctx context.Context, t *chat.Turn, id payments.BulkID) (payments.BulkView, error) {
	return b.service.ConfirmBulk(ctx, visit(t).ID, id, t.MessageID)
}

func (b *Bot) bulkCancel(ctx context.Context, t *chat.Turn, id payments.BulkID) (payments.BulkView, error) {
	return b.service.CancelBulk(ctx, visit(t).ID, id)
}

// bulkRepeat offers the same file anew, in a message of its own: the one with
// the old links stays.
func (b *Bot) bulkRepeat(ctx context.Context, t *chat.Turn) error {
	id, err := t.Action.Int64(0)
	if err != nil {
		return b.unknown(ctx, t)
	}
	view, err := b.service.RepeatBulk(ctx, visit(t).ID, payments.BulkID(id))
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, bulkScreen(visit(t).Printer, view))
	return err
}

// BulkScreen is the message of a file as it stands now.
func (b *Bot) BulkScreen(view payments.BulkView) chat.Screen {
	return bulkScreen(b.printerFor(view.Person), view)
}

// BulkAnswer is the file with the links.
func (b *Bot) BulkAnswer(view payments.BulkView, links map[int]payments.Link) (chat.Screen, error) {
	return b.bulkAnswer(b.printerFor(view.Person), view, links)
}

func (b *Bot) bulkAnswer(p *locales.Printer, view payments.BulkView, links map[int]payments.Link) (chat.Screen, error) {
	addresses := make(map[int]string, len(links))
	for line, link := range links {
		addresses[line] = b.address(link)
	}
	data, err := bulkTable(p, view, addresses)
	if err != nil {
		return chat.Screen{}, fmt.Errorf("file of links %d: %w", view.ID, err)
	}
	name := strings.TrimSpace(view.Name + " " + p.Text("bulk.file"))
	return bulkAnswerScreen(p, view, b.zone, &chat.Document{Name: name + "." + view.Format, Data: data}), nil
}

// writeTable writes rows as a file of a format.
func writeTable(format string, head documents.Table, rows [][]documents.Cell) ([]byte, error) {
	var out bytes.Buffer
	if format == string(tables.CSV) {
		w, err := documents.NewCSV(&out, head)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if err := w.Row(row...); err != nil {
				return nil, err
			}
		}
		err = w.Close()
		return out.Bytes(), err
	}
	book := documents.NewWorkbook()
	defer func() { _ = book.Close() }() // what was put aside is of no use any more
	sheet, err := book.Sheet(head)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if err := sheet.Row(row...); err != nil {
			return nil, err
		}
	}
	if err := sheet.Close(); err != nil {
		return nil, err
	}
	_, err = book.WriteTo(&out)
	return out.Bytes(), err
}
