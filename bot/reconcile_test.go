package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// filledTill holds payments that the files of testdata differ from in every way.
func filledTill(t *testing.T) *till {
	k := newTill(t)
	k.paid("succeeded", "2026-03-02 12:00", map[string]int64{"op-1": 500_00, "op-2": 1_234_567_89, "op-sum": 199_50, "op-gone": 700_00})
	k.paid("cancelled", "2026-03-02 15:00", map[string]int64{"op-cancelled": 800_00})
	k.refunded("back-1", "op-1", 100_00, "2026-03-02 16:00")
	k.paid("succeeded", "2026-03-03 12:00", map[string]int64{"op-3": 1_00})
	k.refunded("back-2", "op-2", 100_00, "2026-03-03 14:00")
	return k
}

// The story of two days, as a person reads it: what differs on the first, the
// list, the second file that explains one break, a resolution.
func TestReconcileReports(t *testing.T) {
	k := filledTill(t)
	const ipc, demir = "testdata/reconcile/ipc.json", "testdata/reconcile/demirbank.json"
	for _, step := range []struct {
		golden string
		later  time.Duration
		status int
		args   []string
	}{
		{"1-ipc.txt", 0, 3, []string{ipc}},
		{"2-ipc-again.txt", time.Hour, 3, []string{ipc}},
		{"3-demirbank.txt", 23 * time.Hour, 3, []string{demir}},
		{"4-both-again.json", 0, 3, []string{ipc, demir, "--json"}},
		{"5-breaks.txt", 48 * time.Hour, 3, []string{"--breaks"}},
		{"6-breaks.json", 0, 3, []string{"--breaks", "--json"}},
		{"7-resolved.txt", 0, 0, []string{"--resolve", "2,#3", "--why", "letter 12-3"}},
		{"8-resolved.json", 0, 0, []string{"--json", "--resolve", "4-5", "--why", "the same"}},
		{"9-none.txt", 0, 0, []string{"--breaks"}},
		{"10-none.json", 0, 0, []string{"--breaks", "--json"}},
		{"11-again.txt", 0, 0, []string{demir}},
	} {
		k.clock = k.clock.Add(step.later)
		out, err := k.reconcile(step.args...)
		if got := statusOfError(err); got != step.status {
			t.Errorf("%s: exit status %d (%v), want %d", step.golden, got, err, step.status)
		}
		golden(t, filepath.Join("reconcile", step.golden), out)
		if strings.HasSuffix(step.golden, ".json") && !json.Valid([]byte(out)) {
			t.Errorf("%s is not JSON", step.golden)
		}
	}
}

func statusOfError(err error) int {
	if err == nil {
		return 0
	}
	return exitCode(err)
}

// Through the program's front door, on a database that is not migrated by
// anybody else, from standard input, packed.
func TestReconcileCommand(t *testing.T) {
	k := newTill(t)
	file, err := filepath.Abs("testdata/reconcile/demirbank.json")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"DATABASE_URL": k.url}
	out, err := call(t.Context(), t, env, "reconcile", file)
	if exitCode(err) != statusOpenBreaks || !strings.Contains(out, "not ours                3") || !strings.Contains(out, "3 breaks are open") {
		t.Errorf("a file of strangers: %v\n%s", err, out)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = zip.Write(content)
	_ = zip.Close()
	k.stdin = packed.String()
	if out, err := k.reconcile("-"); exitCode(err) != statusOpenBreaks || !strings.Contains(out, "reconciled on") {
		t.Errorf("the same file, packed, from standard input: %v\n%s", err, out)
	}
	if out, err := call(t.Context(), t, env, "reconcile", "--help"); err != nil || out != reconcileUsageText {
		t.Errorf("help: %v\n%s", err, out)
	}
}

func TestReconcileUsage(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		text string
	}{
		{nil, 2, "want files"},
		{[]string{"--json"}, 2, "want files"},
		{[]string{"--nonsense", "x"}, 2, "nonsense"},
		{[]string{"--breaks", "x"}, 2, "want files"},
		{[]string{"--breaks", "--resolve", "1", "--why", "x"}, 2, "want files"},
		{[]string{"--breaks", "--from", "2026-03-02"}, 2, "want files"},
		{[]string{"--resolve", "1", "x", "--why", "y"}, 2, "want files"},
		{[]string{"--resolve", "1"}, 2, "go together"},
		{[]string{"--why", "x", "x"}, 2, "go together"},
		{[]string{"--resolve", "1", "--why", " "}, 2, "go together"},
		{[]string{"--resolve", "one", "--why", "x"}, 2, "no number of a break"},
		{[]string{"--resolve", "0", "--why", "x"}, 2, "no number of a break"},
		{[]string{"--resolve", "3-2", "--why", "x"}, 2, "no number of a break"},
		{[]string{"--resolve", "1-", "--why", "x"}, 2, "no number of a break"},
		{[]string{"--resolve", "1-9223372036854775807", "--why", "x"}, 2, "more than 10000"},
		{[]string{"--resolve", "1-9999,1-2", "--why", "x"}, 2, "more than 10000"},
		{[]string{"--from", "yesterday", "x"}, 2, "--from"},
		{[]string{"--to", "2026-02-30", "x"}, 2, "--to"},
		{[]string{"--from", "2026-03-02", "--to", "2026-03-02", "x"}, 2, "not before"},
		{[]string{"--from", "2026-03-02", "x", "y"}, 2, "one file"},
		{[]string{"nobody.json"}, 1, "nobody.json"},
		{[]string{"."}, 1, "a folder"},
	} {
		_, err := call(t.Context(), t, map[string]string{"DATABASE_URL": "postgres://127.0.0.1:1/none"}, append([]string{"reconcile"}, tt.args...)...)
		if err == nil || exitCode(err) != tt.code || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%q: %v, exit code %d, want %d and %q", tt.args, err, exitCode(err), tt.code, tt.text)
		}
	}
	k := newTill(t)
	if _, err := k.reconcile("--resolve", "7", "--why", "x"); exitCode(err) != 1 || !strings.Contains(err.Error(), "7: not an open break") {
		t.Errorf("a break that is not there: %v", err)
	}
}

