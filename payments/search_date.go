package payments

import (
	"regexp"
	"strings"
	"time"
)

// dayWords are days by their distance from today, and weeks and months by
// theirs from this one.
var dayWords = []struct {
	words *regexp.Regexp
	days  int
}{
	{wordForm(`бүгүн\p{L}*|бугун\p{L}*|сегодня\p{L}*|today`), 0},
	{wordForm(`позавчера|мурда күнү|мурдагы күнү`), -2},
	{wordForm(`кечээ\p{L}*|кечеки|вчера\p{L}*|yesterday`), -1},
}

var (
	lastWeek  = wordForm(`(?:на )?прошл\p{L}+ недел\p{L}+|(?:өткөн|откон) (?:жума|апта)\p{L}*|last week`)
	thisWeek  = wordForm(`(?:на )?эт\p{L}+ недел\p{L}+|(?:ушул|бул) (?:жума|апта)\p{L}*|this week`)
	lastMonth = wordForm(`(?:в )?прошл\p{L}+ месяц\p{L}*|(?:өткөн|откон) ай\p{L}*|last month`)
	thisMonth = wordForm(`(?:в )?эт\p{L}+ месяц\p{L}*|(?:ушул|бул) ай\p{L}*|this month`)

	// monthNames are the forms in which a month is named beside a day; maybe and
	// май are other words, too, and stand for the month only there.
	monthNames = `январ\p{L}*|феврал\p{L}*|март\p{L}*|апрел\p{L}*|май|мая|майы|майда\p{L}*|июн\p{L}*|июл\p{L}*|август\p{L}*|сентябр\p{L}*|октябр\p{L}*|ноябр\p{L}*|декабр\p{L}*` +
		`|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?`
	upTo       = `(?:\s*[-–—]\s*| по | до | to )`
	dayOfMonth = wordForm(`(?:с |от |from )?(\d{1,2})(?:` + upTo + `(\d{1,2}))?(?:\s*-\s*|\s+)(` + monthNames + `)(?:\s+(\d{4}))?`)
	wholeMonth = wordForm(`(январ\p{L}*|феврал\p{L}*|март(?:а|е|та|тын|ы|ында)?|апрел\p{L}*|мая|мае|майында|майдын|июн\p{L}*|июл\p{L}*|август\p{L}*|сентябр\p{L}*|октябр\p{L}*|ноябр\p{L}*|декабр\p{L}*` +
		`|january|february|march|april|june|july|august|september|october|november|december)(?:\s+(\d{4}))?`)
	numericDates = wordForm(`(?:с |от |from )?(\d{1,2})(?:[./](\d{1,2})(?:[./](\d{4}|\d{2}))?)?` + upTo + `(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?`)
	numericDate  = wordForm(`(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?`)
)

// periodWords name the time that is going on, where a time is asked for; жума is a
// day, too, but not there.
var periodWords = map[ReportKind]*regexp.Regexp{
	ReportDaily:   wordForm(`(?:за )?(?:день|күн\p{L}*|кун\p{L}*|day|daily)`),
	ReportWeekly:  wordForm(`(?:(?:за|на) )?(?:эт\p{L}+ )?недел\p{L}+|(?:(?:ушул|бул) )?(?:апта|жума)\p{L}*|(?:this )?week|weekly`),
	ReportMonthly: wordForm(`(?:(?:за|в) )?(?:эт\p{L}+ )?месяц\p{L}*|ай|айлык|(?:ушул|бул) ай\p{L}*|(?:this )?month|monthly`),
}

// ParseReportKind reads the name of a kind of report, as people write it: "апта",
// "за месяц", "week".
func ParseReportKind(s string) (ReportKind, bool) {
	s = " " + strings.ToLower(CleanLine(s)) + " "
	for kind, words := range periodWords {
		if words.FindString(s) == s {
			return kind, true
		}
	}
	return "", false
}

// wordForm is an expression for what stands between spaces; a search begins and
// ends with one.
func wordForm(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`\s(?:` + pattern + `)[\s,;.]`)
}

// takeDates reads the time off a search. Several times are from the first to
// the last.
func (s *Search) takeDates(rest string, today Date) string {
	for _, d := range dayWords {
		rest = replaceEach(d.words, rest, func([]string) bool { return s.when(today.Plus(d.days), today.Plus(d.days)) })
	}
	monday := today.Plus(-(int(today.Weekday()) + 6) % 7)
	first := today.FirstOfMonth(0)
	for _, span := range []struct {
		words       *regexp.Regexp
		first, last Date
	}{
		{lastWeek, monday.Plus(-7), monday.Plus(-1)},
		{thisWeek, monday, monday.Plus(6)},
		{lastMonth, today.FirstOfMonth(-1), first.Plus(-1)},
		{thisMonth, first, today.FirstOfMonth(1).Plus(-1)},
	} {
		rest = replaceEach(span.words, rest, func([]string) bool { return s.when(span.first, span.last) })
	}
	rest = replaceEach(dayOfMonth, rest, func(m []string) bool {
		last := m[2]
		if last == "" {
			last = m[1]
		}
		month := monthOf(m[3])
		end, ok := dateBefore(last, month, m[4], today)
		if !ok {
			return false
		}
		begin := Date(int(end)/100*100 + digitsIn(m[1]))
		return s.when(begin, end)
	})
	rest = replaceEach(wholeMonth, rest, func(m []string) bool {
		begin, ok := dateBefore("1", monthOf(m[1]), m[2], today)
		return ok && s.when(begin, begin.FirstOfMonth(1).Plus(-1))
	})
	rest = replaceEach(numericDates, rest, func(m []string) bool {
		end, ok := dateBefore(m[4], time.Month(digitsIn(m[5])), m[6], today)
		if !ok {
			return false
		}
		month := time.Month(digitsIn(m[2]))
		if m[2] == "" {
			month = time.Month(int(end) / 100 % 100)
		}
		begin, ok := dateBefore(m[1], month, m[3], end)
		return ok && s.when(begin, end)
	})
	return replaceEach(numericDate, rest, func(m []string) bool {
		d, ok := dateBefore(m[1], time.Month(digitsIn(m[2])), m[3], today)
		return ok && s.when(d, d)
	})
}

// dateBefore is the date that a day, a month and perhaps a year name; without a
// year the last such day up to another.
func dateBefore(day string, month time.Month, year string, latest Date) (Date, bool) {
	y, d := int(latest)/10000, digitsIn(day)
	if year = strings.TrimSpace(year); year != "" {
		if y = digitsIn(year); y < 100 {
			y += 2000
		}
	}
	for range 9 { // the longest wait is that for 29 February
		date := Date(y*10000 + int(month)*100 + d)
		if date.Valid() && (date <= latest || year != "") {
			return date, true
		}
		if year != "" {
			break
		}
		y--
	}
	return 0, false
}
