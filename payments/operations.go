package payments

import (
	"context"
	"fmt"
	"time"
)

// DayOfWork is what a day brought the people who run the program.
type DayOfWork struct {
	Date Date

	Merchants int // that took money
	Taken     Takings
	Reversed  Takings
	Refunded  Takings
	Failed    int // payments that failed or were cancelled after they were executed
	Unsettled int // payments without the operator's final word, now
	Pending   int // refunds of this date or before without it, now: people have to ask the operator

	Calls   int // of the operator's
	Errors  int // of them that we could not answer, or too late
	Median  time.Duration
	Slowest time.Duration // 99 of a hundred were faster

	Breaks    int // open, now
	NewBreaks int
	Refused   int   // credits that cards refused
	Waiting   Money // credits that are due or on their way, now
	Lost      int   // jobs that were given up
	Unsent    int   // reports that are due and not sent, now
}

// DayOfWork works out what a date brought, by the clock of a zone.
func (s *Service) DayOfWork(ctx context.Context, zone string, date Date) (DayOfWork, error) {
	m := Merchant{TimeZone: zone}
	day, err := s.Store.DayOfWork(ctx, m.Span(date, date))
	if err != nil {
		return day, fmt.Errorf("day of work %d: %w", date, err)
	}
	day.Date = date
	return day, nil
}
