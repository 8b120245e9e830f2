package store_test

// One seed decides everything that can happen to a merchant's money: what the
// payers do, which messages between the operator and us are lost, repeated,
// late or overtaken, what the card side and Telegram answer, how the clock
// moves, and at which commit the process dies. Then the faults stop, what is
// left over is brought to its end, and the books must be right.
//
//	go test ./store -run TestSimulation -sim.seeds 5000 [-sim.first 1]
//	go test ./store -run TestSimulation -sim.seed 4711

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"elkart.kg/trade/payments"
)

var (
	simSeeds = flag.Int("sim.seeds", 40, "how many seeds the simulation runs")
	simFirst = flag.Uint64("sim.first", 1, "the first of the seeds")
	simSeed  = flag.Uint64("sim.seed", 0, "the one seed to run")
)

func TestSimulation(t *testing.T) {
	w := newWorld(t)
	first, last := *simFirst, *simFirst+uint64(*simSeeds)-1
	if *simSeed != 0 {
		first, last = *simSeed, *simSeed
	}
	for seed := first; seed <= last; seed++ {
		s := newSimulation(t, w, seed)
		s.run()
		if t.Failed() {
			t.Fatalf("seed %d; replay it with -run TestSimulation -sim.seed %d\n%s", seed, seed, s.story())
		}
	}
}

// errCrash is the process dying: what was not committed is gone.
var errCrash = errors.New("crash")

// errLost is an answer that never arrived.
var errLost = errors.New("no answer")

// simulation is one merchant, their payers, and the other side.
type simulation struct {
	t       *testing.T
	w       *world
	random  *rand.Rand
	service *payments.Service
	person  payments.PersonID
	seed    uint64
	capped  payments.Link // reusable
	calm    bool          // the faults have stopped
	steps   []string

	held    map[string]*held          // the operator's books, by its id
	flying  []func()                  // messages on their way, delivered in any order
	queue   []payments.Scheduled      // jobs that were committed
	cards   map[string]payments.Money // credits that reached a card, by their key
	refused map[string]bool           // keys that a card refused
	told    map[payments.PaymentID][]payments.PaymentState
}

// held is a transaction as the operator holds it.
type held struct {
	id       string
	order    payments.Order
	status   payments.Status
	promised bool   // our SUCCESS to execute arrived there
	refundOf string // of a refund: the key
}

func newSimulation(t *testing.T, w *world, seed uint64) *simulation {
	s := &simulation{
		t: t, w: w, seed: seed, random: rand.New(rand.NewPCG(seed, 0)), person: payments.PersonID(1000 + seed),
		held: make(map[string]*held), cards: make(map[string]payments.Money), refused: make(map[string]bool),
		told: make(map[payments.PaymentID][]payments.PaymentState),
	}
	w.merchant(t, s.person)
	copied := *w.Service
	s.service = &copied
	s.service.Store = &faultyStore{Store: w.store, sim: s}
	s.service.Operator, s.service.Crediter, s.service.Tokenizer, s.service.Refunder = s, s, s, s
	return s
}

func (s *simulation) chance(percent int) bool { return !s.calm && s.random.IntN(100) < percent }

func (s *simulation) note(format string, args ...any) {
	s.steps = append(s.steps, fmt.Sprintf(format, args...))
}

func (s *simulation) story() (text string) {
	for _, step := range s.steps {
		text += step + "\n"
	}
	return text
}

// run lets things happen, then brings them to their end and checks the books.
func (s *simulation) run() {
	for range 60 {
		s.step()
	}
	s.note("the faults stop")
	s.calm = true
	for range 8 {
		for len(s.flying) > 0 {
			s.deliver(0)
		}
		s.reconcileAll()
		for len(s.queue) > 0 {
			s.work(0)
		}
		s.w.advance(2 * time.Hour)
		s.try("sweep", s.service.Sweep(s.t.Context()))
	}
	s.check()
}

func (s *simulation) step() {
	switch n := s.random.IntN(100); {
	case n < 22:
		s.pay()
	case n < 52 && len(s.flying) > 0:
		s.deliver(s.random.IntN(len(s.flying)))
	case n < 80 && len(s.queue) > 0:
		s.work(s.random.IntN(len(s.queue)))
	case n < 86:
		s.refund()
	case n < 90:
		d := time.Duration(s.random.IntN(90)) * time.Second
		s.note("%s pass", d)
		s.w.advance(d)
	case n < 94:
		s.try("sweep", s.service.Sweep(s.t.Context()))
	default:
		s.changeMind()
	}
}

