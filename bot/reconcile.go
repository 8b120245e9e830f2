package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
	"elkart.kg/trade/store"
)

// statusOpenBreaks is the exit status that says: all went well, and some
// breaks are open.
const statusOpenBreaks = 3

// runReconcile is the command "reconcile".
func runReconcile(ctx context.Context, args []string, cfg config, env environment, std streams) (err error) {
	flags, err := readReconcileFlags(args)
	if err != nil {
		return err
	}
	if flags.help {
		_, err := io.WriteString(std.out, reconcileUsageText)
		return err
	}
	// A name mistyped is found before a database is started for it.
	for _, name := range flags.files {
		if name == "-" {
			continue
		}
		if info, err := os.Stat(name); err != nil {
			return fmt.Errorf("reconcile: %w", err)
		} else if info.IsDir() {
			return fmt.Errorf("reconcile: %s is a folder", name)
		}
	}
	db, err := openForTool(ctx, cfg, env, newLogger(cfg, std.err))
	if err != nil {
		return err
	}
	defer func() { err = db.explain(errors.Join(err, db.close(ctx))) }()
	if _, err := db.migrate(ctx); err != nil {
		return err
	}
	kept, err := store.New(db.pool)
	if err != nil {
		return err
	}
	return reconcile(ctx, flags, kept, time.Now, std)
}

// reconcile does the command over an open store.
func reconcile(ctx context.Context, flags reconcileFlags, kept *store.Store, now func() time.Time, std streams) error {
	catalog, err := locales.New()
	if err != nil {
		return fmt.Errorf("texts: %w", err)
	}
	c := &reconciliation{
		reconcileFlags: flags, store: kept, reconciler: &payments.Reconciler{Store: kept, Now: now}, now: now,
		paper: paper{w: std.out, printer: catalog.Printer("en")}, std: std,
	}
	switch {
	case flags.list:
		return c.breaks(ctx)
	case flags.resolve != nil:
		return c.resolved(ctx)
	}
	return c.reconcileFiles(ctx)
}

// reconciliation is one run of the command.
type reconciliation struct {
	reconcileFlags
	store      *store.Store
	reconciler *payments.Reconciler
	now        func() time.Time
	paper      paper
	std        streams
}

// reconcileFiles takes one file after the other and stops at the first that is
// wrong; what was done before stands and is reported.
func (c *reconciliation) reconcileFiles(ctx context.Context) error {
	reports := []payments.Reconciliation{}
	var failed error
	for _, name := range c.files {
		report, err := c.file(ctx, name)
		if err != nil {
			failed = fmt.Errorf("reconcile: %s: %w", shownName(name), err)
			break
		}
		reports = append(reports, report)
		if !c.json {
			c.paper.report(report)
		}
	}
	if failed != nil && len(reports) == 0 {
		return failed
	}
	open, err := c.store.OpenBreaks(ctx)
	if err != nil {
		return errors.Join(failed, fmt.Errorf("count the open breaks: %w", err))
	}
	if c.json {
		c.paper.json(struct {
			Files []payments.Reconciliation `json:"files"`
			openBreaks
		}{reports, c.countOf(open)})
	} else {
		c.paper.open(open, c.now())
	}
	return errors.Join(failed, c.paper.err, statusOf(failed, open))
}

// file reconciles one file.
func (c *reconciliation) file(ctx context.Context, name string) (payments.Reconciliation, error) {
	input, size := c.std.in, int64(0)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return payments.Reconciliation{}, err
		}
		defer func() { _ = file.Close() }() // it was only read
		if info, err := file.Stat(); err == nil {
			size = info.Size()
		}
		input = file
	}
	progress := newProgress(c.std.err, shownName(name), input, size)
	defer progress.clear()
	source, err := operator.OpenClearing(progress)
	if err != nil {
		return payments.Reconciliation{}, err
	}
	return c.reconciler.Reconcile(ctx, payments.ReconcileRequest{
		Name: shownName(name), By: systemUser(), From: c.from, To: c.to, Progress: progress.rows,
	}, source)
}

// breaks lists the open breaks as they come: there may be any number.
func (c *reconciliation) breaks(ctx context.Context) error {
	open, err := c.store.OpenBreaks(ctx)
	if err != nil {
		return fmt.Errorf("count the open breaks: %w", err)
	}
	now, list := c.now(), c.paper.brk
	if c.json {
		list = c.paper.listJSON
	}
	c.paper.listBegins(c.json)
	err = c.store.EachOpenBreak(ctx, func(b payments.Break) error {
		list(b, now)
		return c.paper.err
	})
	if err != nil {
		return fmt.Errorf("list the open breaks: %w", err)
	}
	if c.json {
		c.paper.listEnds(c.countOf(open))
	} else {
		c.paper.open(open, now)
	}
	return errors.Join(c.paper.err, statusOf(nil, open))
}

func (c *reconciliation) resolved(ctx context.Context) error {
	done, err := c.reconciler.Resolve(ctx, c.resolve, payments.Resolution{By: systemUser(), Why: c.why})
	if err != nil {
		return fmt.Errorf("reconcile --resolve: %w", err)
	}
	if c.json {
		c.paper.json(struct {
			Resolved []payments.Break `json:"resolved"`
		}{done})
		return c.paper.err
	}
	for _, b := range done {
		c.paper.printf("resolved:")
		c.paper.brk(b, c.now())
	}
	return c.paper.err
}

// openBreaks is the end of every JSON answer.
type openBreaks struct {
	OpenBreaks int64 `json:"open_breaks"`
	OldestDays int   `json:"oldest_days"`
}

func (c *reconciliation) countOf(open payments.OpenBreaks) openBreaks {
	count := openBreaks{OpenBreaks: open.Count}
	if open.Count > 0 {
		count.OldestDays = payments.Break{FirstSeen: open.Oldest}.Age(c.now())
	}
	return count
}

// statusOf is the error that says nothing but the exit status.
func statusOf(failed error, open payments.OpenBreaks) error {
	if failed == nil && open.Count > 0 {
		return exitStatus(statusOpenBreaks)
	}
	return nil
}

// shownName is a file's name as reports show it.
func shownName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return payments.CleanLine(filepath.Base(path))
}

// systemUser is who runs the program.
func systemUser() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return payments.CleanLine(u.Username)
	}
	return "uid " + strconv.Itoa(os.Getuid())
}

// exitStatus ends the program with a status and no word of error.
type exitStatus int

func (s exitStatus) Error() string { return "exit status " + strconv.Itoa(int(s)) }

// ExitCode is the status.
func (s exitStatus) ExitCode() int { return int(s) }
