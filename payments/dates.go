package payments

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// datesForm is "12.11", "12.11.2026" or "12/11/26".
var datesForm = regexp.MustCompile(`^(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?$`)

// ParseDates reads a day, or two with a dash between them, as people here write
// them. Without a year it is the latest such day that is not after today. ok is
// false for anything else, and where the first comes after the last.
func ParseDates(s string, today Date) (first, last Date, ok bool) {
	s = strings.NewReplacer("–", "-", "—", "-", " ", "").Replace(CleanLine(s))
	from, to, two := strings.Cut(s, "-")
	if last, ok = parseDate(from, today); !ok {
		return 0, 0, false
	}
	first = last
	if two {
		if last, ok = parseDate(to, today); !ok {
			return 0, 0, false
		}
		// The first of two belongs to the last: 25.12-05.01 spans a new year.
		if first, ok = parseDate(from, last); !ok {
			return 0, 0, false
		}
	}
	return first, last, first <= last
}

// ParseDays is ParseDates for people, who also say "вчера", "апта", "өткөн апта" or
// "октябрь". A week or a month that is not over ends today.
func ParseDays(s string, today Date) (first, last Date, ok bool) {
	if first, last, ok = ParseDates(s, today); ok {
		return first, last, true
	}
	if kind, ok := ParseReportKind(s); ok {
		first, _ = bounds(kind, today)
		return first, today, true
	}
	search, err := ParseSearch(s, today)
	if err != nil || search.First == 0 || !search.Empty() {
		return 0, 0, false
	}
	if search.First <= today && search.Last > today {
		search.Last = today
	}
	return search.First, search.Last, true
}

func parseDate(s string, notAfter Date) (Date, bool) {
	parts := datesForm.FindStringSubmatch(s)
	if parts == nil {
		return 0, false
	}
	day, _ := strconv.Atoi(parts[1])
	month, _ := strconv.Atoi(parts[2])
	year, _ := strconv.Atoi(parts[3])
	if parts[3] != "" {
		if year < 100 {
			year += 2000
		}
		return exactDate(year, month, day)
	}
	// 29 February is up to eight years ago.
	for year = int(notAfter) / 10000; year > int(notAfter)/10000-9; year-- {
		if d, ok := exactDate(year, month, day); ok && d <= notAfter {
			return d, true
		}
	}
	return 0, false
}

// exactDate is a date that is in the calendar as it was written.
func exactDate(year, month, day int) (Date, bool) {
	d := NewDate(year, time.Month(month), day)
	return d, d.Valid() && int(d) == year*10000+month*100+day
}
