package chat

import (
	"context"
	"fmt"
)

// maxTries is how often an update is read at a start before it is given up: it may be what brings the process down.
const maxTries = 3

// Inbox keeps updates until they are handled; the store implements it. Bodies hold what people wrote (see
// Config.Mask): a body has no purpose after MarkUpdateDone and should be wiped then; the id must stay for some days,
// to recognise repetitions.
type Inbox interface {
	// KeepUpdate stores an update. fresh is false, without an error, if its id is there already, done or not.
	KeepUpdate(ctx context.Context, updateID int64, chat ChatID, body []byte) (fresh bool, err error)
	MarkUpdateDone(ctx context.Context, updateID int64) error
	// PendingUpdates reads all that are not done, by update id; each reading counts a try.
	PendingUpdates(ctx context.Context) ([]KeptUpdate, error)
}

// KeptUpdate is a pending update.
type KeptUpdate struct {
	UpdateID int64
	Chat     ChatID
	Body     []byte
	Tries    int // readings, this one included
}

// resume queues what an earlier process left, in order.
func (r *Runtime) resume(ctx context.Context) error {
	pending, err := r.cfg.Inbox.PendingUpdates(ctx)
	if err != nil {
		return fmt.Errorf("pending updates: %w", err)
	}
	for _, kept := range pending {
		log := r.cfg.Log.With("update_id", kept.UpdateID, "chat", kept.Chat)
		if kept.Tries > maxTries {
			log.Error("update is given up", "tries", kept.Tries-1)
			r.markDone(ctx, kept.UpdateID)
			continue
		}
		_, t, err := r.readUpdate(kept.Body)
		if err != nil || t == nil {
			log.Error("kept update is not readable", "err", err)
			r.markDone(ctx, kept.UpdateID)
			continue
		}
		r.queue.offer(t.Chat, job{id: kept.UpdateID, run: func() { r.runTurn(t, r.route) }, drop: func() {}}, 0, nil)
	}
	if len(pending) > 0 {
		r.cfg.Log.Info("pending updates are taken up", "count", len(pending))
	}
	return nil
}

// accept takes in one update: when it returns nil, the update is kept (or is none of ours) and may be confirmed.
func (r *Runtime) accept(ctx context.Context, body []byte) error {
	if err := r.ready(ctx); err != nil {
		return err
	}
	id, t, err := r.readUpdate(body)
	if err != nil {
		r.cfg.Log.Error("update is not readable and is left out", "update_id", id, "err", err)
		return nil // it would come again and again, and hold up all others
	}
	if t == nil {
		return nil
	}
	if err := r.doors.enter(ctx, r.stopped, t.Chat, id); err != nil {
		return err
	}
	defer r.doors.leave(t.Chat)
	select {
	case r.slots <- struct{}{}:
	case <-r.stopped:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	var fresh bool
	err = protect(func() (err error) {
		fresh, err = r.cfg.Inbox.KeepUpdate(ctx, id, t.Chat, r.masked(body))
		return err
	})
	if err != nil {
		<-r.slots
		r.doubt(id, true)
		return fmt.Errorf("keep update %d: %w", id, err)
	}
	if doubted := r.doubt(id, false); !fresh && !doubted {
		<-r.slots
		return nil
	}
	t.arrived = r.cfg.Now()
	r.enqueue(t)
	return nil
}

// ready waits until what was pending is queued.
func (r *Runtime) ready(ctx context.Context) error {
	select {
	case <-r.stopped:
		return ErrStopped
	default:
	}
	select {
	case <-r.opened:
		return nil
	case <-r.stopped:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// doubt remembers an update whose keeping failed: if it was stored all the same (the connection broke at the commit),
// it comes again as a repetition and must run. Returns what was remembered.
func (r *Runtime) doubt(id int64, failed bool) bool {
	r.unsureMu.Lock()
	defer r.unsureMu.Unlock()
	_, doubted := r.unsure[id]
	delete(r.unsure, id)
	if failed && len(r.unsure) < maxBacklog {
		r.unsure[id] = struct{}{}
	}
	return doubted
}

// enqueue puts a kept update into its chat's line. A chat whose line is too long is told so once, and what comes then
// is done without being handled; its presses are still answered, as many as fit into another line of that length.
func (r *Runtime) enqueue(t *Turn) {
	limit := r.cfg.QueueLimit
	if t.Kind == KindBlocked || t.Kind == KindUnblocked || t.Kind == KindChosen {
		limit = 0
	}
	fate := r.queue.offer(t.Chat, r.turnJob(t, r.route), limit, func() job { return r.turnJob(t, r.tooFast) })
	switch fate {
	case firstOver:
		r.cfg.Log.Warn("chat floods, its updates are dropped", "chat", t.Chat, "limit", limit)
	case over:
		if t.Kind == KindPress {
			silent := func(context.Context, *Turn) error { return nil }
			if r.queue.offerUnder(t.Chat, r.turnJob(t, silent), 2*limit) {
				return
			}
		}
		r.markDone(r.base, t.UpdateID)
		<-r.slots
	case tooLate: // it stays pending
		<-r.slots
	}
}

func (r *Runtime) turnJob(t *Turn, handle func(context.Context, *Turn) error) job {
	return job{
		id:   t.UpdateID,
		run:  func() { defer func() { <-r.slots }(); r.runTurn(t, handle) },
		drop: func() { <-r.slots },
	}
}