// simCap is how many may pay through the merchant's reusable link.
const simCap = 3

// pay begins a payment by the counter's code, by a capped link or by a charge,
// sometimes two payers at one charge.
func (s *simulation) pay() {
	ctx := s.t.Context()
	desk, err := s.w.Desk(ctx, s.person)
	must(s.t, err)
	link, sum := desk.Static, payments.Money(100+s.random.IntN(50_000))
	switch s.random.IntN(3) {
	case 0:
		if s.capped.ID == 0 {
			s.capped = s.w.reusable(s.t, s.person, 0, simCap)
		}
		link = s.capped
	case 1:
		ticket, err := s.w.Charge(ctx, s.person, payments.ChargeDraft{Amount: sum, Key: fmt.Sprintf("sim%d", s.w.calls.Add(1))})
		must(s.t, err)
		link = ticket.Link
	}
	for range 1 + s.random.IntN(2) {
		order := s.w.order(s.t, link, sum)
		order.OperatorID = fmt.Sprintf("sim-%d-%s", s.seed, order.OperatorID)
		order.PSPTransactionID = "psp-" + order.OperatorID
		h := &held{id: order.OperatorID, order: order, status: payments.StatusCreated}
		s.held[h.id] = h
		s.send("create "+h.id, func() error { _, err := s.service.Create(ctx, order); return err }, func(err error) {
			if err != nil {
				s.end(h, payments.StatusCanceled)
				return
			}
			s.execute(h)
		})
	}
}

func (s *simulation) execute(h *held) {
	s.send("execute "+h.id, func() error {
		p, err := s.service.Execute(s.t.Context(), h.id)
		if err == nil && p.OperatorStatus() != payments.StatusSuccess {
			return payments.Fail(payments.CodeImpossible)
		}
		return err
	}, func(err error) {
		switch {
		case err == nil && s.random.IntN(100) < 85:
			h.promised = true
			s.end(h, payments.StatusSuccess)
		default:
			// Refused, unanswered, or the payer's bank fell over: the operator
			// cancels, whatever we promised.
			s.end(h, payments.StatusCanceled)
		}
	})
}

// end gives a transaction its final status there, and sends the update.
func (s *simulation) end(h *held, status payments.Status) {
	if h.status == payments.StatusCreated {
		h.status = status
	}
	s.update(h)
}

func (s *simulation) update(h *held) {
	status := h.status
	s.send(fmt.Sprintf("update %s %d", h.id, status), func() error {
		return s.service.Update(s.t.Context(), h.id, status, time.Time{})
	}, func(error) {})
}

// changeMind is the operator cancelling what it had confirmed.
func (s *simulation) changeMind() {
	for _, id := range slices.Sorted(maps.Keys(s.held)) {
		if h := s.held[id]; h.status == payments.StatusSuccess && h.refundOf == "" && s.random.IntN(4) == 0 {
			s.note("the operator takes %s back", id)
			h.status = payments.StatusCanceled
			s.update(h)
			return
		}
	}
}

// send puts a call on its way: it may be lost, come twice, late, out of order;
// the answer may be lost, which the other side takes for a failure.
func (s *simulation) send(name string, call func() error, answered func(error)) {
	if s.chance(8) {
		s.note("lost on the way: %s", name)
		answered(errLost)
		return
	}
	deliver := func(last bool) func() {
		return func() {
			err := call()
			s.note("%s: %v", name, err)
			if !last {
				return
			}
			if s.chance(8) {
				err = errLost
			}
			answered(err)
		}
	}
	if s.chance(15) {
		s.flying = append(s.flying, deliver(false))
	}
	s.flying = append(s.flying, deliver(true))
}

func (s *simulation) deliver(i int) {
	message := s.flying[i]
	s.flying = slices.Delete(s.flying, i, i+1)
	message()
}

