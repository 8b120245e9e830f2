package payments

// Reports that come by themselves, from the clock to the chat:
//
//  1. A schedule knows the period it tells next, and when: ReportDue, a pure
//     function of merchant, kind, hour and the period's first date. Nothing else
//     says when a report is due, so a changed hour, a clock that jumps or a
//     process that was down can neither repeat a period nor pass one over.
//  2. MakeReports runs every minute, on one replica or on several. It takes
//     figures for all whose span it is in one pass, and in one transaction a
//     batch: the rows in reports (once a person and period), the jobs, the
//     schedules' next periods.
//  3. The job looks again whether the person may still be told, sends, and marks
//     the row. A crash between sending and marking repeats the same text.

import (
	"context"
	"fmt"
	"time"
)

// ReportSchedule is what a member gets of one kind of report.
type ReportSchedule struct {
	MerchantID MerchantID
	PersonID   PersonID
	Kind       ReportKind
	OutletID   OutletID // 0: all that they see
	Hour       int      // 0–23, in the merchant's zone
	Enabled    bool
	Told       Date // first of the last period that is told, or not owed
	DueAt      time.Time
	DueFrom    time.Time // the span of the next period
	DueTo      time.Time
	Since      time.Time // what was due before is not owed
}

// ScheduledKinds are the kinds that come by themselves.
func ScheduledKinds() []ReportKind { return []ReportKind{ReportDaily, ReportWeekly, ReportMonthly} }

// usualHour is when a kind comes where nothing else was chosen.
func usualHour(k ReportKind) int {
	if k == ReportDaily {
		return 21
	}
	return 9
}

// HalfDay is how many hours of a business day have to be gone for it to be told
// of before it is over.
const HalfDay = 12

// ReportDue is when the period that begins on a date is told at an hour, and
// the span it is told of. A day is told in its second half, as far as it has
// got: at 21:00 people want to hear of today. An hour in the first half of the
// business day tells of the day that ended before it. Weeks are told on the
// Monday after, months on the 1st after, up to that moment at most.
func (m Merchant) ReportDue(kind ReportKind, hour int, first Date) (at time.Time, period ReportPeriod) {
	first, last := bounds(kind, first)
	day := last.Plus(1)
	if kind == ReportDaily {
		soFar := (hour-m.Cutoff+24)%24 >= HalfDay
		if soFar {
			day = first
		}
		if hour < m.Cutoff {
			day = day.Plus(1)
		}
	}
	y, month, d := day.Time().Date()
	at = time.Date(y, month, d, hour, 0, 0, 0, m.Location()).UTC()
	return at, m.period(kind, first, last, at)
}

// lastDue is the first date of the last period that was due by an instant.
func (m Merchant) lastDue(kind ReportKind, hour int, by time.Time) Date {
	first, _ := bounds(kind, m.DateOf(by).Plus(1))
	for {
		if at, _ := m.ReportDue(kind, hour, first); !at.After(by) {
			return first
		}
		first, _ = bounds(kind, first.Plus(-1))
	}
}

// reckoned is a schedule with what comes next.
func (s ReportSchedule) reckoned(m Merchant) ReportSchedule {
	if s.Told == 0 {
		s.Told = m.lastDue(s.Kind, s.Hour, s.Since)
	}
	at, period := m.ReportDue(s.Kind, s.Hour, after(s.Kind, s.Told))
	s.DueAt, s.DueFrom, s.DueTo = at, period.From, period.To
	return s
}

// ScheduleChange is what is to be different about a member's reports; nil:
// nothing.
type ScheduleChange struct {
	Enabled *bool
	Hour    *int
	Outlet  *OutletID // 0: all
}

// ReportSettings is what a member gets, as they see it.
type ReportSettings struct {
	Person    Person
	Merchant  Merchant
	Outlets   []Outlet         // that they may choose from
	Schedules []ReportSchedule // of every kind, in the order of ScheduledKinds
	Nothing   bool             // also told when nothing happened
}

