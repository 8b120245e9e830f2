package payments

import (
	"context"
	"errors"
	"fmt"
)

// PayerView is a link as whoever holds it may see it.
type PayerView struct {
	Link    Link // its state is the one at the moment of asking
	Outlet  Outlet
	Payment *Payment // of a charge: the one that is executing, succeeded or reversed; nil if none
}

// PayerView returns what a link's page shows. A static code's payments are
// other people's and are not in it. Error: CodeLinkNotFound, for malformed and
// unknown codes alike.
func (s *Service) PayerView(ctx context.Context, code string) (PayerView, error) {
	normal, ok := NormalCode(code)
	if !ok {
		return PayerView{}, Fail(CodeLinkNotFound)
	}
	target, err := s.target(ctx, s.Store, normal)
	if errors.Is(err, ErrNotFound) {
		return PayerView{}, Fail(CodeLinkNotFound)
	}
	if err != nil {
		return PayerView{}, fmt.Errorf("payer's view: %w", err)
	}
	ticket, err := s.ticket(ctx, target.Link)
	if err != nil {
		return PayerView{}, fmt.Errorf("payer's view: %w", err)
	}
	view := PayerView{Link: ticket.Link, Outlet: ticket.Outlet}
	if view.Link.State == LinkActive {
		switch view.Outlet.State {
		case OutletPaused:
			view.Link.State = LinkPaused
		case OutletArchived:
			view.Link.State = LinkCancelled
		}
	}
	if view.Link.Kind == LinkCharge {
		view.Payment = ticket.Payment
	}
	return view, nil
}
