package main

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// sendRefund gives money back to a payer. It is never given up, and asks often
// in the minute in which the operator may still execute what it has created.
func (j *jobs) sendRefund(ctx context.Context, job *river.Job[payments.SendRefund]) error {
	settled, err := j.service.SendRefund(ctx, job.Args)
	if settled {
		return nil
	}
	waited := time.Since(job.CreatedAt)
	if err != nil {
		j.log.WarnContext(ctx, "a refund has no answer", "refund_id", job.Args.RefundID, "waited", waited, "error", err)
	}
	switch {
	case waited < time.Minute:
		return river.JobSnooze(time.Second)
	case waited < 10*time.Minute:
		return river.JobSnooze(10 * time.Second)
	case waited < 2*time.Hour:
		return river.JobSnooze(time.Minute)
	}
	j.log.ErrorContext(ctx, "a refund is without the operator's word for hours", "refund_id", job.Args.RefundID, "waited", waited)
	return river.JobSnooze(10 * time.Minute)
}

// refundTold tells one person how a refund ended.
func (j *jobs) refundTold(ctx context.Context, job *river.Job[payments.RefundTold]) error {
	news, err := j.service.RefundNews(ctx, job.Args)
	if payments.CodeOf(err) == payments.CodeNotAllowed {
		return nil // who was to hear it has left since
	}
	if err != nil {
		return err
	}
	if news.Recipient.Blocked {
		return nil
	}
	_, err = j.sender.Send(ctx, chat.ChatID(news.Recipient.ID), j.bot.RefundScreen(news.Recipient, news))
	if errors.Is(err, chat.ErrBlocked) {
		return nil
	}
	return err
}
