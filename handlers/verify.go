package handlers

import (
	"context"
	"errors"
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/scanner"
)

// Proofs is what the conversation asks about what is shown as a proof of
// payment.
type Proofs interface {
	Verify(context.Context, payments.PersonID, payments.Claim) (payments.Verdict, error)
	CheckReceipt(ctx context.Context, id payments.PersonID, c payments.Claim, sum payments.Money, key string) (payments.Verdict, error)
}

// A screenshot proves nothing, and cashiers are shown many. They ask here: by
// number, by the address in the code, by the operator's id, or with a photo, in
// or outside of the form. What a picture says is never believed; what its code
// leads to in our books is.
const (
	verifyForm   = "verify"
	actionVerify = "verify" // opens the form
	answerClaim  = "claim"
)

// Bounds of a picture to be read: what Telegram takes of a photo, and the time
// that reading may take, waiting for its turn included.
const (
	maxProof    = 10 << 20
	proofWithin = 15 * time.Second
)

// What is said where no verdict is possible.
const (
	hintNoClaim     = hint("verify.no_claim")
	hintNoCode      = hint("verify.no_code")
	hintOtherCode   = hint("verify.other_code")
	hintUnreadable  = hint("verify.unreadable")
	hintTooLarge    = hint("verify.too_large")
	hintPictureGone = hint("verify.gone")
	hintTooOften    = hint("verify.too_often")
	hintBusy        = hint("verify.busy")
)

// verify answers at once where the command says what to check, else it asks.
func (b *Bot) verify(ctx context.Context, t *chat.Turn) error {
	if t.Kind != chat.KindCommand || t.Args == "" {
		return t.OpenForm(ctx, verifyForm, nil)
	}
	if !b.checks.allow(visit(t).ID) {
		return hintTooOften
	}
	return b.judge(ctx, t, t.Args)
}

func (b *Bot) verifyForm() chat.Form {
	return chat.Form{
		Name: verifyForm, Version: 1,
		Steps: []chat.Step{{Name: "claim", Ask: b.askClaim, Take: b.takeClaim}},
		Done:  func(ctx context.Context, t *chat.Turn, v chat.Values) error { return b.judge(ctx, t, v[answerClaim]) },
	}
}

func (b *Bot) askClaim(_ context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	return verifyAskScreen(visit(t).Printer), nil
}

func (b *Bot) takeClaim(ctx context.Context, t *chat.Turn, v chat.Values) (err error) {
	switch {
	case t.Kind == chat.KindDocument && !isPicture(t):
		return hintUnreadable
	case t.Kind != chat.KindText && !isPicture(t):
		return hintNoClaim
	case !b.checks.allow(visit(t).ID):
		return hintTooOften
	case t.Kind == chat.KindText:
		if !canRead(t.Text, b.publicURL) {
			return hintNoClaim
		}
		v[answerClaim] = t.Text
		return nil
	}
	v[answerClaim], err = b.readPicture(ctx, t)
	return err
}

// picture judges a picture that somebody sends of their own accord.
func (b *Bot) picture(ctx context.Context, t *chat.Turn) error {
	if ok, first := b.checks.ask(visit(t).ID); !ok {
		if first {
			return hintTooOften
		}
		return nil
	}
	text, err := b.readPicture(ctx, t)
	var why hint
	if errors.As(err, &why) {
		_, err = t.Reply(ctx, noVerdictScreen(visit(t).Printer, why))
		return err
	}
	if err != nil {
		return err
	}
	return b.judge(ctx, t, text)
}

// shownAddress judges an address of a receipt that somebody pastes into the
// chat; false: the text is something else.
func (b *Bot) shownAddress(ctx context.Context, t *chat.Turn) (bool, error) {
	for _, word := range strings.Fields(t.Text) {
		if !isAddress(word) || !canRead(word, b.publicURL) {
			continue
		}
		if !b.checks.allow(visit(t).ID) {
			return true, hintTooOften
		}
		return true, b.judge(ctx, t, word)
	}
	return false, nil
}

// isPicture reports whether what came is a picture, also when it was sent as a
// file. Files of other kinds are somebody else's affair.
func isPicture(t *chat.Turn) bool {
	return t.Kind == chat.KindPhoto || t.Kind == chat.KindDocument && t.File != nil && strings.HasPrefix(t.File.MIME, "image/")
}

// readPicture returns the claim in a picture's code, followed by the sum in its
// caption, if there is one. Errors are hints where the person can do something.
func (b *Bot) readPicture(ctx context.Context, t *chat.Turn) (string, error) {
	data, err := t.Download(ctx, maxProof)
	switch {
	case errors.Is(err, chat.ErrFileTooBig):
		return "", hintTooLarge
	case errors.Is(err, chat.ErrFileGone):
		return "", hintPictureGone
	case err != nil:
		return "", err
	}
	within, cancel := context.WithTimeout(ctx, proofWithin)
	defer cancel()
	text, err := b.scanner.Read(within, data)
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return "", hintBusy
	case errors.Is(err, scanner.ErrNoCode):
		return "", hintNoCode
	case errors.Is(err, scanner.ErrTooLarge):
		return "", hintTooLarge
	case errors.Is(err, scanner.ErrNotAPicture):
		return "", hintUnreadable
	case err != nil:
		return "", err
	}
	if !canRead(text, b.publicURL) {
		return "", hintOtherCode
	}
	if _, err := payments.ParseMoney(t.Text); err == nil {
		if withSum := text + " " + t.Text; canRead(withSum, b.publicURL) {
			return withSum, nil
		}
	}
	return text, nil
}

func canRead(text, publicURL string) bool {
	_, ok := readClaim(text, publicURL)
	return ok
}

// judge answers with the verdict. A code to pay by that is their own is shown
// with it: that is what it is good for.
func (b *Bot) judge(ctx context.Context, t *chat.Turn, text string) error {
	v := visit(t)
	c, ok := readClaim(text, b.publicURL)
	if !ok {
		return hintNoClaim
	}
	if c.Foreign != "" {
		_, err := t.Reply(ctx, forgedScreen(v.Printer, c.Foreign))
		return err
	}
	verdict, err := b.service.CheckReceipt(ctx, v.ID, c.Claim, c.Sum, onceByUpdate(t))
	if err != nil {
		return err
	}
	if _, err := t.Reply(ctx, verdictScreen(v.Printer, c, verdict, b.zone, b.now())); err != nil {
		return err
	}
	if verdict.Link == nil || verdict.Link.Kind != payments.LinkCharge {
		return nil
	}
	ticket, err := b.service.Ticket(ctx, v.ID, verdict.Link.ID)
	if err != nil {
		return err
	}
	return b.replyTicket(ctx, t, ticket)
}
