package main

import (
	"context"
	"errors"

	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// merchantTold tells a member that their merchant was closed, or opened again.
func (j *jobs) merchantTold(ctx context.Context, job *river.Job[payments.MerchantTold]) error {
	person, merchant, err := j.service.MerchantNews(ctx, job.Args)
	if err != nil || person.Blocked {
		return err
	}
	_, err = j.sender.Send(ctx, chat.ChatID(person.ID), j.bot.MerchantToldScreen(person, merchant, job.Args.Open))
	if errors.Is(err, chat.ErrBlocked) {
		return nil
	}
	return err
}
