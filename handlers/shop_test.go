package handlers

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/documents"
)

// shop is the part of the domain that no test here asks: several outlets and
// cards and the profile are shown by the scripts, over the real one.
type shop struct {
	OutletCare
	LinkCare
	Signs
	Profiles
	Histories
	Proofs
	Leaving
	Data
	Reports
	ReportPlans
	DayCloser
}

// noPress is for tests that print nothing.
type noPress struct{ Press }

// Wallet is the one card of the one outlet.
func (s *service) Wallet(_ context.Context, id payments.PersonID) (payments.Wallet, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.people[id].Role.Can(payments.ActionCards) {
		return payments.Wallet{}, payments.Fail(payments.CodeNotAllowed)
	}
	w := payments.Wallet{Person: *s.people[id], Outlets: []payments.Outlet{s.desk.Outlet}}
	if s.desk.Card != nil {
		w.Cards, w.Default, w.Outlets[0].CardID = []payments.Card{*s.desk.Card}, s.desk.Card.ID, s.desk.Card.ID
	}
	return w, nil
}

func (s *service) UseCard(context.Context, payments.PersonID, payments.CardID, payments.OutletID) (payments.Wallet, error) {
	panic("there is one card")
}

func (s *service) RemoveCard(context.Context, payments.PersonID, payments.CardID, payments.CardID) (payments.Wallet, error) {
	panic("there is one card")
}

func atHome(outlet string, today payments.Takings) payments.Desk {
	return payments.Desk{
		Person: payments.Person{Role: payments.RoleOwner},
		Outlet: payments.Outlet{ID: 7, Name: outlet, State: payments.OutletOpen}, Today: today, Outlets: 1,
	}
}

// deskOf is the main screen's on a day with payments, to a member.
func deskOf(role payments.Role) payments.Desk {
	d := atHome("A", payments.Takings{Count: 2, Total: 700_00})
	d.Person.Role = role
	return d
}

func severalOutlets() payments.Desk {
	d := atHome("A", payments.Takings{})
	d.Outlets = 2
	return d
}

func pausedDesk(role payments.Role) payments.Desk {
	d := atHome("A", payments.Takings{})
	d.Outlet.State, d.Person.Role = payments.OutletPaused, role
	return d
}

// manyOutlets are n outlets; the first is where the person works, the second
// is paused, the last is archived.
func manyOutlets(role payments.Role, n int) payments.OutletList {
	list := payments.OutletList{Person: payments.Person{OutletID: 1, Role: role}}
	for i := range n {
		o := payments.Outlet{ID: payments.OutletID(i + 1), Name: fmt.Sprintf("Точка %d", i+1), Category: "cafe", State: payments.OutletOpen}
		switch i {
		case 0:
			o.Name = hostileName
		case 1:
			o.State = payments.OutletPaused
		case n - 1:
			o.State = payments.OutletArchived
		}
		list.Outlets = append(list.Outlets, o)
	}
	return list
}

func oneOutlet(role payments.Role, state payments.OutletState, active bool) payments.OutletView {
	v := payments.OutletView{
		Person: payments.Person{Role: role},
		Outlet: payments.Outlet{ID: 7, Name: hostileName, Category: "cafe", Address: `Чүй & "155"`, Hours: "09:00–18:00", State: state},
		Card:   &payments.Card{Last4: "1234"},
	}
	if active {
		v.Person.OutletID = 7
	}
	return v
}

