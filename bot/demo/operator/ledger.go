package operator

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"elkart.kg/trade/payments"
)

// entry is a transaction as the ledger has it: a line of JSON for each change,
// the last of which counts.
type entry struct {
	Order     payments.Order
	Body      []byte          `json:",omitempty"`
	Incoming  bool            `json:",omitempty"`
	Elsewhere bool            `json:",omitempty"`
	Origin    string          `json:",omitempty"`
	Payee     string          `json:",omitempty"`
	Answered  string          `json:",omitempty"`
	Status    payments.Status `json:",omitempty"`
	Created   time.Time
	Executed  time.Time
	Final     time.Time
	Code      int    `json:",omitempty"`
	Message   string `json:",omitempty"`
	Steps     []Step `json:",omitempty"`
}

func (t *transaction) entry() entry {
	return entry{
		Order: t.order, Body: t.body, Incoming: t.incoming, Elsewhere: t.elsewhere, Origin: t.origin, Payee: t.payee, Answered: t.answered,
		Status: t.status, Created: t.created, Executed: t.executed, Final: t.final, Code: t.code, Message: t.message, Steps: t.steps,
	}
}

func (e entry) transaction() *transaction {
	return &transaction{
		order: e.Order, body: e.Body, incoming: e.Incoming, elsewhere: e.Elsewhere, origin: e.Origin, payee: e.Payee, answered: e.Answered,
		status: e.Status, created: e.Created, executed: e.Executed, final: e.Final, code: e.Code, message: e.Message, steps: e.Steps,
	}
}

// Remember takes a payment of somebody else's that was over before this server
// ran, so that it can be refunded and asked for. The bank app does not show it.
func (s *Server) Remember(order payments.Order, status payments.Status, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, isKnown := s.transactions[order.OperatorID]
	if !isKnown {
		t = &transaction{incoming: true, elsewhere: true, order: order, created: at.UTC()}
		s.hold(t)
	}
	t.status, t.final = status, at.UTC()
	if status == payments.StatusSuccess {
		t.executed = t.final
	}
	s.write(t)
}

// hold puts a transaction where it is found. The lock is held.
func (s *Server) hold(t *transaction) {
	s.transactions[t.order.OperatorID] = t
	if !t.incoming {
		s.byPSPID[t.order.PSPTransactionID] = t
	}
	s.history = append(s.history, t)
}

// write adds a transaction as it stands to the ledger. The lock is held.
func (s *Server) write(t *transaction) {
	if s.ledger == nil {
		return
	}
	line, err := json.Marshal(t.entry())
	if err == nil {
		_, err = s.ledger.Write(append(line, '\n'))
	}
	if err != nil {
		s.log.Warn("simulated operator: ledger not written", "operator_id", t.order.OperatorID, "error", err)
	}
}

// open reads the ledger that an earlier run left at path, and goes on in it.
// What was under way then has been cancelled: nobody finishes it.
func (s *Server) open(path string) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, order, err := readLedger(path)
	if err != nil {
		return fmt.Errorf("simulated operator: read %s: %w", path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("simulated operator: %w", err)
	}
	// A line for each transaction: the file does not grow with the runs.
	next := path + ".new"
	if s.ledger, err = os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil {
		return fmt.Errorf("simulated operator: %w", err)
	}
	for _, id := range order {
		t := last[id].transaction()
		s.hold(t)
		if t.incoming && !isFinal(t.status) {
			s.settle(t, payments.StatusCanceled, 0)
		}
		s.write(t)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("simulated operator: %w", err)
	}
	return nil
}

// readLedger returns the last line of each transaction by operator id, and the
// ids in the order in which they began. A line that a crash has cut off is none.
func readLedger(path string) (last map[string]entry, order []string, err error) {
	last = make(map[string]entry)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return last, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		if _, isKnown := last[e.Order.OperatorID]; !isKnown {
			order = append(order, e.Order.OperatorID)
		}
		last[e.Order.OperatorID] = e
	}
	return last, order, lines.Err()
}
