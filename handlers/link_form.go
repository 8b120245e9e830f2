package handlers

import (
	"context"
	"errors"
	"strconv"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// The dialogs about reusable links: a new one, or one thing about one that
// there is.
const (
	newLinkForm  = "link"
	editLinkForm = "linkedit"
)

// Fields of a link, also the names of the steps that ask for them.
const (
	fieldSum     = "sum"
	fieldCap     = "cap"
	fieldMin     = "min"
	fieldMax     = "max"
	fieldComment = "comment"
)

// answerLink is the link that is being changed.
const answerLink = "link"

func (b *Bot) linkForm() chat.Form {
	return chat.Form{
		Name: newLinkForm, Version: 1, Done: b.linkDescribed,
		Steps: []chat.Step{{Name: fieldSum, Ask: b.askLinkSum, Take: b.takeLinkSum}},
	}
}

func (b *Bot) linkEditForm() chat.Form {
	form := chat.Form{Name: editLinkForm, Version: 1, Done: b.linkEdited}
	for _, field := range []string{fieldCap, fieldMin, fieldMax, fieldComment} {
		form.Steps = append(form.Steps, chat.Step{
			Name:   field,
			Needed: func(v chat.Values) bool { return v[answerField] == field },
			Ask:    b.askLinkField(field),
			Take:   b.takeLinkField(field),
		})
	}
	return form
}

// newLink begins a reusable link.
func (b *Bot) newLink(ctx context.Context, t *chat.Turn) error {
	if !visit(t).Role.Can(payments.ActionTakeMoney) {
		return payments.Fail(payments.CodeNotAllowed)
	}
	return t.OpenForm(ctx, newLinkForm, nil)
}

func (b *Bot) askLinkSum(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return newLinkScreen(visit(t).Printer), nil
}

// takeLinkSum takes "500 Абонемент", or that the payer decides.
func (b *Bot) takeLinkSum(_ context.Context, t *chat.Turn, v chat.Values) error {
	v[answerKey] = onceByUpdate(t)
	v[answerSum], v[answerText] = "0", ""
	if t.Kind == chat.KindPress && t.Action.Arg(0) == none {
		return nil
	}
	if err := wantText(t); err != nil {
		return err
	}
	asked, err := payments.ParseCharge(t.Text)
	if errors.Is(err, payments.ErrNotASum) {
		return payments.Fail(payments.CodeSumMalformed)
	}
	if err == nil {
		err = payments.CheckBounds(asked.Amount, payments.DefaultMin, payments.DefaultMax)
	}
	v[answerSum], v[answerText] = decimal(asked.Amount), asked.Comment
	return err
}

// linkDescribed makes the link and shows its QR code.
func (b *Bot) linkDescribed(ctx context.Context, t *chat.Turn, v chat.Values) error {
	amount, err := strconv.ParseInt(v[answerSum], 10, 64)
	if err != nil {
		return err
	}
	ticket, err := b.service.OpenLink(ctx, visit(t).ID, payments.LinkDraft{
		Amount: payments.Money(amount), Comment: v[answerText], Key: v[answerKey],
	})
	if err != nil {
		return err
	}
	return b.replyLink(ctx, t, ticket)
}

// editLink asks for one thing about a reusable link.
func (b *Bot) editLink(ctx context.Context, t *chat.Turn, id payments.LinkID) error {
	field := t.Action.Arg(1)
	view, err := b.mine(ctx, t, id)
	if err != nil {
		return err
	}
	switch open := view.Link.Amount == 0; {
	case view.Link.Kind != payments.LinkReusable:
	case field == fieldCap, field == fieldComment && view.open(), open && view.open() && (field == fieldMin || field == fieldMax):
		return t.OpenForm(ctx, editLinkForm, chat.Values{answerLink: decimal(id), answerField: field})
	}
	return b.unknown(ctx, t)
}

func (b *Bot) askLinkField(field string) func(context.Context, *chat.Turn, chat.Values) (chat.Screen, error) {
	return func(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
		return linkFieldScreen(visit(t).Printer, field), nil
	}
}

// takeLinkField takes a text, or the press that empties the field.
func (b *Bot) takeLinkField(field string) func(context.Context, *chat.Turn, chat.Values) error {
	return func(_ context.Context, t *chat.Turn, v chat.Values) error {
		v[answerText] = ""
		if t.Kind == chat.KindPress && t.Action.Arg(0) == none {
			return nil
		}
		if err := wantText(t); err != nil {
			return err
		}
		switch field {
		case fieldCap:
			n, err := strconv.Atoi(payments.CleanLine(t.Text))
			if err != nil || n < 1 {
				return payments.Fail(payments.CodeCapMalformed, "min", 1, "max", payments.MaxCap)
			}
			v[answerText] = strconv.Itoa(n)
		case fieldMin, fieldMax:
			sum, err := payments.ParseMoney(t.Text)
			if err == nil {
				err = payments.CheckBounds(sum, payments.DefaultMin, payments.DefaultMax)
			}
			v[answerText] = decimal(sum)
			return err
		default:
			v[answerText] = payments.CleanLine(t.Text)
		}
		return nil
	}
}

// linkEdited does the change and shows the link as it is now.
func (b *Bot) linkEdited(ctx context.Context, t *chat.Turn, v chat.Values) error {
	id, err := strconv.ParseInt(v[answerLink], 10, 64)
	if err != nil {
		return err
	}
	var number int64
	if text := v[answerText]; v[answerField] != fieldComment && text != "" {
		if number, err = strconv.ParseInt(text, 10, 64); err != nil {
			return err
		}
	}
	most, sum, comment := int(number), payments.Money(number), v[answerText]
	var change payments.LinkChange
	switch v[answerField] {
	case fieldCap:
		change.Cap = &most
	case fieldMin:
		change.Min = &sum
	case fieldMax:
		change.Max = &sum
	default:
		change.Comment = &comment
	}
	ticket, err := b.service.EditLink(ctx, visit(t).ID, payments.LinkID(id), change)
	if err != nil {
		return err
	}
	return b.replyLink(ctx, t, ticket)
}
