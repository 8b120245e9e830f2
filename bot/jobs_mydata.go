package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/riverqueue/river"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/payments"
)

// dataWorker collects what is known of a person and sends it to them.
type dataWorker struct {
	river.WorkerDefaults[payments.DataFile]
	*jobs
}

// Timeout is how long the collecting may take.
func (w *dataWorker) Timeout(*river.Job[payments.DataFile]) time.Duration { return exportTimeout }

// Work collects one person's data. After a crash the files may come twice.
func (w *dataWorker) Work(ctx context.Context, job *river.Job[payments.DataFile]) error {
	person, err := w.store.Person(ctx, job.Args.PersonID)
	if err != nil {
		return fmt.Errorf("person %d: %w", job.Args.PersonID, err)
	}
	dir, err := os.MkdirTemp("", "data-")
	if err != nil {
		return fmt.Errorf("place for a person's data: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	to := chat.ChatID(person.ID)
	zone := w.zoneOf(ctx, person)
	last := time.Now()
	paths, err := w.bot.WriteData(person, zone, dir, func(line func(payments.DataSheet, []any) error) error {
		return w.service.EachData(ctx, person, line)
	}, func(rows int) {
		if rows%1000 == 0 && time.Since(last) >= progressEvery {
			last = time.Now()
			if err := w.sender.Edit(ctx, to, job.Args.MessageID, w.bot.DataProgressScreen(person, rows)); err != nil {
				w.log.InfoContext(ctx, "the progress of a person's data cannot be shown", "error", err)
			}
		}
	})
	if err != nil {
		return fmt.Errorf("data of person %d: %w", person.ID, err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("archive: %w", err)
		}
		_, err = w.sender.Send(ctx, to, w.bot.DataFileScreen(person, chat.Document{Name: filepath.Base(path), Data: data}))
		if errors.Is(err, chat.ErrBlocked) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("send an archive: %w", err)
		}
	}
	if err := w.sender.Edit(ctx, to, job.Args.MessageID, w.bot.DataDoneScreen(person)); err != nil {
		w.log.InfoContext(ctx, "the end of a person's data cannot be shown", "error", err)
	}
	return nil
}

// zoneOf is where a person's times are.
func (w *dataWorker) zoneOf(ctx context.Context, p payments.Person) *time.Location {
	m, err := w.store.Merchant(ctx, p.MerchantID)
	if err != nil {
		return time.UTC
	}
	return m.Location()
}
