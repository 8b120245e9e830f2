package payments

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// SomCode is the currency of every payment (ISO 4217).
const SomCode = "417"

// judge decides whether a scan can be paid. Everything that concerns who is
// paid answers CodeRecipientWrong and no more, so that codes cannot be guessed
// by asking.
func (s *Service) judge(ctx context.Context, r Reader, scan Scan) (Target, error) {
	code, ok := NormalCode(scan.Account)
	if !ok {
		return Target{}, Fail(CodeRecipientWrong)
	}
	target, err := s.target(ctx, r, code)
	if errors.Is(err, ErrNotFound) {
		return Target{}, Fail(CodeRecipientWrong)
	}
	if err != nil {
		return Target{}, fmt.Errorf("target of a scan: %w", err)
	}
	if !s.Channel.Ours(scan, target.MerchantID) || target.OutletClosed ||
		target.StateAt(s.now()) != LinkActive || target.HeldBy != 0 || target.Full() {
		return Target{}, Fail(CodeRecipientWrong)
	}
	if err := s.agrees(target, scan); err != nil {
		return Target{}, err
	}
	if target.Amount != 0 {
		return target, nil
	}
	return target, CheckBounds(scan.Amount, target.Min, target.Max)
}

// agrees checks a scan against the forms in which its link was given out.
func (s *Service) agrees(t Target, scan Scan) error {
	switch {
	case scan.Currency != SomCode:
		return Fail(CodeDataWrong, "field", "currencyCode")
	case scan.Dynamic != (t.Kind == LinkCharge):
		return Fail(CodeDataWrong, "field", "qrType")
	case !s.givenOut(t, scan):
		return Fail(CodeDataWrong, "field", "qrLinkHash")
	case t.Amount != 0 && scan.Amount != t.Amount:
		return Fail(CodeDataWrong, "field", "amount")
	}
	return nil
}

// givenOut reports whether a scan's checksum is that of one of its link's forms,
// or of one with an open sum that the payer filled in on its page. Nobody wrote
// that one down: it is the same for whoever fills in the same sum.
func (s *Service) givenOut(t Target, scan Scan) bool {
	same := func(v Version) bool { return strings.EqualFold(v.Hash, scan.LinkHash) && v.MCC == scan.MCC }
	if slices.ContainsFunc(t.Versions, same) {
		return true
	}
	return t.Amount == 0 && slices.ContainsFunc(t.Versions, func(v Version) bool {
		filled, err := s.Channel.Fill(v, scan.Amount)
		return err == nil && same(filled)
	})
}
