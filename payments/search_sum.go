package payments

import "regexp"

// Ways to name a range of sums. A number's own dots and commas go with it.
const (
	sumDigits = `(\d[\d.,]*)(?:\s*(?:сом(?:а|ов|дон|го)?|som))?`
	fromEnd   = `\s*-?(?:дан|ден|дон|дөн|тан|тен|тон|төн)`
	toEnd     = `\s*-?(?:га|ге|го|гө|ка|ке|ко|кө)?`
)

// sumRanges are ranges with both ends, sumsAbove and sumsBelow those with one.
var (
	sumRanges = []*regexp.Regexp{
		regexp.MustCompile(`\s(\d[\d.,]*)\s*[-–—]\s*(\d[\d.,]*)\s`),
		regexp.MustCompile(`\s(?:от|с|from|between) ` + sumDigits + ` (?:до|по|to|and) ` + sumDigits + `\s`),
		regexp.MustCompile(`\s(\d[\d.,]*)(?: сом)?` + fromEnd + ` (\d[\d.,]*)(?: сом)?` + toEnd + `(?: чейин)?\s`),
	}
	sumsAbove = []*regexp.Regexp{
		regexp.MustCompile(`\s(?:>=?\s?|(?:больше|более|свыше|от|over|above|more than) )` + sumDigits + `\s`),
		regexp.MustCompile(`\s(\d[\d.,]*)(?: сом)?` + fromEnd + ` (?:көп|ашык|жогору|баштап)\s`),
	}
	sumsBelow = []*regexp.Regexp{
		regexp.MustCompile(`\s(?:<=?\s?|(?:меньше|менее|до|under|below|less than) )` + sumDigits + `\s`),
		regexp.MustCompile(`\s(\d[\d.,]*)(?: сом)?` + fromEnd + ` (?:аз|төмөн|кем)\s`),
		regexp.MustCompile(`\s(\d[\d.,]*)(?: сом)?` + toEnd + ` чейин\s`),
	}
)

// takeRanges reads a range of sums off a search. Both ends belong to it.
func (s *Search) takeRanges(rest string) string {
	for _, form := range sumRanges {
		rest = replaceEach(form, rest, func(m []string) bool {
			low, err := ParseMoney(m[1])
			high, err2 := ParseMoney(m[2])
			return err == nil && err2 == nil && low <= high && s.sumIs(low, high)
		})
	}
	for _, form := range sumsAbove {
		rest = replaceEach(form, rest, func(m []string) bool {
			low, err := ParseMoney(m[1])
			return err == nil && low <= DefaultMax && s.sumIs(low, DefaultMax)
		})
	}
	for _, form := range sumsBelow {
		rest = replaceEach(form, rest, func(m []string) bool {
			high, err := ParseMoney(m[1])
			return err == nil && s.sumIs(1, high)
		})
	}
	return rest
}
