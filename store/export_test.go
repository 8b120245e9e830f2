package store_test

import (
	"testing"

	"elkart.kg/trade/payments"
)

// One press makes one file however often it arrives, one file is made at a
// time, and one that was never sent stands in nobody's way for ever.
func TestExportsAreMadeOnce(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	draft := payments.Export{Format: payments.ExportXLSX, Key: "u1"}
	_, err := w.RequestExport(t.Context(), 1, draft)
	wantCode(t, "nothing to export", err, payments.CodeNothingToExport)
	w.pay(t, w.order(t, desk.Static, 500_00))
	first, err := w.RequestExport(t.Context(), 1, draft)
	must(t, err)
	together(8, func(int) {
		again, err := w.RequestExport(t.Context(), 1, draft)
		if err != nil || again.ID != first.ID {
			t.Errorf("the same press: %+v, %v", again, err)
		}
	})
	if got := w.jobs(t, "export_file"); got != 1 {
		t.Errorf("%d jobs, want 1", got)
	}
	other := draft
	other.Key = "u2"
	_, err = w.RequestExport(t.Context(), 1, other)
	wantCode(t, "a second file at once", err, payments.CodeExportBusy)
	w.advance(payments.ExportAge * 2)
	second, err := w.RequestExport(t.Context(), 1, other)
	must(t, err)
	must(t, w.MarkExport(t.Context(), second, payments.ExportSent))
	must(t, w.MarkExport(t.Context(), second, payments.ExportFailed))
	if got, err := w.store.Export(t.Context(), desk.Merchant.ID, second.ID); err != nil || got.State != payments.ExportSent {
		t.Errorf("a file that was sent: %+v, %v", got, err)
	}
	if got := w.count(t, `SELECT count(*) FROM audit_log WHERE action = 'exported'`); got != 2 {
		t.Errorf("%d entries in the audit log, want 2", got)
	}
}

// The right is judged when the file is made, too: who left takes nothing along.
func TestExportOfSomebodyWhoLeft(t *testing.T) {
	w := newWorld(t)
	desk := w.merchant(t, 1)
	w.pay(t, w.order(t, desk.Static, 500_00))
	w.hire(t, 2, desk, payments.RoleAccountant)
	e, err := w.RequestExport(t.Context(), 2, payments.Export{Format: payments.ExportCSV, Key: "k"})
	must(t, err)
	job := payments.ExportFile{MerchantID: e.MerchantID, ExportID: e.ID}
	must(t, ignore(w.Statement(t.Context(), job)))
	must(t, ignore(w.pool.Exec(t.Context(), `UPDATE members SET role = 'cashier' WHERE person_id = 2`)))
	_, err = w.Statement(t.Context(), job)
	wantCode(t, "a cashier's export", err, payments.CodeNotAllowed)
	stranger := w.merchant(t, 3)
	_, err = w.Statement(t.Context(), payments.ExportFile{MerchantID: stranger.Merchant.ID, ExportID: e.ID})
	if err == nil {
		t.Error("another merchant's export is to be had")
	}
}
