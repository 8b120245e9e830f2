package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/robfig/cron/v3"

	"elkart.kg/trade/handlers"
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/store"
)

// jobs does what was put down in transactions, and the tidying up by the
// clock. Every job may run twice.
type jobs struct {
	service *payments.Service
	store   *store.Store
	bot     *handlers.Bot
	chat    *chat.Runtime
	sender  *chat.Sender
	log     *slog.Logger

	timeZone  string
	adminChat int64 // 0: nobody is told of the day
}

// Fetching at once costs little and is what a merchant at the counter feels:
// River's own 100 ms would be half of the time to a notification.
const (
	fetchCooldown = 5 * time.Millisecond
	jobTimeout    = time.Minute
	softStop      = 5 * time.Second // then what still runs is cancelled and put back
	jobsAtOnce    = 16              // in each queue; together fewer than the pool has connections, so that calls find one
	patience      = time.Second     // a message that has to wait longer for its chat's pace waits in the queue
)

// Kept for disputes, and to recognise a repetition.
const (
	keepCalls       = 400 * 24 * time.Hour
	keepUpdates     = 7 * 24 * time.Hour
	keepInvitations = 30 * 24 * time.Hour // after they ran out
	keepPosts       = 30 * 24 * time.Hour
	keepReports     = 100 * 24 * time.Hour
	// A transaction that comes in a clearing file again after so long is not
	// recognised for a repetition; its payment and its breaks are kept for ever.
	keepCleared = 400 * 24 * time.Hour
)

// sweepArgs and forgetArgs are the jobs that the clock puts down.
type (
	sweepArgs  struct{}
	forgetArgs struct{}
)

// Kind names the job in the queue.
func (sweepArgs) Kind() string { return "sweep" }

// Kind names the job in the queue.
func (forgetArgs) Kind() string { return "forget" }

// client returns the queue's worker under this process's name, for the jobs that move money; see tell. Its
// schedule runs in one process only.
func (j *jobs) client(pool *pgxpool.Pool, id string) (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(j.fanout))
	river.AddWorker(workers, river.WorkFunc(j.notice))
	river.AddWorker(workers, river.WorkFunc(j.linkShown))
	river.AddWorker(workers, river.WorkFunc(j.askOperator))
	river.AddWorker(workers, river.WorkFunc(j.cardAdded))
	river.AddWorker(workers, river.WorkFunc(j.cardTold))
	river.AddWorker(workers, river.WorkFunc(j.teamTold))
	river.AddWorker(workers, river.WorkFunc(j.groupPost))
	river.AddWorker(workers, river.WorkFunc(j.groupSaid))
	river.AddWorker(workers, river.WorkFunc(j.groupTold))
	river.AddWorker(workers, river.WorkFunc(j.tellOperator))
	river.AddWorker(workers, river.WorkFunc(j.payCredit))
	river.AddWorker(workers, river.WorkFunc(j.creditTold))
	river.AddWorker(workers, river.WorkFunc(j.sendRefund))
	river.AddWorker(workers, river.WorkFunc(j.refundTold))
	river.AddWorker(workers, river.WorkFunc(j.linkSignal))
	river.AddWorker(workers, &exportWorker{jobs: j})
	river.AddWorker(workers, &dataWorker{jobs: j})
	river.AddWorker(workers, river.WorkFunc(j.merchantTold))
	river.AddWorker(workers, river.WorkFunc(j.linkReminder))
	river.AddWorker(workers, river.WorkFunc(j.sumTold))
	river.AddWorker(workers, river.WorkFunc(j.makeLinks))
	river.AddWorker(workers, river.WorkFunc(j.makeReports))
	river.AddWorker(workers, &closingWorker{jobs: j})
	river.AddWorker(workers, river.WorkFunc(j.sendReport))
	river.AddWorker(workers, river.WorkFunc(j.operations))
	river.AddWorker(workers, river.WorkFunc(j.sweep))
	river.AddWorker(workers, river.WorkFunc(j.forget))
	daily, err := cron.ParseStandard("CRON_TZ=Asia/Bishkek 30 4 * * *")
	if err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	minutely, err := cron.ParseStandard(everyMinute)
	if err != nil {
		return nil, fmt.Errorf("schedule of reports: %w", err)
	}
	periodic := []*river.PeriodicJob{
		river.NewPeriodicJob(river.PeriodicInterval(30*time.Second), alone(sweepArgs{}), &river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(daily, alone(forgetArgs{}), nil),
		river.NewPeriodicJob(minutely, alone(reportsArgs{}), &river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(minutely, closingsJob, &river.PeriodicJobOpts{RunOnStart: true}),
	}
	operations, err := j.operationsSchedule()
	if err != nil {
		return nil, err
	}
	if operations != nil {
		periodic = append(periodic, operations)
	}
	return river.NewClient(riverpgxv5.New(pool), &river.Config{
		ID:            id,
		Queues:        map[string]river.QueueConfig{store.QueueMoney: {MaxWorkers: jobsAtOnce}},
		Workers:       workers,
		FetchCooldown: fetchCooldown,
		JobTimeout:    jobTimeout,
		// The backstop of reclaim, see orphans.go.
		RescueStuckJobsAfter: jobTimeout + 15*time.Second,
		SoftStopTimeout:      softStop,
		Logger:               quieter(j.log).With("part", "queue"),
		PeriodicJobs:         periodic,
	})
}

// tell lets a started client do the jobs that talk to people, too.
func tell(queue *river.Client[pgx.Tx]) error {
	for name, workers := range map[string]int{
		store.QueueTelling: jobsAtOnce, store.QueueFiles: 1, store.QueueReports: reportsAtOnce,
	} {
		if err := queue.Queues().Add(name, river.QueueConfig{MaxWorkers: workers}); err != nil {
			return fmt.Errorf("job queue %s: %w", name, err)
		}
	}
	return nil
}

// alone puts a clock's job down unless one is waiting.
func alone(args river.JobArgs) river.PeriodicJobConstructor {
	return func() (river.JobArgs, *river.InsertOpts) {
		return args, &river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByPeriod: 20 * time.Second}}
	}
}

