package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers"
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// The making of a statement's file.
const (
	exportTries   = 3
	exportTimeout = 15 * time.Minute
	// Telegram asks for calm in a chat; a person, for a sign of life.
	progressEvery = 3 * time.Second
)

// exportWorker writes statements into files and sends them. After a crash
// between sending and noting it, a file may come twice.
type exportWorker struct {
	river.WorkerDefaults[payments.ExportFile]
	*jobs
}

// Timeout is how long one file may take.
func (w *exportWorker) Timeout(*river.Job[payments.ExportFile]) time.Duration { return exportTimeout }

// Work makes one statement.
func (w *exportWorker) Work(ctx context.Context, job *river.Job[payments.ExportFile]) error {
	st, err := w.service.Statement(ctx, job.Args)
	if st.Export.State != payments.ExportAsked && err == nil {
		return nil
	}
	if err == nil {
		err = w.send(ctx, st)
	}
	known := (*payments.Error)(nil)
	switch {
	case err == nil:
		return w.end(ctx, st, payments.ExportSent, w.bot.ExportDoneScreen(st.Person))
	case errors.Is(err, chat.ErrBlocked):
		return w.service.MarkExport(ctx, st.Export, payments.ExportFailed)
	case errors.As(err, &known) || job.Attempt >= exportTries:
		if known == nil {
			w.log.ErrorContext(ctx, "an export cannot be made", "export_id", job.Args.ExportID, "error", err)
		}
		return w.end(ctx, st, payments.ExportFailed, w.bot.ExportFailedScreen(st.Person, known))
	}
	return err
}

// end notes how it ended, and says so where the progress was.
func (w *exportWorker) end(ctx context.Context, st payments.Statement, state payments.ExportState, screen chat.Screen) error {
	if err := w.service.MarkExport(ctx, st.Export, state); err != nil {
		return err
	}
	return w.tell(ctx, st, screen)
}

// tell edits the message that shows the progress. What cannot be shown is no
// reason to do the work again.
func (w *exportWorker) tell(ctx context.Context, st payments.Statement, screen chat.Screen) error {
	e, err := w.store.Export(ctx, st.Export.MerchantID, st.Export.ID) // the message may be younger than the job
	if err != nil {
		return fmt.Errorf("export %d: %w", st.Export.ID, err)
	}
	id := chat.ChatID(e.PersonID)
	if e.MessageID == 0 {
		_, err = w.sender.Send(ctx, id, screen)
	} else {
		err = w.sender.Edit(ctx, id, e.MessageID, screen)
	}
	if err != nil {
		w.log.InfoContext(ctx, "the progress of an export cannot be shown", "export_id", e.ID, "error", err)
	}
	return nil
}

// send writes the files, all from one view of the books, and only then speaks
// to Telegram.
func (w *exportWorker) send(ctx context.Context, st payments.Statement) error {
	dir, err := os.MkdirTemp("", "statement-")
	if err != nil {
		return fmt.Errorf("place for an export: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	parts, figures, err := w.write(ctx, st, dir)
	if err != nil {
		return err
	}
	for i, part := range parts {
		data, err := os.ReadFile(part.Path)
		if err != nil {
			return fmt.Errorf("part of an export: %w", err)
		}
		screen := w.bot.ExportPartScreen(st, figures, i+1, len(parts), chat.Document{Name: part.Name, Data: data})
		if _, err := w.sender.Send(ctx, chat.ChatID(st.Export.PersonID), screen); err != nil {
			return fmt.Errorf("send part %d of export %d: %w", i+1, st.Export.ID, err)
		}
	}
	return nil
}

// write writes the files, while another goroutine shows how far they are: the
// rows of the database wait for nobody.
func (w *exportWorker) write(ctx context.Context, st payments.Statement, dir string) ([]handlers.ExportPart, payments.Figures, error) {
	lines := max(1, st.Figures.Taken.Count+st.Figures.Reversed.Count+st.Figures.Refunded.Count)
	written := make(chan int, 1)
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		last := time.Now()
		for n := range written {
			if time.Since(last) >= progressEvery {
				last = time.Now()
				_ = w.tell(ctx, st, w.bot.ExportProgressScreen(st.Person, min(99, 100*n/lines)))
			}
		}
	}()
	parts, figures, err := w.bot.WriteExport(ctx, st, dir, func(n int) {
		select {
		case written <- n:
		default: // it is being shown already
		}
	})
	close(written)
	<-shown
	return parts, figures, err
}