// reconcileAll is the operator repeating its final word until it is taken.
func (s *simulation) reconcileAll() {
	for _, id := range slices.Sorted(maps.Keys(s.held)) {
		h := s.held[id]
		if h.refundOf != "" && h.status == payments.StatusCreated {
			continue
		}
		if h.status == payments.StatusCreated {
			h.status = payments.StatusCanceled
		}
		err := s.service.Update(s.t.Context(), h.id, h.status, time.Time{})
		if code := payments.CodeOf(err); err != nil && code != payments.CodePaymentNotFound && code != payments.CodeImpossible {
			s.t.Errorf("update %s: %v", id, err)
		}
	}
}

// refund asks for some of a payment back.
func (s *simulation) refund() {
	var id payments.PaymentID
	err := s.w.pool.QueryRow(s.t.Context(), `
		SELECT p.id FROM payments p JOIN members m USING (merchant_id)
		WHERE m.person_id = $1 AND p.state = 'succeeded' ORDER BY p.id DESC OFFSET $2 LIMIT 1`, s.person, s.random.IntN(3)).Scan(&id)
	if err != nil {
		return // nothing to give back yet
	}
	sum := payments.Money(100 + s.random.IntN(12_000))
	_, err = s.service.RequestRefund(s.t.Context(), s.person, payments.RefundDraft{PaymentID: id, Amount: sum, Key: fmt.Sprintf("r%d", s.w.calls.Add(1))})
	s.note("refund %d of payment %d: %v", sum, id, err)
	if err != nil && !errors.Is(err, errCrash) && payments.CodeOf(err) == "" {
		s.t.Errorf("request refund: %v", err)
	}
}

// work does one job; a job that fails, or whose process dies, comes again.
func (s *simulation) work(i int) {
	job := s.queue[i]
	s.queue = slices.Delete(s.queue, i, i+1)
	again, err := s.do(job.Job)
	s.note("job %s %+v: again %v, %v", job.Kind(), job.Job, again, err)
	if again || err != nil || s.chance(5) {
		s.queue = append(s.queue, job)
		if s.calm && err != nil {
			s.t.Errorf("job %s fails without a fault: %v", job.Kind(), err)
			s.queue = nil
		}
	}
}

func (s *simulation) do(job payments.Job) (again bool, err error) {
	ctx := s.t.Context()
	settled := true
	switch job := job.(type) {
	case payments.Fanout:
		err = s.service.Spread(ctx, job)
	case payments.Notice:
		var news payments.News
		if news, err = s.service.News(ctx, job); err == nil && news.Payment.State == job.State {
			s.told[job.PaymentID] = append(s.told[job.PaymentID], job.State)
		}
	case payments.AskOperator:
		settled, err = s.service.Ask(ctx, job)
	case payments.PayCredit:
		settled, err = s.service.PayOut(ctx, job)
	case payments.SendRefund:
		settled, err = s.service.SendRefund(ctx, job)
	case payments.TellOperator:
		err = s.service.Tell(ctx, job)
	}
	return !settled, err
}

