package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/robfig/cron/v3"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// atEight is when the people who run the program hear of the day before.
const atEight = 8

// operationsArgs is the job that tells them; the date is that of the day.
type operationsArgs struct {
	Date payments.Date `json:"date" river:"unique"`
}

// Kind names the job in the queue.
func (operationsArgs) Kind() string { return "operations" }

// operationsSchedule puts the day's job down, at eight and whenever a process
// starts; the queue keeps it to once a date. Nil: nobody is to be told.
func (j *jobs) operationsSchedule() (*river.PeriodicJob, error) {
	if j.adminChat == 0 {
		return nil, nil
	}
	daily, err := cron.ParseStandard(fmt.Sprintf("CRON_TZ=%s 0 %d * * *", j.timeZone, atEight))
	if err != nil {
		return nil, fmt.Errorf("schedule of operations: %w", err)
	}
	return river.NewPeriodicJob(daily, j.operationsJob, &river.PeriodicJobOpts{RunOnStart: true}), nil
}

// operationsJob is the job about yesterday, at eight today at the earliest.
func (j *jobs) operationsJob() (river.JobArgs, *river.InsertOpts) {
	zone := payments.Merchant{TimeZone: j.timeZone}
	today := zone.DateOf(j.service.Now())
	y, month, d := today.Time().Date()
	return operationsArgs{Date: today.Plus(-1)}, &river.InsertOpts{
		Queue: store.QueueTelling, UniqueOpts: river.UniqueOpts{ByArgs: true},
		ScheduledAt: time.Date(y, month, d, atEight, 0, 0, 0, zone.Location()),
	}
}

func (j *jobs) operations(ctx context.Context, job *river.Job[operationsArgs]) error {
	day, err := j.service.DayOfWork(ctx, j.timeZone, job.Args.Date)
	if err != nil {
		return err
	}
	_, err = j.sender.Send(ctx, chat.ChatID(j.adminChat), j.bot.OperationsScreen(day))
	if errors.Is(err, chat.ErrBlocked) {
		j.log.WarnContext(ctx, "ADMIN_CHAT_ID: the bot may not write there")
		return nil
	}
	if err != nil {
		j.log.WarnContext(ctx, "the day's summary does not reach ADMIN_CHAT_ID", "chat_id", j.adminChat, "error", err)
	}
	return err
}
