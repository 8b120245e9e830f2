package main

import (
	"context"
	"errors"

	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// linkSignal tells the seller what a payer said by the page of a link.
func (j *jobs) linkSignal(ctx context.Context, job *river.Job[payments.LinkSignal]) error {
	news, err := j.service.SignalNews(ctx, job.Args)
	if err != nil {
		return err
	}
	var failed error
	for _, person := range news.Recipients {
		_, err := j.sender.Send(ctx, chat.ChatID(person.ID), j.bot.LinkSignalScreen(person, news))
		if err != nil && !errors.Is(err, chat.ErrBlocked) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
