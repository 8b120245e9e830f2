package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
	"elkart.kg/trade/store"
)

const reconcileUsageText = `usage: bot reconcile [--json] [--from TIME] [--to TIME] FILE...   hold clearing files against our payments
       bot reconcile --breaks [--json]                          list the open breaks
       bot reconcile --resolve ID[,ID|ID-ID...] --why TEXT      close breaks on your word

FILE is a clearing file of IPC or of DemirBank's operator, also gzipped; - is standard input. It covers the
operational days (09:05 to 09:05, Bishkek) of its rows unless --from and --to say otherwise: 2026-03-02,
2026-03-02T09:05 (Bishkek) or RFC 3339. A file that was reconciled before changes nothing.
Exit status: 0 no break is open, 3 some are, 1 an error (the file that has it changed nothing), 2 wrong usage.

--json prints one object. Sums are integers in tyiyn, times UTC:
  {"files": [REPORT...], "open_breaks": N, "oldest_days": N}      or, with --breaks,
  {"breaks": [BREAK...], "open_breaks": N, "oldest_days": N}      or, with --resolve, {"resolved": [BREAK...]}
REPORT: file sha256 format rows{count,sum} period{from,to} reconciled_at reconciled_by repeated
  received{count,sum} refunded{count,sum} in_earlier_files
  missing_here missing_there sum_differs status_differs {count,theirs,ours} resolved_before
  closed gap{from,to,count,sum}|null breaks[BREAK] closed_breaks[BREAK] (the first 20 of a kind)
BREAK: id kind operator_id refund theirs ours our_state merchant_id at row first_seen first_file last_seen last_file
  (and age_days with --breaks)
`

// statusOpenBreaks is the exit status that says: all went well, and some
// breaks are open.
const statusOpenBreaks = 3

// reconcileFlags are the command's arguments, checked.
type reconcileFlags struct {
	json     bool
	list     bool
	help     bool
	from, to time.Time
	resolve  []payments.BreakID
	why      string
	files    []string
}

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
	db, err := openDatabase(ctx, cfg, env, newLogger(cfg, std.err))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close(ctx)) }()
	if _, err := store.Migrate(ctx, db.pool); err != nil {
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

func readReconcileFlags(args []string) (reconcileFlags, error) {
	var f reconcileFlags
	var from, to, resolve string
	set := flag.NewFlagSet("reconcile", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.BoolVar(&f.json, "json", false, "")
	set.BoolVar(&f.list, "breaks", false, "")
	set.StringVar(&from, "from", "", "")
	set.StringVar(&to, "to", "", "")
	set.StringVar(&resolve, "resolve", "", "")
	set.StringVar(&f.why, "why", "", "")
	for rest := args; len(rest) > 0; { // flags may stand behind files
		if err := set.Parse(rest); errors.Is(err, flag.ErrHelp) {
			return reconcileFlags{help: true}, nil
		} else if err != nil {
			return f, usageError("reconcile: " + err.Error())
		}
		if rest = set.Args(); len(rest) > 0 {
			f.files, rest = append(f.files, rest[0]), rest[1:]
		}
	}
	var err error
	if f.from, err = readClearingTime(from); err != nil {
		return f, usageError("reconcile: --from: " + err.Error())
	}
	if f.to, err = readClearingTime(to); err != nil {
		return f, usageError("reconcile: --to: " + err.Error())
	}
	if f.resolve, err = readBreakIDs(resolve); err != nil {
		return f, usageError("reconcile: --resolve: " + err.Error())
	}
	isPeriod := from != "" || to != ""
	switch {
	case f.list && (resolve != "" || isPeriod || f.why != "" || f.files != nil),
		resolve != "" && (isPeriod || f.files != nil),
		!f.list && resolve == "" && f.files == nil:
		return f, usageError("reconcile: want files, or --breaks, or --resolve\n" + reconcileUsageText)
	case (resolve != "") != (strings.TrimSpace(f.why) != ""):
		return f, usageError("reconcile: --resolve and --why go together")
	case isPeriod && len(f.files) > 1:
		return f, usageError("reconcile: --from and --to are for one file")
	case !f.from.IsZero() && !f.to.IsZero() && !f.from.Before(f.to):
		return f, usageError("reconcile: --from is not before --to")
	}
	return f, nil
}

// readClearingTime reads a time as people write it; a day is its midnight.
func readClearingTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, payments.Bishkek()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q, want 2026-03-02, 2026-03-02T09:05 or RFC 3339", text)
}

// maxResolved is how many breaks one call closes at most.
const maxResolved = 10_000

// readBreakIDs reads "7", "7,9" and "7-12".
func readBreakIDs(text string) ([]payments.BreakID, error) {
	if text == "" {
		return nil, nil
	}
	var ids []payments.BreakID
	for part := range strings.SplitSeq(text, ",") {
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		first, err := strconv.ParseInt(strings.TrimPrefix(low, "#"), 10, 64)
		last, err2 := strconv.ParseInt(strings.TrimPrefix(high, "#"), 10, 64)
		if err != nil || err2 != nil || first < 1 || last < first {
			return nil, fmt.Errorf("%q is no number of a break", part)
		}
		if last-first >= maxResolved || int64(len(ids))+last-first >= maxResolved {
			return nil, fmt.Errorf("more than %d breaks", maxResolved)
		}
		for id := first; id <= last; id++ {
			ids = append(ids, payments.BreakID(id))
		}
	}
	return ids, nil
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
