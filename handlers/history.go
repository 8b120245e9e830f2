package handlers

import (
	"context"
	"errors"
	"strconv"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// Histories is what the conversation asks about what has happened.
type Histories interface {
	History(context.Context, payments.PersonID, payments.HistoryAsk) (payments.HistoryPage, error)
	HistoryChoices(context.Context, payments.PersonID) (payments.HistoryChoices, error)
	HistoryDays(ctx context.Context, id payments.PersonID, text string) (first, last payments.Date, err error)
	KeepSearch(ctx context.Context, id payments.PersonID, text string) (payments.SearchID, error)
}

// Actions on the history. A page is written as packHistory does it; none is the
// first page of everything. Their names are short: what they carry is long.
const (
	actionHistory       = "h"  // page
	actionHistoryFilter = "hf" // page: its filter
	actionHistoryChoose = "hc" // what, page of the list, page: outlets, sellers or links to choose from
	actionHistoryDays   = "hd" // page: asks for days
	actionHistoryFind   = "hq" // page: asks what to find
	actionHistoryOpen   = "hv" // payment, page: a payment, with the way back
)

// What a history can be narrowed to by a list.
const (
	chooseOutlet = "o"
	chooseSeller = "s"
	chooseLink   = "l"
)

// The forms of the history, and their answers.
const (
	findForm        = "find"
	daysForm        = "historydays"
	answerHistory   = "page"  // that the form was opened from
	answerSearch    = "query" // payments.SearchID
	answerReceipt   = "paid"  // payments.PaymentID, that a picture or an address led to
	answerFoundLink = "by"    // payments.LinkID, the same
)

// history shows a page.
func (b *Bot) history(ctx context.Context, t *chat.Turn) error {
	ask, err := b.pageOfHistory(ctx, t, 0)
	if err != nil {
		return err
	}
	return b.showHistory(ctx, t, ask)
}

// historyButton is a button that names a page in its last argument. A page that
// nobody wrote is an old button.
func (b *Bot) historyButton(next chat.Handler) chat.Handler {
	return func(ctx context.Context, t *chat.Turn) error {
		err := next(ctx, t)
		if errors.Is(err, errNoPage) {
			return b.unknown(ctx, t)
		}
		return err
	}
}

// pageOfHistory is the page that a button names. Whoever presses it has done
// with the questions of the history: what they write next is a sum again.
func (b *Bot) pageOfHistory(ctx context.Context, t *chat.Turn, arg int) (payments.HistoryAsk, error) {
	ask, err := unpackHistory(t.Action.Arg(arg))
	if err != nil || t.Kind != chat.KindPress {
		return ask, err
	}
	switch name, err := t.FormName(ctx); {
	case err != nil:
		return ask, err
	case name == findForm || name == daysForm:
		return ask, t.CloseForm(ctx)
	}
	return ask, nil
}

func (b *Bot) showHistory(ctx context.Context, t *chat.Turn, ask payments.HistoryAsk) error {
	v := visit(t)
	page, err := b.service.History(ctx, v.ID, ask)
	if err != nil {
		return err
	}
	return write(ctx, t, historyScreen(v.Printer, page, b.now()))
}

// write answers with a text in the message whose button was pressed. A picture
// stays what it is, and the text comes below: a caption is too short for a list.
func write(ctx context.Context, t *chat.Turn, screen chat.Screen) error {
	if t.Kind != chat.KindPress || onPicture(t) {
		_, err := t.Reply(ctx, screen)
		return err
	}
	return t.Edit(ctx, screen)
}

// historyCommand is /history, and what stands behind it is looked for.
func (b *Bot) historyCommand(ctx context.Context, t *chat.Turn) error {
	if t.Args == "" {
		return b.showHistory(ctx, t, payments.HistoryAsk{})
	}
	return b.find(ctx, t)
}

// historyFilter shows what a page is narrowed to, and what else it can be.
func (b *Bot) historyFilter(ctx context.Context, t *chat.Turn) error {
	ask, err := b.pageOfHistory(ctx, t, 0)
	if err != nil {
		return err
	}
	v := visit(t)
	page, err := b.service.History(ctx, v.ID, ask)
	if err != nil {
		return err
	}
	return write(ctx, t, historyFilterScreen(v.Printer, page))
}

// historyChoose lists the outlets, sellers or links that a page can be narrowed
// to.
func (b *Bot) historyChoose(ctx context.Context, t *chat.Turn) error {
	ask, err := b.pageOfHistory(ctx, t, 2)
	if err != nil {
		return err
	}
	v := visit(t)
	choices, err := b.service.HistoryChoices(ctx, v.ID)
	if err != nil {
		return err
	}
	screen, ok := historyChoiceScreen(v.Printer, choices, t.Action.Arg(0), pageAsked(t.Action, 1), ask)
	if !ok {
		return errNoPage
	}
	return write(ctx, t, screen)
}

// historyOpen shows a payment, with the way back to the page that it was on.
func (b *Bot) historyOpen(ctx context.Context, t *chat.Turn) error {
	ask, err := b.pageOfHistory(ctx, t, 1)
	if err != nil {
		return err
	}
	return b.viewed(func(ctx context.Context, t *chat.Turn, view payments.PaymentView) error {
		v := visit(t)
		screen := paymentScreen(v.Printer, view, paymentAsked)
		screen.Buttons = append(screen.Buttons[:len(screen.Buttons)-1],
			[]chat.Button{{Text: v.Text("history.button.back"), Action: historyAction(ask, actionHistory)}})
		return write(ctx, t, screen)
	})(ctx, t)
}

// find is the command: with something behind it, it looks for that at once.
func (b *Bot) find(ctx context.Context, t *chat.Turn) error {
	if t.Args == "" {
		return t.OpenForm(ctx, findForm, nil)
	}
	v := chat.Values{answerHistory: packHistory(payments.HistoryAsk{})}
	if err := b.lookFor(ctx, t, t.Args, v); err != nil {
		return err
	}
	return b.findGiven(ctx, t, v)
}

// historyFind is the button: it looks in what the page is narrowed to.
func (b *Bot) historyFind(ctx context.Context, t *chat.Turn) error {
	return b.openOnPage(ctx, t, findForm)
}

// historyDays asks for days.
func (b *Bot) historyDays(ctx context.Context, t *chat.Turn) error {
	return b.openOnPage(ctx, t, daysForm)
}

func (b *Bot) openOnPage(ctx context.Context, t *chat.Turn, form string) error {
	ask, err := unpackHistory(t.Action.Arg(0))
	if err != nil {
		return err
	}
	ask.From, ask.Order = payments.Position{}, payments.NewestFirst
	return t.OpenForm(ctx, form, chat.Values{answerHistory: packHistory(ask)})
}

func (b *Bot) findForm() chat.Form {
	return chat.Form{
		Name: findForm, Version: 1, Done: b.findGiven,
		Steps: []chat.Step{{Name: "what", Ask: b.askFind, Take: b.takeFind}},
	}
}

func (b *Bot) askFind(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return findScreen(visit(t).Printer), nil
}

// takeFind takes a text, or a picture of a receipt.
func (b *Bot) takeFind(ctx context.Context, t *chat.Turn, v chat.Values) error {
	if isPicture(t) {
		return b.takeReceiptPicture(ctx, t, v)
	}
	if err := wantText(t); err != nil {
		return err
	}
	return b.lookFor(ctx, t, t.Text, v)
}

// lookFor notes what a text looks for: an address leads to a receipt or a link,
// all else is a search.
func (b *Bot) lookFor(ctx context.Context, t *chat.Turn, text string, v chat.Values) error {
	if isAddress(text) && canRead(text, b.publicURL) {
		return b.follow(ctx, t, text, v)
	}
	search, err := b.service.KeepSearch(ctx, visit(t).ID, text)
	if err != nil {
		return err
	}
	v[answerSearch] = strconv.FormatInt(int64(search), 10)
	return nil
}

// takeReceiptPicture finds what the code on a receipt leads to.
func (b *Bot) takeReceiptPicture(ctx context.Context, t *chat.Turn, v chat.Values) error {
	if !b.checks.allow(visit(t).ID) {
		return hintTooOften
	}
	text, err := b.readPicture(ctx, t)
	if err != nil {
		return err
	}
	return b.follow(ctx, t, text, v)
}

// follow finds the payment that an address or a code leads to, or the link by
// which many pay. It is looked for, not shown at the till: that is no check.
func (b *Bot) follow(ctx context.Context, t *chat.Turn, text string, v chat.Values) error {
	claim, ok := readClaim(text, b.publicURL)
	if !ok || claim.Foreign != "" {
		return payments.Fail(payments.CodePaymentNotFound)
	}
	verdict, err := b.service.Verify(ctx, visit(t).ID, claim.Claim)
	if err != nil {
		return err
	}
	switch {
	case verdict.Own != nil:
		v[answerReceipt] = strconv.FormatInt(int64(verdict.Own.Payment.ID), 10)
	case verdict.Link != nil:
		v[answerFoundLink] = strconv.FormatInt(int64(verdict.Link.ID), 10)
	default:
		return payments.Fail(payments.CodePaymentNotFound)
	}
	return nil
}

func (b *Bot) findGiven(ctx context.Context, t *chat.Turn, v chat.Values) error {
	ask, err := unpackHistory(v[answerHistory])
	if err != nil {
		return err
	}
	if paid := v[answerReceipt]; paid != "" {
		t.Action = chat.Act(actionHistoryOpen, paid, v[answerHistory])
		return b.historyOpen(ctx, t)
	}
	if link := v[answerFoundLink]; link != "" {
		id, err := strconv.ParseInt(link, 10, 64)
		if err != nil {
			return err
		}
		ask.LinkID = payments.LinkID(id)
		return b.showHistory(ctx, t, ask)
	}
	search, err := strconv.ParseInt(v[answerSearch], 10, 64)
	if err != nil {
		return err
	}
	ask.SearchID = payments.SearchID(search)
	return b.showHistory(ctx, t, ask)
}

func (b *Bot) historyDaysForm() chat.Form {
	return chat.Form{
		Name: daysForm, Version: 1, Done: b.historyDaysGiven,
		Steps: []chat.Step{{Name: "days", Ask: b.askHistoryDays, Take: b.takeHistoryDays}},
	}
}

func (b *Bot) askHistoryDays(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return chat.Screen{Text: visit(t).HTML("history.ask_days")}, nil
}

func (b *Bot) takeHistoryDays(ctx context.Context, t *chat.Turn, v chat.Values) error {
	if err := wantText(t); err != nil {
		return err
	}
	ask, err := unpackHistory(v[answerHistory])
	if err != nil {
		return err
	}
	if ask.First, ask.Last, err = b.service.HistoryDays(ctx, visit(t).ID, t.Text); err != nil {
		return err
	}
	ask.Period = payments.HistoryDates
	v[answerHistory] = packHistory(ask)
	return nil
}

func (b *Bot) historyDaysGiven(ctx context.Context, t *chat.Turn, v chat.Values) error {
	ask, err := unpackHistory(v[answerHistory])
	if err != nil {
		return err
	}
	return b.showHistory(ctx, t, ask)
}
