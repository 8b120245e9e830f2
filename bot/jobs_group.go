package main

import (
	"context"
	"errors"

	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// groupPost posts what waits for a group, all of it in one message. A group
// takes twenty messages a minute: what comes faster waits, and is told together.
func (j *jobs) groupPost(ctx context.Context, job *river.Job[payments.GroupPost]) error {
	to := chat.ChatID(job.Args.ChatID)
	return j.chat.Do(ctx, to, func(ctx context.Context) error {
		for {
			if d := j.sender.Delay(to); d > patience {
				return river.JobSnooze(d)
			}
			news, ok, err := j.service.TakeGroupPosts(ctx, job.Args.ChatID)
			if err != nil || !ok {
				return err
			}
			if screen, ok := j.bot.GroupNewsScreen(news); ok {
				if _, err := j.sender.Send(ctx, to, screen); err != nil {
					return errors.Join(j.groupFailed(ctx, job.Args.ChatID, err), j.service.GiveBackGroupPosts(ctx, news.Posts))
				}
			}
			if err := j.service.GroupPosted(ctx, news.Posts); err != nil {
				return err
			}
		}
	})
}

// groupFailed judges why a message did not reach a group: that it moved or put
// the bot out is dealt with, anything else is tried again.
func (j *jobs) groupFailed(ctx context.Context, group payments.GroupID, err error) error {
	var moved *chat.Moved
	switch {
	case errors.As(err, &moved):
		return j.service.GroupMoved(ctx, group, payments.GroupID(moved.To))
	case errors.Is(err, chat.ErrBlocked):
		return nil // the sender has said so, and the group is forgotten
	}
	return err
}

// groupSaid tells a group that it hears of payments from now on, or no more.
func (j *jobs) groupSaid(ctx context.Context, job *river.Job[payments.GroupSaid]) error {
	_, err := j.sender.Send(ctx, chat.ChatID(job.Args.ChatID), j.bot.GroupSaidScreen(job.Args))
	var moved *chat.Moved
	if errors.As(err, &moved) {
		_, err = j.sender.Send(ctx, moved.To, j.bot.GroupSaidScreen(job.Args))
	}
	if errors.Is(err, chat.ErrBlocked) {
		return nil
	}
	return err
}

// groupTold tells an owner what has become of a group.
func (j *jobs) groupTold(ctx context.Context, job *river.Job[payments.GroupTold]) error {
	owner, ok, err := j.service.GroupRecipient(ctx, job.Args)
	if err != nil || !ok {
		return err
	}
	screen, ok, err := j.bot.GroupToldScreen(ctx, owner, job.Args)
	if err != nil || !ok {
		return err
	}
	_, err = j.sender.Send(ctx, chat.ChatID(owner.ID), screen)
	if errors.Is(err, chat.ErrBlocked) {
		return nil
	}
	return err
}
