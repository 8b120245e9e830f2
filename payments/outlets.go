package payments

// What happens to outlets after they were opened. A code on the wall outlives
// most of it: renaming writes a new form of each link and keeps the old ones,
// pausing and archiving make every link of the outlet answer "no such
// recipient" without touching it.

import (
	"context"
	"fmt"
	"slices"
)

// MaxOutlets is how many outlets a merchant may have, archived ones included.
const MaxOutlets = 200

// OutletList is a merchant's outlets as a member sees them.
type OutletList struct {
	Person  Person
	Outlets []Outlet // in the order they were opened, the archived ones last
}

// OutletView is one outlet as a member sees it.
type OutletView struct {
	Person Person
	Outlet Outlet
	Card   *Card // nil: none yet
	Only   bool  // no other outlet is left that is not archived
}

// OutletChange is what is to be different about an outlet; nil: nothing.
type OutletChange struct {
	Name     *string
	Category *CategoryID
	Place    *Place
	Hours    *string // "": not said
}

// Place is where an outlet is; all empty: not said.
type Place struct {
	Address   string
	Latitude  *float64 // degrees
	Longitude *float64
}

// Outlets returns the outlets of the person's merchant that they work in. Error:
// CodeNotRegistered.
func (s *Service) Outlets(ctx context.Context, id PersonID) (OutletList, error) {
	p, err := s.person(ctx, s.Store, id)
	if err != nil {
		return OutletList{}, err
	}
	outlets, err := s.outletsOf(ctx, p)
	if err != nil {
		return OutletList{}, err
	}
	slices.SortStableFunc(outlets, func(a, b Outlet) int { return boolOrder(a.Archived(), b.Archived()) })
	return OutletList{Person: p, Outlets: outlets}, nil
}

// outletsOf are the outlets that a member works in, in the order they were
// opened.
func (s *Service) outletsOf(ctx context.Context, p Person) ([]Outlet, error) {
	outlets, err := s.Store.Outlets(ctx, p.MerchantID)
	if err != nil {
		return nil, fmt.Errorf("outlets of merchant %d: %w", p.MerchantID, err)
	}
	return slices.DeleteFunc(outlets, func(o Outlet) bool { return !p.Sees(o.ID) }), nil
}

// OutletView returns one outlet of the person's merchant. Errors:
// CodeNotRegistered, CodeOutletNotFound (also for another merchant's, and for
// one that they do not work in).
func (s *Service) OutletView(ctx context.Context, id PersonID, outlet OutletID) (OutletView, error) {
	list, err := s.Outlets(ctx, id)
	if err != nil {
		return OutletView{}, err
	}
	v := OutletView{Person: list.Person, Only: true}
	for _, o := range list.Outlets {
		if o.ID == outlet {
			v.Outlet = o
		} else if !o.Archived() {
			v.Only = false
		}
	}
	if v.Outlet.ID == 0 {
		return OutletView{}, Fail(CodeOutletNotFound)
	}
	if v.Outlet.CardID == 0 {
		return v, nil
	}
	card, err := s.Store.Card(ctx, list.Person.MerchantID, outlet)
	if err != nil {
		return OutletView{}, fmt.Errorf("card of outlet %d: %w", outlet, err)
	}
	v.Card = &card
	return v, nil
}

// SwitchOutlet makes an outlet the one a person works in. Errors:
// CodeNotRegistered, CodeNotAllowed, CodeOutletNotFound, CodeOutletArchived.
func (s *Service) SwitchOutlet(ctx context.Context, id PersonID, outlet OutletID) error {
	_, err := s.changeOutlet(ctx, id, outlet, ActionSwitchOutlet, func(tx Tx, p Person, o Outlet) error {
		if o.Archived() {
			return Fail(CodeOutletArchived)
		}
		return tx.SetOutlet(ctx, p.ID, o.ID)
	})
	return err
}

// EditOutlet changes how an outlet presents itself. Links that were printed or
// sent before stay payable. Errors: CodeNotRegistered, CodeNotAllowed,
// CodeOutletNotFound, CodeOutletArchived, CodeNameMalformed,
// CodeCategoryUnknown, CodeAddressTooLong, CodeHoursTooLong.
func (s *Service) EditOutlet(ctx context.Context, id PersonID, outlet OutletID, change OutletChange) (OutletView, error) {
	apply, fields, err := change.prepare()
	if err != nil {
		return OutletView{}, err
	}
	return s.changeOutlet(ctx, id, outlet, ActionEditOutlet, func(tx Tx, p Person, o Outlet) error {
		if o.Archived() {
			return Fail(CodeOutletArchived)
		}
		before := o
		if apply(&o); o == before {
			return nil
		}
		if err := tx.MarkOutlet(ctx, o); err != nil {
			return fmt.Errorf("mark outlet %d: %w", o.ID, err)
		}
		if o.Name != before.Name || o.MCC != before.MCC {
			if err := s.rewriteLinks(ctx, tx, o); err != nil {
				return err
			}
		}
		return s.auditOutlet(ctx, tx, p, AuditOutletChanged, o, fields)
	})
}

