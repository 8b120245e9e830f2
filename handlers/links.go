package handlers

import (
	"context"
	"fmt"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// LinkCare is what happens to links after they were made, and how reusable
// ones are.
type LinkCare interface {
	Links(context.Context, payments.PersonID, payments.LinkQuery) (payments.LinkList, error)
	OpenLink(context.Context, payments.PersonID, payments.LinkDraft) (payments.Ticket, error)
	CloneLink(ctx context.Context, id payments.PersonID, link payments.LinkID, key string) (payments.Ticket, error)
	PauseLink(ctx context.Context, id payments.PersonID, link payments.LinkID, paused bool) (payments.Ticket, error)
	EditLink(context.Context, payments.PersonID, payments.LinkID, payments.LinkChange) (payments.Ticket, error)
	RemindOfLink(context.Context, payments.PersonID, payments.LinkID, payments.Reminder) (payments.Ticket, error)
}

// Actions on links. A link's own message shows nothing but that link, so that
// it can follow the link's state.
const (
	actionLinks          = "links"          // filter, direction, link
	actionNewLink        = "newlink"        //
	actionLink           = "link"           // link: in a message of its own
	actionLinkHere       = "linkhere"       // link: back in its message
	actionPauseLink      = "linkpause"      // link
	actionResumeLink     = "linkresume"     // link
	actionCancelLink     = "linkcancel"     // link
	actionCancelLinkSure = "linkcancelsure" // link
	actionCloneLink      = "linkclone"      // link
	actionLinkFile       = "linkfile"       // link
	actionChangeLink     = "linkchange"     // link
	actionEditLink       = "linkedit"       // link, field
	actionLinkLife       = "linklife"       // link, life; without one it is asked
	actionRemind         = "remind"         // link, choice; without one it is asked
)

// Directions in which the list of links is turned.
const (
	older = "b" // before a link
	newer = "a" // after it
	below = "n" // the newest, in a new message
)

func (b *Bot) linkButtons() map[string]chat.Handler {
	return map[string]chat.Handler{
		actionLinks:          b.links,
		actionNewLink:        b.newLink,
		actionLink:           b.onLink(b.link),
		actionLinkHere:       b.onLink(b.linkHere),
		actionPauseLink:      b.onLink(b.pauseLink(pause)),
		actionResumeLink:     b.onLink(b.pauseLink(resume)),
		actionCancelLink:     b.onLink(b.cancelLink),
		actionCancelLinkSure: b.onLink(b.cancelLinkSure),
		actionCloneLink:      b.onLink(b.cloneLink),
		actionLinkFile:       b.onLink(b.linkFile),
		actionChangeLink:     b.onLink(b.changeLink),
		actionEditLink:       b.onLink(b.editLink),
		actionLinkLife:       b.onLink(b.linkLife),
		actionRemind:         b.onLink(b.remind),
	}
}

// onLink is a button about a link. Whose it is, the service says at every
// press.
func (b *Bot) onLink(next func(context.Context, *chat.Turn, payments.LinkID) error) chat.Handler {
	return func(ctx context.Context, t *chat.Turn) error {
		id, err := t.Action.Int64(0)
		if err != nil {
			return b.unknown(ctx, t)
		}
		return next(ctx, t, payments.LinkID(id))
	}
}

// links lists the outlet's links, the newest first.
func (b *Bot) links(ctx context.Context, t *chat.Turn) error {
	q := payments.LinkQuery{Filter: payments.LinksAll, Limit: pageSize}
	for _, f := range payments.LinkFilters() {
		if string(f) == t.Action.Arg(0) {
			q.Filter = f
		}
	}
	at := payments.LinkID(max(pageAsked(t.Action, 2), 0))
	switch t.Action.Arg(1) {
	case older:
		q.Before = at
	case newer:
		q.After = at
	}
	v := visit(t)
	list, err := b.service.Links(ctx, v.ID, q)
	if err != nil {
		return err
	}
	screen := linksScreen(v.Printer, list)
	if t.Action.Arg(1) == below {
		_, err := t.Reply(ctx, screen)
		return err
	}
	return show(ctx, t, screen)
}

// link opens a link in a message of its own, which follows its state.
func (b *Bot) link(ctx context.Context, t *chat.Turn, id payments.LinkID) error {
	ticket, err := b.listed(ctx, t, id)
	if err != nil {
		return err
	}
	return b.replyLink(ctx, t, ticket)
}

func (b *Bot) replyLink(ctx context.Context, t *chat.Turn, ticket payments.Ticket) error {
	screen, err := b.linkPicture(visit(t), ticket)
	if err != nil {
		return err
	}
	id, err := t.Reply(ctx, screen)
	if err != nil {
		return err
	}
	return b.remember(ctx, t, ticket, id)
}

func (b *Bot) linkPicture(v *visitor, ticket payments.Ticket) (chat.Screen, error) {
	picture, err := b.qr(ticket.Link.URI)
	if err != nil {
		return chat.Screen{}, err
	}
	return linkScreen(v.Printer, b.linkView(v.Person, ticket, picture)), nil
}

func (b *Bot) linkView(reader payments.Person, ticket payments.Ticket, picture []byte) linkView {
	return linkView{ticketView: b.ticketView(ticket, picture), MayChange: reader.MayChange(ticket.Link), MaySell: reader.Role.Can(payments.ActionTakeMoney)}
}

// linkHere shows a link in its own message, with all that can be done with it.
func (b *Bot) linkHere(ctx context.Context, t *chat.Turn, id payments.LinkID) error {
	v := visit(t)
	ticket, err := b.listed(ctx, t, id)
	if err != nil {
		return err
	}
	if !onPicture(t) {
		return b.replyLink(ctx, t, ticket)
	}
	return t.Edit(ctx, inPlace(linkScreen(v.Printer, b.linkView(v.Person, ticket, nil))))
}

// showLink puts a link as it is now in place of what its message said, in the
// form in which it follows the link's state.
func (b *Bot) showLink(ctx context.Context, t *chat.Turn, ticket payments.Ticket, err error) error {
	if err != nil {
		return err
	}
	if !onPicture(t) {
		return b.replyLink(ctx, t, ticket)
	}
	return t.Edit(ctx, b.TicketScreen(visit(t).Person, ticket))
}

// inPlace keeps the picture that the message has.
func inPlace(s chat.Screen) chat.Screen {
	s.Photo, s.Caption = nil, true
	return s
}

// listed is a link that the list may show: the outlet's own code is the main
// screen's. Error: CodeLinkNotFound.
func (b *Bot) listed(ctx context.Context, t *chat.Turn, id payments.LinkID) (payments.Ticket, error) {
	ticket, err := b.service.Ticket(ctx, visit(t).ID, id)
	if err == nil && ticket.Link.Kind == payments.LinkStatic {
		err = payments.Fail(payments.CodeLinkNotFound)
	}
	return ticket, err
}

// mine is the link whose button was pressed, if the person may change it and
// it can still be changed. Errors: CodeLinkNotFound, CodeNotAllowed,
// CodeLinkClosed.
func (b *Bot) mine(ctx context.Context, t *chat.Turn, id payments.LinkID) (linkView, error) {
	v := visit(t)
	ticket, err := b.listed(ctx, t, id)
	if err != nil {
		return linkView{}, err
	}
	view := b.linkView(v.Person, ticket, nil)
	switch {
	case !view.MayChange:
		return view, payments.Fail(payments.CodeNotAllowed)
	case !view.changeable():
		return view, payments.Fail(payments.CodeLinkClosed, "state", string(ticket.Link.State))
	}
	return view, nil
}

func (b *Bot) pauseLink(paused bool) func(context.Context, *chat.Turn, payments.LinkID) error {
	return func(ctx context.Context, t *chat.Turn, id payments.LinkID) error {
		ticket, err := b.service.PauseLink(ctx, visit(t).ID, id, paused)
		return b.showLink(ctx, t, ticket, err)
	}
}

// cancelLink asks once: whoever has a reusable link may be paying.
func (b *Bot) cancelLink(ctx context.Context, t *chat.Turn, id payments.LinkID) error {
	view, err := b.mine(ctx, t, id)
	if err != nil {
		return err
	}
	return show(ctx, t, cancelLinkScreen(visit(t).Printer, view))
}

func (b *Bot) cancelLinkSure(ctx context.Context, t *chat.Turn, id payments.LinkID) error {
	v := visit(t)
	ticket, err := b.service.CancelLink(ctx, v.ID, id)
	if payments.CodeOf(err) == payments.CodeLinkClosed {
		// Somebody is paying a charge at this very moment.
		if err := t.Alert(ctx, v.Text("charge.in_process")); err != nil {
			return err
		}
		ticket, err = b.service.Ticket(ctx, v.ID, id)
	}
	return b.showLink(ctx, t, ticket, err)
}

// cloneLink makes one link of a double tap; see openCharge.
func (b *Bot) cloneLink(ctx context.Context, t *chat.Turn, id payments.LinkID) error {
	v := visit(t)
	clone, err := b.service.CloneLink(ctx, v.ID, id, fmt.Sprintf("c%d:%d:%d", t.Chat, t.MessageID, id))
	if err == nil && clone.Link.State != payments.LinkActive {
		clone, err = b.service.CloneLink(ctx, v.ID, id, onceByUpdate(t))
	}
	if err != nil {
		return err
	}
	return b.replyLink(ctx, t, clone)
}

// linkFile sends the QR code as a file, which Telegram does not make smaller.
func (b *Bot) linkFile(ctx context.Context, t *chat.Turn, id payments.LinkID) error {
	v := visit(t)
	ticket, err := b.listed(ctx, t, id)
	if err != nil {
		return err
	}
	picture, err := b.qr(ticket.Link.URI)
	if err != nil {
		return err
	}
	_, err = t.Reply(ctx, linkFileScreen(v.Printer, b.linkView(v.Person, ticket, picture)))
	return err
}

// changeLink lists what can be changed about a reusable link.
func (b *Bot) changeLink(ctx context.Context, t *chat.Turn, id payments.LinkID) error {
	view, err := b.mine(ctx, t, id)
	if err != nil {
		return err
	}
	return show(ctx, t, changeLinkScreen(visit(t).Printer, view))
}

// linkLife asks how long a link can be paid, or notes the answer.
func (b *Bot) linkLife(ctx context.Context, t *chat.Turn, id payments.LinkID) error {
	life := payments.Life(t.Action.Arg(1))
	if life == "" {
		view, err := b.mine(ctx, t, id)
		if err != nil {
			return err
		}
		return show(ctx, t, lifeScreen(visit(t).Printer, view))
	}
	ticket, err := b.service.EditLink(ctx, visit(t).ID, id, payments.LinkChange{Life: &life})
	if payments.CodeOf(err) == payments.CodeDataWrong {
		return b.unknown(ctx, t)
	}
	return b.showLink(ctx, t, ticket, err)
}

// remind asks when to remind of an unpaid charge, or notes the answer.
func (b *Bot) remind(ctx context.Context, t *chat.Turn, id payments.LinkID) error {
	choice := payments.Reminder(t.Action.Arg(1))
	if choice == "" {
		view, err := b.mine(ctx, t, id)
		if err != nil {
			return err
		}
		return show(ctx, t, remindScreen(visit(t).Printer, view))
	}
	ticket, err := b.service.RemindOfLink(ctx, visit(t).ID, id, choice)
	if payments.CodeOf(err) == payments.CodeDataWrong {
		return b.unknown(ctx, t)
	}
	return b.showLink(ctx, t, ticket, err)
}

// ReminderScreen is a charge that is still unpaid, as its reminder shows it.
func (b *Bot) ReminderScreen(reader payments.Person, ticket payments.Ticket) (chat.Screen, error) {
	picture, err := b.qr(ticket.Link.URI)
	if err != nil {
		return chat.Screen{}, err
	}
	return reminderScreen(b.printerFor(reader), b.linkView(reader, ticket, picture)), nil
}
