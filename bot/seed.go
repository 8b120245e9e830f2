package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"elkart.kg/trade/bot/demo"
	"elkart.kg/trade/bot/demo/operator"
	"elkart.kg/trade/payments"
)

// seedDays is how far back the seeded history of a merchant goes.
const seedDays = 42

// seedPaidOut is how far back money is on the card when the program starts, as
// the report of yesterday tells at once; the queue sees to the rest.
const seedPaidOut = 48 * time.Hour

// seed fills the demo's first person with weeks of payments, through the same
// rules as real ones but with the clock of the day they happened on. A person
// who has an outlet already is left alone. The simulated operator, if it is not
// nil, has had these payments as well.
func (a *app) seed(ctx context.Context, out io.Writer, now time.Time, op *operator.Server) error {
	person := demo.People()[0]
	id := payments.PersonID(person.ID)
	past := *a.service
	var credits []payments.PayCredit
	past.Store = silentStore{a.store, &credits}
	clock := now.AddDate(0, 0, -seedDays)
	past.Now = func() time.Time { return clock }

	known, err := past.Meet(ctx, payments.Acquaintance{ID: id, Name: person.FirstName + " " + person.LastName, Username: person.Username, Suggested: person.LanguageCode})
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if known.MerchantID != 0 {
		fmt.Fprintf(out, "%s has an outlet already; nothing was seeded.\n", person.FirstName)
		return nil
	}
	if err := register(ctx, &past, id, person.Phone); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	fmt.Fprintf(out, "Filling %s's outlet with %d days of payments …\n", person.FirstName, seedDays)
	random := rand.New(rand.NewPCG(1, 2)) // the same history every time
	count := 0
	for day := range seedDays {
		for _, at := range openingHours(random, now.AddDate(0, 0, day-seedDays)) {
			if !at.Before(now) {
				continue
			}
			clock = at
			if err := seedPayment(ctx, &past, id, random, count, &clock, op); err != nil {
				return fmt.Errorf("seed payment %d: %w", count+1, err)
			}
			count++
			if now.Sub(at) > seedPaidOut {
				credits = nil // soon
			}
			if err := payOut(ctx, &past, &credits); err != nil {
				return fmt.Errorf("seed credit of payment %d: %w", count, err)
			}
		}
	}
	clock = now.AddDate(0, 0, -1)
	if err := oweNoReports(ctx, &past, id); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	fmt.Fprintf(out, "%d payments are there. Choose %s on the page.\n", count, person.FirstName)
	return nil
}

// register does for a person what set-up would.
func register(ctx context.Context, s *payments.Service, id payments.PersonID, phone string) error {
	number, err := payments.ParseCardNumber("9417000000001234")
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return s.SetLanguage(ctx, id, "ky") },
		func() error { return s.SetPhone(ctx, id, phone) },
		func() error { return s.Consent(ctx, id) },
		func() error {
			_, err := s.OpenOutlet(ctx, id, payments.OutletDraft{Name: "Айгүлдүн кофеканасы", Category: "cafe", Address: "Бишкек, Чүй проспекти 155", Key: "seed"})
			return err
		},
		func() error { _, err := s.AddCard(ctx, id, number, "seed"); return err },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// oweNoReports lets the reports begin anew: those of weeks that nobody lived
// through would bury the chat.
func oweNoReports(ctx context.Context, s *payments.Service, id payments.PersonID) error {
	for _, kind := range payments.ScheduledKinds() {
		for _, enabled := range []bool{false, true} {
			if _, err := s.SetSchedule(ctx, id, kind, payments.ScheduleChange{Enabled: &enabled}); err != nil {
				return err
			}
		}
	}
	return nil
}

// openingHours returns the moments of a day's payments, more of them at noon
// and on Saturdays.
func openingHours(random *rand.Rand, day time.Time) []time.Time {
	n := 8 + random.IntN(10)
	if day.Weekday() == time.Saturday {
		n += 8
	}
	y, m, d := day.UTC().Date()
	open := time.Date(y, m, d, 2, 0, 0, 0, time.UTC) // eight in the morning in Bishkek
	moments := make([]time.Time, n)
	for i := range moments {
		minutes := (random.IntN(720) + random.IntN(720)) / 2
		moments[i] = open.Add(time.Duration(minutes)*time.Minute + time.Duration(random.IntN(60))*time.Second)
	}
	slices.SortFunc(moments, time.Time.Compare)
	return moments
}

var seedComments = []string{"", "", "капучино", "эспрессо", "латте, самса", "чай", "бизнес-ланч", "торт"}

// seedPayment makes one payment, by the counter's code or by a charge. A few
// are cancelled, and one in two hundred is taken back.
func seedPayment(ctx context.Context, s *payments.Service, id payments.PersonID, random *rand.Rand, n int, clock *time.Time, op *operator.Server) error {
	sum := payments.Money(5+random.IntN(70)) * 10 * payments.Som
	desk, err := s.Desk(ctx, id)
	if err != nil {
		return err
	}
	link := desk.Static
	if random.IntN(2) == 0 {
		ticket, err := s.Charge(ctx, id, payments.ChargeDraft{Amount: sum, Comment: seedComments[random.IntN(len(seedComments))], Key: "seed" + strconv.Itoa(n)})
		if err != nil {
			return err
		}
		link = ticket.Link
	}
	scan, err := operator.ReadScan(link.URI, int64(sum))
	if err != nil {
		return err
	}
	order := payments.Order{
		Scan: scan, OperatorID: "seed" + payments.NewCode(), PSPTransactionID: payments.NewCode(),
		ReceiptID: strconv.Itoa(n), Type: payments.TypeC2B,
	}
	if _, err := s.Create(ctx, order); err != nil {
		return err
	}
	*clock = clock.Add(3 * time.Second)
	if _, err := s.Execute(ctx, order.OperatorID); err != nil {
		return err
	}
	*clock = clock.Add(time.Second)
	end := func(status payments.Status) error {
		if op != nil {
			op.Remember(order, status, *clock)
		}
		return s.Update(ctx, order.OperatorID, status, *clock)
	}
	if random.IntN(25) == 0 {
		return end(payments.StatusCanceled)
	}
	if err := end(payments.StatusSuccess); err != nil || random.IntN(200) != 0 {
		return err
	}
	*clock = clock.Add(time.Minute)
	return end(payments.StatusError)
}

// payOut puts credits on the card as the jobs would, who then find it done.
func payOut(ctx context.Context, s *payments.Service, credits *[]payments.PayCredit) error {
	for _, credit := range *credits {
		if _, err := s.PayOut(ctx, credit); err != nil {
			return err
		}
	}
	*credits = nil
	return nil
}

// silentStore puts no job down that would tell anybody: nobody wants to hear
// of a payment of last month.
type silentStore struct {
	payments.Store
	credits *[]payments.PayCredit // that were put down
}

func (s silentStore) Atomically(ctx context.Context, f func(payments.Tx) error) error {
	return s.Store.Atomically(ctx, func(tx payments.Tx) error { return f(silentTx{tx, s.credits}) })
}

type silentTx struct {
	payments.Tx
	credits *[]payments.PayCredit
}

func (t silentTx) Enqueue(ctx context.Context, jobs ...payments.Scheduled) error {
	jobs = slices.DeleteFunc(jobs, func(job payments.Scheduled) bool {
		credit, money := job.Job.(payments.PayCredit)
		if money {
			*t.credits = append(*t.credits, credit)
		}
		return !money
	})
	if len(jobs) == 0 {
		return nil
	}
	return t.Tx.Enqueue(ctx, jobs...)
}