// prepare checks a change and returns how it is done, and to what.
func (c OutletChange) prepare() (apply func(*Outlet), fields string, err error) {
	var o Outlet
	switch {
	case c.Name != nil:
		if o.Name, err = CleanName(*c.Name); err != nil {
			return nil, "", err
		}
		return func(to *Outlet) { to.Name = o.Name }, "name", nil
	case c.Category != nil:
		category, ok := CategoryByID(*c.Category)
		if !ok {
			return nil, "", Fail(CodeCategoryUnknown)
		}
		return func(to *Outlet) { to.Category, to.MCC = category.ID, category.MCC }, "category", nil
	case c.Place != nil:
		if o.Address, err = CleanAddress(c.Place.Address); err != nil {
			return nil, "", err
		}
		return func(to *Outlet) {
			to.Address, to.Latitude, to.Longitude = o.Address, c.Place.Latitude, c.Place.Longitude
		}, "address", nil
	case c.Hours != nil:
		if o.Hours, err = CleanHours(*c.Hours); err != nil {
			return nil, "", err
		}
		return func(to *Outlet) { to.Hours = o.Hours }, "hours", nil
	}
	return func(*Outlet) {}, "", nil
}

// rewriteLinks gives the links that are handed out again and again a form with
// the outlet's new name and category. A charge was sent and stays as it is.
func (s *Service) rewriteLinks(ctx context.Context, tx Tx, o Outlet) error {
	links, err := tx.LockStandingLinks(ctx, o.MerchantID, o.ID)
	if err != nil {
		return fmt.Errorf("links of outlet %d: %w", o.ID, err)
	}
	for _, l := range links {
		version, err := s.Channel.Write(Issue{
			Kind: l.Kind, MerchantID: l.MerchantID, Outlet: o, Code: l.Code, Amount: l.Amount, Comment: l.Comment,
		})
		if err != nil {
			return fmt.Errorf("write link %d: %w", l.ID, err)
		}
		if err := tx.InsertVersion(ctx, l, version); err != nil {
			return fmt.Errorf("insert a version of link %d: %w", l.ID, err)
		}
	}
	return nil
}

// PauseOutlet stops an outlet's taking money, or lets it go on. Errors:
// CodeNotRegistered, CodeNotAllowed, CodeOutletNotFound, CodeOutletArchived.
func (s *Service) PauseOutlet(ctx context.Context, id PersonID, outlet OutletID, paused bool) (OutletView, error) {
	state, action := OutletOpen, AuditOutletResumed
	if paused {
		state, action = OutletPaused, AuditOutletPaused
	}
	return s.changeOutlet(ctx, id, outlet, ActionPauseOutlet, func(tx Tx, p Person, o Outlet) error {
		switch o.State {
		case OutletArchived:
			return Fail(CodeOutletArchived)
		case state:
			return nil
		}
		return s.moveOutlet(ctx, tx, p, o, state, action)
	})
}

// ArchiveOutlet closes an outlet for good; its history stays, and those who
// worked in it go on in another. Errors: CodeNotRegistered, CodeNotAllowed,
// CodeOutletNotFound, CodeLastOutlet.
func (s *Service) ArchiveOutlet(ctx context.Context, id PersonID, outlet OutletID) (OutletView, error) {
	return s.changeOutlet(ctx, id, outlet, ActionArchiveOutlet, func(tx Tx, p Person, o Outlet) error {
		if o.Archived() {
			return nil
		}
		outlets, err := tx.Outlets(ctx, p.MerchantID)
		if err != nil {
			return fmt.Errorf("outlets of merchant %d: %w", p.MerchantID, err)
		}
		if !slices.ContainsFunc(outlets, func(other Outlet) bool { return other.ID != o.ID && !other.Archived() }) {
			return Fail(CodeLastOutlet)
		}
		if err := s.moveOutlet(ctx, tx, p, o, OutletArchived, AuditOutletArchived); err != nil {
			return err
		}
		return tx.MovePeople(ctx, p.MerchantID)
	})
}

// RestoreOutlet brings an archived outlet back. Errors: CodeNotRegistered,
// CodeNotAllowed, CodeOutletNotFound.
func (s *Service) RestoreOutlet(ctx context.Context, id PersonID, outlet OutletID) (OutletView, error) {
	return s.changeOutlet(ctx, id, outlet, ActionArchiveOutlet, func(tx Tx, p Person, o Outlet) error {
		if !o.Archived() {
			return nil
		}
		return s.moveOutlet(ctx, tx, p, o, OutletOpen, AuditOutletRestored)
	})
}

func (s *Service) moveOutlet(ctx context.Context, tx Tx, p Person, o Outlet, state OutletState, action AuditAction) error {
	o.State = state
	if err := tx.MarkOutlet(ctx, o); err != nil {
		return fmt.Errorf("mark outlet %d: %w", o.ID, err)
	}
	return s.auditOutlet(ctx, tx, p, action, o, "")
}

// changeOutlet lets a person who may do something do it to an outlet of their
// merchant, one change at a time, and returns the outlet as it is then.
func (s *Service) changeOutlet(ctx context.Context, id PersonID, outlet OutletID, a Action, do func(Tx, Person, Outlet) error) (OutletView, error) {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.lockMember(ctx, tx, id, a)
		if err != nil {
			return err
		}
		o, err := tx.Outlet(ctx, p.MerchantID, outlet)
		if err != nil {
			return found(err, CodeOutletNotFound)
		}
		if !p.Sees(o.ID) {
			return Fail(CodeOutletNotFound)
		}
		return do(tx, p, o)
	})
	if err != nil {
		return OutletView{}, fmt.Errorf("%s %d: %w", a, outlet, err)
	}
	return s.OutletView(ctx, id, outlet)
}

func (s *Service) auditOutlet(ctx context.Context, tx Tx, p Person, action AuditAction, o Outlet, fields string) error {
	details := Details{DetailOutletID: number(o.ID), DetailOutlet: o.Name}
	if fields != "" {
		details[detailFields] = fields
	}
	_, err := s.audit(ctx, tx, p, action, details)
	return err
}

// boolOrder sorts false before true.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
