package payments

import (
	"context"
	"fmt"
)

// Sign is what a poster shows: an outlet and the code that stands on it.
type Sign struct {
	Outlet Outlet
	Static Link
}

// Sign returns an outlet with the code to print; outlet 0 is the one that the
// person works in. Errors: CodeNotRegistered, CodeOutletNotFound (also for
// another merchant's), CodeOutletArchived (its code pays nobody).
func (s *Service) Sign(ctx context.Context, id PersonID, outlet OutletID) (Sign, error) {
	p, err := s.person(ctx, s.Store, id)
	if err != nil {
		return Sign{}, err
	}
	if outlet == 0 {
		outlet = p.OutletID
	}
	v, err := s.OutletView(ctx, id, outlet)
	if err != nil {
		return Sign{}, err
	}
	if v.Outlet.Archived() {
		return Sign{}, Fail(CodeOutletArchived)
	}
	static, err := s.Store.StaticLink(ctx, v.Outlet.MerchantID, outlet)
	if err != nil {
		return Sign{}, fmt.Errorf("static link of outlet %d: %w", outlet, err)
	}
	return Sign{Outlet: v.Outlet, Static: static}, nil
}
