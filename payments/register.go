package payments

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// Meet notes what Telegram says of a person and returns who they are to us.
func (s *Service) Meet(ctx context.Context, a Acquaintance) (Person, error) {
	known, err := s.Store.Person(ctx, a.ID)
	if err == nil && known.Name == a.Name && known.Username == a.Username && known.Suggested == a.Suggested && !known.Blocked {
		return known, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Person{}, fmt.Errorf("person %d: %w", a.ID, err)
	}
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		if err := tx.UpsertPerson(ctx, a, s.now()); err != nil {
			return fmt.Errorf("note person %d: %w", a.ID, err)
		}
		known, err = tx.Person(ctx, a.ID)
		return err
	})
	return known, err
}

// SetLanguage notes a person's choice: ky, ru or en.
func (s *Service) SetLanguage(ctx context.Context, id PersonID, language string) error {
	return s.Store.Atomically(ctx, func(tx Tx) error { return tx.SetLanguage(ctx, id, language) })
}

// e164 is a telephone number in international form (ITU-T E.164).
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// SetPhone notes the number that a person proved to be theirs, in E.164.
// Error: CodePhoneMalformed.
func (s *Service) SetPhone(ctx context.Context, id PersonID, phone string) error {
	if !e164.MatchString(phone) {
		return Fail(CodePhoneMalformed)
	}
	return s.Store.Atomically(ctx, func(tx Tx) error { return tx.SetPhone(ctx, id, phone) })
}

// Consent notes that a person agreed to their data being kept.
func (s *Service) Consent(ctx context.Context, id PersonID) error {
	return s.Store.Atomically(ctx, func(tx Tx) error { return tx.SetConsent(ctx, id, s.now()) })
}

// SetBlocked notes that a person blocked the bot, or came back.
func (s *Service) SetBlocked(ctx context.Context, id PersonID, blocked bool) error {
	return s.Store.Atomically(ctx, func(tx Tx) error { return tx.SetBlocked(ctx, id, blocked) })
}

// OpenOutlet makes an outlet with its static link; the person's first one
// makes the merchant and them its owner. The same key again returns the outlet
// it made. Errors: CodeNotRegistered (no phone yet), CodeNoConsent,
// CodeNameMalformed, CodeAddressTooLong, CodeCategoryUnknown, CodeNotAllowed,
// CodeTooMany, CodeOutletNotFound (the one to copy from), CodeLeaving.
func (s *Service) OpenOutlet(ctx context.Context, id PersonID, draft OutletDraft) (Outlet, error) {
	draft, category, err := draft.clean()
	if err != nil {
		return Outlet{}, err
	}
	var made Outlet
	err = s.Store.Atomically(ctx, func(tx Tx) error {
		before, err := tx.Person(ctx, id)
		if err != nil {
			return found(err, CodeNotRegistered)
		}
		if before.MerchantID != 0 {
			if err := tx.LockMerchant(ctx, before.MerchantID); err != nil {
				return fmt.Errorf("lock merchant %d: %w", before.MerchantID, err)
			}
		}
		if err := tx.LockPerson(ctx, id); err != nil {
			return found(err, CodeNotRegistered)
		}
		if made, err = tx.OutletByKey(ctx, id, draft.Key); !errors.Is(err, ErrNotFound) {
			return err
		}
		made, err = s.openOutlet(ctx, tx, id, draft, category)
		return err
	})
	if err != nil {
		return Outlet{}, fmt.Errorf("open an outlet for person %d: %w", id, err)
	}
	return made, nil
}

func (s *Service) openOutlet(ctx context.Context, tx Tx, id PersonID, draft OutletDraft, category Category) (Outlet, error) {
	now := s.now()
	p, err := tx.Person(ctx, id)
	if err != nil {
		return Outlet{}, err
	}
	switch {
	case p.Leaving():
		return Outlet{}, Fail(CodeLeaving)
	case p.Phone == "":
		return Outlet{}, Fail(CodeNotRegistered)
	case p.ConsentedAt.IsZero():
		return Outlet{}, Fail(CodeNoConsent)
	case p.MerchantID != 0 && !p.Role.Can(ActionAddOutlet):
		return Outlet{}, Fail(CodeNotAllowed)
	}
	o := Outlet{
		MerchantID: p.MerchantID, Name: draft.Name, Category: category.ID, MCC: category.MCC,
		Address: draft.Address, Latitude: draft.Latitude, Longitude: draft.Longitude, State: OutletOpen,
	}
	if p.MerchantID == 0 {
		o.MerchantID, err = tx.InsertMerchant(ctx, id, Merchant{Name: draft.Name, TimeZone: s.TimeZone}, now)
		if err != nil {
			return Outlet{}, fmt.Errorf("insert merchant: %w", err)
		}
	} else if o, err = inherit(ctx, tx, o, draft.CopyFrom); err != nil {
		return Outlet{}, err
	}
	if o.ID, err = tx.InsertOutlet(ctx, id, o, draft.Key, now); err != nil {
		return Outlet{}, fmt.Errorf("insert outlet: %w", err)
	}
	static := Link{
		MerchantID: o.MerchantID, OutletID: o.ID, Kind: LinkStatic, State: LinkActive, Code: NewCode(),
		Min: DefaultMin, Max: DefaultMax, CreatedBy: id, CreatedAt: now,
	}
	if _, err := s.insertLink(ctx, tx, static, o, ""); err != nil {
		return Outlet{}, err
	}
	p.MerchantID = o.MerchantID
	return o, s.auditOutlet(ctx, tx, p, AuditOutletAdded, o, "")
}

// inherit gives a further outlet what it takes over: the merchant's default
// card, or from another outlet its card, its hours and, where none was chosen,
// its category. Errors: CodeTooMany, CodeOutletNotFound (also for another
// merchant's).
func inherit(ctx context.Context, tx Tx, o Outlet, from OutletID) (Outlet, error) {
	outlets, err := tx.Outlets(ctx, o.MerchantID)
	if err != nil {
		return o, fmt.Errorf("outlets of merchant %d: %w", o.MerchantID, err)
	}
	if len(outlets) >= MaxOutlets {
		return o, Fail(CodeTooMany, "max", MaxOutlets)
	}
	if from == 0 {
		m, err := tx.Merchant(ctx, o.MerchantID)
		if err != nil {
			return o, fmt.Errorf("merchant %d: %w", o.MerchantID, err)
		}
		o.CardID = m.DefaultCardID
		return o, nil
	}
	at := slices.IndexFunc(outlets, func(known Outlet) bool { return known.ID == from })
	if at < 0 {
		return o, Fail(CodeOutletNotFound)
	}
	model := outlets[at]
	o.CardID, o.OwnCard, o.Hours = model.CardID, model.OwnCard, model.Hours
	if o.Category == "" {
		o.Category, o.MCC = model.Category, model.MCC
	}
	return o, nil
}

// insertLink writes a link in its channel's form and keeps it.
func (s *Service) insertLink(ctx context.Context, tx Tx, l Link, o Outlet, key string) (Link, error) {
	version, err := s.Channel.Write(Issue{
		Kind: l.Kind, MerchantID: l.MerchantID, Outlet: o, Code: l.Code, Amount: l.Amount, Comment: l.Comment,
	})
	if err != nil {
		return Link{}, fmt.Errorf("write a %s link: %w", l.Kind, err)
	}
	l.URI = version.URI
	if l.ID, err = tx.InsertLink(ctx, l, version, key); err != nil {
		return Link{}, fmt.Errorf("insert link: %w", err)
	}
	return l, nil
}