func outletScreens(p *locales.Printer) []namedScreen {
	only := oneOutlet(payments.RoleOwner, payments.OutletOpen, true)
	only.Only, only.Card = true, nil
	only.Outlet.Address, only.Outlet.Hours, only.Outlet.Latitude = "", "", new(float64)
	paused := oneOutlet(payments.RoleOwner, payments.OutletPaused, true)
	paused.Person.OutletID = 7
	return []namedScreen{
		{"list of an owner", outletsScreen(p, manyOutlets(payments.RoleOwner, 4), 0)},
		{"list of a manager", outletsScreen(p, manyOutlets(payments.RoleManager, 4), 0)},
		{"list of a cashier", outletsScreen(p, manyOutlets(payments.RoleCashier, 4), 0)},
		{"second of three pages", outletsScreen(p, manyOutlets(payments.RoleOwner, 20), 1)},
		{"a page that is no more", outletsScreen(p, manyOutlets(payments.RoleOwner, 20), 99)},
		{"archive", archiveScreen(p, manyOutlets(payments.RoleOwner, 4), 0)},
		{"outlet, working in it", outletScreen(p, oneOutlet(payments.RoleOwner, payments.OutletOpen, true))},
		{"outlet, working elsewhere", outletScreen(p, oneOutlet(payments.RoleOwner, payments.OutletOpen, false))},
		{"outlet, the only one, with a location", outletScreen(p, only)},
		{"outlet, paused", outletScreen(p, paused)},
		{"outlet, archived", outletScreen(p, oneOutlet(payments.RoleOwner, payments.OutletArchived, false))},
		{"outlet of a manager", outletScreen(p, oneOutlet(payments.RoleManager, payments.OutletOpen, true))},
		{"outlet of a cashier", outletScreen(p, oneOutlet(payments.RoleCashier, payments.OutletOpen, false))},
		{"archive it?", archiveConfirmation(p, payments.Outlet{ID: 7, Name: hostileName})},
		{"copy from", copyScreen(p, manyOutlets(payments.RoleOwner, 4))},
		{"place of a further outlet", placeScreen(p, addOutlet)},
		{"another place", placeScreen(p, editOutlet)},
		{"hours", hoursScreen(p)},
		{"poster", posterScreen(p, posterView{Outlet: payments.Outlet{ID: 7, Name: hostileName}, Picture: []byte("PNG")})},
		{"poster, the file", posterFileScreen(p, posterView{Outlet: payments.Outlet{ID: 7, Name: hostileName}, Size: documents.PosterA5}, []byte("PDF"))},
		{"poster, the file of a sticker", posterFileScreen(p, posterView{Outlet: payments.Outlet{ID: 7, Name: hostileName}, Size: documents.PosterSticker}, []byte("PDF"))},
	}
}

// sampleWallet has three cards: for all but one outlet, for that one, for none.
func sampleWallet(outlets int) payments.Wallet {
	w := payments.Wallet{
		Cards:   []payments.Card{{ID: 1, Last4: "1111"}, {ID: 2, Last4: "2222"}, {ID: 3, Last4: "3333"}},
		Default: 1,
	}
	for i := range outlets {
		o := payments.Outlet{ID: payments.OutletID(i + 1), Name: fmt.Sprintf("Точка %d", i+1), CardID: 1}
		if i == 0 {
			o.Name, o.CardID = hostileName, 2
		}
		w.Outlets = append(w.Outlets, o)
	}
	return w
}

// manyCards are n cards, the first of them the default.
func manyCards(n int) payments.Wallet {
	w := payments.Wallet{Default: 1, Outlets: []payments.Outlet{{ID: 1, Name: "A", CardID: 1}, {ID: 2, Name: "B", CardID: 1}}}
	for i := range n {
		w.Cards = append(w.Cards, payments.Card{ID: payments.CardID(i + 1), Last4: fmt.Sprintf("%04d", i+1)})
	}
	return w
}

func walletScreens(t *testing.T, p *locales.Printer) []namedScreen {
	t.Helper()
	w, two, one := sampleWallet(3), sampleWallet(2), sampleWallet(1)
	two.Cards = two.Cards[:2]
	one.Cards, one.Outlets[0].CardID = one.Cards[:2], 1
	told := func(action payments.AuditAction, outlet string) chat.Screen {
		s, ok := cardToldScreen(p, payments.CardNews{
			By: payments.Person{Name: `Айбек <b>`},
			Entry: payments.AuditEntry{Action: action, Details: payments.Details{
				payments.DetailLast4: "2222", payments.DetailOutlet: outlet, payments.DetailSuccessor: "1111",
			}},
		})
		if !ok {
			t.Errorf("nothing to tell of %s", action)
		}
		return s
	}
	return []namedScreen{
		{"cards", walletScreen(p, w, 0)},
		{"cards of one outlet", walletScreen(p, one, 0)},
		{"seen by a manager", cardSeenScreen(p, &payments.Card{Last4: "1111"})},
		{"default card", cardUseScreen(p, w, w.Cards[0], 0)},
		{"card of one outlet", cardUseScreen(p, w, w.Cards[1], 0)},
		{"card for nothing", cardUseScreen(p, w, w.Cards[2], 0)},
		{"the card of the only outlet", cardUseScreen(p, one, one.Cards[0], 0)},
		{"many cards", walletScreen(p, manyCards(20), 1)},
		{"remove the default of many", removeCardScreen(p, manyCards(20), payments.Card{ID: 1, Last4: "0001"}, 2)},
		{"many outlets", cardUseScreen(p, sampleWallet(20), w.Cards[1], 1)},
		{"remove the default of two", removeCardScreen(p, two, two.Cards[0], 0)},
		{"remove the default of three", removeCardScreen(p, w, w.Cards[0], 0)},
		{"remove an outlet's own", removeCardScreen(p, w, w.Cards[1], 0)},
		{"new card for", cardForScreen(p, w, 0)},
		{"added", cardAddedScreen(p, w, w.Cards[1])},
		{"told: added for all", told(payments.AuditCardAdded, "")},
		{"told: added for one", told(payments.AuditCardAdded, hostileName)},
		{"told: assigned to all", told(payments.AuditCardAssigned, "")},
		{"told: assigned to one", told(payments.AuditCardAssigned, hostileName)},
		{"told: removed", told(payments.AuditCardRemoved, "")},
	}
}

