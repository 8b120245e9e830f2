package handlers

import (
	"context"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// OutletCare is what happens to outlets after they were opened.
type OutletCare interface {
	Outlets(context.Context, payments.PersonID) (payments.OutletList, error)
	OutletView(context.Context, payments.PersonID, payments.OutletID) (payments.OutletView, error)
	SwitchOutlet(context.Context, payments.PersonID, payments.OutletID) error
	EditOutlet(context.Context, payments.PersonID, payments.OutletID, payments.OutletChange) (payments.OutletView, error)
	PauseOutlet(ctx context.Context, id payments.PersonID, outlet payments.OutletID, paused bool) (payments.OutletView, error)
	ArchiveOutlet(context.Context, payments.PersonID, payments.OutletID) (payments.OutletView, error)
	RestoreOutlet(context.Context, payments.PersonID, payments.OutletID) (payments.OutletView, error)
}

// Actions on outlets.
const (
	actionOutlets       = "outlets"      // page
	actionArchived      = "archived"     // page
	actionSwitchOutlet  = "switch"       // outlet
	actionOutlet        = "outlet"       // outlet
	actionNewOutlet     = "newoutlet"    //
	actionEditOutlet    = "editoutlet"   // outlet, field
	actionPauseOutlet   = "pauseoutlet"  // outlet
	actionResumeOutlet  = "resumeoutlet" // outlet, home?
	actionArchiveOutlet = "archive"      // outlet
	actionArchiveSure   = "archivesure"  // outlet
	actionRestoreOutlet = "restore"      // outlet
)

// backHome, as a button's second argument, leads to the main screen
// afterwards.
const backHome = "home"

// outlets lists where one can work.
func (b *Bot) outlets(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	list, err := b.service.Outlets(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, outletsScreen(v.Printer, list, pageAsked(t.Action, 0)))
}

// archived lists the outlets that were given up.
func (b *Bot) archived(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	list, err := b.service.Outlets(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, archiveScreen(v.Printer, list, pageAsked(t.Action, 0)))
}

// onOutlet is a button about an outlet. Whose it is, the service says at every
// press.
func (b *Bot) onOutlet(next func(context.Context, *chat.Turn, payments.OutletID) error) chat.Handler {
	return func(ctx context.Context, t *chat.Turn) error {
		id, err := t.Action.Int64(0)
		if err != nil {
			return b.unknown(ctx, t)
		}
		return next(ctx, t, payments.OutletID(id))
	}
}

// switchOutlet is one tap: the message becomes the other outlet's main screen.
func (b *Bot) switchOutlet(ctx context.Context, t *chat.Turn, outlet payments.OutletID) error {
	if err := b.service.SwitchOutlet(ctx, visit(t).ID, outlet); err != nil {
		return err
	}
	if err := b.recognise(ctx, t); err != nil {
		return err
	}
	return b.home(ctx, t)
}

// outlet shows one outlet with what the person may do with it.
func (b *Bot) outlet(ctx context.Context, t *chat.Turn, outlet payments.OutletID) error {
	view, err := b.service.OutletView(ctx, visit(t).ID, outlet)
	return b.showOutlet(ctx, t, view, err)
}

func (b *Bot) showOutlet(ctx context.Context, t *chat.Turn, view payments.OutletView, err error) error {
	if err != nil {
		return err
	}
	return show(ctx, t, outletScreen(visit(t).Printer, view))
}

func (b *Bot) pauseOutlet(ctx context.Context, t *chat.Turn, outlet payments.OutletID) error {
	view, err := b.service.PauseOutlet(ctx, visit(t).ID, outlet, pause)
	return b.showOutlet(ctx, t, view, err)
}

func (b *Bot) resumeOutlet(ctx context.Context, t *chat.Turn, outlet payments.OutletID) error {
	view, err := b.service.PauseOutlet(ctx, visit(t).ID, outlet, resume)
	if err == nil && t.Action.Arg(1) == backHome {
		return b.home(ctx, t)
	}
	return b.showOutlet(ctx, t, view, err)
}

const (
	pause  = true
	resume = false
)

// archiveOutlet asks once: codes on walls stop working.
func (b *Bot) archiveOutlet(ctx context.Context, t *chat.Turn, outlet payments.OutletID) error {
	v := visit(t)
	view, err := b.service.OutletView(ctx, v.ID, outlet)
	switch {
	case err != nil:
		return err
	case !view.Person.Role.Can(payments.ActionArchiveOutlet):
		return payments.Fail(payments.CodeNotAllowed)
	case view.Only:
		return payments.Fail(payments.CodeLastOutlet)
	}
	return show(ctx, t, archiveConfirmation(v.Printer, view.Outlet))
}

func (b *Bot) archiveSure(ctx context.Context, t *chat.Turn, outlet payments.OutletID) error {
	view, err := b.service.ArchiveOutlet(ctx, visit(t).ID, outlet)
	return b.showOutlet(ctx, t, view, err)
}

func (b *Bot) restoreOutlet(ctx context.Context, t *chat.Turn, outlet payments.OutletID) error {
	view, err := b.service.RestoreOutlet(ctx, visit(t).ID, outlet)
	return b.showOutlet(ctx, t, view, err)
}