// check looks at the books when everything has come to its end.
func (s *simulation) check() {
	ctx := s.t.Context()
	desk, err := s.w.Desk(ctx, s.person)
	must(s.t, err)
	merchant := desk.Merchant.ID
	for id, h := range s.held {
		if h.refundOf != "" {
			continue
		}
		p, err := s.w.PaymentByOperatorID(ctx, id)
		if payments.CodeOf(err) == payments.CodePaymentNotFound {
			if h.status == payments.StatusSuccess {
				s.t.Errorf("%s is paid there and unknown here", id)
			}
			continue
		}
		must(s.t, err)
		if (h.status == payments.StatusSuccess) != (p.State == payments.PaymentSucceeded) {
			s.t.Errorf("%s is %d there and %s here", id, h.status, p.State)
		}
		told := s.told[p.ID]
		if p.State == payments.PaymentSucceeded && !slices.Contains(told, payments.PaymentSucceeded) {
			s.t.Errorf("nobody was told of %s", id)
		}
		if p.State == payments.PaymentReversed && !slices.Contains(told, payments.PaymentReversed) {
			s.t.Errorf("nobody was told that %s was taken back", id)
		}
		if p.Receipt == 0 && slices.ContainsFunc(told, func(as payments.PaymentState) bool { return as != p.State || !as.Final() }) {
			s.t.Errorf("%s never succeeded and was told as %v", id, told)
		}
	}
	for what, sql := range map[string]string{
		"receipts with a gap or a repetition": `SELECT count(*) FROM (SELECT receipt, row_number() OVER (ORDER BY receipt) AS n FROM payments WHERE merchant_id = $1 AND receipt IS NOT NULL) r WHERE receipt <> n`,
		"charges paid twice":                  `SELECT count(*) FROM (SELECT link_id FROM payments JOIN links l ON l.id = link_id WHERE payments.merchant_id = $1 AND l.kind = 'charge' AND payments.state = 'succeeded' GROUP BY link_id HAVING count(*) > 1) twice`,
		"reusable links that count wrong":     `SELECT count(*) FROM links l CROSS JOIN LATERAL (SELECT count(*) AS n, COALESCE(sum(amount), 0) AS total FROM payments WHERE link_id = l.id AND state = 'succeeded') p WHERE l.merchant_id = $1 AND l.kind <> 'static' AND (l.taking <> 0 OR l.paid <> p.n OR l.total <> p.total OR l.cap <> 0 AND (p.n > l.cap OR (p.n = l.cap) <> (l.state = 'used_up')))`,
		"payments without an end":             `SELECT count(*) FROM payments WHERE merchant_id = $1 AND state IN ('created', 'executing')`,
		"refunds without an end":              `SELECT count(*) FROM refunds WHERE merchant_id = $1 AND state IN ('requested', 'sent')`,
		"refunds above their payment":         `SELECT count(*) FROM payments p WHERE merchant_id = $1 AND amount < (SELECT COALESCE(sum(amount), 0) FROM refunds r WHERE r.payment_id = p.id AND r.state <> 'failed')`,
		"final states that were left":         `SELECT count(*) FROM payment_events e JOIN payment_events later ON later.payment_id = e.payment_id AND later.id > e.id WHERE e.merchant_id = $1 AND (e.state IN ('failed', 'cancelled', 'reversed') OR e.state = 'succeeded' AND later.state <> 'reversed')`,
	} {
		if n := s.w.count(s.t, sql, merchant); n != 0 {
			s.t.Errorf("%d %s", n, what)
		}
	}
	s.checkMoney(ctx, merchant)
}

// checkMoney compares our books with the card's and the operator's.
func (s *simulation) checkMoney(ctx context.Context, merchant payments.MerchantID) {
	var succeeded, out, refunded, due, debts payments.Money
	err := s.w.pool.QueryRow(ctx, `
		SELECT
			(SELECT COALESCE(sum(amount - fee), 0) FROM payments WHERE merchant_id = $1 AND state = 'succeeded'),
			(SELECT COALESCE(sum(amount - withheld), 0) FROM credits WHERE merchant_id = $1 AND state IN ('done', 'recall')),
			(SELECT COALESCE(sum(amount), 0) FROM refunds WHERE merchant_id = $1 AND state = 'succeeded'),
			(SELECT COALESCE(sum(amount - withheld), 0) FROM credits WHERE merchant_id = $1 AND state IN ('due', 'sent', 'refused')),
			(SELECT COALESCE(sum(remaining), 0) FROM debts WHERE merchant_id = $1)`, merchant).
		Scan(&succeeded, &out, &refunded, &due, &debts)
	must(s.t, err)
	if succeeded != out+refunded+due-debts {
		s.t.Errorf("succeeded %d ≠ paid out %d + refunded %d + due %d − debts %d", succeeded, out, refunded, due, debts)
	}
	var onCards, givenBack payments.Money
	for _, sum := range s.cards {
		onCards += sum
	}
	for _, h := range s.held {
		if h.refundOf != "" && h.status == payments.StatusSuccess {
			givenBack += h.order.Amount
		}
	}
	if onCards != out {
		s.t.Errorf("the card has %d, we hold %d as paid out", onCards, out)
	}
	if givenBack != refunded {
		s.t.Errorf("the payers got %d back, we hold %d", givenBack, refunded)
	}
}

func (s *simulation) try(name string, err error) {
	s.note("%s: %v", name, err)
	if err != nil && (s.calm || !errors.Is(err, errCrash) && !errors.Is(err, errLost)) {
		s.t.Errorf("%s: %v", name, err)
	}
}
