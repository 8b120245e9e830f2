package main

import (
	"bufio"
	"crypto/md5"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

// writeClearing writes a file of IPC's form with rows 1 … n of the day of
// 2 March 2026; of every 1000 one has another sum and one a strange id. Row g
// has g tyiyn and the id md5(g), which PostgreSQL can make, too.
func writeClearing(tb testing.TB, path string, n int) {
	tb.Helper()
	file, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(file)
	day := time.Date(2026, 3, 2, 10, 0, 0, 0, payments.Bishkek())
	for g := 1; g <= n; g++ {
		before, id, amount := ",\n", strconv.Itoa(g), g
		switch {
		case g == 1:
			before = "["
		case g%1000 == 2:
			amount++
		case g%1000 == 3:
			id += "x"
		}
		at := day.Add(time.Duration(g) * 20 * time.Hour / time.Duration(n)).UTC().Format(time.RFC3339)
		fmt.Fprintf(w, `%s{"transaction_id":"%x","transaction_type":"20","amount":%d,"interchange":0,"psp_id":900,"psp_name":"ELKART Trade",`+
			`"aqr_bic":"100001","iss_bic":"100002","bic":"100002","bank_account_id":1,"bank_account":"1000020000000001",`+
			`"executed_time":"%s","created":"%s"}`, before, md5.Sum([]byte(id)), amount, at, at)
	}
	if _, err := w.WriteString("]\n"); err != nil {
		tb.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := file.Close(); err != nil {
		tb.Fatal(err)
	}
}

// fill writes payments 1 … n, as writeClearing has them but for its slips.
func (k *till) fill(n int) {
	k.t.Helper()
	k.exec(`
		INSERT INTO payments (merchant_id, outlet_id, link_id, once, operator_id, psp_transaction_id, receipt_id, type, customer, amount,
			beneficiary_name, comment, state, receipt, receipt_key, fingerprint, created_at, executed_at, final_at)
		SELECT merchant_id, outlet_id, id, false, md5(g::text), md5('psp' || g), '', 20, 1, g, 'Кофейня «Ала-Тоо»', '', 'succeeded', g,
			md5('key' || g), sha256(g::text::bytea), at, at, at
		FROM links, generate_series(1, $1) g, LATERAL (SELECT timestamptz '2026-03-02 10:00+06' + g * interval '20 hours' / $1 AS at) AS t`, n)
	k.exec(`ANALYZE payments`)
}

// The comparison of a file that takes many portions, in memory that does not
// grow with it.
func TestReconcileLongFile(t *testing.T) {
	const n = 20_000
	k := newTill(t)
	k.fill(n)
	file := filepath.Join(t.TempDir(), "long.json")
	writeClearing(t, file, n)
	out, err := k.reconcile(file)
	out = strings.ReplaceAll(out, "\u00a0", " ")
	for _, want := range []string{
		"long.json: ipc, 20 000 rows, 2 000 100.20 som", "matched            19 960", "not ours               20",
		"not in the file        20", "sum differs            20", "60 breaks are open",
	} {
		if exitCode(err) != statusOpenBreaks || !strings.Contains(out, want) {
			t.Errorf("%v, no %q in\n%s", err, want, out)
		}
	}
}

// BenchmarkReconcile is a day of a million payments, from the file to the
// report. peak-MB is the most memory that the process has had so far.
func BenchmarkReconcile(b *testing.B) {
	const n = 1_000_000
	file := filepath.Join(b.TempDir(), "million.json")
	writeClearing(b, file, n)
	for range b.N {
		b.StopTimer()
		k := newTill(b)
		k.fill(n)
		b.StartTimer()
		if out, err := k.reconcile(file); exitCode(err) != statusOpenBreaks || !strings.Contains(out, "3\u00a0000 breaks are open") {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		for line := range strings.Lines(string(status)) {
			if peak, is := strings.CutPrefix(line, "VmHWM:"); is {
				kb, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(peak), " kB"), 64)
				b.ReportMetric(kb/1024, "peak-MB")
			}
		}
	}
}
