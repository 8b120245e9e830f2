package store_test

import (
	"strings"
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

// A program that is older than its database leaves it alone, and says so.
func TestDatabaseOfANewerProgram(t *testing.T) {
	w := newWorld(t)
	must(t, ignore(w.pool.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`)))
	must(t, ignore(w.pool.Exec(t.Context(), `DELETE FROM goose_db_version WHERE version_id = 18`)))
	taken, err := store.Migrate(t.Context(), w.pool)
	if err == nil || !strings.Contains(err.Error(), "newer version of this program") || !strings.Contains(err.Error(), "99999") || len(taken) != 0 {
		t.Errorf("took %v, %v", taken, err)
	}
	all, err := store.Status(t.Context(), w.pool)
	must(t, err)
	if last := all[len(all)-1]; !strings.Contains(last.Name, "99999") || !last.Applied {
		t.Errorf("the last step is %+v", last)
	}
}
