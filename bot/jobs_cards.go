package main

import (
	"context"
	"errors"

	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// cardTold tells an owner what another one did to the cards.
func (j *jobs) cardTold(ctx context.Context, job *river.Job[payments.CardTold]) error {
	news, ok, err := j.service.CardNews(ctx, job.Args)
	if err != nil || !ok {
		return err
	}
	screen, ok := j.bot.CardToldScreen(news)
	if !ok {
		return nil
	}
	_, err = j.sender.Send(ctx, chat.ChatID(news.Recipient.ID), screen)
	if errors.Is(err, chat.ErrBlocked) {
		return nil
	}
	return err
}