func (j *jobs) fanout(ctx context.Context, job *river.Job[payments.Fanout]) error {
	return j.service.Spread(ctx, job.Args)
}

// notice tells one person of a payment. Every notice carries its receipt
// number, so that a repetition after a crash is recognised for one.
func (j *jobs) notice(ctx context.Context, job *river.Job[payments.Notice]) error {
	// A busy chat must not keep the workers from everybody else.
	if d := j.sender.Delay(chat.ChatID(job.Args.PersonID)); d > patience {
		return river.JobSnooze(d)
	}
	news, err := j.service.News(ctx, job.Args)
	if payments.CodeOf(err) == payments.CodeNotAllowed {
		return nil // who was to hear it has left since
	}
	if err != nil {
		return err
	}
	if news.Payment.State != job.Args.State || news.Recipient.Blocked {
		return nil // overtaken by a reversal, which is told by its own notice
	}
	screen, ok := j.bot.NewsScreen(news)
	if !ok {
		return nil
	}
	_, err = j.sender.Send(ctx, chat.ChatID(news.Recipient.ID), screen)
	if errors.Is(err, chat.ErrBlocked) {
		return nil
	}
	return err
}

// linkShown brings the messages that show a link up to its state. Each is
// edited in its chat's order and from what is known at that moment, so that
// two edits cannot overtake each other.
func (j *jobs) linkShown(ctx context.Context, job *river.Job[payments.LinkShown]) error {
	messages, err := j.store.Messages(ctx, job.Args.MerchantID, job.Args.LinkID)
	if err != nil {
		return fmt.Errorf("messages of link %d: %w", job.Args.LinkID, err)
	}
	// Whatever else a chat waits for comes first, above all that money came; nor
	// do edits that wait for its pace hold up its dialog and the workers.
	for _, m := range messages {
		if d := j.sender.Delay(chat.ChatID(m.ChatID)); d > 0 {
			return river.JobSnooze(d + patience)
		}
	}
	var failed error
	for _, m := range messages {
		err := j.chat.Do(ctx, chat.ChatID(m.ChatID), func(ctx context.Context) error { return j.showLink(ctx, job.Args, m) })
		if err != nil && !errors.Is(err, chat.ErrBlocked) && !errors.Is(err, chat.ErrMessageGone) {
			failed = errors.Join(failed, fmt.Errorf("message %d: %w", m.MessageID, err))
		}
	}
	return errors.Join(failed, j.inlineShown(ctx, job.Args))
}

func (j *jobs) showLink(ctx context.Context, args payments.LinkShown, m payments.Message) error {
	person, ticket, err := j.service.MemberTicket(ctx, args.MerchantID, args.LinkID, payments.PersonID(m.ChatID))
	if payments.CodeOf(err) == payments.CodeLinkNotFound {
		return nil // whose chat it is has left since
	}
	if err != nil {
		return err
	}
	if ticket.Link.Kind == payments.LinkStatic {
		return nil // a counter's code looks the same after every payment
	}
	return j.sender.Edit(ctx, chat.ChatID(m.ChatID), m.MessageID, j.bot.TicketScreen(person, ticket))
}