// A hostile file costs one clear line, and nothing is kept of it.
func TestReconcileHostileFiles(t *testing.T) {
	k := filledTill(t)
	good, err := os.ReadFile("testdata/reconcile/ipc.json")
	if err != nil {
		t.Fatal(err)
	}
	demir, err := os.ReadFile("testdata/reconcile/demirbank.json")
	if err != nil {
		t.Fatal(err)
	}
	where := regexp.MustCompile(`^reconcile: file\.json: (after )?row \d+, byte \d+: .+$`)
	for name, content := range map[string]string{
		"empty":                   "",
		"truncated":               string(good[:700]),
		"a picture":               "\x89PNG\r\n\x1a\n\x00\x00",
		"a page":                  "<!DOCTYPE html><html>",
		"sum as text":             strings.Replace(string(good), "50000", `"50000"`, 1),
		"negative sum":            strings.Replace(string(good), "80000", "-80000", 1),
		"huge number":             strings.Replace(string(good), "80000", strings.Repeat("9", 400), 1),
		"sums that overflow":      strings.Replace(string(good), "80000", "9223372036854775807", 1),
		"a transaction twice":     strings.Replace(string(good), "op-strange", "op-1", 1),
		"text of 10 MB":           strings.Replace(string(good), "op-strange", strings.Repeat("x", 10<<20), 1),
		"nested":                  strings.Replace(string(good), `"100001"`, strings.Repeat("[", 1<<20), 1),
		"checksum of another day": strings.Replace(string(demir), "80099", "80100", 1),
		"count of another day":    strings.Replace(string(demir), `"total_count": 3`, `"total_count": 4`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "file.json")
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := k.reconcile(file)
			if exitCode(err) != 1 || out != "" || !where.MatchString(err.Error()) || len(err.Error()) > 200 {
				t.Errorf("exit code %d, output %q, error %.300v", exitCode(err), out, err)
			}
			if kept := k.breaks(); kept != 0 {
				t.Errorf("%d rows are kept", kept)
			}
		})
	}
}

// Of several files those before a bad one stand.
func TestReconcileStopsAtABadFile(t *testing.T) {
	k := filledTill(t)
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte("["), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, jsonFlag := range []string{"--json=false", "--json"} {
		out, err := k.reconcile(jsonFlag, "testdata/reconcile/ipc.json", bad, "testdata/reconcile/demirbank.json")
		if exitCode(err) != 1 || !strings.Contains(err.Error(), "bad.json: after row 0, byte 1: the file ends in the middle") {
			t.Errorf("exit code %d, %v", exitCode(err), err)
		}
		if !strings.Contains(out, "ipc.json") || strings.Contains(out, "demirbank.json") || json.Valid([]byte(out)) != (i == 1) {
			t.Errorf("output:\n%s", out)
		}
	}
}

// A person's period is shown and taken as said.
func TestReconcilePeriod(t *testing.T) {
	k := filledTill(t)
	out, err := k.reconcile("--from", "2026-03-02T12:00:01+06:00", "--to", "2026-03-03", "testdata/reconcile/ipc.json")
	if exitCode(err) != 3 || !strings.Contains(out, "2026-03-02 12:00 to 2026-03-03 00:00") || !strings.Contains(out, "not in the file         0") {
		t.Errorf("%v\n%s", err, out)
	}
	empty := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(empty, []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := k.reconcile(empty); exitCode(err) != 1 || !strings.Contains(err.Error(), "--from and --to") {
		t.Errorf("an empty file without a period: %v", err)
	}
	out, err = k.reconcile(empty, "--from", "2026-03-02T12:00", "--to", "2026-03-02T12:01")
	if exitCode(err) != 3 || !strings.Contains(out, "not in the file         1") {
		t.Errorf("an empty file with a period: %v\n%s", err, out)
	}
}

// Progress is for people: what is no terminal sees none, and a terminal is
// left clean.
func TestReconcileProgress(t *testing.T) {
	var terminal bytes.Buffer
	p := newProgress(&terminal, "file.json", strings.NewReader("0123456789"), 10)
	p.rows(progressStep, false)
	p.clear()
	if terminal.Len() > 0 {
		t.Errorf("a buffer was taken for a terminal: %q", terminal.String())
	}
	p.terminal = &terminal
	if _, err := p.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	p.rows(progressStep, false)
	p.rows(progressStep+1, false)
	p.rows(20, true)
	p.clear()
	const want = "\r\x1b[Kfile.json: reading row 10000, 50%\r\x1b[Kfile.json: comparing row 20\r\x1b[K"
	if got := terminal.String(); got != want {
		t.Errorf("progress %q, want %q", got, want)
	}
}
