package chat

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// doors let a chat's updates in one at a time, of those that wait the lowest id first. Deliveries in parallel, which a
// webhook may get, are thus kept and queued in the order in which Telegram counted them, however long keeping takes.
type doors struct {
	mu   sync.Mutex
	open map[ChatID]*door // of chats with an update in the door
}

type door struct{ waiting []*arrival } // by id

type arrival struct {
	id    int64
	enter chan struct{} // closed when it is let in
}

// enter waits for the update's turn; leave must follow unless it fails.
func (d *doors) enter(ctx context.Context, stopped <-chan struct{}, chat ChatID, id int64) error {
	d.mu.Lock()
	at := d.open[chat]
	if at == nil {
		d.open[chat] = &door{}
		d.mu.Unlock()
		return nil
	}
	a := &arrival{id: id, enter: make(chan struct{})}
	place, _ := slices.BinarySearchFunc(at.waiting, id+1, func(w *arrival, id int64) int { return cmp.Compare(w.id, id) })
	at.waiting = slices.Insert(at.waiting, place, a)
	d.mu.Unlock()
	select {
	case <-a.enter:
		return nil
	case <-ctx.Done():
		d.giveUp(chat, a)
		return ctx.Err()
	case <-stopped:
		d.giveUp(chat, a)
		return ErrStopped
	}
}

func (d *doors) leave(chat ChatID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := d.open[chat]
	if len(at.waiting) == 0 {
		delete(d.open, chat)
		return
	}
	next := at.waiting[0]
	at.waiting = at.waiting[1:]
	close(next.enter)
}

// giveUp takes back an arrival that may just have been let in.
func (d *doors) giveUp(chat ChatID, a *arrival) {
	d.mu.Lock()
	at := d.open[chat]
	i := slices.Index(at.waiting, a)
	if i >= 0 {
		at.waiting = slices.Delete(at.waiting, i, i+1)
	}
	d.mu.Unlock()
	if i < 0 {
		d.leave(chat)
	}
}
