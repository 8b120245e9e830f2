package store_test

import (
	"testing"

	"elkart.kg/trade/store"
)

// A step that landed after a later one is made up for, not stumbled over.
func TestMigrationThatCameLater(t *testing.T) {
	w := newWorld(t)
	const late = 18
	must(t, ignore(w.pool.Exec(t.Context(), `DROP INDEX clearing_rows_file`)))
	must(t, ignore(w.pool.Exec(t.Context(), `DELETE FROM goose_db_version WHERE version_id = $1`, late)))
	taken, err := store.Migrate(t.Context(), w.pool)
	must(t, err)
	if len(taken) != 1 || taken[0].Version != late {
		t.Errorf("taken: %v, want step %d alone", taken, late)
	}
	all, err := store.Status(t.Context(), w.pool)
	must(t, err)
	for _, m := range all {
		if !m.Applied {
			t.Errorf("%s is pending", m.Name)
		}
	}
	var there bool
	must(t, w.pool.QueryRow(t.Context(), `SELECT to_regclass('clearing_rows_file') IS NOT NULL`).Scan(&there))
	if !there {
		t.Error("the step was noted and not taken")
	}
}
