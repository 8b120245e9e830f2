package payments

import (
	"context"
	"fmt"
	"iter"
	"time"
)

// OutletFigures is what happened to one outlet's money in a span.
type OutletFigures struct {
	MerchantID MerchantID
	OutletID   OutletID
	Figures
}

// DueSpan is a span that schedules are due to be told of, and how many.
type DueSpan struct {
	From, To time.Time
	Count    int
}

// DueReport is a schedule that is due, with what reckons its next period.
type DueReport struct {
	ReportSchedule
	TimeZone string
	Cutoff   int
	Nothing  bool // also told when nothing happened
}

// SentReport is a report that became due, once a person and period.
type SentReport struct {
	ID         ReportID
	MerchantID MerchantID
	PersonID   PersonID
	Kind       ReportKind
	OutletID   OutletID // 0: all
	First      Date
	From, To   time.Time
	DueAt      time.Time
	Figures    Figures // of the outlet, or of all the merchant's
	DoneAt     time.Time
}

// ReportID is our number of a report that became due.
type ReportID int64

// SendReport tells a person of a period.
type SendReport struct {
	MerchantID MerchantID `json:"merchant_id"`
	ReportID   ReportID   `json:"report_id"`
}

// Kind names the job in the queue.
func (SendReport) Kind() string { return "send_report" }

// reportBatch is how many reports one transaction makes. For more at once the
// figures of everybody are read in one pass.
const reportBatch = 1000

// MakeReports puts down every report that is due. It may run at any time, in
// several processes at once.
func (s *Service) MakeReports(ctx context.Context) error {
	if err := s.reckonSchedules(ctx); err != nil {
		return err
	}
	now := s.now()
	for {
		spans, err := s.Store.DueSpans(ctx, now)
		if err != nil {
			return fmt.Errorf("what is due: %w", err)
		}
		made := 0
		for _, span := range spans {
			n, err := s.makeReports(ctx, now, span)
			if err != nil {
				return fmt.Errorf("reports of %s – %s: %w", span.From, span.To, err)
			}
			made += n
		}
		if made == 0 {
			return nil // what is left is in another process's hands
		}
	}
}

