package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"elkart.kg/trade/bot/demo"
	"elkart.kg/trade/bot/demo/page"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/operator"
	"elkart.kg/trade/store"
)

// runDemo is the command "demo": whatever of Telegram, PostgreSQL and the
// operator is not configured is simulated or embedded.
func runDemo(ctx context.Context, args []string, cfg config, env environment, std streams) (err error) {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	seeded := flags.Bool("seed", false, "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return usageError("demo: want nothing or --seed; settings come from the environment, see README.md")
	}
	log := newLogger(cfg, std.err)
	ports, err := listen(ctx, cfg)
	if err != nil {
		return err
	}
	defer ports.close() //nolint:errcheck // the servers have closed them when all went well
	db, err := openDatabase(ctx, cfg, env, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close(ctx)) }()
	world, err := demo.Start(demo.Config{
		Dir: filepath.Join(cfg.dataDir, "demo"), Telegram: cfg.token.Empty(), Operator: cfg.operatorURL == "",
		Now: time.Now, Log: log.With("part", "demo"),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	here := "http://" + ports.public.Addr().String()
	simulate(&cfg, world, here)
	if err := cfg.missingToServe(); err != nil {
		return err
	}
	if _, err := store.Migrate(ctx, db.pool); err != nil {
		return err
	}
	if world.Operator != nil {
		if err := world.Operator.SetPSP(here); err != nil {
			return err
		}
	}
	a, err := wire(ctx, cfg, db.pool, log, extras{root: demoPage(world, cfg, ctx.Done())})
	if err != nil {
		return err
	}
	if *seeded {
		if err := a.seed(ctx, std.out, time.Now(), world.Operator); err != nil {
			return err
		}
		if world.Telegram != nil {
			// A bot may not speak first: reports of the seeded weeks are owed.
			if _, err := world.Telegram.SendText(demo.People()[0].ID, "/start"); err != nil {
				return fmt.Errorf("seed: %w", err)
			}
		}
	}
	fmt.Fprintf(std.out, "%s\n\n%s\n\n", db.where, greeting(world, here))
	return a.run(ctx, ports, db.died())
}

// simulate fills the settings that name the other side with the simulated one.
func simulate(cfg *config, world *demo.World, here string) {
	if world.Telegram != nil {
		cfg.token, cfg.telegramURL, cfg.webhook = operator.NewSecret(demo.Token), world.TelegramURL, false
		if cfg.publicURL == "" {
			cfg.publicURL = here
		}
	}
	if world.Operator != nil {
		cfg.operatorURL, cfg.pspID, cfg.pspToken = world.OperatorURL, world.Operator.PSPID(), world.Operator.PSPToken()
		cfg.operatorKeys, cfg.pspKey = []string{world.OperatorKey}, world.PSPKey
		if cfg.creditURL == "" {
			cfg.creditURL = world.CreditURL
		}
	}
	if cfg.cardKeys == nil {
		cfg.cardKeys, _ = payments.NewKeyring("demo")
	}
}

// greeting is what the person who typed the command reads.
func greeting(world *demo.World, here string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Open %s in a browser: a merchant's chat, a customer's phone, a payer's bank.", here)
	if world.Telegram == nil {
		b.WriteString("\nThe bot itself is at the real Telegram: write /start to it there.")
	}
	if world.Operator == nil {
		b.WriteString("\nThe operator is the real one: the bank app of the page stays empty.")
	}
	b.WriteString("\nCtrl-C ends it; what was entered is kept in DATA_DIR.")
	return b.String()
}

// demoPage is the page with the three phones.
func demoPage(world *demo.World, cfg config, closing <-chan struct{}) http.Handler {
	deps := page.Deps{Telegram: world.Telegram, BotName: demo.BotName, PublicURL: cfg.publicURL, Closing: closing}
	if world.Operator != nil {
		deps.Bank = world.Operator
	}
	return page.New(deps)
}
