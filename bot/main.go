// Command bot is ELKART Trade as a Telegram bot: a merchant with a phone and an
// ELKART card takes cashless payments by QR code or payment link.
//
// This package is the program: commands, settings, wiring, background jobs. It
// holds no rules (package payments does), no words (locales) and no SQL (store).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // a second Ctrl-C ends the program at once
	}()
	streams := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	if err := run(ctx, os.Args[1:], os.LookupEnv, streams); err != nil {
		if status, isStatus := errors.AsType[exitStatus](err); !isStatus || err.Error() != status.Error() {
			fmt.Fprintln(os.Stderr, "error:", err)
		}
		os.Exit(exitCode(err))
	}
}

// streams are the program's standard streams.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

const usageText = `usage: bot [COMMAND]

  serve               serve merchants (default); settings come from the environment, see README.md
  demo [--seed]       the whole system with nothing configured, and a page to try it on
  migrate [up|status] bring the database up to date, or say how far it is
  reconcile FILE...   hold clearing files against our payments; reconcile --help says more
  bench NAME [flags]  measure a part of the program: flows, history or reports
  elqr decode LINK    print what a national payment link says, as JSON
  elqr encode < JSON  print the link for it
  version             which version this is, and the commit it was built of
  help                this text
`

// usageError is a wrong way to call the program: exit status 2.
type usageError string

func (e usageError) Error() string { return string(e) }

// ExitCode is the exit status that the error asks for.
func (usageError) ExitCode() int { return 2 }

func exitCode(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 1
}

func asksForHelp(word string) bool { return word == "-h" || word == "-help" || word == "--help" }

// run does one command and returns when all that it started has ended.
func run(ctx context.Context, args []string, lookup environment, std streams) error {
	command := "serve"
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	env, broken := withDotEnv(lookup, ".env")
	switch {
	case command == "help" || asksForHelp(command) || command == "version" && len(args) == 1 && asksForHelp(args[0]):
		_, err := io.WriteString(std.out, usageText)
		return err
	case command == "version" || command == "--version":
		return runVersion(args, debug.ReadBuildInfo, std.out)
	case command == "elqr":
		// The codec needs one setting at most: a broken file is no reason to
		// refuse a link.
		if broken != nil {
			env = lookup
		}
		return runELQR(args, func(name string) string { value, _ := env(name); return value }, std.in, std.out)
	}
	runners := map[string]func(context.Context, []string, config, environment, streams) error{
		"serve": runServe, "demo": runDemo, "migrate": runMigrate, "reconcile": runReconcile, "bench": runBench,
	}
	runner, ok := runners[command]
	if !ok {
		return usageError(fmt.Sprintf("unknown command %q\n%s", command, strings.TrimSpace(usageText)))
	}
	if len(args) == 1 && asksForHelp(args[0]) && command != "reconcile" { // which says more itself
		_, err := io.WriteString(std.out, usageText)
		return err
	}
	if broken != nil {
		return broken
	}
	cfg, err := readConfig(env)
	if err != nil {
		return err
	}
	err = runner(ctx, args, cfg, env, std)
	if serves := command == "serve" || command == "demo"; serves && ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // stopped while it was starting, which is as good as later
	}
	return err
}
