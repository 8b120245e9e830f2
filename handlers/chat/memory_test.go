package chat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// memory is Inbox and Sessions in memory. A process that is killed has a view of its own with dead set.
type memory struct {
	mu       sync.Mutex
	kept     map[int64]*KeptUpdate
	done     map[int64]bool
	order    []int64
	sessions map[ChatID][]byte
	keepErr  []error // used up one by one, after storing
	saveErr  error
}

func newMemory() *memory {
	return &memory{kept: map[int64]*KeptUpdate{}, done: map[int64]bool{}, sessions: map[ChatID][]byte{}}
}

func (m *memory) KeepUpdate(_ context.Context, id int64, chat ChatID, body []byte) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, known := m.kept[id]
	if !known {
		m.kept[id] = &KeptUpdate{UpdateID: id, Chat: chat, Body: bytes.Clone(body)}
		m.order = append(m.order, id)
	}
	if len(m.keepErr) > 0 {
		err := m.keepErr[0]
		m.keepErr = m.keepErr[1:]
		if err != nil {
			return false, err
		}
	}
	return !known, nil
}

// left is an update that an earlier process kept.
func (m *memory) left(id int64, body string) {
	m.kept[id] = &KeptUpdate{UpdateID: id, Chat: me, Body: []byte(body)}
	m.order = append(m.order, id)
}

func (m *memory) MarkUpdateDone(_ context.Context, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept[id] == nil || m.done[id] {
		return fmt.Errorf("update %d is marked twice or unknown", id)
	}
	m.done[id] = true
	return nil
}

func (m *memory) PendingUpdates(context.Context) ([]KeptUpdate, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []KeptUpdate
	for _, id := range m.order {
		if !m.done[id] {
			m.kept[id].Tries++
			out = append(out, *m.kept[id])
		}
	}
	return out, nil
}

func (m *memory) pending() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.kept) - len(m.done)
}

func (m *memory) Session(_ context.Context, chat ChatID) (Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, ok := m.sessions[chat]
	if !ok {
		return Session{}, ErrNoSession
	}
	var s Session
	return s, json.Unmarshal(body, &s)
}

func (m *memory) SaveSession(_ context.Context, s Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, err := json.Marshal(s)
	m.sessions[s.Chat] = body
	if err == nil {
		err = m.saveErr
	}
	return err
}

func (m *memory) DeleteSession(_ context.Context, chat ChatID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, chat)
	return nil
}

// deadView is what a killed process still reaches: nothing.
type deadView struct {
	*memory
	dead func() bool
}

func (d deadView) MarkUpdateDone(ctx context.Context, id int64) error {
	if d.dead() {
		return nil
	}
	return d.memory.MarkUpdateDone(ctx, id)
}

func (d deadView) SaveSession(ctx context.Context, s Session) error {
	if d.dead() {
		return nil
	}
	return d.memory.SaveSession(ctx, s)
}

// savesOnce is the store of a process that is killed after it has saved one session.
func savesOnce(m *memory) Sessions { return &oneSave{memory: m} }

type oneSave struct {
	*memory
	saved bool
}

func (o *oneSave) SaveSession(ctx context.Context, s Session) error {
	if o.saved {
		return nil
	}
	o.saved = true
	return o.memory.SaveSession(ctx, s)
}

// clock is moved by hand and by waiting.
type clock struct {
	mu    sync.Mutex
	t     time.Time
	waits []time.Duration
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func (c *clock) wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	c.waits = append(c.waits, d)
	return ctx.Err()
}

// lockedBuffer collects a log.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