// ReportSettings returns what a member gets. Errors: CodeNotRegistered,
// CodeNotAllowed.
func (s *Service) ReportSettings(ctx context.Context, id PersonID) (ReportSettings, error) {
	p, err := s.member(ctx, s.Store, id, ActionReport)
	if err != nil {
		return ReportSettings{}, err
	}
	v := ReportSettings{Person: p}
	if v.Merchant, err = s.Store.Merchant(ctx, p.MerchantID); err != nil {
		return v, fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	if v.Outlets, err = s.outletsOf(ctx, p); err != nil {
		return v, err
	}
	if v.Schedules, err = s.schedules(ctx, s.Store, p); err != nil {
		return v, err
	}
	v.Nothing, err = s.Store.ReportNothing(ctx, p.MerchantID, p.ID)
	return v, err
}

// schedules are a member's of every kind; what they never chose is off.
func (s *Service) schedules(ctx context.Context, r Reader, p Person) ([]ReportSchedule, error) {
	known, err := r.ReportSchedules(ctx, p.MerchantID, p.ID)
	if err != nil {
		return nil, fmt.Errorf("reports of person %d: %w", p.ID, err)
	}
	all := make([]ReportSchedule, 0, len(ScheduledKinds()))
	for _, kind := range ScheduledKinds() {
		schedule := ReportSchedule{MerchantID: p.MerchantID, PersonID: p.ID, Kind: kind, Hour: usualHour(kind), Since: s.now()}
		for _, k := range known {
			if k.Kind == kind {
				schedule = k
			}
		}
		all = append(all, schedule)
	}
	return all, nil
}

// SetSchedule changes what a member gets of a kind. What was due before it was
// switched on is not owed; what a changed hour has passed by is told at once.
// Errors: CodeNotRegistered, CodeNotAllowed, CodeDataWrong (no such kind or
// hour), CodeOutletNotFound.
func (s *Service) SetSchedule(ctx context.Context, id PersonID, kind ReportKind, change ScheduleChange) (ReportSettings, error) {
	if change.Hour != nil && (*change.Hour < 0 || *change.Hour > 23) {
		return ReportSettings{}, Fail(CodeDataWrong, "field", "hour")
	}
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.lockMember(ctx, tx, id, ActionReport)
		if err != nil {
			return err
		}
		m, err := tx.Merchant(ctx, p.MerchantID)
		if err != nil {
			return fmt.Errorf("merchant %d: %w", p.MerchantID, err)
		}
		all, err := s.schedules(ctx, tx, p)
		if err != nil {
			return err
		}
		for _, schedule := range all {
			if schedule.Kind != kind {
				continue
			}
			if err := s.applyChange(ctx, tx, p, m, &schedule, change); err != nil {
				return err
			}
			return tx.MarkSchedule(ctx, schedule)
		}
		return Fail(CodeDataWrong, "field", "kind")
	})
	if err != nil {
		return ReportSettings{}, fmt.Errorf("reports of person %d: %w", id, err)
	}
	return s.ReportSettings(ctx, id)
}

func (s *Service) applyChange(ctx context.Context, tx Tx, p Person, m Merchant, schedule *ReportSchedule, change ScheduleChange) error {
	if change.Outlet != nil {
		if *change.Outlet != 0 {
			o, err := tx.Outlet(ctx, p.MerchantID, *change.Outlet)
			if err == nil && !p.Sees(o.ID) {
				err = ErrNotFound
			}
			if err != nil {
				return found(err, CodeOutletNotFound)
			}
		}
		schedule.OutletID = *change.Outlet
	}
	if schedule.Told == 0 {
		*schedule = schedule.reckoned(m)
	}
	if change.Hour != nil {
		schedule.Hour = *change.Hour
	}
	if change.Enabled != nil {
		if *change.Enabled && !schedule.Enabled {
			schedule.Told = max(schedule.Told, m.lastDue(schedule.Kind, schedule.Hour, s.now()))
		}
		schedule.Enabled = *change.Enabled
	}
	*schedule = schedule.reckoned(m)
	return nil
}

// SetReportNothing chooses whether a member is told that nothing happened.
// Errors: CodeNotRegistered, CodeNotAllowed.
func (s *Service) SetReportNothing(ctx context.Context, id PersonID, told bool) (ReportSettings, error) {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.member(ctx, tx, id, ActionReport)
		if err != nil {
			return err
		}
		return tx.SetReportNothing(ctx, p.MerchantID, p.ID, told)
	})
	if err != nil {
		return ReportSettings{}, fmt.Errorf("reports of person %d: %w", id, err)
	}
	return s.ReportSettings(ctx, id)
}

// SetCutoff changes the hour at which the merchant's day begins, and whether
// outlets' days are closed at it. All schedules go by it from then on: each date
// is still told once. Errors: CodeNotRegistered, CodeNotAllowed, CodeDataWrong.
func (s *Service) SetCutoff(ctx context.Context, id PersonID, hour int, closeDays bool) (ReportSettings, error) {
	if hour < 0 || hour > 23 {
		return ReportSettings{}, Fail(CodeDataWrong, "field", "cutoff")
	}
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.lockMember(ctx, tx, id, ActionEditMerchant)
		if err != nil {
			return err
		}
		m, err := tx.Merchant(ctx, p.MerchantID)
		if err != nil {
			return fmt.Errorf("merchant %d: %w", p.MerchantID, err)
		}
		if m.Cutoff == hour && m.CloseDays == closeDays {
			return nil
		}
		// What is not reckoned yet was to be reckoned by the hour that was.
		schedules, err := tx.MerchantSchedules(ctx, m.ID)
		if err != nil {
			return fmt.Errorf("reports of merchant %d: %w", m.ID, err)
		}
		for i := range schedules {
			schedules[i] = schedules[i].reckoned(m)
		}
		m.Cutoff, m.CloseDays = hour, closeDays
		if err := tx.SetCutoff(ctx, m); err != nil {
			return fmt.Errorf("mark merchant %d: %w", m.ID, err)
		}
		for _, schedule := range schedules {
			if err := tx.MarkSchedule(ctx, schedule.reckoned(m)); err != nil {
				return fmt.Errorf("mark a schedule of merchant %d: %w", m.ID, err)
			}
		}
		_, err = s.audit(ctx, tx, p, AuditMerchantChanged, Details{detailFields: "cutoff, close_days"})
		return err
	})
	if err != nil {
		return ReportSettings{}, fmt.Errorf("cut-off by person %d: %w", id, err)
	}
	return s.ReportSettings(ctx, id)
}