// askOperator asks about a silent payment, at first often, then patiently: the
// operator itself decides within the hour.
func (j *jobs) askOperator(ctx context.Context, job *river.Job[payments.AskOperator]) error {
	settled, err := j.service.Ask(ctx, job.Args)
	if settled && err == nil {
		return nil
	}
	waited := time.Since(job.CreatedAt)
	if err != nil {
		j.log.WarnContext(ctx, "the operator does not answer", "operator_id", job.Args.OperatorID, "waited", waited, "error", err)
	}
	switch {
	case waited < time.Minute:
		return river.JobSnooze(5 * time.Second)
	case waited < 10*time.Minute:
		return river.JobSnooze(30 * time.Second)
	case waited < 2*time.Hour:
		return river.JobSnooze(5 * time.Minute)
	}
	j.log.ErrorContext(ctx, "a payment is without the operator's word for hours", "operator_id", job.Args.OperatorID, "waited", waited)
	return river.JobSnooze(time.Hour)
}

func (j *jobs) tellOperator(ctx context.Context, job *river.Job[payments.TellOperator]) error {
	return j.service.Tell(ctx, job.Args)
}

func (j *jobs) cardAdded(ctx context.Context, job *river.Job[payments.CardAdded]) error {
	person := job.Args.PersonID
	err := j.chat.Signal(ctx, chat.ChatID(person), chat.UserID(person), chat.Act(handlers.SignalCardAdded, int64(job.Args.CardID)))
	if errors.Is(err, chat.ErrBlocked) {
		return nil
	}
	return err
}

// payCredit puts a payment on the merchant's card. River's own growing pauses
// spread its tries over weeks; a credit is never given up.
func (j *jobs) payCredit(ctx context.Context, job *river.Job[payments.PayCredit]) error {
	settled, err := j.service.PayOut(ctx, job.Args)
	switch {
	case err != nil && job.Attempt >= job.MaxAttempts:
		j.log.ErrorContext(ctx, "a credit cannot be paid out", "credit_id", job.Args.CreditID, "error", err)
		return river.JobSnooze(time.Hour)
	case err != nil:
		return err
	case !settled:
		return river.JobSnooze(min(time.Since(job.CreatedAt)+time.Second, 10*time.Minute))
	}
	return nil
}

// creditTold tells the owners that a card does not take their money.
func (j *jobs) creditTold(ctx context.Context, job *river.Job[payments.CreditTold]) error {
	refusal, err := j.service.CreditRefusal(ctx, job.Args)
	if err != nil {
		return err
	}
	if refusal.Credit.State != payments.CreditRefused {
		return nil // another card has taken it meanwhile
	}
	var failed error
	for _, owner := range refusal.Owners {
		_, err := j.sender.Send(ctx, chat.ChatID(owner.ID), j.bot.CreditRefusedScreen(owner, refusal))
		if err != nil && !errors.Is(err, chat.ErrBlocked) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

func (j *jobs) sweep(ctx context.Context, _ *river.Job[sweepArgs]) error {
	return j.service.Sweep(ctx)
}

func (j *jobs) forget(ctx context.Context, _ *river.Job[forgetArgs]) error {
	now := j.service.Now()
	calls, err := j.store.ForgetCalls(ctx, now.Add(-keepCalls))
	if err != nil {
		return fmt.Errorf("forget calls: %w", err)
	}
	updates, err := j.store.Chat().ForgetUpdates(ctx, now.Add(-keepUpdates))
	if err != nil {
		return fmt.Errorf("forget updates: %w", err)
	}
	cleared, err := j.store.ForgetCleared(ctx, now.Add(-keepCleared))
	if err != nil {
		return fmt.Errorf("forget cleared transactions: %w", err)
	}
	drafts, err := j.store.ForgetDrafts(ctx, now.Add(-payments.DraftLife))
	if err != nil {
		return fmt.Errorf("forget drafts: %w", err)
	}
	invitations, err := j.store.ForgetInvitations(ctx, now.Add(-keepInvitations))
	if err != nil {
		return fmt.Errorf("forget invitations: %w", err)
	}
	files, err := j.store.ForgetBulks(ctx, now.Add(-payments.BulkLife))
	if err != nil {
		return fmt.Errorf("forget files of links: %w", err)
	}
	posts, err := j.store.ForgetGroupPosts(ctx, now.Add(-keepPosts))
	if err != nil {
		return fmt.Errorf("forget posts of groups: %w", err)
	}
	reports, err := j.store.ForgetReports(ctx, now.Add(-keepReports))
	if err != nil {
		return fmt.Errorf("forget reports: %w", err)
	}
	j.log.InfoContext(ctx, "forgot what is no longer needed",
		"calls", calls, "updates", updates, "cleared", cleared, "drafts", drafts, "invitations", invitations, "files", files, "posts", posts, "reports", reports)
	return nil
}