func profileScreens(p *locales.Printer) []namedScreen {
	full := payments.Profile{
		Person:   payments.Person{Role: payments.RoleOwner, Phone: "+996555123456", Notify: payments.NotifyMine, QuietFrom: 22 * 60, QuietTo: 7*60 + 30},
		Merchant: payments.Merchant{Name: hostileName, TIN: "20101199012345", Contact: "+996555123456"},
	}
	empty := payments.Profile{Person: payments.Person{Role: payments.RoleOwner, Notify: payments.NotifyAll}, Merchant: payments.Merchant{Name: "A"}}
	cashier := full
	cashier.Person.Role, cashier.Person.Notify, cashier.Merchant.Contact = payments.RoleCashier, payments.NotifyNone, "@aigul <b>"
	return []namedScreen{
		{"full", profileScreen(p, full)},
		{"empty", profileScreen(p, empty)},
		{"of a cashier", profileScreen(p, cashier)},
		{"notifications", notifyScreen(p, payments.NotifyMine)},
		{"ИНН", tinScreen(p)},
		{"contact", contactScreen(p, "+996555123456")},
		{"contact without a number", contactScreen(p, "")},
		{"quiet hours", quietScreen(p)},
	}
}

// In quiet hours the notice comes, without a sound.
func TestNoticesKeepQuietHours(t *testing.T) {
	w := newWorld(t, "ru", page)
	n := sampleNews(payments.PaymentSucceeded) // noon in Bishkek
	for _, tc := range []struct {
		name     string
		from, to int
		silent   bool
	}{{"none", 0, 0, false}, {"at night", 22 * 60, 7 * 60, false}, {"at noon", 11 * 60, 13 * 60, true}} {
		n.Recipient.QuietFrom, n.Recipient.QuietTo = tc.from, tc.to
		if s, ok := w.bot.NewsScreen(n); !ok || s.Silent != tc.silent {
			t.Errorf("%s: told %v, silent %v", tc.name, ok, s.Silent)
		}
		for kind, s := range map[string]chat.Screen{
			"a refund":         w.bot.RefundScreen(n.Recipient, payments.RefundNews{Merchant: n.Merchant, Refund: payments.Refund{State: payments.RefundSucceeded}}),
			"a payer's signal": w.bot.LinkSignalScreen(n.Recipient, payments.SignalNews{Merchant: n.Merchant, Signal: payments.SignalAsk}),
			"a refused credit": w.bot.CreditRefusedScreen(n.Recipient, payments.CreditRefusal{Merchant: n.Merchant}),
		} {
			if s.Silent != tc.silent {
				t.Errorf("%s, %s: silent %v", tc.name, kind, s.Silent)
			}
		}
	}
}

func TestPhonesAsPeopleSpellThem(t *testing.T) {
	for in, want := range map[string]string{
		"0555 123 456": "+996555123456", "+996 (555) 12-34-56": "+996555123456", "996555123456": "+996555123456",
		"@aigul": "@aigul", "ул. Чүй 155": "ул. Чүй 155", "12": "12", "": "", "+7 701 123 4567": "+77011234567",
	} {
		if got := spelledPhone(in); got != want {
			t.Errorf("spelledPhone(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, tc := range []struct {
		in   string
		n    int
		want string
	}{{"Аптека", 6, "Аптека"}, {"Аптека 2", 6, "Аптек…"}, {"a\nb", 5, "a b"}, {strings.Repeat("🥟", 20), 3, "🥟🥟…"}} {
		if got := clip(tc.in, tc.n); got != tc.want {
			t.Errorf("clip(%q, %d) = %q, want %q", tc.in, tc.n, got, tc.want)
		}
	}
}

// WaitingInvitation knows of none: how people join a team is told by the
// scripts of the whole program.
func (s *service) WaitingInvitation(context.Context, payments.PersonID) (v payments.InvitationView, ok bool, err error) {
	return v, false, nil
}
