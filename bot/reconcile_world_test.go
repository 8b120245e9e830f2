package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/payments"
)

// The whole program takes payments and gives one back; the simulated operator
// writes its clearing files; they reconcile to the tyiyn. Then each kind of
// tampering is found, in either form.
func TestReconcileTheSimulatedOperator(t *testing.T) {
	w := newWorld(t)
	w.awayFromTheClose()
	desk := w.merchant()
	ctx := t.Context()
	var paid []operator.Payment
	for _, amount := range []int64{100_00, 200_50, 300_00, 400_00} {
		p, err := w.Operator.Pay(ctx, desk.Static.URI, amount)
		if err != nil || p.Status != int(payments.StatusSuccess) {
			t.Fatalf("pay %d: %+v, %v", amount, p, err)
		}
		paid = append(paid, p)
	}
	first, err := w.app.service.PaymentByOperatorID(ctx, paid[0].TransactionID)
	if err != nil {
		t.Fatal(err)
	}
	person := payments.PersonID(w.Telegram.Users()[0].ID)
	if _, err := w.app.service.RequestRefund(ctx, person, payments.RefundDraft{PaymentID: first.ID, Amount: 40_00, Key: "back"}); err != nil {
		t.Fatal(err)
	}
	if err := w.settle(ctx); err != nil {
		t.Fatal(err)
	}
	// A payment that was cancelled in the end is in no file.
	w.Operator.Misbehave(operator.Mischief{CancelAfterSuccess: true})
	if _, err := w.Operator.Pay(ctx, desk.Static.URI, 500_00); err != nil {
		t.Fatal(err)
	}
	if err := w.settle(ctx); err != nil {
		t.Fatal(err)
	}

	date := operator.ClearingDate(w.now())
	for _, tt := range []struct{ form, path, amount, total, shown string }{
		{"ipc", date, `"amount":30001`, "", "300.01 som"},
		{"demirbank", "demirbank/" + date, `"amount":30002`, `"total_sum":104052`, "300.02 som"},
	} {
		t.Run(tt.form, func(t *testing.T) {
			content, err := get(ctx, w.OperatorURL+"/clearing/"+tt.path+".json")
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), tt.form+".json")
			reconcileFile := func(content string) (string, error) {
				t.Helper()
				if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				return w.reconcile(ctx, file)
			}
			out, err := reconcileFile(content)
			if err != nil || !strings.Contains(out, "matched                 4   1 000.50 som") ||
				!strings.Contains(out, "matched refunds         1   40 som") || !strings.Contains(out, "no break is open") {
				t.Errorf("the true file: %v\n%s", err, out)
			}
			tampered := strings.NewReplacer(
				paid[1].TransactionID, "strange-to-"+tt.form, `"amount":30000`, tt.amount, `"total_sum":104050`, tt.total).Replace(content)
			out, err = reconcileFile(tampered)
			if statusOfError(err) != statusOpenBreaks || !strings.Contains(out, "not ours                1   200.50 som") ||
				!strings.Contains(out, "sum differs             1   "+tt.shown+" in the file, 300 som ours") ||
				!strings.Contains(out, "not in the file         0") {
				t.Errorf("a tampered file: %v\n%s", err, out)
			}
			if out, err := w.reconcile(ctx, "--resolve", w.openIDs(), "--why", "tampered with"); err != nil {
				t.Errorf("resolve: %v\n%s", err, out)
			}
		})
	}
	if today := w.desk().Today; today.Count != 4 {
		t.Errorf("reconciling has changed the takings: %+v", today)
	}
}

// What the operator's file lacks is missing there; when the file of the next
// day has it, the break closes itself.
func TestReconcileWhatTheOperatorForgot(t *testing.T) {
	w := newWorld(t)
	w.awayFromTheClose()
	desk := w.merchant()
	ctx := t.Context()
	for _, amount := range []int64{100_00, 200_00} {
		if _, err := w.Operator.Pay(ctx, desk.Static.URI, amount); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.settle(ctx); err != nil {
		t.Fatal(err)
	}
	date := operator.ClearingDate(w.now())
	whole, err := get(ctx, w.OperatorURL+"/clearing/"+date+".json")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.SplitAfter(strings.TrimSpace(whole), "},")
	if len(rows) != 2 {
		t.Fatalf("the file has %d rows:\n%s", len(rows), whole)
	}
	dir := t.TempDir()
	forgetful, late := filepath.Join(dir, "forgetful.json"), filepath.Join(dir, "late.json")
	for name, content := range map[string]string{forgetful: strings.TrimSuffix(rows[0], ",") + "]", late: "[" + rows[1]} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := w.reconcile(ctx, forgetful)
	if statusOfError(err) != statusOpenBreaks || !strings.Contains(out, "not in the file         1   200 som") {
		t.Errorf("a file with one payment of two: %v\n%s", err, out)
	}
	w.advance(24 * time.Hour)
	out, err = w.reconcile(ctx, late)
	if err != nil || !strings.Contains(out, "closed by it            1") || !strings.Contains(out, "known 1 day, since forgetful.json") || !strings.Contains(out, "no break is open") {
		t.Errorf("the file that has it: %v\n%s", err, out)
	}
}

// awayFromTheClose moves the clock past a close that is near, so that the test
// is within one operational day.
func (w *world) awayFromTheClose() {
	const test = 10 * time.Minute
	if operator.ClearingDate(w.now()) != operator.ClearingDate(w.now().Add(test)) {
		w.advance(test)
	}
}

// reconcile runs the command beside the running program, with its clock.
func (w *world) reconcile(ctx context.Context, args ...string) (string, error) {
	w.t.Helper()
	flags, err := readReconcileFlags(args)
	if err != nil {
		return "", err
	}
	var out syncBuffer
	err = reconcile(ctx, flags, w.app.store, w.now, streams{in: strings.NewReader(""), out: &out, err: &syncBuffer{}})
	return strings.ReplaceAll(out.String(), "\u00a0", " "), err
}

// openIDs are the numbers of the open breaks, for --resolve.
func (w *world) openIDs() string {
	w.t.Helper()
	var ids string
	if err := w.pool.QueryRow(w.t.Context(), `SELECT string_agg(id::text, ',') FROM breaks WHERE closed_at IS NULL`).Scan(&ids); err != nil {
		w.t.Fatal(err)
	}
	return ids
}
