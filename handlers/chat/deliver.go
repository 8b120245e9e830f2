package chat

import (
	"bytes"
	"context"
	"fmt"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// part is one message of a Screen.
type part struct {
	photo    []byte
	document *Document
	text     string
	silent   bool
	markup   models.ReplyMarkup // nil: none
}

// FitsCaption reports whether a text (HTML) can stand under a picture, in one message with it.
func FitsCaption(text string) bool { return units(plain(text)) <= maxCaption }

// parts cuts a screen into what fits: a long text into several messages, a picture with a long caption into the
// picture and the text. The buttons come with the last one.
func (s Screen) parts(markup models.ReplyMarkup) []part {
	var parts []part
	text := s.Text
	if len(s.Photo) > 0 || s.Document != nil {
		p := part{photo: s.Photo, document: s.Document, silent: s.Silent}
		if FitsCaption(text) {
			p.text, text = text, ""
		}
		parts = append(parts, p)
	}
	if text != "" {
		for _, t := range splitHTML(text, maxText) {
			parts = append(parts, part{text: t, silent: s.Silent})
		}
	}
	if len(parts) > 0 {
		parts[len(parts)-1].markup = markup
	}
	return parts
}

// Send sends a screen as one message, or several when it is too long for one, and returns the id of the last, the
// one with the buttons. Errors: ErrBlocked; what Telegram refused; a screen that breaks the rules.
func (s *Sender) Send(ctx context.Context, chat ChatID, screen Screen) (int, error) {
	if err := screen.check(); err != nil {
		return 0, err
	}
	markup, err := screen.markup()
	if err != nil {
		return 0, err
	}
	parts := screen.parts(markup)
	if len(parts) == 0 {
		return 0, fmt.Errorf("screen shows nothing")
	}
	var id int
	for _, p := range parts {
		if id, err = s.post(ctx, chat, p); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func (s *Sender) post(ctx context.Context, chat ChatID, p part) (id int, err error) {
	var m *models.Message
	err = s.readable(ctx, p.text, func(text string, mode models.ParseMode) error {
		switch {
		case len(p.photo) > 0:
			return s.try(ctx, chat, "sendPhoto", func(ctx context.Context) (err error) {
				m, err = s.bot.SendPhoto(ctx, &tg.SendPhotoParams{ChatID: int64(chat), Caption: text, ParseMode: mode,
					Photo:               &models.InputFileUpload{Filename: "picture.png", Data: bytes.NewReader(p.photo)},
					DisableNotification: p.silent, ReplyMarkup: p.markup})
				return err
			})
		case p.document != nil:
			return s.try(ctx, chat, "sendDocument", func(ctx context.Context) (err error) {
				m, err = s.bot.SendDocument(ctx, &tg.SendDocumentParams{ChatID: int64(chat), Caption: text, ParseMode: mode,
					Document:            &models.InputFileUpload{Filename: p.document.Name, Data: bytes.NewReader(p.document.Data)},
					DisableNotification: p.silent, ReplyMarkup: p.markup})
				return err
			})
		}
		return s.try(ctx, chat, "sendMessage", func(ctx context.Context) (err error) {
			m, err = s.bot.SendMessage(ctx, &tg.SendMessageParams{ChatID: int64(chat), Text: text, ParseMode: mode,
				LinkPreviewOptions: noPreview(), DisableNotification: p.silent, ReplyMarkup: p.markup})
			return err
		})
	})
	if err = s.verdict(ctx, chat, err); err != nil {
		return 0, err
	}
	if m == nil {
		return 0, nil
	}
	return m.ID, nil
}

// Edit changes a message into the screen; that it already looks so is success. What does not fit follows as new
// messages. Errors: ErrMessageGone when it cannot be changed into this, ErrBlocked.
func (s *Sender) Edit(ctx context.Context, chat ChatID, messageID int, screen Screen) error {
	if err := screen.check(); err != nil {
		return err
	}
	if screen.Keys != nil || screen.RemoveKeys {
		return fmt.Errorf("edit: a reply keyboard comes only with a new message")
	}
	markup, err := screen.markup()
	if err != nil {
		return err
	}
	limit := maxText
	media := len(screen.Photo) > 0 || screen.Document != nil
	if media || screen.Caption {
		limit = maxCaption
	}
	first, rest := screen.Text, []string(nil)
	if texts := splitHTML(screen.Text, limit); len(texts) > 1 {
		first, rest = texts[0], texts[1:]
	}
	own := markup
	if len(rest) > 0 {
		own = nil
	}
	err = s.readable(ctx, first, func(text string, mode models.ParseMode) error {
		switch {
		case media:
			return s.editMedia(ctx, chat, messageID, screen, text, mode, own)
		case screen.Caption:
			return s.try(ctx, chat, "editMessageCaption", func(ctx context.Context) error {
				_, err := s.bot.EditMessageCaption(ctx, &tg.EditMessageCaptionParams{ChatID: int64(chat),
					MessageID: messageID, Caption: text, ParseMode: mode, ReplyMarkup: own})
				return err
			})
		}
		return s.try(ctx, chat, "editMessageText", func(ctx context.Context) error {
			_, err := s.bot.EditMessageText(ctx, &tg.EditMessageTextParams{ChatID: int64(chat), MessageID: messageID,
				Text: text, ParseMode: mode, LinkPreviewOptions: noPreview(), ReplyMarkup: own})
			return err
		})
	})
	if err = s.verdict(ctx, chat, err); err != nil {
		return err
	}
	for i, text := range rest {
		p := part{text: text, silent: true}
		if i == len(rest)-1 {
			p.markup = markup
		}
		if _, err := s.post(ctx, chat, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sender) editMedia(ctx context.Context, chat ChatID, messageID int, screen Screen, text string,
	mode models.ParseMode, markup models.ReplyMarkup) error {
	return s.try(ctx, chat, "editMessageMedia", func(ctx context.Context) error {
		var media models.InputMedia
		if screen.Document != nil {
			media = &models.InputMediaDocument{Media: "attach://" + screen.Document.Name, Caption: text, ParseMode: mode,
				MediaAttachment: bytes.NewReader(screen.Document.Data)}
		} else {
			media = &models.InputMediaPhoto{Media: "attach://picture.png", Caption: text, ParseMode: mode,
				MediaAttachment: bytes.NewReader(screen.Photo)}
		}
		_, err := s.bot.EditMessageMedia(ctx, &tg.EditMessageMediaParams{ChatID: int64(chat), MessageID: messageID,
			Media: media, ReplyMarkup: markup})
		return err
	})
}

// ClearButtons takes the buttons off a message. Errors as for Edit.
func (s *Sender) ClearButtons(ctx context.Context, chat ChatID, messageID int) error {
	return s.verdict(ctx, chat, s.try(ctx, 0, "editMessageReplyMarkup", func(ctx context.Context) error {
		_, err := s.bot.EditMessageReplyMarkup(ctx, &tg.EditMessageReplyMarkupParams{ChatID: int64(chat),
			MessageID: messageID})
		return err
	}))
}

// Delete removes a message; that it is gone already is success. ErrMessageGone: it is too old to be removed.
func (s *Sender) Delete(ctx context.Context, chat ChatID, messageID int) error {
	err := s.try(ctx, 0, "deleteMessage", func(ctx context.Context) error {
		_, err := s.bot.DeleteMessage(ctx, &tg.DeleteMessageParams{ChatID: int64(chat), MessageID: messageID})
		return err
	})
	if refused(err, "message to delete not found") {
		return nil
	}
	return s.verdict(ctx, chat, err)
}

// answer ends the spinner on a pressed button, with at most 200 UTF-16 units of plain text. A press too old to be
// answered is success.
func (s *Sender) answer(ctx context.Context, callbackID, text string, alert bool) error {
	err := s.try(ctx, 0, "answerCallbackQuery", func(ctx context.Context) error {
		_, err := s.bot.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: callbackID,
			Text: cut(text, maxToast), ShowAlert: alert})
		return err
	})
	if refused(err, "query is too old", "query id is invalid", "query_id_invalid") {
		return nil
	}
	return err
}

// readable sends a text as HTML, and as plain text when Telegram cannot read the HTML: a badly written message must
// still arrive.
func (s *Sender) readable(ctx context.Context, text string, send func(string, models.ParseMode) error) error {
	err := send(text, models.ParseModeHTML)
	if !refused(err, "can't parse entities") {
		return err
	}
	s.log.ErrorContext(ctx, "message is sent as plain text", "err", err)
	return send(plain(text), "")
}

func noPreview() *models.LinkPreviewOptions {
	disabled := true
	return &models.LinkPreviewOptions{IsDisabled: &disabled}
}
