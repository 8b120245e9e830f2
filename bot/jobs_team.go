package main

import (
	"context"
	"errors"

	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers"
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// teamTold tells a person of a change of a team. A new member who works nowhere
// else is shown the main screen at once.
func (j *jobs) teamTold(ctx context.Context, job *river.Job[payments.TeamTold]) error {
	news, ok, err := j.service.TeamNews(ctx, job.Args)
	if err != nil || !ok {
		return err
	}
	to := news.Recipient
	if news.ToAbout() && news.Entry.Action == payments.AuditJoined && to.MerchantID == news.Merchant.ID && !to.Away {
		err = j.chat.Signal(ctx, chat.ChatID(to.ID), chat.UserID(to.ID), chat.Act(handlers.SignalJoined))
	} else if screen, ok := j.bot.TeamToldScreen(news); ok {
		_, err = j.sender.Send(ctx, chat.ChatID(to.ID), screen)
	}
	if errors.Is(err, chat.ErrBlocked) {
		return nil
	}
	return err
}
