package main

import (
	"context"
	"errors"
	"fmt"

	"elkart.kg/trade/store"
)

// runMigrate is the command "migrate": up or status.
func runMigrate(ctx context.Context, args []string, cfg config, env environment, std streams) (err error) {
	action := "up"
	switch {
	case len(args) > 1 || len(args) == 1 && args[0] != "up" && args[0] != "status":
		return usageError("migrate: want up or status")
	case len(args) == 1:
		action = args[0]
	}
	db, err := openForTool(ctx, cfg, env, newLogger(cfg, std.err))
	if err != nil {
		return err
	}
	defer func() { err = db.explain(errors.Join(err, db.close(ctx))) }()
	fmt.Fprintln(std.out, db.where)
	if action == "status" {
		all, err := store.Status(ctx, db.pool)
		for _, m := range all {
			state := "pending"
			if m.Applied {
				state = "applied"
			}
			fmt.Fprintf(std.out, "%-8s %s\n", state, m.Name)
		}
		return err
	}
	taken, err := db.migrate(ctx)
	for _, m := range taken {
		fmt.Fprintf(std.out, "applied  %s\n", m.Name)
	}
	if err == nil && len(taken) == 0 {
		fmt.Fprintln(std.out, "up to date")
	}
	return err
}
