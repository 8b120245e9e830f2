package chat

import (
	"context"
	"errors"
	"fmt"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// Inline mode: a person types the bot's name and some words in any chat. Every pause in their typing is a query
// (KindInline), which has to be answered while they still look at it; the card they take is sent by Telegram itself in
// their name, and the bot hears of it (KindChosen) only if BotFather was told to say so, and perhaps late or never.
// What a card's message promises must therefore hold from the moment the card is offered.

// inlineLasts is how long a query is worth an answer. Telegram gives it up after some more seconds, and the person has
// typed on before.
const inlineLasts = 10 * time.Second

// Limits of answerInlineQuery.
const (
	maxCardID      = 64 // bytes
	maxInlineStart = 64 // characters of a start parameter
)

// Chosen is a card that a person took.
type Chosen struct {
	CardID    string
	MessageID string // to edit the message by, see Sender.EditInline; empty when the message has no buttons
}

// InlineAnswer is what a person is offered behind the bot's name.
type InlineAnswer struct {
	Cards []InlineCard
	Way   string // a line over the cards that leads to the private chat; empty: none
	Start string // what the private chat is told then, as "/start …"; needed with Way
}

// InlineCard is one choice. Message is what is sent: a text with buttons of the kinds URL and Copy.
type InlineCard struct {
	ID, Title, Description string
	Message                Screen
}

// elsewhere tells that it happened in a chat that is none of ours: there is nobody to say anything to.
func (t *Turn) elsewhere() bool { return t.Kind == KindInline || t.Kind == KindChosen }

// Offer answers an inline query. A query that is too old to be answered is success. In other turns it does nothing.
func (t *Turn) Offer(ctx context.Context, a InlineAnswer) error {
	id := t.query
	if id == "" {
		return nil
	}
	t.query = ""
	return t.rt.cfg.Sender.answerInline(ctx, id, a)
}

// inline runs a query's or a choice's handler. A query that has waited too long, or was left by an earlier process, is
// passed over: nobody looks at it any more, and offers that nobody can see are not made.
func (r *Runtime) inline(ctx context.Context, t *Turn) error {
	if t.Kind == KindInline && (t.arrived.IsZero() || r.cfg.Now().Sub(t.arrived) > inlineLasts) {
		return nil
	}
	handler := r.cfg.Routes.Inline
	if t.Kind == KindChosen {
		handler = r.cfg.Routes.Chosen
	}
	if handler == nil {
		return nil
	}
	if r.cfg.Prepare != nil {
		if err := r.cfg.Prepare(ctx, t); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	return handler(ctx, t)
}

// The wire form. The library leaves out a cache_time of 0, which then means five minutes: a person who asks the same
// of two customers would send both the same card.
type (
	inlineAnswer struct {
		QueryID   string       `json:"inline_query_id"`
		Results   []inlineCard `json:"results"`
		CacheTime int          `json:"cache_time"`
		Personal  bool         `json:"is_personal"`
		Button    *inlineWay   `json:"button,omitempty"`
	}
	inlineCard struct {
		Type        string             `json:"type"`
		ID          string             `json:"id"`
		Title       string             `json:"title"`
		Description string             `json:"description,omitempty"`
		Content     inlineText         `json:"input_message_content"`
		Markup      models.ReplyMarkup `json:"reply_markup,omitempty"`
	}
	inlineText struct {
		Text    string                     `json:"message_text"`
		Mode    models.ParseMode           `json:"parse_mode,omitempty"`
		Preview *models.LinkPreviewOptions `json:"link_preview_options"`
	}
	inlineWay struct {
		Text  string `json:"text"`
		Start string `json:"start_parameter"`
	}
	inlineEdit struct {
		MessageID string                     `json:"inline_message_id"`
		Text      string                     `json:"text"`
		Mode      models.ParseMode           `json:"parse_mode,omitempty"`
		Preview   *models.LinkPreviewOptions `json:"link_preview_options"`
		Markup    models.ReplyMarkup         `json:"reply_markup,omitempty"`
	}
)

func (a InlineAnswer) wire(queryID string) (inlineAnswer, error) {
	out := inlineAnswer{QueryID: queryID, Results: []inlineCard{}, Personal: true}
	if a.Way != "" {
		if a.Start == "" || len(a.Start) > maxInlineStart {
			return out, fmt.Errorf("start parameter of %d bytes", len(a.Start))
		}
		out.Button = &inlineWay{Text: a.Way, Start: a.Start}
	}
	for _, card := range a.Cards {
		if card.ID == "" || len(card.ID) > maxCardID || card.Title == "" {
			return out, fmt.Errorf("card %q: its id has %d bytes, its title %d", card.ID, len(card.ID), len(card.Title))
		}
		if err := card.Message.checkInline(); err != nil {
			return out, fmt.Errorf("card %q: %w", card.ID, err)
		}
		markup, err := card.Message.markup()
		if err != nil {
			return out, fmt.Errorf("card %q: %w", card.ID, err)
		}
		out.Results = append(out.Results, inlineCard{Type: "article", ID: card.ID, Title: card.Title,
			Description: card.Description, Markup: markup,
			Content: inlineText{Text: card.Message.Text, Mode: models.ParseModeHTML, Preview: noPreview()}})
	}
	return out, nil
}

// checkInline finds what a message that the bot does not send itself cannot be.
func (s Screen) checkInline() error {
	switch {
	case s.Photo != nil || s.Document != nil || s.Caption || s.Keys != nil || s.RemoveKeys || s.Silent:
		return errors.New("an inline message is a text with buttons")
	case s.Text == "" || units(plain(s.Text)) > maxText:
		return fmt.Errorf("an inline message of %d UTF-16 units", units(plain(s.Text)))
	}
	return nil
}

func (s *Sender) answerInline(ctx context.Context, queryID string, a InlineAnswer) error {
	params, err := a.wire(queryID)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, inlineLasts)
	defer cancel()
	var done bool
	err = s.try(ctx, 0, "answerInlineQuery", func(ctx context.Context) error {
		return s.raw(ctx, "answerInlineQuery", params, &done)
	})
	if refused(err, "query is too old", "query id is invalid", "query_id_invalid") || errors.Is(err, context.DeadlineExceeded) {
		s.log.InfoContext(ctx, "an inline query was answered too late", "err", err)
		return nil
	}
	return err
}

// EditInline changes a message that was sent through inline mode; that it already looks so is success. Error:
// ErrMessageGone.
func (s *Sender) EditInline(ctx context.Context, messageID string, screen Screen) error {
	if err := screen.checkInline(); err != nil {
		return err
	}
	markup, err := screen.markup()
	if err != nil {
		return err
	}
	err = s.readable(ctx, screen.Text, func(text string, mode models.ParseMode) error {
		return s.try(ctx, 0, "editMessageText", func(ctx context.Context) error {
			var done bool // the library reads a message here, and Telegram answers true
			return s.raw(ctx, "editMessageText",
				inlineEdit{MessageID: messageID, Text: text, Mode: mode, Preview: noPreview(), Markup: markup}, &done)
		})
	})
	if errors.Is(err, tg.ErrorForbidden) {
		return fmt.Errorf("%w: %w", ErrMessageGone, err) // the chat threw the message's sender or the bot out
	}
	return s.verdict(ctx, 0, err)
}
