package main

import (
	"context"
	"os"
	"testing"

	"elkart.kg/trade/bot/postgres/pgtest"
	"elkart.kg/trade/store"
)

func TestMain(m *testing.M) {
	os.Exit(pgtest.Main(m, func(ctx context.Context, url string) error {
		pool, err := store.Connect(ctx, url, 2)
		if err != nil {
			return err
		}
		defer pool.Close()
		_, err = store.Migrate(ctx, pool)
		return err
	}))
}
