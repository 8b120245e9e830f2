package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// reportsAtOnce is how many reports are worked out and sent at once: so many
// that Telegram's pace of 30 a second is used though each takes a third of a second
// on its way. They share that pace with everything else and leave half a burst of
// it free.
const reportsAtOnce = 10

// everyMinute is when the clock looks what reports are due. When each is due
// stands in the database: a tick that is lost or comes twice changes nothing.
const everyMinute = "CRON_TZ=UTC * * * * *"

// reportsArgs is the job that the clock puts down.
type reportsArgs struct{}

// Kind names the job in the queue.
func (reportsArgs) Kind() string { return "make_reports" }

// InsertOpts keeps it from waiting behind the reports themselves.
func (reportsArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: store.QueueTelling} }

func (j *jobs) makeReports(ctx context.Context, _ *river.Job[reportsArgs]) error {
	return j.service.MakeReports(ctx)
}

// sendReport tells one person of one period. A process that ends between
// sending and noting it sends the same text once more.
func (j *jobs) sendReport(ctx context.Context, job *river.Job[payments.SendReport]) error {
	report, ok, err := j.service.DueReportFor(ctx, job.Args)
	if err != nil {
		return err
	}
	if ok {
		screen, err := j.bot.DueReportScreen(report)
		if err != nil {
			return fmt.Errorf("report %d: %w", job.Args.ReportID, err)
		}
		if err := j.sender.Spare(ctx); err != nil {
			return err
		}
		_, err = j.sender.Send(ctx, chat.ChatID(report.Person.ID), screen)
		if err != nil && !errors.Is(err, chat.ErrBlocked) {
			return err
		}
	}
	return j.service.ReportSent(ctx, job.Args)
}
