package main

import (
	"context"
	"errors"
	"fmt"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// inlineShown brings the messages in other chats up to their link's state. They
// are edited in their maker's order, so that two edits cannot overtake each
// other.
func (j *jobs) inlineShown(ctx context.Context, args payments.LinkShown) error {
	messages, err := j.store.InlineMessages(ctx, args.MerchantID, args.LinkID)
	if err != nil || len(messages) == 0 {
		return err
	}
	ticket, err := j.service.LinkTicket(ctx, args.MerchantID, args.LinkID)
	if err != nil {
		return err
	}
	var failed error
	for _, id := range messages {
		err := j.chat.Do(ctx, chat.ChatID(ticket.Link.CreatedBy), func(ctx context.Context) error {
			ticket, err := j.service.LinkTicket(ctx, args.MerchantID, args.LinkID)
			if err != nil {
				return err
			}
			return j.sender.EditInline(ctx, id, j.bot.InlineScreen(ticket))
		})
		if err != nil && !errors.Is(err, chat.ErrMessageGone) {
			failed = errors.Join(failed, fmt.Errorf("inline message of link %d: %w", args.LinkID, err))
		}
	}
	return failed
}
