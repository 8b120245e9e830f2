package handlers

import (
	"context"
	"fmt"
	"sync"
	"time"

	"elkart.kg/trade/payments"
)

// service is a domain in memory: as much of the rules as the conversation can
// tell.
type service struct {
	Exports // nil: played through the whole program, see testdata/scripts

	mu      sync.Mutex
	now     func() time.Time
	people  map[payments.PersonID]*payments.Person
	outlets map[string]payments.Outlet // by key
	desk    payments.Desk              // outlet, static link, card, takings of the only merchant
	links   map[payments.LinkID]*payments.Ticket
	keys    map[string]payments.LinkID
	shown   map[payments.LinkID][]payments.Message
	numbers []payments.CardNumber // typed in the chat
	tokens  int
	met     []payments.Acquaintance

	Teams     // nil: nothing of it is asked here
	GroupCare // nil, too
	shop      // what the scripts of the whole program show
	views     map[payments.PaymentID]*payments.PaymentView
	asked     map[string]payments.RefundDraft // by key
}

func newService(now func() time.Time) *service {
	return &service{
		now:     now,
		people:  make(map[payments.PersonID]*payments.Person),
		outlets: make(map[string]payments.Outlet),
		links:   make(map[payments.LinkID]*payments.Ticket),
		keys:    make(map[string]payments.LinkID),
		shown:   make(map[payments.LinkID][]payments.Message),
		views:   make(map[payments.PaymentID]*payments.PaymentView),
		asked:   make(map[string]payments.RefundDraft),
	}
}

func (s *service) Meet(_ context.Context, a payments.Acquaintance) (payments.Person, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.met = append(s.met, a)
	p, ok := s.people[a.ID]
	if !ok {
		p = &payments.Person{ID: a.ID}
		s.people[a.ID] = p
	}
	p.Name, p.Username, p.Suggested = a.Name, a.Username, a.Suggested
	return *p, nil
}

func (s *service) change(id payments.PersonID, f func(*payments.Person)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people[id]
	if !ok {
		return payments.ErrNotFound
	}
	f(p)
	return nil
}

func (s *service) SetLanguage(_ context.Context, id payments.PersonID, language string) error {
	return s.change(id, func(p *payments.Person) { p.Language = language })
}

func (s *service) SetPhone(_ context.Context, id payments.PersonID, e164 string) error {
	return s.change(id, func(p *payments.Person) { p.Phone = e164 })
}

func (s *service) Consent(_ context.Context, id payments.PersonID) error {
	return s.change(id, func(p *payments.Person) { p.ConsentedAt = s.now() })
}

func (s *service) OpenOutlet(_ context.Context, id payments.PersonID, d payments.OutletDraft) (payments.Outlet, error) {
	s.mu.Lock()
	if o, ok := s.outlets[d.Key]; ok {
		s.mu.Unlock()
		return o, nil
	}
	category, ok := payments.CategoryByID(d.Category)
	if !ok {
		s.mu.Unlock()
		return payments.Outlet{}, payments.Fail(payments.CodeCategoryUnknown)
	}
	o := payments.Outlet{ID: 7, MerchantID: 3, Name: d.Name, Category: d.Category, MCC: category.MCC,
		Address: d.Address, Latitude: d.Latitude, Longitude: d.Longitude}
	s.outlets[d.Key] = o
	s.desk.Outlet = o
	s.desk.Static = payments.Link{ID: 1, MerchantID: 3, OutletID: 7, Kind: payments.LinkStatic, State: payments.LinkActive,
		Code: "0STATIC", URI: "https://pay.payqr.kg#static"}
	s.desk.Usual = []payments.Money{100_00, 200_00, 500_00, 1000_00, 1500_50}
	s.mu.Unlock()
	return o, s.change(id, func(p *payments.Person) {
		p.MerchantID, p.OutletID, p.Role = 3, 7, payments.RoleOwner
	})
}

func (s *service) Desk(_ context.Context, id payments.PersonID) (payments.Desk, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people[id]
	if !ok || p.OutletID == 0 {
		return payments.Desk{}, payments.Fail(payments.CodeNotRegistered)
	}
	d := s.desk
	d.Person = *p
	return d, nil
}

func (s *service) OpenCardForm(_ context.Context, id payments.PersonID, _ payments.OutletID) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.people[id].OutletID == 0 {
		return "", payments.Fail(payments.CodeNotRegistered)
	}
	s.tokens++
	return fmt.Sprintf("TOKEN%d", s.tokens), nil
}

func (s *service) AddCardFor(_ context.Context, id payments.PersonID, _ payments.OutletID, n payments.CardNumber, _ string) (payments.Card, error) {
	s.mu.Lock()
	s.numbers = append(s.numbers, n)
	s.mu.Unlock()
	return s.fillCardForm(id, n)
}

// fillCardForm is what the page does.
func (s *service) fillCardForm(id payments.PersonID, n payments.CardNumber) (payments.Card, error) {
	card := payments.Card{ID: 5, MerchantID: 3, Last4: n.Last4()}
	err := s.change(id, func(p *payments.Person) {
		p.HasCard = true
		s.desk.Card = &card
	})
	return card, err
}

