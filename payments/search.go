package payments

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Search is what a person typed to find payments.
type Search struct {
	Text        string // as it was typed, cleaned
	Find               // what is looked for
	First, Last Date   // when; 0: at any time
	OrID        string // a bare number may be the end of an operator's id instead of a sum
}

// MaxSearch is how many characters a search may have.
const MaxSearch = 200

// approximately is how far from an approximate sum a sum may be, in percent.
const approximately = 5

// fewThings is below which sum a number before a word may count things: "2 самсы".
const fewThings = 10 * Som

// ParseSearch reads a search. Its parts may come in any order and are all
// wanted at once:
//
//	500 · 1 250,50 сом · 500-600     a sum, or a range
//	от 200 до 300 · 400дөн көп · <90 a range in words or with one end
//	~500 · около 500                 a sum within five percent
//	№123 · чек 123                   a receipt
//	8f14e45fceea                     an operator's id, or its end
//	вчера · 12.11 · 1-15 ноября · өткөн жума · ноябрда
//	кофе · "125"                     words of the comment
//
// Error: CodeSearchMalformed{max}.
func ParseSearch(text string, today Date) (Search, error) {
	wrong := Fail(CodeSearchMalformed, "max", MaxSearch)
	s := Search{Text: CleanLine(text)}
	if n := utf8.RuneCountInString(s.Text); n == 0 || n > MaxSearch {
		return Search{}, wrong
	}
	rest := " " + strings.ToLower(s.Text) + " "
	var words []string
	rest = replaceEach(quoted, rest, func(m []string) bool { words = append(words, m[1]); return true })
	rest = replaceEach(receiptWord, rest, func(m []string) bool {
		s.Receipt = int64(digitsIn(m[1]))
		return s.Receipt > 0
	})
	rest = s.takeDates(rest, today)
	if at := about.FindStringIndex(rest); at != nil {
		sum, tail, err := leadingSum(rest[at[1]:])
		if err == nil && sum <= DefaultMax && s.sumIs(sum-sum*approximately/100, sum+sum*approximately/100) {
			rest = rest[:at[0]] + " " + tail + " "
		}
	}
	rest = s.takeRanges(rest)
	words = append(words, s.takeTokens(rest)...)
	s.Words = wordsOf(words)
	if s.Empty() && s.First == 0 {
		return Search{}, wrong
	}
	return s, nil
}

var (
	quoted      = regexp.MustCompile(`["«“„]([^"«»“”„]+)["»”“]`)
	receiptWord = regexp.MustCompile(`\s(?:(?:чек\p{L}*|квитанц\p{L}*|receipt)\s*(?:№|#|n)?|№|#)\s*(\d{1,15})[\s,]`)
	about       = regexp.MustCompile(`\s(?:[~≈]\s?|около |примерно |болжол менен |чамасы |about )`)
)

// sumIs notes the first sum that is named.
func (s *Search) sumIs(low, high Money) bool {
	if s.MaxSum != 0 || high <= 0 || high > 2*DefaultMax {
		return false
	}
	s.MinSum, s.MaxSum = low, high
	return true
}

// takeTokens reads sums and ids off what has no other meaning, and returns the
// words.
func (s *Search) takeTokens(rest string) (words []string) {
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		token, after, _ := strings.Cut(rest, " ")
		if s.OperatorID == "" && isOperatorID(token) {
			s.OperatorID, rest = token, after
			continue
		}
		sum, tail, err := leadingSum(rest)
		small := sum < fewThings && strings.IndexFunc(strings.TrimSpace(tail), unicode.IsLetter) == 0
		if err == nil && !small && s.sumIs(sum, sum) {
			if tail == after || " "+after == tail || after == "" {
				s.mayBeID(token)
			}
			rest = tail
			continue
		}
		words, rest = append(words, token), after
	}
	return words
}

// mayBeID notes a bare number that is long enough to be the end of an id.
func (s *Search) mayBeID(token string) {
	if len(token) >= OperatorTail && strings.Trim(token, "0123456789") == "" {
		s.OrID = token
	}
}

// isOperatorID reports whether a token can only be an operator's id, or its
// end: Latin letters with digits among them, or a number that is no sum.
func isOperatorID(token string) bool {
	digits, letters := 0, 0
	for _, r := range token {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case 'a' <= r && r <= 'z' || r == '-' || r == '_':
			letters++
		default:
			return false
		}
	}
	if len(token) < OperatorTail || digits < 2 {
		return false
	}
	if letters > 0 {
		return strings.IndexFunc(token, unicode.IsLetter) >= 0 || strings.Count(token, "-") > 1
	}
	sum, err := ParseMoney(token)
	return err != nil || sum > DefaultMax
}

// littleWords say nothing of what was sold.
var littleWords = strings.Fields("за на в во с со по и а у от до для из к о об же менен үчүн жана чейин да де the a of for and in on сом сома сомов som kgs")

func wordsOf(texts []string) [][]string {
	var all [][]string
	for _, text := range texts {
		for _, word := range strings.Fields(text) {
			if slices.Contains(littleWords, word) {
				continue
			}
			all = append(all, Stems(word)...)
		}
	}
	if len(all) > maxWords {
		all = all[:maxWords]
	}
	return all
}

// replaceEach calls f with the submatches of each match, and takes out of the
// text those that f knew what to do with.
func replaceEach(e *regexp.Regexp, text string, f func([]string) bool) string {
	var b strings.Builder
	for {
		at := e.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		var m []string
		for i := 0; i < len(at); i += 2 {
			if at[i] < 0 {
				m = append(m, "")
			} else {
				m = append(m, text[at[i]:at[i+1]])
			}
		}
		b.WriteString(text[:at[0]])
		if f(m) {
			b.WriteByte(' ')
			text = " " + text[at[1]:]
			continue
		}
		_, n := utf8.DecodeRuneInString(text[at[0]:])
		b.WriteString(text[at[0] : at[0]+n])
		text = text[at[0]+n:]
	}
	b.WriteString(text)
	return b.String()
}

// digitsIn reads at most fifteen digits, which an expression has found.
func digitsIn(digits string) (n int) {
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

// when widens the time to hold some days.
func (s *Search) when(first, last Date) bool {
	if !first.Valid() || !last.Valid() || first > last {
		return false
	}
	if s.First == 0 || first < s.First {
		s.First = first
	}
	s.Last = max(s.Last, last)
	return true
}

// monthOf names a month by the beginning of its name, in any language.
func monthOf(name string) time.Month {
	for i, names := range [...]string{"янв jan", "фев feb", "мар mar", "апр apr", "ма may", "июн jun", "июл jul", "авг aug", "сен sep", "окт oct", "ноя nov", "дек dec"} {
		for _, begin := range strings.Fields(names) {
			if strings.HasPrefix(name, begin) {
				return time.Month(i + 1)
			}
		}
	}
	return 0
}
