package payments

import (
	"errors"
	"math/bits"
	"strings"
	"unicode"
)

// longestFactor is how many digits a number that is added up may have; past
// that it is a telephone's.
const longestFactor = 8

// errNotReckoned says that a text does not begin with a calculation.
var errNotReckoned = errors.New("not a calculation")

// calculation reads what a merchant adds up at the till: "500+300 нан",
// "2*150", "3 х 80 + 40 чай". Products come before sums. It fails with
// errNotReckoned unless two numbers are joined, and with *Error where they are
// but what comes of it is no sum, or something is glued to it ("500+3шт"):
// better asked than guessed.
func calculation(text string) (sum Money, rest string, err error) {
	runes := []rune(text)
	at, left, err := factor(runes)
	if err != nil || left == nil {
		return 0, "", errNotReckoned
	}
	total, product, joined := Money(0), at, false
	for {
		sign, right := operator(left)
		if sign == 0 {
			break
		}
		joined = true
		var next Money
		if next, left, err = factor(right); err != nil {
			return 0, "", err
		}
		if sign == '×' {
			if product, err = times(product, next); err != nil {
				return 0, "", err
			}
			continue
		}
		if total, err = total.Add(product); err != nil {
			return 0, "", Fail(CodeSumTooLarge, "max", DefaultMax)
		}
		product = next
	}
	if !joined {
		return 0, "", errNotReckoned
	}
	if len(left) > 0 && !isSpace(left[0]) && glued(left) != nil {
		return 0, "", Fail(CodeSumMalformed)
	}
	if next := skipSpaces(left); total > 0 && product < fewThings && len(next) > 0 && unicode.IsLetter(next[0]) {
		return 0, "", Fail(CodeSumMalformed) // "500 + 2 самсы": two more som, or two pasties?
	}
	if total, err = total.Add(product); err != nil {
		return 0, "", Fail(CodeSumTooLarge, "max", DefaultMax)
	}
	return total, string(left), nil
}

// factor reads one number with its currency; left is nil where there is none.
func factor(runes []rune) (value Money, left []rune, err error) {
	number, end := scanNumber(runes)
	if number == "" {
		return 0, nil, nil
	}
	if value, err = parseNumber(number); err != nil {
		return 0, nil, err
	}
	left, _ = dropCurrency(runes[end:])
	return value, append([]rune{}, left...), nil
}

// operator reads a sign that a number follows, and what follows the sign.
func operator(runes []rune) (sign rune, right []rune) {
	runes = skipSpaces(runes)
	if len(runes) == 0 {
		return 0, nil
	}
	switch unicode.ToLower(runes[0]) {
	case '+':
		sign = '+'
	case '*', '×', 'x', 'х':
		sign = '×'
	default:
		return 0, nil
	}
	right = skipSpaces(runes[1:])
	number, _ := scanNumber(right)
	number = strings.ReplaceAll(number, " ", "")
	if at := strings.IndexAny(number, ",."); at >= 0 {
		number = number[:at]
	}
	if number == "" || len(number) > longestFactor {
		return 0, nil // "500 + чай", "500 хлеб", "500 +996 555 123 456"
	}
	return sign, right
}

// times multiplies two numbers of hundredths; what is finer than a tyiyn fails
// with CodeSumTooFine.
func times(m, n Money) (Money, error) {
	high, low := bits.Mul64(uint64(m), uint64(n)) //nolint:gosec // parseNumber gives nothing below zero
	if high != 0 || low/100 > uint64(DefaultMax) {
		return 0, Fail(CodeSumTooLarge, "max", DefaultMax)
	}
	if low%100 != 0 {
		return 0, Fail(CodeSumTooFine)
	}
	return Money(low / 100), nil
}
