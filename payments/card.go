package payments

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// CardID is our number of a card.
type CardID int64

// CardNumber is a card's full number. It prints as dots wherever it is
// printed by accident; only Reveal gives the digits.
type CardNumber string

const hidden = "•••"

// String hides the number.
func (CardNumber) String() string { return hidden }

// GoString hides the number.
func (CardNumber) GoString() string { return hidden }

// MarshalText hides the number from JSON and from slog.
func (CardNumber) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Reveal returns the digits, for the tokenizer and the cipher alone.
func (n CardNumber) Reveal() string { return string(n) }

// Last4 returns the four digits that may be shown.
func (n CardNumber) Last4() string { return string(n[len(n)-4:]) }

// Card is what is credited. The number itself is not here.
type Card struct {
	ID         CardID
	MerchantID MerchantID
	Token      string // 32 hex characters; "" if there is no tokenizer
	Last4      string
	CreatedAt  time.Time
}

// elkartPrefix begins every ELKART number.
const elkartPrefix = "9417"

// ParseCardNumber reads an ELKART card number with any spaces and dashes.
// Sixteen digits, nineteen in some ranges; the national cards carry no Luhn
// check. Errors: CodeCardMalformed, CodeCardNotElkart.
func ParseCardNumber(s string) (CardNumber, error) {
	var b strings.Builder
	for _, r := range strings.TrimSpace(s) {
		if d, ok := digit(r); ok {
			b.WriteByte(byte('0' + d))
			continue
		}
		if !cardSeparator(r) {
			return "", Fail(CodeCardMalformed)
		}
	}
	digits := b.String()
	if len(digits) != 16 && len(digits) != 19 {
		return "", Fail(CodeCardMalformed)
	}
	if !strings.HasPrefix(digits, elkartPrefix) {
		return "", Fail(CodeCardNotElkart)
	}
	return CardNumber(digits), nil
}

// FindCardNumber looks for a payment card's number anywhere in a text: an
// ELKART number, or thirteen to nineteen digits of another system that pass
// the Luhn check. People paste all kinds, and none may stay in a chat. The digits
// of a national link pass that check one time in ten, and are no such number.
func FindCardNumber(text string) (CardNumber, bool) {
	runes := []rune(text)
	link := 0 // where the national link ends that was met last
	for start := 0; start < len(runes); {
		if runes[start] == '#' && strings.HasPrefix(string(runes[start:min(len(runes), start+len(linkBegins))]), linkBegins) {
			link = len(runes)
			if n := slices.IndexFunc(runes[start:], unicode.IsSpace); n >= 0 {
				link = start + n
			}
		}
		if !isDigit(runes[start]) {
			start++
			continue
		}
		within := runes[start:]
		if start < link {
			within = runes[start:link]
		}
		digits, end := digitRun(within)
		if n, ok := cardWithin(digits, start < link); ok {
			return n, true
		}
		start += end
	}
	return "", false
}

// digitRun collects digits that are parted by at most two separators each.
func digitRun(runes []rune) (digits string, end int) {
	var b strings.Builder
	gap := 0
	for i, r := range runes {
		if d, ok := digit(r); ok {
			b.WriteByte(byte('0' + d))
			gap, end = 0, i+1
			continue
		}
		if gap++; gap > 2 || !cardSeparator(r) {
			break
		}
	}
	return b.String(), end
}

// linkBegins is how the data of a national link begin.
const linkBegins = "#000201"

// cardWithin finds a number in a run of digits that may hold more: the sum
// before it, the expiry date or the CVV after it. In a link it is an ELKART
// number or none.
func cardWithin(digits string, link bool) (CardNumber, bool) {
	if len(digits) < 13 {
		return "", false
	}
	if at := strings.Index(digits, elkartPrefix); at >= 0 {
		switch rest := digits[at:]; {
		case len(rest) == 19 && at == 0:
			return CardNumber(rest), true
		case len(rest) >= 16:
			return CardNumber(rest[:16]), true
		}
	}
	if !link && len(digits) <= 19 && luhn(digits) && digits[0] != '0' {
		return CardNumber(digits), true
	}
	return "", false
}

func luhn(digits string) bool {
	sum, double := 0, false
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum, double = sum+d, !double
	}
	return sum%10 == 0
}

func cardSeparator(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Cf, r) || r == '.' || r == '_' || r == '*' || r == '/'
}
