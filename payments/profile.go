package payments

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// tinDigits is how many digits an ИНН has; its length is all that is checked.
const tinDigits = 14

// MaxContact is the length of a contact for customers, in characters.
const MaxContact = 64

// Notify says which payments a member hears of.
type Notify string

// The choices.
const (
	NotifyAll  Notify = "all"
	NotifyMine Notify = "mine" // by links of one's own, and by the static code of the outlet one works in
	NotifyNone Notify = "none"
)

// Notifies lists the choices.
func Notifies() []Notify { return []Notify{NotifyAll, NotifyMine, NotifyNone} }

// QuietAt reports whether a message at t, in the merchant's zone, comes to
// this person without a sound.
func (p Person) QuietAt(t time.Time) bool { return Span{From: p.QuietFrom, To: p.QuietTo}.Holds(t) }

// Profile is a person and their merchant as the person sees them.
type Profile struct {
	Person   Person
	Merchant Merchant
}

// MerchantChange is what is to be different about a merchant; nil: nothing.
// An empty ИНН or contact takes it away.
type MerchantChange struct {
	Name, TIN, Contact *string
}

// Profile returns a person's profile. Error: CodeNotRegistered.
func (s *Service) Profile(ctx context.Context, id PersonID) (Profile, error) {
	p, err := s.person(ctx, s.Store, id)
	if err != nil {
		return Profile{}, err
	}
	m, err := s.Store.Merchant(ctx, p.MerchantID)
	if err != nil {
		return Profile{}, fmt.Errorf("merchant %d: %w", p.MerchantID, err)
	}
	return Profile{Person: p, Merchant: m}, nil
}

// EditMerchant changes the person's merchant. Errors: CodeNotRegistered,
// CodeNotAllowed, CodeNameMalformed, CodeTINMalformed, CodeContactMalformed.
func (s *Service) EditMerchant(ctx context.Context, id PersonID, change MerchantChange) (Profile, error) {
	change, fields, err := change.clean()
	if err != nil {
		return Profile{}, err
	}
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		p, err := s.lockMember(ctx, tx, id, ActionEditMerchant)
		if err != nil {
			return err
		}
		m, err := tx.Merchant(ctx, p.MerchantID)
		if err != nil {
			return fmt.Errorf("merchant %d: %w", p.MerchantID, err)
		}
		before := m
		for field, value := range map[*string]*string{&m.Name: change.Name, &m.TIN: change.TIN, &m.Contact: change.Contact} {
			if value != nil {
				*field = *value
			}
		}
		if m == before {
			return nil
		}
		if err := tx.MarkMerchant(ctx, m); err != nil {
			return fmt.Errorf("mark merchant %d: %w", m.ID, err)
		}
		_, err = s.audit(ctx, tx, p, AuditMerchantChanged, Details{detailFields: strings.Join(fields, ", ")})
		return err
	})
	if err != nil {
		return Profile{}, fmt.Errorf("change of a merchant by person %d: %w", id, err)
	}
	return s.Profile(ctx, id)
}

// clean checks a change and returns it with its texts cleaned, and what it
// changes.
func (c MerchantChange) clean() (_ MerchantChange, fields []string, err error) {
	for _, f := range []struct {
		name  string
		value **string
		clean func(string) (string, error)
	}{{"name", &c.Name, CleanName}, {"tin", &c.TIN, CleanTIN}, {"contact", &c.Contact, CleanContact}} {
		if *f.value == nil {
			continue
		}
		text, err := f.clean(**f.value)
		if err != nil {
			return c, nil, err
		}
		*f.value = &text
		fields = append(fields, f.name)
	}
	return c, fields, nil
}

// CleanTIN returns an ИНН (ПИН) as fourteen digits, without the spaces and
// dashes people write in it; "" stays "". Error: CodeTINMalformed.
func CleanTIN(s string) (string, error) {
	var b strings.Builder
	for _, r := range CleanLine(s) {
		d, ok := digit(r)
		switch {
		case ok:
			b.WriteByte(byte('0' + d))
		case !unicode.IsSpace(r) && !unicode.Is(unicode.Pd, r):
			return "", Fail(CodeTINMalformed)
		}
	}
	if n := b.Len(); n != 0 && n != tinDigits {
		return "", Fail(CodeTINMalformed)
	}
	return b.String(), nil
}

// CleanContact returns a contact for customers as one line of at most
// MaxContact characters: a phone, a Telegram name, or words. "" stays "".
// Error: CodeContactMalformed, also for a card number, which has no business
// on a page that everybody sees.
func CleanContact(s string) (string, error) {
	contact := CleanLine(s)
	for _, prefix := range []string{"https://t.me/", "http://t.me/", "t.me/"} {
		if name, ok := strings.CutPrefix(contact, prefix); ok && name != "" {
			contact = "@" + name
			break
		}
	}
	_, card := FindCardNumber(contact)
	if card || utf8.RuneCountInString(contact) > MaxContact || contact != "" && !hasLetterOrDigit(contact) {
		return "", Fail(CodeContactMalformed, "max", MaxContact)
	}
	return contact, nil
}

// SetNotify chooses which payments of the active merchant a person hears of.
// Errors: CodeNotRegistered, CodeDataWrong (no such choice).
func (s *Service) SetNotify(ctx context.Context, id PersonID, notify Notify) (Profile, error) {
	known := false
	for _, n := range Notifies() {
		known = known || n == notify
	}
	if !known {
		return Profile{}, Fail(CodeDataWrong, "field", "notify")
	}
	return s.setNotices(ctx, id, func(p *Person) { p.Notify = notify })
}

// SetQuiet chooses when notices come without a sound; an empty span: never.
// Error: CodeNotRegistered.
func (s *Service) SetQuiet(ctx context.Context, id PersonID, quiet Span) (Profile, error) {
	if quiet.Empty() {
		quiet = Span{}
	}
	return s.setNotices(ctx, id, func(p *Person) { p.QuietFrom, p.QuietTo = quiet.From, quiet.To })
}

func (s *Service) setNotices(ctx context.Context, id PersonID, change func(*Person)) (Profile, error) {
	err := s.Store.Atomically(ctx, func(tx Tx) error {
		if err := tx.LockPerson(ctx, id); err != nil {
			return found(err, CodeNotRegistered)
		}
		p, err := s.person(ctx, tx, id)
		if err != nil {
			return err
		}
		change(&p)
		return tx.SetNotices(ctx, p)
	})
	if err != nil {
		return Profile{}, fmt.Errorf("notices of person %d: %w", id, err)
	}
	return s.Profile(ctx, id)
}
