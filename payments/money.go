package payments

import (
	"errors"
	"math"
	"math/bits"
	"strings"
	"unicode"
)

// Money is a sum in tyiyn, the hundredth part of a som. It is never a float.
type Money int64

// Som is one som in tyiyn.
const Som Money = 100

// Default bounds of one payment (operator regulation: 455 below, 456 above).
const (
	DefaultMin = 1 * Som
	DefaultMax = 1_000_000 * Som
)

// ErrOverflow says that a sum does not fit: a broken promise of ours, since
// every single payment is bounded.
var ErrOverflow = errors.New("money overflows")

// ErrNotASum says that a text does not begin with a sum at all.
var ErrNotASum = errors.New("not a sum")

// Add returns m+n, or ErrOverflow.
func (m Money) Add(n Money) (Money, error) {
	sum := m + n
	if (sum > m) != (n > 0) && n != 0 {
		return 0, ErrOverflow
	}
	return sum, nil
}

// Split divides a sum that is not negative into n parts that differ by at most
// one tyiyn and add up exactly; the larger parts come first. n must be positive.
func (m Money) Split(n int) []Money {
	parts := make([]Money, n)
	quotient, rest := m/Money(n), m%Money(n)
	for i := range parts {
		parts[i] = quotient
		if Money(i) < rest {
			parts[i]++
		}
	}
	return parts
}

// ParseMoney reads a sum in som as people type it: "1 250,50", "500 сом",
// "1.250,5", "٥٠٠". It is the only way in. What is not a sum fails with
// CodeSumMalformed, CodeSumNegative, CodeSumTooFine or CodeSumTooLarge.
// Bounds of a payment are not checked here.
func ParseMoney(s string) (Money, error) {
	text := strings.TrimSpace(s)
	sum, rest, err := leadingSum(text)
	if errors.Is(err, ErrNotASum) || err == nil && strings.TrimSpace(rest) != "" {
		return 0, Fail(CodeSumMalformed)
	}
	return sum, err
}

// leadingSum reads the sum a text begins with and returns what follows it,
// the currency's name included in the sum. ErrNotASum: the text begins
// otherwise. *Error: it begins with a number that is no good as a sum.
func leadingSum(text string) (sum Money, rest string, err error) {
	runes := []rune(text)
	negative := false
	i := 0
	if i < len(runes) && isMinus(runes[i]) {
		negative = true
		i++
		for i < len(runes) && isSpace(runes[i]) {
			i++
		}
	}
	number, end := scanNumber(runes[i:])
	if number == "" {
		return 0, "", ErrNotASum
	}
	tail, thousands := dropWord(runes[i+end:], thousandNames)
	if next := skipSpaces(tail); thousands && len(next) > 0 && isDigit(next[0]) {
		return 0, "", Fail(CodeSumMalformed) // "1 миң 500"
	}
	tail, named := dropCurrency(tail)
	if len(tail) > 0 && !named && !thousands && !isSpace(tail[0]) {
		if err := glued(tail); err != nil {
			return 0, "", err
		}
	}
	if negative {
		return 0, "", Fail(CodeSumNegative)
	}
	sum, err = parseNumber(number)
	if err == nil && thousands {
		sum, err = times(sum, 1000*Som)
	}
	return sum, string(tail), err
}

// glued decides what a number is that has something glued to it: "500, кофе"
// is a sum, "12:30" and "500/2" are sums gone wrong, "3шт" is a word.
func glued(tail []rune) error {
	switch r := tail[0]; {
	case unicode.IsLetter(r) || unicode.IsSymbol(r) || unicode.Is(unicode.M, r):
		return ErrNotASum
	case strings.ContainsRune(".,;:!—–-", r) && (len(tail) == 1 || !isDigit(tail[1])):
		return nil
	}
	return Fail(CodeSumMalformed)
}

// scanNumber returns the number at the start of runes with Latin digits and
// plain separators (' ' for every space and apostrophe, ',' and '.'), and how
// many runes it took. A space belongs to the number only before a group of
// exactly three digits: "1 250" is one number, "500 2" is a sum and a word.
func scanNumber(runes []rune) (string, int) {
	var b strings.Builder
	i, sinceSpace, separated := 0, 0, false
	for i < len(runes) {
		r := runes[i]
		if d, ok := digit(r); ok {
			b.WriteByte(byte('0' + d))
			sinceSpace++
			i++
			continue
		}
		if b.Len() == 0 {
			return "", 0
		}
		switch {
		case (isSpace(r) || isApostrophe(r)) && !separated && sinceSpace <= 3 && groupOfThree(runes[i+1:]):
			b.WriteByte(' ')
			sinceSpace = 0
		case (r == ',' || r == '.' || r == '٫' || r == '٬') && i+1 < len(runes) && isDigit(runes[i+1]):
			if r == '.' || r == '٬' {
				b.WriteByte('.')
			} else {
				b.WriteByte(',')
			}
			separated = true
		default:
			return b.String(), i
		}
		i++
	}
	return b.String(), i
}

