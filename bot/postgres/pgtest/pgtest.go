// Package pgtest gives every test a fresh, migrated PostgreSQL database.
//
// A package's TestMain calls Main, which starts one private server for the
// test binary and migrates a template database once; each test's New is then a
// copy of the template, some 30 ms of work, dropped when the test ends. With
// DATABASE_URL_TEST set, that server (a superuser's or CREATEDB user's URL) is
// used instead of a private one. A missing PostgreSQL fails the tests; they are
// never skipped, because a skipped test of money is a missing one.
//
// The private server waits for no disk (fsync off): tests would do it at every
// commit, longest when other packages build and test beside them, and what it
// risks, the files after a power failure, is thrown away anyway. It also takes
// more connections. Nothing else differs from the program's embedded server.
//
// A test that looks for leaked goroutines gives goleak.IgnoreCurrent: the
// goroutine that waits for the server lives as long as the test binary.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"elkart.kg/trade/bot/postgres"
)

// current connects Main with New: the testing package offers no other way from
// TestMain to a test.
var current atomic.Pointer[server]

// server is where the test databases are made.
type server struct {
	admin    *url.URL // of a database to give orders in
	template string
	made     atomic.Int64
}

// dropFor bounds the clean-up of a test, which has no context of its own.
const dropFor = 30 * time.Second

// Main runs the tests between the start and the end of a server and returns
// the exit code for os.Exit. migrate prepares the template at the given URL and
// must close its connections; nil leaves the databases empty.
func Main(m *testing.M, migrate func(ctx context.Context, url string) error) int {
	code, err := run(context.Background(), m, migrate)
	if err != nil {
		fmt.Fprintf(os.Stderr, "pgtest: %v\n", err)
		return 1
	}
	return code
}

// New makes a database for this test alone and returns its URL.
func New(t testing.TB) string {
	t.Helper()
	s := current.Load()
	if s == nil {
		t.Fatal("pgtest.New needs a TestMain with os.Exit(pgtest.Main(m, migrate))")
	}
	name := fmt.Sprintf("%s_%d", s.template, s.made.Add(1))
	if err := s.exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+s.template); err != nil {
		t.Fatalf("make a test database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), dropFor)
		defer cancel()
		// FORCE: a test's forgotten connection must not keep its database.
		if err := s.exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return s.url(name)
}

func run(ctx context.Context, m *testing.M, migrate func(context.Context, string) error) (code int, err error) {
	given, stop, err := findServer(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	admin, err := url.Parse(given)
	if err != nil || !strings.HasPrefix(admin.Scheme, "postgres") {
		return 0, errors.New("DATABASE_URL_TEST is not of the form postgres://user@host/database")
	}
	s := &server{admin: admin, template: "elkart_test_" + strings.ToLower(rand.Text()[:10])}
	if err := s.exec(ctx, "CREATE DATABASE "+s.template); err != nil {
		return 0, fmt.Errorf("make the template database: %w", err)
	}
	defer func() { err = errors.Join(err, s.exec(ctx, "DROP DATABASE "+s.template+" WITH (FORCE)")) }()
	if migrate != nil {
		if err := migrate(ctx, s.url(s.template)); err != nil {
			return 0, fmt.Errorf("migrate the template database: %w", err)
		}
	}
	current.Store(s)
	defer current.Store(nil)
	return m.Run(), nil
}

// findServer returns the server to use and how to be done with it.
func findServer(ctx context.Context) (serverURL string, stop func() error, err error) {
	if given := os.Getenv("DATABASE_URL_TEST"); given != "" {
		return given, func() error { return nil }, nil
	}
	dir, err := os.MkdirTemp("", "elkart-test-")
	if err != nil {
		return "", nil, err
	}
	cluster, err := postgres.Start(ctx, postgres.Config{Dir: dir, Volatile: true})
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return cluster.URL(), func() error { return errors.Join(cluster.Stop(ctx), os.RemoveAll(dir)) }, nil
}

func (s *server) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.admin.String())
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// url is the admin's with another database; tests use the same user.
func (s *server) url(database string) string {
	u := *s.admin
	u.Path = "/" + database
	return u.String()
}
