package pgtest_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/bot/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m, migrate)) }

func migrate(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE TABLE cups (n int); INSERT INTO cups VALUES (1)"); err != nil {
		return err
	}
	return conn.Close(ctx)
}

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := connect(t, pgtest.New(t))
			if _, err := conn.Exec(t.Context(), "INSERT INTO cups VALUES (2)"); err != nil {
				t.Fatal(err)
			}
			rows, err := conn.Query(t.Context(), "SELECT n FROM cups ORDER BY n")
			if err != nil {
				t.Fatal(err)
			}
			got, err := pgx.CollectRows(rows, pgx.RowTo[int])
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]int{1, 2}, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDatabaseIsDroppedWithTheTest(t *testing.T) {
	var url string
	t.Run("inner", func(t *testing.T) {
		url = pgtest.New(t)
		connect(t, url)
	})
	conn, err := pgx.Connect(t.Context(), url)
	if err == nil {
		_ = conn.Close(t.Context())
		t.Fatal("the database of a finished test still accepts connections")
	}
}

func TestServerOfTheTests(t *testing.T) {
	for name, c := range map[string]struct {
		env  []string
		want string // in the output of a failure; empty: success
	}{
		"given by DATABASE_URL_TEST": {env: []string{"DATABASE_URL_TEST=" + pgtest.New(t), "PG_BIN=/nowhere"}},
		"given and not there":        {env: []string{"DATABASE_URL_TEST=postgres://app@/x?host=/nowhere"}, want: "/nowhere"},
		"given not as a URL":         {env: []string{"DATABASE_URL_TEST=host=/tmp dbname=x"}, want: "DATABASE_URL_TEST is not"},
		"no PostgreSQL installed":    {env: []string{"DATABASE_URL_TEST=", "PG_BIN=/nowhere"}, want: "PG_BIN=/nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			before := testDatabases(t)
			cmd := exec.Command(os.Args[0], "-test.run=TestEachTestHasItsOwnMigratedDatabase", "-test.v")
			cmd.Env = append(os.Environ(), c.env...)
			out, err := cmd.CombinedOutput()
			if c.want == "" && (err != nil || !strings.Contains(string(out), "--- PASS")) {
				t.Errorf("the tests fail: %v\n%s", err, out)
			}
			if c.want != "" && (err == nil || !strings.Contains(string(out), c.want)) {
				t.Errorf("err = %v, want a failure that tells %q:\n%s", err, c.want, out)
			}
			if diff := cmp.Diff(before, testDatabases(t)); diff != "" {
				t.Errorf("databases left behind (-before +after):\n%s", diff)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		pgtest.New(b)
	}
}

// testDatabases lists them but for the one it asks in.
func testDatabases(t *testing.T) (names []string) {
	t.Helper()
	t.Run("list", func(t *testing.T) {
		conn := connect(t, pgtest.New(t))
		rows, err := conn.Query(t.Context(),
			`SELECT datname FROM pg_database WHERE datname LIKE 'elkart\_test\_%' AND datname <> current_database() ORDER BY 1`)
		if err != nil {
			t.Fatal(err)
		}
		names, err = pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
	})
	return names
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
