package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// linkReminder shows a charge that is still unpaid to whoever asked to be
// reminded. Once it has arrived, nothing makes it come a second time.
func (j *jobs) linkReminder(ctx context.Context, job *river.Job[payments.LinkReminder]) error {
	person, ticket, ok, err := j.service.Reminder(ctx, job.Args)
	if err != nil || !ok {
		return err
	}
	screen, err := j.bot.ReminderScreen(person, ticket)
	if err != nil {
		return fmt.Errorf("reminder of link %d: %w", job.Args.LinkID, err)
	}
	id, err := j.sender.Send(ctx, chat.ChatID(person.ID), screen)
	if errors.Is(err, chat.ErrBlocked) {
		return nil
	}
	if err != nil {
		return err
	}
	message := payments.Message{ChatID: int64(person.ID), MessageID: id}
	if err := j.service.RememberMessage(ctx, job.Args.MerchantID, job.Args.LinkID, message); err != nil {
		j.log.ErrorContext(ctx, "a reminder does not follow its link", "link_id", job.Args.LinkID, "error", err)
	}
	return nil
}

// sumTold tells the owners, and whoever reads the log, that the operator holds
// another sum of a payment.
func (j *jobs) sumTold(ctx context.Context, job *river.Job[payments.SumTold]) error {
	news, err := j.service.SumNews(ctx, job.Args)
	if err != nil {
		return err
	}
	j.log.ErrorContext(ctx, "the operator holds another sum of a payment",
		"payment_id", news.Payment.ID, "operator_id", news.Payment.OperatorID, "amount", int64(news.Payment.Amount), "said", int64(news.Said))
	var failed error
	for _, owner := range news.Owners {
		_, err := j.sender.Send(ctx, chat.ChatID(owner.ID), j.bot.SumScreen(owner, news))
		if err != nil && !errors.Is(err, chat.ErrBlocked) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
