package handlers

import (
	"context"
	"slices"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// ReportPlans is what the conversation asks about reports that come by
// themselves.
type ReportPlans interface {
	ReportSettings(context.Context, payments.PersonID) (payments.ReportSettings, error)
	SetSchedule(context.Context, payments.PersonID, payments.ReportKind, payments.ScheduleChange) (payments.ReportSettings, error)
	SetReportNothing(ctx context.Context, id payments.PersonID, told bool) (payments.ReportSettings, error)
	SetCutoff(ctx context.Context, id payments.PersonID, hour int, closeDays bool) (payments.ReportSettings, error)
}

// Actions on the settings of reports.
const (
	actionReportSettings = "rset"
	actionSchedule       = "rsched"   // kind
	actionScheduleOn     = "ron"      // kind, on or off
	actionScheduleHour   = "rhour"    // kind, hour; without one it is asked for
	actionScheduleOutlet = "rof"      // kind, outlet; without one it is asked for, with a page
	actionReportNothing  = "rnothing" // on or off
	actionCutoff         = "cutoff"   // hour; without one it is asked for
)

// What a switch's button says.
const (
	on  = "on"
	off = "off"
)

func (b *Bot) reportSettings(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	settings, err := b.service.ReportSettings(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, reportSettingsScreen(v.Printer, settings))
}

// onSchedule is a button about one kind of report.
func (b *Bot) onSchedule(next func(context.Context, *chat.Turn, payments.ReportKind) error) chat.Handler {
	return func(ctx context.Context, t *chat.Turn) error {
		kind := payments.ReportKind(t.Action.Arg(0))
		if !slices.Contains(payments.ScheduledKinds(), kind) {
			return b.unknown(ctx, t)
		}
		return next(ctx, t, kind)
	}
}

func (b *Bot) schedule(ctx context.Context, t *chat.Turn, kind payments.ReportKind) error {
	v := visit(t)
	settings, err := b.service.ReportSettings(ctx, v.ID)
	if err != nil {
		return err
	}
	return show(ctx, t, scheduleScreen(v.Printer, settings, kind))
}

func (b *Bot) setSchedule(ctx context.Context, t *chat.Turn, kind payments.ReportKind, change payments.ScheduleChange) error {
	v := visit(t)
	settings, err := b.service.SetSchedule(ctx, v.ID, kind, change)
	if payments.CodeOf(err) == payments.CodeDataWrong {
		return b.unknown(ctx, t)
	}
	if err != nil {
		return err
	}
	return show(ctx, t, scheduleScreen(v.Printer, settings, kind))
}

func (b *Bot) scheduleOn(ctx context.Context, t *chat.Turn, kind payments.ReportKind) error {
	enabled := t.Action.Arg(1) == on
	return b.setSchedule(ctx, t, kind, payments.ScheduleChange{Enabled: &enabled})
}

func (b *Bot) scheduleHour(ctx context.Context, t *chat.Turn, kind payments.ReportKind) error {
	v := visit(t)
	if t.Action.Arg(1) == "" {
		settings, err := b.service.ReportSettings(ctx, v.ID)
		if err != nil {
			return err
		}
		return show(ctx, t, scheduleHourScreen(v.Printer, settings, kind))
	}
	hour, err := t.Action.Int64(1)
	if err != nil {
		return b.unknown(ctx, t)
	}
	enabled, h := true, int(min(max(hour, -1), 24))
	return b.setSchedule(ctx, t, kind, payments.ScheduleChange{Hour: &h, Enabled: &enabled})
}

func (b *Bot) scheduleOutlet(ctx context.Context, t *chat.Turn, kind payments.ReportKind) error {
	v := visit(t)
	if t.Action.Arg(1) == "" || t.Action.Arg(2) != "" {
		settings, err := b.service.ReportSettings(ctx, v.ID)
		if err != nil {
			return err
		}
		return show(ctx, t, scheduleOutletScreen(v.Printer, settings, kind, pageAsked(t.Action, 2)))
	}
	id, err := t.Action.Int64(1)
	if err != nil {
		return b.unknown(ctx, t)
	}
	outlet := payments.OutletID(id)
	return b.setSchedule(ctx, t, kind, payments.ScheduleChange{Outlet: &outlet})
}

func (b *Bot) reportNothing(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	settings, err := b.service.SetReportNothing(ctx, v.ID, t.Action.Arg(0) == on)
	if err != nil {
		return err
	}
	return show(ctx, t, reportSettingsScreen(v.Printer, settings))
}

// cutoff asks when the merchant's day begins, or notes the answer.
func (b *Bot) cutoff(ctx context.Context, t *chat.Turn) error {
	v := visit(t)
	settings, err := b.service.ReportSettings(ctx, v.ID)
	switch {
	case err != nil:
		return err
	case !v.Role.Can(payments.ActionEditMerchant):
		return payments.Fail(payments.CodeNotAllowed)
	case t.Action.Arg(0) == "":
		return show(ctx, t, cutoffScreen(v.Printer, settings))
	}
	hour, err := t.Action.Int64(0)
	if err != nil || hour < 0 || hour > 23 {
		return b.unknown(ctx, t)
	}
	if settings, err = b.service.SetCutoff(ctx, v.ID, int(hour), settings.Merchant.CloseDays); err != nil {
		return err
	}
	return show(ctx, t, reportSettingsScreen(v.Printer, settings))
}