// parseNumber turns what scanNumber collected into tyiyn.
func parseNumber(number string) (Money, error) {
	whole, fraction := number, ""
	if at := strings.LastIndexAny(number, ",."); at >= 0 {
		whole, fraction = number[:at], number[at+1:]
		separator := number[at]
		switch {
		case strings.IndexByte(whole, separator) >= 0:
			// The same mark twice groups: 1.250.000; then there is no fraction.
			if !grouped(number, separator) {
				return 0, Fail(CodeSumMalformed)
			}
			whole, fraction = number, ""
		case strings.ContainsAny(whole, ",."):
			// Two different marks: the last is the decimal one.
			if !grouped(whole, ','+'.'-separator) {
				return 0, Fail(CodeSumMalformed)
			}
		}
	}
	if len(fraction) > 2 {
		return 0, Fail(CodeSumTooFine)
	}
	digits := strings.NewReplacer(" ", "", ",", "", ".", "").Replace(whole)
	if len(digits) > 1 && digits[0] == '0' {
		// 0555… is a telephone, 007 a name.
		return 0, Fail(CodeSumMalformed)
	}
	for len(fraction) < 2 {
		fraction += "0"
	}
	var total uint64
	for _, d := range []byte(digits + fraction) {
		high, low := bits.Mul64(total, 10)
		if high != 0 || low > math.MaxInt64-9 {
			return 0, Fail(CodeSumTooLarge, "max", DefaultMax)
		}
		total = low + uint64(d-'0')
	}
	return Money(total), nil
}

// grouped reports whether mark stands before every group of exactly three.
func grouped(number string, mark byte) bool {
	groups := strings.Split(number, string(mark))
	for i, g := range groups {
		if i == 0 && (len(g) < 1 || len(g) > 3) || i > 0 && len(g) != 3 || strings.ContainsAny(g, " ,.") {
			return false
		}
	}
	return true
}

// currencyNames are what people write after a sum, thousandNames before that;
// longest first.
var (
	currencyNames = []string{"сомов", "сома", "сом", "som", "kgs", "с.", "c.", "с", "c", "⃀"}
	thousandNames = []string{"тысячи", "тысяча", "тысяч", "тыс", "миң"}
)

// dropCurrency takes the currency's name from the start of runes, if it stands
// there as a word of its own.
func dropCurrency(runes []rune) (rest []rune, named bool) {
	return dropWord(runes, currencyNames)
}

// dropWord takes one of words from the start of runes, with a full stop after
// it, if it stands there as a word of its own.
func dropWord(runes []rune, words []string) (rest []rune, found bool) {
	trimmed := skipSpaces(runes)
	for _, word := range words {
		n := len([]rune(word))
		if len(trimmed) < n || !strings.EqualFold(string(trimmed[:n]), word) {
			continue
		}
		after := trimmed[n:]
		if len(after) > 0 && (unicode.IsLetter(after[0]) || isDigit(after[0])) {
			continue
		}
		if word == "с" && len(runes) != len(trimmed) && len(skipSpaces(after)) > 0 {
			continue // "500 с сахаром": a preposition
		}
		if len(after) > 0 && after[0] == '.' {
			after = after[1:]
		}
		return after, true
	}
	return runes, false
}

func groupOfThree(runes []rune) bool {
	if len(runes) < 3 || !isDigit(runes[0]) || !isDigit(runes[1]) || !isDigit(runes[2]) {
		return false
	}
	return len(runes) == 3 || !isDigit(runes[3])
}

func skipSpaces(runes []rune) []rune {
	for len(runes) > 0 && isSpace(runes[0]) {
		runes = runes[1:]
	}
	return runes
}

func isMinus(r rune) bool      { return r == '-' || r == '−' || r == '–' || r == '—' }
func isApostrophe(r rune) bool { return r == '\'' || r == '’' }
func isSpace(r rune) bool      { return unicode.IsSpace(r) }
func isDigit(r rune) bool      { _, ok := digit(r); return ok }

// digit returns the value of any Unicode decimal digit. Decimal digits stand
// in runs of ten, each beginning at its zero (Unicode Standard, §4.6).
func digit(r rune) (int, bool) {
	if r >= '0' && r <= '9' {
		return int(r - '0'), true
	}
	if r < 0x80 || !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	for _, rg := range unicode.Nd.R16 {
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return int(r-rune(rg.Lo)) % 10, true
		}
	}
	for _, rg := range unicode.Nd.R32 {
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return int(r-rune(rg.Lo)) % 10, true
		}
	}
	return 0, false
}
