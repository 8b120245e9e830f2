package payments

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxComment is how many characters a comment may have. The national code
// carries the first 32 of them (ID 34, §9.7 of the operator's regulation); the
// page and the receipt carry all.
const MaxComment = 140

// ChargeText is what a merchant typed to be paid: "500 кофе".
type ChargeText struct {
	Amount  Money
	Comment string // cleaned, "" if none
}

// ParseCharge reads a text that begins with a sum or with a small calculation,
// which is kept in the comment. It fails with ErrNotASum
// when the text begins otherwise (talk, a telephone number in international
// form), and with *Error when the sum is no good: malformed, negative, below
// DefaultMin, above DefaultMax, or when the comment is too long.
func ParseCharge(text string) (ChargeText, error) {
	text = strings.TrimSpace(text)
	amount, rest, err := calculation(text)
	reckoned := err == nil
	if errors.Is(err, errNotReckoned) {
		amount, rest, err = leadingSum(text)
	}
	if err != nil {
		return ChargeText{}, err
	}
	if err := CheckBounds(amount, DefaultMin, DefaultMax); err != nil {
		return ChargeText{}, err
	}
	if unfit(rest) {
		return ChargeText{}, Fail(CodeSumMalformed)
	}
	comment := CleanLine(strings.TrimLeft(rest, " \t\n\u00a0,;:!—–-."))
	if comment != "" && strings.IndexFunc(comment, unicode.IsLetter) < 0 && strings.IndexFunc(comment, isDigit) == 0 {
		// "12 50" may mean 12,50 or a mistyped 1 250: better asked than guessed.
		return ChargeText{}, Fail(CodeSumMalformed)
	}
	if reckoned {
		comment = CleanLine(text) // whoever pays sees what it is made of
	}
	if utf8.RuneCountInString(comment) > MaxComment {
		return ChargeText{}, Fail(CodeCommentTooLong, "max", MaxComment)
	}
	return ChargeText{Amount: amount, Comment: comment}, nil
}

// unfit reports whether what follows a sum makes something else of it: a
// foreign currency, a share, a division.
func unfit(rest string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(rest))
	return strings.ContainsRune("$€₽₸%/÷=", r)
}

// CheckBounds returns CodeSumTooSmall or CodeSumTooLarge when amount is not
// within [low, high].
func CheckBounds(amount, low, high Money) error {
	if amount < low {
		return Fail(CodeSumTooSmall, "min", low)
	}
	if amount > high {
		return Fail(CodeSumTooLarge, "max", high)
	}
	return nil
}

// CleanLine makes one printable line of what a person typed: controls,
// invisible format marks (but the joiners that emoji need) and line breaks
// become spaces, runs of spaces become one, broken UTF-8 is dropped.
func CleanLine(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200d' || r == '\ufe0f':
			return r
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
