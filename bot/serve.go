package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/store"
)

// shutdownTime is how long what has begun gets to end: a request, a job, a
// chat's turn.
const shutdownTime = 20 * time.Second

// runServe is the command "serve".
func runServe(ctx context.Context, args []string, cfg config, env environment, std streams) (err error) {
	if len(args) > 0 {
		return usageError("serve takes no arguments; its settings come from the environment, see README.md")
	}
	if err := cfg.missingToServe(); err != nil {
		return err
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
	fmt.Fprintln(std.out, db.where)
	if _, err := store.Migrate(ctx, db.pool); err != nil {
		return err
	}
	a, err := wire(ctx, cfg, db.pool, log, extras{})
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "serving on http://%s, health and metrics on http://%s\n", ports.public.Addr(), ports.admin.Addr())
	return a.run(ctx, ports, db.died())
}

// ports are the two addresses the program is reached at.
type ports struct{ public, admin net.Listener }

// listen opens them before anything is started that would have to be stopped.
func listen(ctx context.Context, cfg config) (p ports, err error) {
	var open net.ListenConfig
	if p.public, err = open.Listen(ctx, "tcp", cfg.listenAddr); err != nil {
		return p, addressError("LISTEN_ADDR", cfg.listenAddr, err)
	}
	if p.admin, err = open.Listen(ctx, "tcp", cfg.adminAddr); err != nil {
		return p, errors.Join(addressError("ADMIN_ADDR", cfg.adminAddr, err), p.public.Close())
	}
	return p, nil
}

func (p ports) close() error { return errors.Join(p.public.Close(), p.admin.Close()) }

func addressError(name, addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s: another program listens on %s; stop it or set %s to another host:port", name, addr, name)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// run serves until ctx ends or a part fails, then lets what has begun end, in
// this order: nothing new comes in (Telegram, HTTP), jobs end, turns end, the
// lead is free for another process. died speaks when the database goes away for good.
func (a *app) run(ctx context.Context, p ports, died <-chan error) error {
	defer a.sender.Close()
	defer a.outward.CloseIdleConnections()
	defer a.presence.leave(context.WithoutCancel(ctx))
	// Short, and done also when the stop comes at once.
	if _, _, err := a.presence.look(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(fmt.Errorf("claim a name in the queue: %w", err), p.close())
	}
	a.presence.tidy(context.WithoutCancel(ctx))
	group, ctx := errgroup.WithContext(ctx)
	turns, endTurns := context.WithCancel(context.WithoutCancel(ctx))
	if err := a.queue.Start(context.WithoutCancel(ctx)); err != nil {
		endTurns()
		return errors.Join(fmt.Errorf("start the job queue: %w", err), p.close(), group.Wait())
	}
	group.Go(func() error { return serveHTTP(a.public, p.public) })
	group.Go(func() error { return serveHTTP(a.admin, p.admin) })
	group.Go(func() error {
		err := a.presence.keep(ctx)
		if err != nil {
			endTurns() // what waits in the chats is another process's by now
		}
		return err
	})
	received := make(chan struct{})
	group.Go(func() error {
		defer close(received)
		select {
		case <-a.presence.leads:
		case <-ctx.Done():
			return nil
		}
		a.presence.tidy(ctx)
		group.Go(func() error { return a.chat.Run(turns) })
		if err := tell(a.queue); err != nil {
			return err
		}
		return a.receive(ctx)
	})
	group.Go(func() error {
		select {
		case err := <-died:
			return fmt.Errorf("the embedded PostgreSQL ended: %w", err)
		case <-ctx.Done():
			return nil
		}
	})
	group.Go(func() error {
		<-ctx.Done()
		defer endTurns()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		<-received
		err := errors.Join(shut(end, a.public), shut(end, a.admin))
		return errors.Join(err, a.queue.Stop(end))
	})
	return group.Wait()
}

// receive takes Telegram's updates until ctx ends, and tells Telegram once
// what the bot can do.
func (a *app) receive(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		a.introduce(ctx)
		return nil
	})
	group.Go(func() error {
		if a.cfg.webhook {
			return a.hook(ctx)
		}
		return a.chat.Poll(ctx, chat.Poller{})
	})
	return group.Wait()
}

// hook asks Telegram to call us, as often as it takes.
func (a *app) hook(ctx context.Context) error {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		err := a.sender.SetWebhook(ctx, a.cfg.publicURL+"/telegram/webhook", a.cfg.webhookSecret)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
			a.log.ErrorContext(ctx, "Telegram did not take the webhook; asking again", "error", err)
		}
	}
}

func serveHTTP(s *http.Server, l net.Listener) error {
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// shut lets a server's requests end; what is open when the time is over is cut.
func shut(ctx context.Context, s *http.Server) error {
	if err := s.Shutdown(ctx); err != nil {
		return s.Close()
	}
	return nil
}
