package handlers

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"elkart.kg/trade/payments"
)

// A page of the history stands in the data of its button: which filter, and
// where the page begins. So a button works after a restart, on another phone
// and next month. It is packed, because 64 bytes hold no more: a mask says which
// parts follow, each a number of as many bytes as it needs.
//
// What is asked for this way is checked by the service like anything that a
// client sends.

// historyEpoch is where the moments of positions begin; earlier ones there are
// none.
var historyEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// Parts of a packed page, bits of its mask. The first byte after the mask holds
// the kind, the period and the order.
const (
	maskOutlet = 1 << iota
	maskDates
	maskSeller
	maskLink
	maskSearch
	maskFrom
)

var errNoPage = errors.New("not a page of a history")

// packHistory writes a page for a button.
func packHistory(a payments.HistoryAsk) string {
	kind := max(slices.Index(payments.HistoryKinds(), a.Kind), 0)
	period := max(slices.Index(payments.HistoryPeriods(), a.Period), 0)
	choice := byte(kind)<<4 | byte(period)<<1
	if a.Order == payments.OldestFirst {
		choice |= 1
	}
	packed := []byte{0, choice}
	add := func(bit byte, there bool, numbers ...int64) {
		if !there {
			return
		}
		packed[0] |= bit
		for _, n := range numbers {
			packed = binary.AppendUvarint(packed, uint64(n)) //nolint:gosec // what is negative comes back as it was
		}
	}
	add(maskOutlet, a.OutletID != 0, int64(a.OutletID))
	add(maskDates, a.Period == payments.HistoryDates, daysOf(a.First), daysOf(a.Last)-daysOf(a.First))
	add(maskSeller, a.SellerID != 0, int64(a.SellerID))
	add(maskLink, a.LinkID != 0, int64(a.LinkID))
	add(maskSearch, a.SearchID != 0, int64(a.SearchID))
	add(maskFrom, !a.From.IsZero(), a.From.At.Sub(historyEpoch).Microseconds(), a.From.ID)
	return base64.RawURLEncoding.EncodeToString(packed)
}

// unpackHistory reads what packHistory wrote; nothing else is accepted.
func unpackHistory(s string) (a payments.HistoryAsk, err error) {
	if s == "" {
		return a, nil
	}
	packed, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(packed) < 2 {
		return a, errNoPage
	}
	mask, choice, rest := packed[0], packed[1], packed[2:]
	next := func() int64 {
		n, size := binary.Uvarint(rest)
		if size <= 0 {
			err = errNoPage
			return 0
		}
		rest = rest[size:]
		return int64(n) //nolint:gosec // see packHistory
	}
	kinds, periods := payments.HistoryKinds(), payments.HistoryPeriods()
	kind, period := int(choice>>4), int(choice>>1&7)
	if kind >= len(kinds) || period >= len(periods) {
		return a, errNoPage
	}
	a.Kind, a.Period, a.Order = kinds[kind], periods[period], choice&1 == 1
	if mask&maskOutlet != 0 {
		a.OutletID = payments.OutletID(next())
	}
	if mask&maskDates != 0 {
		first := next()
		a.First, a.Last = dateOfDays(first), dateOfDays(first+next())
	}
	if mask&maskSeller != 0 {
		a.SellerID = payments.PersonID(next())
	}
	if mask&maskLink != 0 {
		a.LinkID = payments.LinkID(next())
	}
	if mask&maskSearch != 0 {
		a.SearchID = payments.SearchID(next())
	}
	if mask&maskFrom != 0 {
		a.From.At = historyEpoch.Add(time.Duration(next()) * time.Microsecond)
		a.From.ID = next()
	}
	if err != nil || packHistory(a) != s {
		return payments.HistoryAsk{}, errNoPage
	}
	return a, nil
}

// dayZero is where days of dates are counted from.
const dayZero payments.Date = 20000101

func daysOf(d payments.Date) int64 {
	return int64(d.Time().Sub(dayZero.Time()) / (24 * time.Hour))
}

func dateOfDays(n int64) payments.Date {
	if n < 0 || n > 400_000 {
		return 0
	}
	return dayZero.Plus(int(n))
}
