package telegram

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// maxPoll is the longest getUpdates waits (the Bot API server cuts timeouts to it).
const maxPoll = 50 * time.Second

// updateQueue holds what the bot has not confirmed yet, oldest first.
type updateQueue struct {
	next    int64
	pending []*update
	allowed []string // kinds the bot asked for; nil is Telegram's default
	poll    *poll    // the getUpdates that waits now
}

// update is one queued update. repeated marks an update_id used before: it stays until it was handed out.
type update struct {
	id       int64
	data     json.RawMessage
	lane     int64 // the chat or user whose updates keep their order
	repeated bool
	sent     bool
	busy     bool // being delivered to the webhook
}

// poll is a waiting getUpdates; a conflict ends it.
type poll struct {
	conflict chan string
}

// notByDefault are the kinds of updates that a bot must ask for (Bot API, getUpdates).
var notByDefault = []string{"chat_member", "message_reaction", "message_reaction_count"}

// push queues an update of a kind for the bot and returns its id, 0 if the bot doesn't want the kind. lane is the
// chat (or user) it belongs to. s.mu must be held.
func (s *Server) push(kind string, lane int64, content any) int64 {
	q := &s.updates
	if q.allowed == nil && slices.Contains(notByDefault, kind) || q.allowed != nil && !slices.Contains(q.allowed, kind) {
		return 0
	}
	id := q.next
	data, err := json.Marshal(map[string]any{"update_id": id, kind: content})
	if err != nil {
		panic("telegram: update can't be encoded: " + err.Error())
	}
	q.next++
	q.pending = append(q.pending, &update{id: id, data: data, lane: lane})
	s.broadcast()
	return id
}

// Deliver queues a raw update, whatever its fields hold: a value to be marshalled, or JSON as json.RawMessage,
// []byte or string. It gets the next update_id unless it has one, which may have been used before. Deliver returns
// the id, 0 if the update isn't a JSON object.
func (s *Server) Deliver(raw any) int64 {
	var data []byte
	switch v := raw.(type) {
	case json.RawMessage:
		data = v
	case []byte:
		data = v
	case string:
		data = []byte(v)
	default:
		encoded, err := json.Marshal(raw)
		if err != nil {
			return 0
		}
		data = encoded
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil || fields == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q := &s.updates
	u := &update{lane: laneOf(data)}
	if json.Unmarshal(fields["update_id"], &u.id) != nil || u.id == 0 {
		u.id = q.next
		fields["update_id"], _ = json.Marshal(u.id) // an integer always marshals
		data, _ = json.Marshal(fields)              // and so does what was just parsed
	}
	u.data, u.repeated = data, u.id < q.next
	q.next = max(q.next, u.id+1)
	q.pending = append(q.pending, u)
	s.broadcast()
	return u.id
}

// laneOf finds the chat a raw update belongs to, 0 if it can't be told.
func laneOf(data []byte) int64 {
	type message struct {
		Chat struct{ ID int64 }
	}
	var u struct {
		Message       *message
		EditedMessage *message                           `json:"edited_message"`
		CallbackQuery *struct{ From struct{ ID int64 } } `json:"callback_query"`
	}
	_ = json.Unmarshal(data, &u) // whatever could be read is good enough
	switch {
	case u.Message != nil:
		return u.Message.Chat.ID
	case u.EditedMessage != nil:
		return u.EditedMessage.Chat.ID
	case u.CallbackQuery != nil:
		return u.CallbackQuery.From.ID
	}
	return 0
}

// confirm drops what the bot has seen: everything below offset. A negative offset keeps that many at the end.
func (q *updateQueue) confirm(offset int64) {
	if offset < 0 {
		q.pending = q.pending[max(int64(len(q.pending))+offset, 0):]
		return
	}
	q.pending = slices.DeleteFunc(q.pending, func(u *update) bool { return u.id < offset && (!u.repeated || u.sent) })
}

// Undelivered counts the updates that the bot has not confirmed yet.
func (s *Server) Undelivered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.updates.pending)
}

func (s *Server) getUpdates(c *call) (any, *apiError) {
	offset, limit := c.integer("offset"), c.integer("limit")
	timeout := min(time.Duration(max(c.integer("timeout"), 0))*time.Second, maxPoll)
	if limit < 1 || limit > 100 {
		limit = 100
	}
	s.mu.Lock()
	if s.hook != nil {
		s.mu.Unlock()
		return nil, conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	s.allow(c)
	s.updates.confirm(offset)
	if batch := s.updates.take(limit); len(batch) > 0 || timeout == 0 {
		s.mu.Unlock()
		return batch, nil
	}
	me := &poll{conflict: make(chan string, 1)}
	if s.updates.poll != nil {
		s.updates.poll.conflict <- "terminated by other getUpdates request; make sure that only one bot instance is running"
	}
	s.updates.poll = me
	s.mu.Unlock()
	return s.waitUpdates(c, me, limit, timeout)
}

// waitUpdates is the long poll: it ends with updates, with an empty list at the timeout, or with a conflict.
func (s *Server) waitUpdates(c *call, me *poll, limit int64, timeout time.Duration) (any, *apiError) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		s.mu.Lock()
		batch, changed, mine := s.updates.take(limit), s.changed, s.updates.poll == me
		if mine && len(batch) > 0 {
			s.updates.poll = nil
		}
		s.mu.Unlock()
		if mine && len(batch) > 0 {
			return batch, nil
		}
		select {
		case <-changed:
			continue
		case why := <-me.conflict:
			return nil, conflict(why)
		case <-timer.C:
		case <-c.r.Context().Done():
		case <-s.done:
		}
		s.mu.Lock()
		if s.updates.poll == me {
			s.updates.poll = nil
		}
		s.mu.Unlock()
		return []json.RawMessage{}, nil
	}
}

// take returns the oldest updates, which stay until confirmed.
func (q *updateQueue) take(limit int64) []json.RawMessage {
	batch := []json.RawMessage{}
	for _, u := range q.pending {
		if int64(len(batch)) == limit {
			break
		}
		u.sent = true
		batch = append(batch, u.data)
	}
	return batch
}

// allow takes over allowed_updates where the request has it; an empty list is the default.
func (s *Server) allow(c *call) {
	var kinds []string
	if c.decode("allowed_updates", &kinds) {
		s.updates.allowed = kinds
		if len(kinds) == 0 {
			s.updates.allowed = nil
		}
	}
}

func conflict(why string) *apiError {
	return &apiError{Code: http.StatusConflict, Description: "Conflict: " + why}
}
