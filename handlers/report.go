package handlers

import (
	"context"
	"strconv"
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// Reports is what the conversation asks about what a time brought.
type Reports interface {
	Report(context.Context, payments.PersonID, payments.ReportQuery) (payments.Report, error)
}

// Actions on reports. Which one is meant stands in three arguments: kind,
// dates, outlet (0: all); see reportArgs.
const (
	actionReport       = "report"
	actionReportPlace  = "rplace" // and a page: which outlet?
	actionReportPeriod = "rdates" // which other time?
)

// reportForm asks for other dates.
const reportForm = "report"

// answerDates is what was asked for, as reportArgs has it.
const (
	answerDates  = "dates"
	answerKind   = "kind"
	answerReport = "report"
)

// reportCommand is /report, of today, or of the dates that stand behind it.
func (b *Bot) reportCommand(ctx context.Context, t *chat.Turn) error {
	// A cashier's report is the day that they close.
	if role := visit(t).Role; !role.Can(payments.ActionReport) && role.Can(payments.ActionCloseDay) {
		return b.closings(ctx, t)
	}
	q := payments.ReportQuery{Kind: payments.ReportDaily}
	if t.Args != "" {
		today, err := b.today(ctx, t)
		if err != nil {
			return err
		}
		if q, err = datesQuery(t.Args, today, 0); err != nil {
			return err
		}
	}
	return b.showReport(ctx, t, q)
}

// today is the date of the merchant's business day.
func (b *Bot) today(ctx context.Context, t *chat.Turn) (payments.Date, error) {
	r, err := b.service.Report(ctx, visit(t).ID, payments.ReportQuery{Kind: payments.ReportDaily})
	return r.Today, err
}

func datesQuery(text string, today payments.Date, outlet payments.OutletID) (payments.ReportQuery, error) {
	if kind, ok := payments.ParseReportKind(text); ok {
		return payments.ReportQuery{Kind: kind, First: today, Last: today, Outlet: outlet}, nil
	}
	first, last, ok := payments.ParseDays(text, today)
	if !ok {
		return payments.ReportQuery{}, payments.Fail(payments.CodePeriodWrong, "max", payments.MaxPeriod)
	}
	q := payments.ReportQuery{Kind: payments.ReportSpan, First: first, Last: last, Outlet: outlet}
	if first == last {
		q.Kind = payments.ReportDaily
	}
	return q, nil
}

// report is a button that names a report.
func (b *Bot) report(ctx context.Context, t *chat.Turn) error {
	q, ok := reportQuery(t.Action)
	if !ok {
		return b.unknown(ctx, t)
	}
	return b.showReport(ctx, t, q)
}

func (b *Bot) showReport(ctx context.Context, t *chat.Turn, q payments.ReportQuery) error {
	v := visit(t)
	r, err := b.service.Report(ctx, v.ID, q)
	if err != nil {
		return err
	}
	picture, err := b.chart(v.Printer, r, t.Kind == chat.KindPress && onPicture(t))
	if err != nil {
		return err
	}
	screen := reportScreen(v.Printer, r, picture)
	if t.Action.Arg(3) == apart {
		_, err = t.Reply(ctx, screen)
		return err
	}
	return show(ctx, t, screen)
}

// reportPlace asks which outlet a report is to be about.
func (b *Bot) reportPlace(ctx context.Context, t *chat.Turn) error {
	q, ok := reportQuery(t.Action)
	if !ok {
		return b.unknown(ctx, t)
	}
	v := visit(t)
	r, err := b.service.Report(ctx, v.ID, q)
	if err != nil {
		return err
	}
	return show(ctx, t, reportPlaceScreen(v.Printer, r, pageAsked(t.Action, len(reportArgs(r.Period, 0)))))
}

// reportPeriod asks for other dates.
func (b *Bot) reportPeriod(ctx context.Context, t *chat.Turn) error {
	q, ok := reportQuery(t.Action)
	if !ok {
		return b.unknown(ctx, t)
	}
	if !visit(t).Role.Can(payments.ActionReport) {
		return payments.Fail(payments.CodeNotAllowed)
	}
	return t.OpenForm(ctx, reportForm, chat.Values{answerOutlet: decimal(q.Outlet)})
}

func (b *Bot) reportDates() chat.Form {
	return chat.Form{
		Name: reportForm, Version: 1, Done: b.datesGiven,
		Steps: []chat.Step{{Name: answerDates, Ask: b.askDates, Take: b.takeDates}},
	}
}

func (b *Bot) askDates(ctx context.Context, t *chat.Turn, _ chat.Values) (chat.Screen, error) {
	today, err := b.today(ctx, t)
	return reportDatesScreen(visit(t).Printer, today), err
}

func (b *Bot) takeDates(ctx context.Context, t *chat.Turn, v chat.Values) error {
	if err := wantText(t); err != nil {
		return err
	}
	today, err := b.today(ctx, t)
	if err != nil {
		return err
	}
	q, err := datesQuery(t.Text, today, 0)
	if err != nil {
		return err
	}
	v[answerKind], v[answerDates] = kindLetter(q.Kind), dates(q.First, q.Last)
	return nil
}

func (b *Bot) datesGiven(ctx context.Context, t *chat.Turn, v chat.Values) error {
	q, ok := reportQuery(chat.Act(actionReport, v[answerKind], v[answerDates], v[answerOutlet]))
	if !ok {
		return b.unknown(ctx, t)
	}
	return b.showReport(ctx, t, q)
}

// reportArgs names a report in a button: 64 bytes hold the longest.
func reportArgs(p payments.ReportPeriod, outlet payments.OutletID) []any {
	return []any{kindLetter(p.Kind), dates(p.First, p.Last), outlet}
}

// reportQuery reads reportArgs. Without any it is today, of all outlets.
func reportQuery(a chat.Action) (q payments.ReportQuery, ok bool) {
	if len(a.Args) == 0 {
		return payments.ReportQuery{Kind: payments.ReportDaily}, true
	}
	for _, kind := range []payments.ReportKind{payments.ReportDaily, payments.ReportWeekly, payments.ReportMonthly, payments.ReportSpan} {
		if a.Arg(0) == kindLetter(kind) {
			q.Kind = kind
		}
	}
	first, last, isSpan := strings.Cut(a.Arg(1), "-")
	if !isSpan {
		last = first
	}
	from, errFirst := strconv.Atoi(first)
	to, errLast := strconv.Atoi(last)
	q.First, q.Last = payments.Date(from), payments.Date(to)
	outlet, err := a.Int64(2)
	q.Outlet = payments.OutletID(outlet)
	return q, q.Kind != "" && errFirst == nil && errLast == nil && q.First.Valid() && q.Last.Valid() && err == nil
}

func dates(first, last payments.Date) string {
	return strconv.Itoa(int(first)) + "-" + strconv.Itoa(int(last))
}

func kindLetter(k payments.ReportKind) string { return string(k[:1]) }
