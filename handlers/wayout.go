package handlers

import (
	"context"
	"errors"
	"slices"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// beyondAnswers are refusals that no answer to a form's question changes: since
// it was opened, another phone or another member closed what it is about, or
// the person lost the right to it.
func beyondAnswers() []payments.Code {
	return []payments.Code{
		payments.CodeNotRegistered, payments.CodeNotAllowed, payments.CodeLeaving, payments.CodeNoCard, payments.CodeTooMany,
		payments.CodeOutletNotFound, payments.CodeOutletArchived, payments.CodeOutletPaused,
		payments.CodeLinkNotFound, payments.CodeLinkClosed, payments.CodeClosingNotFound,
		payments.CodeRefundImpossible, payments.CodeMoneyOpen,
	}
}

// withWaysOut closes a form in which no answer helps any more, so that what the
// person writes next is not taken for one. Set-up, which everybody has to go
// through, asks on.
func withWaysOut(forms ...chat.Form) []chat.Form {
	for i, form := range forms {
		if form.Essential {
			continue
		}
		forms[i].Done = wayOutOf(form.Done)
		for j, step := range form.Steps {
			form.Steps[j].Take = wayOutOf(step.Take)
			form.Steps[j].Ask = func(ctx context.Context, t *chat.Turn, v chat.Values) (screen chat.Screen, err error) {
				err = wayOutOf(func(ctx context.Context, t *chat.Turn, v chat.Values) (err error) {
					screen, err = step.Ask(ctx, t, v)
					return err
				})(ctx, t, v)
				return screen, err
			}
		}
	}
	return forms
}

func wayOutOf(next func(context.Context, *chat.Turn, chat.Values) error) func(context.Context, *chat.Turn, chat.Values) error {
	return func(ctx context.Context, t *chat.Turn, v chat.Values) error {
		err := next(ctx, t, v)
		if code := payments.CodeOf(err); code != "" && slices.Contains(beyondAnswers(), code) {
			err = errors.Join(err, t.CloseForm(ctx))
		}
		return err
	}
}
