package handlers

import (
	"context"

	"elkart.kg/trade/handlers/chat"
)

// homeMoment says what brought a person to the main screen.
type homeMoment int

const (
	homeAsked       homeMoment = iota
	homeJustDone               // set-up has just ended
	homeOutletAdded            // a further outlet has just been opened
	homeJoined                 // an owner has just accepted them
)

// home shows the main screen: the outlet's own QR code, its day, what to do.
// It says that a sum may be written, so no form may be left to take it for an
// answer.
func (b *Bot) home(ctx context.Context, t *chat.Turn) error {
	if err := t.CloseForm(ctx); err != nil {
		return err
	}
	return b.showHome(ctx, t, homeAsked)
}

func (b *Bot) showHome(ctx context.Context, t *chat.Turn, moment homeMoment) error {
	v := visit(t)
	desk, err := b.service.Desk(ctx, v.ID)
	if err != nil {
		return err
	}
	picture, err := b.qr(desk.Static.URI)
	if err != nil {
		return err
	}
	screen := homeScreen(v.Printer, homeView{
		Desk: desk, Moment: moment, Address: b.address(desk.Static), QR: picture,
	})
	if t.Kind == chat.KindPress && moment == homeAsked {
		return t.Edit(ctx, screen)
	}
	_, err = t.Reply(ctx, screen)
	return err
}

// show answers with a screen of text in the message whose button was pressed.
// Under the main screen's picture it becomes the caption.
func show(ctx context.Context, t *chat.Turn, screen chat.Screen) error {
	if t.Kind != chat.KindPress {
		_, err := t.Reply(ctx, screen)
		return err
	}
	screen.Caption = onPicture(t)
	return t.Edit(ctx, screen)
}

// onPicture reports whether the pressed button is under a picture.
func onPicture(t *chat.Turn) bool {
	if t.Raw == nil || t.Raw.CallbackQuery == nil {
		return false
	}
	m := t.Raw.CallbackQuery.Message.Message
	return m != nil && len(m.Photo) > 0
}
