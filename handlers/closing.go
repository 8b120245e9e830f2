package handlers

import (
	"context"
	"strconv"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// DayCloser is what the conversation asks about days that are closed.
type DayCloser interface {
	DayClosings(context.Context, payments.PersonID) (payments.DayClosingList, error)
	DayClosing(ctx context.Context, id payments.PersonID, outlet payments.OutletID, number int64) (payments.DayClosingView, error)
	CloseDay(context.Context, payments.PersonID, payments.DayClosingDraft) (payments.DayClosingView, error)
}

// Actions on closings.
const (
	actionClosings  = "closings"  // page
	actionClosing   = "closing"   // outlet, number
	actionCloseAsk  = "closeask"  //
	actionCloseDay  = "closeday"  // outlet, nonce
	actionCorrect   = "correct"   // outlet, number
	actionCloseSelf = "closeself" // on or off
)

// correctForm asks why a closing is corrected.
const correctForm = "correct"

// Answers of the form, beside answerOutlet and answerKey.
const (
	answerNumber = "number"
	answerReason = "reason"
)

// closings lists the closings of the outlet where one works.
func (b *Bot) closings(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	list, err := b.service.DayClosings(ctx, v.ID)
	if err != nil {
		return err
	}
	return showDocument(ctx, t, closingsScreen(v.Printer, list, pageAsked(t.Action, 0)))
}

// showDocument shows a screen that is no part of the picture that its button
// stands under: the chart of a day above the closing of another misleads.
func showDocument(ctx context.Context, t *chat.Turn, screen chat.Screen) error {
	if t.Kind == chat.KindPress && onPicture(t) {
		_, err := t.Reply(ctx, screen)
		return err
	}
	return show(ctx, t, screen)
}

// closing shows one document.
func (b *Bot) closing(ctx context.Context, t *chat.Turn) error {
	outlet, errOutlet := t.Action.Int64(0)
	number, err := t.Action.Int64(1)
	if err != nil || errOutlet != nil {
		return b.unknown(ctx, t)
	}
	v := visit(t)
	view, err := b.service.DayClosing(ctx, v.ID, payments.OutletID(outlet), number)
	if err != nil {
		return err
	}
	return showDocument(ctx, t, closingScreen(v.Printer, view))
}

// closeAsk asks once: what is closed stays closed.
func (b *Bot) closeAsk(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	list, err := b.service.DayClosings(ctx, v.ID)
	switch {
	case err != nil:
		return err
	case !list.MayClose:
		return payments.Fail(payments.CodeNotAllowed)
	}
	return showDocument(ctx, t, closeAskScreen(v.Printer, list, b.now()))
}

func (b *Bot) closeDay(ctx context.Context, t *chat.Turn) error {
	outlet, err := t.Action.Int64(0)
	if err != nil || t.Action.Arg(1) == "" {
		return b.unknown(ctx, t)
	}
	v := visit(t)
	view, err := b.service.CloseDay(ctx, v.ID, payments.DayClosingDraft{
		Outlet: payments.OutletID(outlet), Key: decimal(v.ID) + " " + t.Action.Arg(1),
	})
	if err != nil {
		return err
	}
	return showDocument(ctx, t, closingScreen(v.Printer, view))
}

// correct asks why a closing is to be corrected.
func (b *Bot) correct(ctx context.Context, t *chat.Turn) error {
	outlet, errOutlet := t.Action.Int64(0)
	number, err := t.Action.Int64(1)
	if err != nil || errOutlet != nil {
		return b.unknown(ctx, t)
	}
	view, err := b.service.DayClosing(ctx, visit(t).ID, payments.OutletID(outlet), number)
	switch {
	case err != nil:
		return err
	case !view.MayClose:
		return payments.Fail(payments.CodeNotAllowed)
	}
	return t.OpenForm(ctx, correctForm, chat.Values{
		answerOutlet: decimal(view.Closing.OutletID), answerNumber: decimal(number), answerKey: onceByUpdate(t),
	})
}

func (b *Bot) correctionForm() chat.Form {
	return chat.Form{
		Name: correctForm, Version: 1, Done: b.corrected,
		Steps: []chat.Step{{Name: answerReason, Ask: b.askReason, Take: b.takeReason}},
	}
}

func (b *Bot) askReason(_ context.Context, t *chat.Turn, v chat.Values) (chat.Screen, error) {
	return chat.Screen{Text: visit(t).HTML("closing.ask.reason", "number", v[answerNumber])}, nil
}

func (b *Bot) takeReason(_ context.Context, t *chat.Turn, v chat.Values) error {
	if err := wantText(t); err != nil {
		return err
	}
	v[answerReason] = t.Text
	return nil
}

func (b *Bot) corrected(ctx context.Context, t *chat.Turn, v chat.Values) error {
	outlet, errOutlet := strconv.ParseInt(v[answerOutlet], 10, 64)
	number, err := strconv.ParseInt(v[answerNumber], 10, 64)
	if err != nil || errOutlet != nil {
		return b.unknown(ctx, t)
	}
	view, err := b.service.CloseDay(ctx, visit(t).ID, payments.DayClosingDraft{
		Outlet: payments.OutletID(outlet), Corrects: number, Reason: v[answerReason], Key: v[answerKey],
	})
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, closingScreen(visit(t).Printer, view))
	return err
}

// closeSelf switches closing at the cut-off on or off.
func (b *Bot) closeSelf(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	settings, err := b.service.ReportSettings(ctx, v.ID)
	if err != nil {
		return err
	}
	settings, err = b.service.SetCutoff(ctx, v.ID, settings.Merchant.Cutoff, t.Action.Arg(0) == on)
	if err != nil {
		return err
	}
	return show(ctx, t, reportSettingsScreen(v.Printer, settings))
}
