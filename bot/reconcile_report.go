package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// paper is where reports are written, and remembers that it could not be.
type paper struct {
	w       io.Writer
	printer *locales.Printer
	listed  int64
	err     error
}

func (p *paper) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// when writes a time for people, in the operator's zone.
func when(t time.Time) string { return t.In(payments.Bishkek()).Format("2006-01-02 15:04") }

// report writes what came of a file.
func (p *paper) report(r payments.Reconciliation) {
	p.printf("%s: %s, %s rows, %s\n", r.File, r.Format, p.printer.Number(r.Rows.Count), p.printer.Money(r.Rows.Sum))
	if r.Repeated {
		p.printf("  this file was reconciled on %s by %s; nothing has been changed\n", when(r.At), r.By)
	}
	p.printf("  period           %s to %s, Bishkek\n", when(r.Period.From), when(r.Period.To))
	if r.Period.To.After(r.At) {
		p.printf("                   not over yet: what comes until then cannot be in the file\n")
	}
	p.line("matched", r.Received.Count, p.printer.Money(r.Received.Sum))
	p.line("matched refunds", r.Refunded.Count, p.printer.Money(r.Refunded.Sum))
	if r.Before > 0 {
		p.printf("  %s of the rows were in earlier files, too\n", p.printer.Number(r.Before))
	}
	for _, kind := range payments.BreakKinds() {
		p.kind(r, kind)
	}
	if r.Resolved > 0 {
		p.printf("  %s of these were resolved before and stay so\n", p.printer.Number(r.Resolved))
	}
	if r.Closed > 0 {
		p.line("closed by it", r.Closed, "breaks that were open")
		for _, b := range r.ClosedBreaks {
			p.brk(b, r.At)
		}
	}
	if r.Gap != nil {
		p.printf("  NOT COVERED      %s to %s: %s of ours, %s, in no file\n", when(r.Gap.From), when(r.Gap.To),
			p.printer.Number(r.Gap.Count), p.printer.Money(r.Gap.Sum))
	}
}

func (p *paper) line(name string, count int64, rest string) {
	if count == 0 {
		rest = ""
	}
	p.printf("%s\n", trimRight(fmt.Sprintf("  %-16s %8s   %s", name, p.printer.Number(count), rest)))
}

func trimRight(s string) string {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// kind writes one kind of differences and the first breaks of it.
func (p *paper) kind(r payments.Reconciliation, kind payments.Outcome) {
	d := r.Difference(kind)
	theirs, ours := p.printer.Money(d.Theirs), p.printer.Money(d.Ours)
	switch kind {
	case payments.OutcomeMissingHere:
		p.line("not ours", d.Count, theirs)
	case payments.OutcomeMissingThere:
		p.line("not in the file", d.Count, ours)
	case payments.OutcomeSumDiffers:
		p.line("sum differs", d.Count, theirs+" in the file, "+ours+" ours")
	case payments.OutcomeStatusDiffers:
		p.line("status differs", d.Count, theirs)
	}
	shown := int64(0)
	for _, b := range r.Breaks {
		if b.Kind == kind {
			p.brk(b, r.At)
			shown++
		}
	}
	if shown == payments.ReportedBreaks && d.Count > shown {
		p.printf("    … and more; reconcile --breaks lists all that are open\n")
	}
}

// brk writes one break.
func (p *paper) brk(b payments.Break, now time.Time) {
	p.printf("    #%d %s  ", b.ID, b.OperatorID)
	if b.Refund {
		p.printf("refund ")
	}
	switch b.Kind {
	case payments.OutcomeMissingHere:
		p.printf("%s, not ours", p.printer.Money(b.Theirs))
	case payments.OutcomeMissingThere:
		p.printf("%s, not in the file", p.printer.Money(b.Ours))
	case payments.OutcomeSumDiffers:
		p.printf("%s in the file, %s ours", p.printer.Money(b.Theirs), p.printer.Money(b.Ours))
	case payments.OutcomeStatusDiffers:
		p.printf("%s, with us %s", p.printer.Money(b.Theirs), b.State)
	}
	p.printf(", %s", when(b.At))
	if b.MerchantID != 0 {
		p.printf(", merchant %d", b.MerchantID)
	}
	p.printf("; %s", b.LastFile)
	if b.Row > 0 {
		p.printf(" row %d", b.Row)
	}
	if age := b.Age(now); age > 0 {
		p.printf("; known %s, since %s", days(age), b.FirstFile)
	}
	p.printf("\n")
}

func days(n int) string {
	switch n {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// open writes how many breaks are open, the last line of every report.
func (p *paper) open(open payments.OpenBreaks, now time.Time) {
	age := days(payments.Break{FirstSeen: open.Oldest}.Age(now))
	switch open.Count {
	case 0:
		p.printf("no break is open\n")
	case 1:
		p.printf("1 break is open, known for %s\n", age)
	default:
		p.printf("%s breaks are open, the oldest known for %s\n", p.printer.Number(open.Count), age)
	}
}

func (p *paper) json(v any) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("write JSON: %w", err)
	}
	p.printf("%s\n", text)
}

// listBegins, listJSON and listEnds write the open breaks as one JSON object
// without holding them all.
func (p *paper) listBegins(isJSON bool) {
	if isJSON {
		p.printf("{\"breaks\": [")
	}
}

func (p *paper) listJSON(b payments.Break, now time.Time) {
	text, err := json.Marshal(struct {
		payments.Break
		AgeDays int `json:"age_days"`
	}{b, b.Age(now)})
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("write JSON: %w", err)
	}
	comma := ","
	if p.listed == 0 {
		comma = ""
	}
	p.listed++
	p.printf("%s\n  %s", comma, text)
}

func (p *paper) listEnds(count openBreaks) {
	p.printf("\n], \"open_breaks\": %d, \"oldest_days\": %d}\n", count.OpenBreaks, count.OldestDays)
}

// progress passes a file on and shows on a terminal how far it is.
type progress struct {
	name     string
	from     io.Reader
	size     int64 // bytes, 0: not known
	read     int64
	terminal io.Writer // nil: none
	shown    bool
}

// progressStep is how many rows make a new line of progress.
const progressStep = 10_000

func newProgress(stderr io.Writer, name string, from io.Reader, size int64) *progress {
	p := &progress{name: name, from: from, size: size}
	if isTerminal(stderr) {
		p.terminal = stderr
	}
	return p
}

// isTerminal reports whether a person may be looking.
func isTerminal(w io.Writer) bool {
	file, isFile := w.(*os.File)
	if !isFile {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (p *progress) Read(b []byte) (int, error) {
	n, err := p.from.Read(b)
	p.read += int64(n)
	return n, err
}

func (p *progress) rows(n int64, loaded bool) {
	if p.terminal == nil || !loaded && n%progressStep != 0 {
		return
	}
	p.shown = true
	verb := "reading"
	if loaded {
		verb = "comparing"
	}
	fmt.Fprintf(p.terminal, "\r\033[K%s: %s row %d", p.name, verb, n)
	if !loaded && p.size > 0 {
		fmt.Fprintf(p.terminal, ", %d%%", p.read*100/p.size)
	}
}

func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.terminal, "\r\033[K")
	}
}
