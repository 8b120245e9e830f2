package chat

import (
	"context"
	"errors"
	"time"

	"github.com/go-telegram/bot/models"
)

// ChatID and UserID are Telegram's; a private chat has the id of its person.
type (
	ChatID int64
	UserID int64
)

// Kind is what happened.
type Kind string

// The kinds of turns.
const (
	KindCommand   Kind = "command"
	KindText      Kind = "text"
	KindPress     Kind = "press"
	KindContact   Kind = "contact"
	KindLocation  Kind = "location"
	KindPhoto     Kind = "photo"
	KindDocument  Kind = "document"
	KindEdited    Kind = "edited"
	KindSignal    Kind = "signal"
	KindBlocked   Kind = "blocked"   // the person blocked the bot; in a group: the bot was put out
	KindUnblocked Kind = "unblocked" // the person let the bot in again; in a group: the bot was added
	KindInline    Kind = "inline"    // somebody types the bot's name in some chat; Text is what follows
	KindChosen    Kind = "chosen"    // they sent one of the cards that they were offered
	KindMoved     Kind = "moved"     // a group goes on as a supergroup: from Chat to MovedTo
	KindOther     Kind = "other"     // sticker, voice, video, poll, dice …
)

// User is a person as Telegram shows them. Names are their own words: escape them.
type User struct {
	ID                            UserID
	FirstName, LastName, Username string
	LanguageCode                  string // IETF tag, or empty
}

// Contact is a shared contact. It is the person's own only if UserID is From.ID and Forwarded is false.
type Contact struct {
	Phone, FirstName string
	UserID           UserID // 0 when Telegram does not know
	Forwarded        bool
}

// Location is a shared place in degrees.
type Location struct {
	Latitude, Longitude float64
}

// File is what Telegram says of a document before it is downloaded. All of it is the sender's word.
type File struct {
	Name, MIME string
	Size       int64 // bytes; 0 when Telegram does not say
}

// Turn is one thing that happened in one chat, and the means to answer it. It is used by one goroutine, until its
// handler returns.
type Turn struct {
	UpdateID      int64 // 0 for a signal
	Kind          Kind
	Chat          ChatID
	MovedTo       ChatID // of KindMoved
	Title         string // of a group
	Private       bool
	From          User
	MessageID     int    // the message that came; for a press the message of the button, 0 when it is out of reach
	Text          string // text or caption
	Command, Args string // of a command: "/pay@bot 500 кофе" is "pay" and "500 кофе"
	Action        Action // of a press (zero when its data is not ours) or a signal
	Contact       *Contact
	Location      *Location
	FileID        string         // the biggest size of a photo, or the document
	File          *File          // of a document
	Chosen        *Chosen        // of KindChosen
	Raw           *models.Update // nil for a signal, and for an update the library cannot read
	Visitor       any            // whatever Config.Prepare attached
	Known         bool           // Config.Prepare: whoever is comes before those who are not, when all come at once

	rt       *Runtime
	callback string    // id of a press that still waits for its answer
	data     string    // the press's callback_data as it came
	query    string    // id of an inline query that still waits for its answer
	arrived  time.Time // zero when an earlier process took it in

	replied bool // the handler sent something
	moved   bool // the handler opened, asked again or closed the chat's form itself
	keysUp  bool // the keyboard of a form that was left is still on the screen
	keysSet bool // the handler put up or took away a keyboard
}

// Reply sends a new message and returns its id.
func (t *Turn) Reply(ctx context.Context, s Screen) (int, error) {
	switch {
	case s.Keys != nil || s.RemoveKeys:
		t.keysUp, t.keysSet = false, true
	case t.keysUp && len(s.Buttons) == 0:
		s.RemoveKeys, t.keysUp, t.keysSet = true, false, true
	case t.keysUp:
		if err := t.dropKeys(ctx); err != nil {
			return 0, err
		}
	}
	t.replied = true
	return t.rt.cfg.Sender.Send(ctx, t.Chat, s)
}

// Edit changes the message of the pressed button. Where there is none, or it is gone, too old, or cannot become this
// screen, a new message takes its place.
func (t *Turn) Edit(ctx context.Context, s Screen) error {
	if t.Kind == KindPress && t.MessageID != 0 && s.Keys == nil && !s.RemoveKeys {
		err := t.rt.cfg.Sender.Edit(ctx, t.Chat, t.MessageID, s)
		if !errors.Is(err, ErrMessageGone) {
			return err
		}
	}
	if t.Kind == KindPress && t.MessageID != 0 {
		t.rt.clear(ctx, t.Chat, t.MessageID)
	}
	_, err := t.Reply(ctx, s)
	return err
}

// Toast shows a line of plain text over the chat in answer to a press. Only the first Toast or Alert of a turn is
// shown, Telegram takes one answer; in other turns it does nothing.
func (t *Turn) Toast(ctx context.Context, text string) error {
	return t.answer(ctx, text, false)
}

// Alert is Toast as a window that has to be closed.
func (t *Turn) Alert(ctx context.Context, text string) error {
	return t.answer(ctx, text, true)
}

func (t *Turn) answer(ctx context.Context, text string, alert bool) error {
	id := t.callback
	if id == "" {
		return nil
	}
	t.callback = ""
	return t.rt.cfg.Sender.answer(ctx, id, text, alert)
}

// Download fetches what FileID names, at most limit bytes. Errors: ErrFileTooBig, which needs no download where
// Telegram told the size; ErrFileGone.
func (t *Turn) Download(ctx context.Context, limit int64) ([]byte, error) {
	if t.File != nil && t.File.Size > limit {
		return nil, ErrFileTooBig
	}
	return t.rt.cfg.Sender.File(ctx, t.FileID, limit)
}

// DeleteIncoming removes the person's own message; for a press it does nothing.
func (t *Turn) DeleteIncoming(ctx context.Context) error {
	if t.MessageID == 0 || t.Kind == KindPress || t.Kind == KindSignal {
		return nil
	}
	return t.rt.cfg.Sender.Delete(ctx, t.Chat, t.MessageID)
}

// OpenForm begins a form, in place of one that is open, and asks its first needed step. Values is copied.
func (t *Turn) OpenForm(ctx context.Context, name string, v Values) error {
	return t.rt.open(ctx, t, name, v)
}

// ResumeForm asks the current step of the chat's form again; false if no form is open.
func (t *Turn) ResumeForm(ctx context.Context) (bool, error) {
	seat, err := t.rt.seat(ctx, t.Chat)
	if err != nil || seat == nil {
		return false, err
	}
	t.moved = true
	return true, t.rt.ask(ctx, t, seat, "")
}

// CloseForm forgets the chat's form without a word.
func (t *Turn) CloseForm(ctx context.Context) error {
	seat, err := t.rt.seat(ctx, t.Chat)
	if err != nil {
		return err
	}
	t.moved = true
	return t.rt.leave(ctx, t, seat)
}

// FormName is the name of the chat's form, empty if none is open.
func (t *Turn) FormName(ctx context.Context) (string, error) {
	seat, err := t.rt.seat(ctx, t.Chat)
	if err != nil || seat == nil {
		return "", err
	}
	return seat.form.Name, nil
}

// dropKeys takes away the keyboard of a form that was left. Telegram does that only with a message.
func (t *Turn) dropKeys(ctx context.Context) error {
	text := t.rt.labels(ctx, t).Noted
	if text == "" {
		text = "👌"
	}
	t.keysUp, t.keysSet = false, true
	_, err := t.rt.cfg.Sender.Send(ctx, t.Chat, Screen{Text: text, RemoveKeys: true, Silent: true})
	return err
}
