package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"elkart.kg/trade/payments"
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
