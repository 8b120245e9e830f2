package main

import (
	"context"
	"errors"

	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// makeLinks makes the charges of a file, then sends the file with the links.
// What is made is kept batch by batch: a repetition goes on where it was. Only
// a kill between the sending and the note of it sends the same file twice.
func (j *jobs) makeLinks(ctx context.Context, job *river.Job[payments.MakeLinks]) error {
	view, err := j.service.MakeSomeLinks(ctx, job.Args)
	if err != nil || view.State != payments.BulkConfirmed {
		return err
	}
	for before := -1; view.Made < view.Good && view.Made != before; {
		before = view.Made
		// How far it is may be told late, or not: it must not hold the making up.
		if j.sender.Delay(chat.ChatID(view.CreatedBy)) == 0 {
			if err := j.showBulk(ctx, view); err != nil {
				return err
			}
		}
		if view, err = j.service.MakeSomeLinks(ctx, job.Args); err != nil {
			return err
		}
	}
	links, err := j.service.BulkLinks(ctx, view.Bulk)
	if err != nil {
		return err
	}
	screen, err := j.bot.BulkAnswer(view, links)
	if err != nil {
		return err
	}
	_, err = j.sender.Send(ctx, chat.ChatID(view.CreatedBy), screen)
	if err != nil && !errors.Is(err, chat.ErrBlocked) {
		return err
	}
	if err := j.service.BulkSent(ctx, job.Args); err != nil {
		return err
	}
	view.State = payments.BulkDone
	return j.showBulk(ctx, view)
}

// showBulk brings the message of a file up to how far it is, in its chat's
// order.
func (j *jobs) showBulk(ctx context.Context, view payments.BulkView) error {
	if view.MessageID == 0 {
		return nil
	}
	to := chat.ChatID(view.CreatedBy)
	err := j.chat.Do(ctx, to, func(ctx context.Context) error {
		return j.sender.Edit(ctx, to, view.MessageID, j.bot.BulkScreen(view))
	})
	if errors.Is(err, chat.ErrBlocked) || errors.Is(err, chat.ErrMessageGone) {
		return nil
	}
	return err
}