func (s *service) Charge(_ context.Context, id payments.PersonID, d payments.ChargeDraft) (payments.Ticket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := payments.CheckBounds(d.Amount, payments.DefaultMin, payments.DefaultMax); err != nil {
		return payments.Ticket{}, err
	}
	if !s.people[id].Registered() {
		return payments.Ticket{}, payments.Fail(payments.CodeNotRegistered)
	}
	if link, ok := s.keys[d.Key]; ok {
		return *s.links[link], nil
	}
	link := payments.LinkID(len(s.links) + 100)
	s.keys[d.Key] = link
	s.links[link] = &payments.Ticket{
		Outlet: s.desk.Outlet,
		Link: payments.Link{ID: link, MerchantID: 3, OutletID: 7, Kind: payments.LinkCharge, State: payments.LinkActive,
			Code: fmt.Sprintf("0CHARGE%d", link), Amount: d.Amount, Comment: d.Comment,
			ExpiresAt: s.now().Add(payments.ChargeLife), URI: fmt.Sprintf("https://pay.payqr.kg#charge%d", link)},
	}
	return *s.links[link], nil
}

func (s *service) Ticket(_ context.Context, _ payments.PersonID, link payments.LinkID) (payments.Ticket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ticket, ok := s.links[link]
	if !ok {
		return payments.Ticket{}, payments.Fail(payments.CodeLinkNotFound)
	}
	return *ticket, nil
}

func (s *service) CancelLink(_ context.Context, _ payments.PersonID, link payments.LinkID) (payments.Ticket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ticket, ok := s.links[link]
	switch {
	case !ok:
		return payments.Ticket{}, payments.Fail(payments.CodeLinkNotFound)
	case ticket.Payment != nil && ticket.Payment.State == payments.PaymentExecuting:
		return payments.Ticket{}, payments.Fail(payments.CodeLinkClosed, "state", "executing")
	case ticket.Payment == nil:
		ticket.Link.State = payments.LinkCancelled
	}
	return *ticket, nil
}

func (s *service) RememberMessage(_ context.Context, _ payments.MerchantID, link payments.LinkID, m payments.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown[link] = append(s.shown[link], m)
	return nil
}

// pay puts a payment on a charge.
func (s *service) pay(link payments.LinkID, state payments.PaymentState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.links[link]
	t.Payment = &payments.Payment{ID: 9, State: state, Amount: t.Link.Amount, FinalAt: s.now(), Receipt: 12}
}

// paid puts a payment of a merchant there, to be looked at.
func (s *service) paid(merchant payments.MerchantID, amount payments.Money) payments.PaymentID {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := payments.PaymentID(len(s.views) + 70)
	s.views[id] = &payments.PaymentView{
		Payment: payments.Payment{ID: id, MerchantID: merchant, Amount: amount, State: payments.PaymentSucceeded,
			Receipt: 12, OperatorID: "OP-1", CreatedAt: s.now(), FinalAt: s.now()},
		Merchant: payments.Merchant{ID: merchant, TimeZone: "Asia/Bishkek"}, Outlet: s.desk.Outlet,
		Credit: payments.Credit{ID: 1, State: payments.CreditDone, Amount: amount, ChangedAt: s.now()}, Card: payments.Card{Last4: "1234"},
	}
	return id
}

func (s *service) PaymentView(_ context.Context, id payments.PersonID, payment payments.PaymentID) (payments.PaymentView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view(id, payment)
}

func (s *service) view(id payments.PersonID, payment payments.PaymentID) (payments.PaymentView, error) {
	kept, ok := s.views[payment]
	if !ok || s.people[id].MerchantID != kept.Payment.MerchantID {
		return payments.PaymentView{}, payments.Fail(payments.CodePaymentNotFound)
	}
	v := *kept
	for _, r := range v.Refunds {
		if r.State != payments.RefundFailed {
			v.Refundable -= r.Amount
		}
	}
	v.Refundable += v.Payment.Amount
	if v.Payment.State != payments.PaymentSucceeded || v.Refundable < payments.DefaultMin {
		v.Refundable = 0
	}
	role := s.people[id].Role
	v.MayRefund = v.Refundable > 0 && (role == payments.RoleOwner || role == payments.RoleManager)
	return v, nil
}

func (s *service) RequestRefund(_ context.Context, id payments.PersonID, d payments.RefundDraft) (payments.PaymentView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if role := s.people[id].Role; role != payments.RoleOwner && role != payments.RoleManager {
		return payments.PaymentView{}, payments.Fail(payments.CodeNotAllowed)
	}
	if before, again := s.asked[d.Key]; again {
		if before != d {
			return payments.PaymentView{}, payments.Fail(payments.CodeImpossible)
		}
		return s.view(id, d.PaymentID)
	}
	v, err := s.view(id, d.PaymentID)
	switch {
	case err != nil:
		return v, err
	case v.Payment.State != payments.PaymentSucceeded:
		return payments.PaymentView{}, payments.Fail(payments.CodeRefundImpossible)
	case d.Amount < payments.DefaultMin:
		return payments.PaymentView{}, payments.Fail(payments.CodeSumTooSmall, "min", payments.DefaultMin)
	case d.Amount > v.Refundable:
		return payments.PaymentView{}, payments.Fail(payments.CodeRefundTooLarge, "max", v.Refundable)
	}
	s.asked[d.Key] = d
	kept := s.views[d.PaymentID]
	kept.Refunds = append(kept.Refunds, payments.Refund{ID: payments.RefundID(len(s.asked)), PaymentID: d.PaymentID,
		Amount: d.Amount, State: payments.RefundRequested, RequestedAt: s.now()})
	return s.view(id, d.PaymentID)
}

func (s *service) Member(_ context.Context, id payments.PersonID) (payments.Person, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people[id]
	if !ok || p.OutletID == 0 {
		return payments.Person{}, payments.Fail(payments.CodeNotRegistered)
	}
	return *p, nil
}

func (s *service) OfferCharge(ctx context.Context, id payments.PersonID, d payments.ChargeDraft) (payments.Ticket, error) {
	return s.Charge(ctx, id, d)
}

func (s *service) Chosen(context.Context, payments.PersonID, string, string) error { return nil }
