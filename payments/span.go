package payments

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// dayMinutes is how many minutes a day has.
const dayMinutes = 24 * 60

// Span is a part of every day in minutes since midnight, 0–1439. To may come
// before From: then midnight is in it. The same twice is no span.
type Span struct{ From, To int }

// spanForm is "9-18", "09:00 – 18:30", "9.00—18.00".
var spanForm = regexp.MustCompile(`^(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?$`)

// ParseSpan reads from–to. ok is false for anything else, and for a span
// without length.
func ParseSpan(s string) (span Span, ok bool) {
	parts := spanForm.FindStringSubmatch(CleanLine(s))
	if parts == nil {
		return Span{}, false
	}
	from, okFrom := minuteOf(parts[1], parts[2])
	to, okTo := minuteOf(parts[3], parts[4])
	span = Span{From: from, To: to}
	return span, okFrom && okTo && !span.Empty()
}

// minuteOf is a time of the day; midnight may be written 24:00.
func minuteOf(hour, minute string) (int, bool) {
	h, err := strconv.Atoi(hour)
	if err != nil {
		return 0, false
	}
	m := 0
	if minute != "" {
		if m, err = strconv.Atoi(minute); err != nil {
			return 0, false
		}
	}
	if h > 24 || m > 59 || h == 24 && m != 0 {
		return 0, false
	}
	return (h*60 + m) % dayMinutes, true
}

// Empty reports whether there is no time in the span.
func (s Span) Empty() bool { return s.From == s.To }

// Holds reports whether a time of the day, in its own zone, is in the span.
func (s Span) Holds(t time.Time) bool {
	now := t.Hour()*60 + t.Minute()
	if s.From <= s.To {
		return s.From <= now && now < s.To
	}
	return now >= s.From || now < s.To
}

// String writes the span as people write it everywhere: 09:00–18:00.
func (s Span) String() string {
	return fmt.Sprintf("%02d:%02d–%02d:%02d", s.From/60, s.From%60, s.To/60, s.To%60)
}
