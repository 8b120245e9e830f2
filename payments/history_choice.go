package payments

import (
	"context"
	"fmt"
)

// HistoryChoices is what a history of a person's can be narrowed to.
type HistoryChoices struct {
	Outlets []Outlet
	Sellers []Seller
	Links   []Link // counters' codes and links that many may pay, the newest first
}

// mostChoices is how many sellers and links are offered.
const mostChoices = 40

// HistoryChoices returns what there is to choose. Error: CodeNotRegistered.
func (s *Service) HistoryChoices(ctx context.Context, id PersonID) (c HistoryChoices, err error) {
	p, err := s.person(ctx, s.Store, id)
	if err != nil {
		return c, err
	}
	if c.Outlets, err = s.outletsOf(ctx, p); err != nil {
		return c, err
	}
	if c.Sellers, err = s.Store.Sellers(ctx, p.MerchantID, p.limits(), mostChoices); err != nil {
		return c, fmt.Errorf("sellers of merchant %d: %w", p.MerchantID, err)
	}
	seen := make([]OutletID, len(c.Outlets))
	for i, o := range c.Outlets {
		seen[i] = o.ID
	}
	if c.Links, err = s.Store.LastingLinks(ctx, p.MerchantID, seen, mostChoices); err != nil {
		return c, fmt.Errorf("links of merchant %d: %w", p.MerchantID, err)
	}
	return c, nil
}

// oneOfSellers returns a seller whose name the person may know.
func (s *Service) oneOfSellers(ctx context.Context, p Person, id PersonID) (Seller, error) {
	sellers, err := s.Store.Sellers(ctx, p.MerchantID, p.limits(), mostChoices)
	if err != nil {
		return Seller{}, fmt.Errorf("sellers of merchant %d: %w", p.MerchantID, err)
	}
	for _, seller := range sellers {
		if seller.ID == id {
			return seller, nil
		}
	}
	return Seller{}, Fail(CodeNotAllowed)
}

// KeepSearch reads a search and keeps it, so that buttons can name it. A bare
// number that no sum answers to is taken for the end of an operator's id, if
// there is such a payment. Errors: CodeNotRegistered, CodeSearchMalformed.
func (s *Service) KeepSearch(ctx context.Context, id PersonID, text string) (SearchID, error) {
	p, err := s.person(ctx, s.Store, id)
	if err != nil {
		return 0, err
	}
	merchant, err := s.Store.Merchant(ctx, p.MerchantID)
	if err != nil {
		return 0, fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	now := s.now()
	search, err := ParseSearch(text, merchant.DateOf(now))
	if err != nil {
		return 0, err
	}
	if search.OrID != "" {
		if search, err = s.sumOrID(ctx, p, search); err != nil {
			return 0, err
		}
	}
	var kept SearchID
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		kept, err = tx.InsertSearch(ctx, p.MerchantID, id, search, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("keep a search of person %d: %w", id, err)
	}
	return kept, nil
}

// sumOrID decides what a bare number means by what there is.
func (s *Service) sumOrID(ctx context.Context, p Person, search Search) (Search, error) {
	asID := search
	asID.MinSum, asID.MaxSum, asID.OperatorID = 0, 0, search.OrID
	for _, way := range []Search{search, asID} {
		f := HistoryFilter{MerchantID: p.MerchantID, Outlets: p.limits(), Find: way.Find}
		some, _, err := s.Store.History(ctx, f, Position{}, NewestFirst, 1)
		if err != nil {
			return search, fmt.Errorf("sum or id: %w", err)
		}
		if len(some) > 0 {
			return way, nil
		}
	}
	return search, nil
}

// HistoryDays reads the days that a person types: "12.11", "01.11-15.11",
// "прошлая неделя". Errors: CodeNotRegistered, CodeDateMalformed.
func (s *Service) HistoryDays(ctx context.Context, id PersonID, text string) (first, last Date, err error) {
	p, err := s.person(ctx, s.Store, id)
	if err != nil {
		return 0, 0, err
	}
	merchant, err := s.Store.Merchant(ctx, p.MerchantID)
	if err != nil {
		return 0, 0, fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	first, last, ok := ParseDays(text, merchant.DateOf(s.now()))
	if !ok {
		return 0, 0, Fail(CodeDateMalformed)
	}
	return first, last, nil
}
