package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"elkart.kg/trade/store"
)

// bench is what every measurement of the command "bench" is given.
type bench struct {
	cfg config
	env environment
	std streams
	log *slog.Logger
}

// runBench is the command "bench NAME [flags]". Results go to standard output,
// one JSON object a line; what is said to people goes to standard error. It
// measures in a database of its own and leaves nothing behind.
func runBench(ctx context.Context, args []string, cfg config, env environment, std streams) error {
	benches := map[string]func(context.Context, bench, []string) error{
		"flows":   benchFlows,
		"history": benchHistory,
		"reports": benchReports,
	}
	names := strings.Join(slices.Sorted(maps.Keys(benches)), ", ")
	if len(args) == 0 {
		return usageError("bench: what? There is " + names)
	}
	run, ok := benches[args[0]]
	if !ok {
		return usageError(fmt.Sprintf("bench: unknown %q; there is %s", args[0], names))
	}
	// Below a warning the log would be part of what is measured.
	b := bench{cfg: cfg, env: env, std: std, log: quieter(newLogger(cfg, std.err))}
	return run(ctx, b, args[1:])
}

// say tells people how far it is.
func (b bench) say(format string, args ...any) { fmt.Fprintf(b.std.err, format+"\n", args...) }

// result writes one line of standard output.
func (b bench) result(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("bench: result: %w", err)
	}
	if _, err := b.std.out.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("bench: write: %w", err)
	}
	return nil
}

// scratch is a migrated database that a measurement may fill: an embedded one
// in a temporary folder, or a schema of its own at DATABASE_URL.
type scratch struct {
	pool   *pgxpool.Pool // of the schema
	dir    string        // for files; removed at the end
	schema string
	server *database // its pool stands outside the schema
}

// openScratch refuses a server at DATABASE_URL whose database holds payments:
// a measurement would take the disk and the cores from them. Close it when done.
func openScratch(ctx context.Context, b bench) (*scratch, error) {
	s := &scratch{schema: "bench_" + strings.ToLower(rand.Text()[:12])}
	if err := s.open(ctx, b); err != nil {
		return nil, errors.Join(err, s.close(ctx))
	}
	return s, nil
}

func (s *scratch) open(ctx context.Context, b bench) (err error) {
	if s.dir, err = os.MkdirTemp("", "elkart-bench-"); err != nil {
		return fmt.Errorf("bench: a folder for the database: %w", err)
	}
	cfg := b.cfg
	cfg.dataDir = s.dir
	if s.server, err = openDatabase(ctx, cfg, b.env, b.log); err != nil {
		return err
	}
	if err := refuseUsed(ctx, s.server.pool); err != nil {
		return err
	}
	if _, err := s.server.pool.Exec(ctx, "CREATE SCHEMA "+s.schema); err != nil {
		return fmt.Errorf("bench: make a schema: %w", err)
	}
	where := cfg.databaseURL
	if where == "" {
		where = s.server.cluster.URL()
	}
	if s.pool, err = store.Connect(ctx, inSchema(where, s.schema), poolSize()); err != nil {
		return err
	}
	_, err = store.Migrate(ctx, s.pool)
	return err
}

// refuseUsed fails if any schema of the database holds a payment or a person.
func refuseUsed(ctx context.Context, pool *pgxpool.Pool) error {
	rows, err := pool.Query(ctx, `
		SELECT format('%I.%I', n.nspname, c.relname)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND c.relname IN ('payments', 'people')
			AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'`)
	if err != nil {
		return fmt.Errorf("bench: look into the database: %w", err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("bench: look into the database: %w", err)
	}
	for _, table := range tables {
		var used bool
		if err := pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+table+")").Scan(&used); err != nil {
			return fmt.Errorf("bench: look into %s: %w", table, err)
		}
		if used {
			return fmt.Errorf("bench: %s at DATABASE_URL is not empty; measure in a scratch database, or unset DATABASE_URL", table)
		}
	}
	return nil
}

// inSchema adds the search path to a connection string of either form.
func inSchema(databaseURL, schema string) string {
	if !strings.Contains(databaseURL, "://") {
		return databaseURL + " search_path=" + schema
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		return databaseURL // the settings were checked; pgx says what is wrong
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// close removes all that openScratch made, also when ctx is over.
func (s *scratch) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPostgres)
	defer cancel()
	if s.pool != nil {
		s.pool.Close()
	}
	var failed error
	if s.server != nil {
		if _, err := s.server.pool.Exec(ctx, "DROP SCHEMA IF EXISTS "+s.schema+" CASCADE"); err != nil {
			failed = fmt.Errorf("bench: drop schema %s: %w", s.schema, err)
		}
		failed = errors.Join(failed, s.server.close(ctx))
	}
	return errors.Join(failed, os.RemoveAll(s.dir))
}
