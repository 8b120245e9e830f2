package handlers

import (
	"context"
	"strconv"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// Exports is what the conversation asks about statements as files.
type Exports interface {
	ExportView(ctx context.Context, id payments.PersonID, first, last payments.Date) (payments.ExportView, error)
	RequestExport(context.Context, payments.PersonID, payments.Export) (payments.Export, error)
	ShowExport(ctx context.Context, e payments.Export, message int) error
}

// Actions on statements.
const (
	actionExport     = "export"     // first and last day; none: the month so far
	actionExportFile = "exportfile" // first and last day, format
	actionExportDays = "exportdays" // asks for days
)

// exportForm asks for the days of a statement.
const exportForm = "exportdays"

// Answers of the form.
const (
	answerFirst = "first"
	answerLast  = "last"
)

func (b *Bot) exportDaysForm() chat.Form {
	return chat.Form{
		Name: exportForm, Version: 1, Done: b.exportDaysGiven,
		Steps: []chat.Step{{Name: "days", Ask: b.askExportDays, Take: b.takeExportDays}},
	}
}

// exports shows what a statement of some days would say, and its formats.
func (b *Bot) exports(ctx context.Context, t *chat.Turn) error {
	first, last, ok := datesOf(t.Action, 0)
	if !ok {
		return b.unknown(ctx, t)
	}
	v := visit(t)
	view, err := b.service.ExportView(ctx, v.ID, first, last)
	if err != nil {
		return err
	}
	return show(ctx, t, exportScreen(v.Printer, view))
}

// exportFile puts the making of a file down. The message that shows how far it
// is comes by itself: the screen stays for the next format.
func (b *Bot) exportFile(ctx context.Context, t *chat.Turn) error {
	first, last, ok := datesOf(t.Action, 0)
	format := payments.ExportFormat(t.Action.Arg(2))
	if !ok || !knownFormat(format) {
		return b.unknown(ctx, t)
	}
	v := visit(t)
	export, err := b.service.RequestExport(ctx, v.ID, payments.Export{First: first, Last: last, Format: format, Key: onceByUpdate(t)})
	if err != nil || export.MessageID != 0 {
		return err
	}
	message, err := t.Reply(ctx, exportProgressScreen(v.Printer, 0))
	if err != nil {
		return err
	}
	return b.service.ShowExport(ctx, export, message)
}

func knownFormat(format payments.ExportFormat) bool {
	for _, known := range payments.ExportFormats() {
		if format == known {
			return true
		}
	}
	return false
}

func (b *Bot) exportDays(ctx context.Context, t *chat.Turn) error {
	if !visit(t).Role.Can(payments.ActionExport) {
		return payments.Fail(payments.CodeNotAllowed)
	}
	return t.OpenForm(ctx, exportForm, nil)
}

func (b *Bot) askExportDays(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return chat.Screen{Text: visit(t).HTML("export.ask_days")}, nil
}

func (b *Bot) takeExportDays(ctx context.Context, t *chat.Turn, v chat.Values) error {
	if err := wantText(t); err != nil {
		return err
	}
	view, err := b.service.ExportView(ctx, visit(t).ID, 0, 0)
	if err != nil {
		return err
	}
	first, last, ok := payments.ParseDays(t.Text, view.Today)
	if !ok {
		return payments.Fail(payments.CodeDateMalformed)
	}
	v[answerFirst], v[answerLast] = strconv.Itoa(int(first)), strconv.Itoa(int(last))
	return nil
}

func (b *Bot) exportDaysGiven(ctx context.Context, t *chat.Turn, answers chat.Values) error {
	first, last, _ := datesOf(chat.Act(actionExport, answers[answerFirst], answers[answerLast]), 0)
	v := visit(t)
	view, err := b.service.ExportView(ctx, v.ID, first, last)
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, exportScreen(v.Printer, view))
	return err
}

// datesOf reads two dates of a button from its nth argument on. Without any,
// both are 0.
func datesOf(a chat.Action, n int) (first, last payments.Date, ok bool) {
	if a.Arg(n) == "" {
		return 0, 0, true
	}
	from, err := a.Int64(n)
	if err != nil {
		return 0, 0, false
	}
	to, err := a.Int64(n + 1)
	return payments.Date(from), payments.Date(to), err == nil
}