// reckonSchedules works out when new schedules are due for the first time.
func (s *Service) reckonSchedules(ctx context.Context) error {
	for n := reportBatch; n == reportBatch; {
		err := s.Store.Atomically(ctx, func(tx Tx) error {
			fresh, err := tx.LockNewSchedules(ctx, reportBatch)
			if err != nil {
				return err
			}
			n = len(fresh)
			for _, f := range fresh {
				m := Merchant{TimeZone: f.TimeZone, Cutoff: f.Cutoff}
				if err := tx.MarkSchedule(ctx, f.reckoned(m)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("reckon new schedules: %w", err)
		}
	}
	return nil
}

func (s *Service) makeReports(ctx context.Context, now time.Time, span DueSpan) (made int, err error) {
	var crowd *crowd
	if span.Count > reportBatch {
		crowd = gather(s.Store.FiguresOfAll(ctx, Day{From: span.From, To: span.To}))
		defer crowd.stop()
	}
	clock := make(reckoner)
	last := DueReport{}
	for {
		n := 0
		err := s.Store.Atomically(ctx, func(tx Tx) error {
			due, err := tx.LockDueReports(ctx, now, span, last.MerchantID, last.PersonID, reportBatch)
			if n = len(due); err != nil || n == 0 {
				return err
			}
			if err := s.putDown(ctx, tx, span, due, crowd, clock); err != nil {
				return err
			}
			last = due[n-1]
			return nil
		})
		if err != nil {
			return made, err
		}
		if made += n; n < reportBatch {
			return made, nil
		}
		if crowd != nil {
			crowd.forget(last.MerchantID)
		}
	}
}

// putDown makes a batch of reports. What nobody wants to hear is done at once.
func (s *Service) putDown(ctx context.Context, tx Tx, span DueSpan, due []DueReport, crowd *crowd, clock reckoner) error {
	figures, err := figuresFor(ctx, tx, span, due, crowd)
	if err != nil {
		return err
	}
	late, err := lateTakings(ctx, tx, due, figures)
	if err != nil {
		return err
	}
	now := s.now()
	reports := make([]SentReport, len(due))
	schedules := make([]ReportSchedule, len(due))
	for i, d := range due {
		r := SentReport{
			MerchantID: d.MerchantID, PersonID: d.PersonID, Kind: d.Kind, OutletID: d.OutletID, First: after(d.Kind, d.Told),
			From: d.DueFrom, To: d.DueTo, DueAt: d.DueAt,
		}
		for _, f := range figures[d.MerchantID] {
			if d.OutletID == 0 || d.OutletID == f.OutletID {
				r.Figures = r.Figures.Plus(f.Figures)
			}
		}
		if r.Figures.Empty() && !d.Nothing && !late[d.MerchantID] {
			r.DoneAt = now
		}
		reports[i] = r
		schedules[i] = clock.next(d)
	}
	made, err := tx.InsertReports(ctx, reports)
	if err != nil {
		return fmt.Errorf("insert reports: %w", err)
	}
	var jobs []Scheduled
	for _, r := range made {
		if r.DoneAt.IsZero() {
			jobs = append(jobs, Scheduled{Job: SendReport{MerchantID: r.MerchantID, ReportID: r.ID}})
		}
	}
	if err := tx.MarkSchedules(ctx, schedules); err != nil {
		return fmt.Errorf("mark schedules: %w", err)
	}
	if len(jobs) == 0 {
		return nil
	}
	return tx.Enqueue(ctx, jobs...)
}

func figuresFor(ctx context.Context, tx Tx, span DueSpan, due []DueReport, crowd *crowd) (map[MerchantID][]OutletFigures, error) {
	if crowd != nil {
		return crowd.upTo(due[len(due)-1].MerchantID)
	}
	merchants := make([]MerchantID, len(due))
	for i, d := range due {
		merchants[i] = d.MerchantID
	}
	found, err := tx.FiguresOfSome(ctx, Day{From: span.From, To: span.To}, merchants)
	if err != nil {
		return nil, fmt.Errorf("figures of %d merchants: %w", len(merchants), err)
	}
	figures := make(map[MerchantID][]OutletFigures)
	for _, f := range found {
		figures[f.MerchantID] = append(figures[f.MerchantID], f)
	}
	return figures, nil
}

// lateTakings are the merchants without figures who still have something to be
// told: what came after yesterday's report.
func lateTakings(ctx context.Context, tx Tx, due []DueReport, figures map[MerchantID][]OutletFigures) (map[MerchantID]bool, error) {
	late := make(map[MerchantID]bool)
	gaps := make(map[Day][]MerchantID)
	for _, d := range due {
		if len(figures[d.MerchantID]) > 0 || d.Nothing || d.Kind != ReportDaily {
			continue
		}
		m := Merchant{TimeZone: d.TimeZone, Cutoff: d.Cutoff}
		if gap, ok := m.untold(d.Hour, after(d.Kind, d.Told)); ok {
			gaps[gap] = append(gaps[gap], d.MerchantID)
		}
	}
	for gap, merchants := range gaps {
		found, err := tx.FiguresOfSome(ctx, gap, merchants)
		if err != nil {
			return nil, fmt.Errorf("late takings: %w", err)
		}
		for _, f := range found {
			late[f.MerchantID] = true
		}
	}
	return late, nil
}

// untold is what yesterday's report could not know of yesterday, where it comes
// before the day's end.
func (m Merchant) untold(hour int, first Date) (gap Day, ok bool) {
	_, yesterday := m.ReportDue(ReportDaily, hour, first.Plus(-1))
	return Day{From: yesterday.To, To: m.Span(yesterday.First, yesterday.First).To}, yesterday.Open
}

// reckoner works out what comes next; it knows zones by heart.
type reckoner map[reckoning]ReportSchedule

type reckoning struct {
	zone         string
	cutoff, hour int
	kind         ReportKind
	told         Date
}

func (r reckoner) next(d DueReport) ReportSchedule {
	s := d.ReportSchedule
	s.Told = after(s.Kind, s.Told)
	key := reckoning{d.TimeZone, d.Cutoff, d.Hour, d.Kind, s.Told}
	known, ok := r[key]
	if !ok {
		known = s.reckoned(Merchant{TimeZone: d.TimeZone, Cutoff: d.Cutoff})
		r[key] = known
	}
	s.DueAt, s.DueFrom, s.DueTo = known.DueAt, known.DueFrom, known.DueTo
	return s
}

// crowd hands out the figures of everybody as they come, merchant by merchant.
// It remembers no more than a batch.
type crowd struct {
	next    func() (OutletFigures, error, bool)
	stop    func()
	ahead   *OutletFigures // read, and of a merchant further on
	figures map[MerchantID][]OutletFigures
}

func gather(all iter.Seq2[OutletFigures, error]) *crowd {
	next, stop := iter.Pull2(all)
	return &crowd{next: next, stop: stop, figures: make(map[MerchantID][]OutletFigures)}
}

// upTo returns the figures of the merchants up to one that are not forgotten.
func (c *crowd) upTo(last MerchantID) (map[MerchantID][]OutletFigures, error) {
	for {
		if c.ahead == nil {
			f, err, more := c.next()
			if !more {
				return c.figures, nil
			}
			if err != nil {
				return nil, fmt.Errorf("figures of all: %w", err)
			}
			c.ahead = &f
		}
		if c.ahead.MerchantID > last {
			return c.figures, nil
		}
		c.figures[c.ahead.MerchantID] = append(c.figures[c.ahead.MerchantID], *c.ahead)
		c.ahead = nil
	}
}

// forget drops what comes before a merchant: a batch may end among the people
// of one.
func (c *crowd) forget(before MerchantID) {
	for id := range c.figures {
		if id < before {
			delete(c.figures, id)
		}
	}
}
