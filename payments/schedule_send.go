package payments

import (
	"context"
	"fmt"
	"slices"
)

// DueReportFor works out a report that became due. ok is false when there is
// nothing to send: it was sent before, its person may not be told any more or
// has blocked us, or nothing happened and they do not want to hear of that.
func (s *Service) DueReportFor(ctx context.Context, job SendReport) (r Report, ok bool, err error) {
	sent, err := s.Store.SentReport(ctx, job.MerchantID, job.ReportID)
	if err != nil {
		return r, false, fmt.Errorf("report %d: %w", job.ReportID, err)
	}
	if !sent.DoneAt.IsZero() {
		return r, false, nil
	}
	people, err := s.Store.Members(ctx, job.MerchantID)
	if err != nil {
		return r, false, fmt.Errorf("members of merchant %d: %w", job.MerchantID, err)
	}
	at := slices.IndexFunc(people, func(p Person) bool { return p.ID == sent.PersonID })
	if at < 0 || people[at].Blocked || !people[at].Role.Can(ActionReport) || sent.OutletID != 0 && !people[at].Sees(sent.OutletID) {
		return r, false, nil
	}
	m, err := s.Store.Merchant(ctx, job.MerchantID)
	if err != nil {
		return r, false, fmt.Errorf("merchant %d: %w", job.MerchantID, err)
	}
	_, last := bounds(sent.Kind, sent.First)
	r = Report{
		Merchant: m, Person: people[at], Outlet: sent.OutletID, Today: m.DateOf(s.now()), Figures: sent.Figures,
		Period: ReportPeriod{Kind: sent.Kind, First: sent.First, Last: last, Day: Day{From: sent.From, To: sent.To}},
	}
	r.Period.Open = sent.To.Before(m.Span(last, last).To)
	if err := s.fillReport(ctx, &r); err != nil {
		return r, false, err
	}
	if r.Before, err = s.Store.Figures(ctx, r.of(m.Compared(r.Period).Day)); err != nil {
		return r, false, fmt.Errorf("figures to compare with: %w", err)
	}
	if gap, ok := m.untold(sent.DueAt.In(m.Location()).Hour(), sent.First); ok && sent.Kind == ReportDaily {
		if r.Since, err = s.Store.Figures(ctx, r.of(gap)); err != nil {
			return r, false, fmt.Errorf("figures since yesterday's report: %w", err)
		}
	}
	nothing, err := s.Store.ReportNothing(ctx, m.ID, sent.PersonID)
	if err != nil {
		return r, false, fmt.Errorf("wishes of person %d: %w", sent.PersonID, err)
	}
	return r, nothing || !r.Quiet(), nil
}

// ReportSent notes that a report needs nothing more.
func (s *Service) ReportSent(ctx context.Context, job SendReport) error {
	return s.Store.Atomically(ctx, func(tx Tx) error {
		return tx.MarkReportDone(ctx, job.MerchantID, job.ReportID, s.now())
	})
}
