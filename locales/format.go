package locales

import (
	"strconv"
	"strings"
	"time"

	"elkart.kg/trade/payments"
	"github.com/nyaruka/phonenumbers"
)

// groupMark stands between groups of three digits: a space that does not break.
const groupMark = "\u00a0"

// format is what a language writes differently from the others.
type format struct {
	decimal  string     // between soms and tyiyns
	unit     string     // som
	percent  string     // what follows the number, with its space
	months   [12]string // as they stand in a date
	alone    [12]string // as they stand alone
	weekdays [7]string  // Monday first
}

func (p *Printer) loadFormat() format {
	f := format{
		decimal: p.Text("format.decimal"),
		unit:    p.Text("format.som"),
		percent: p.Text("format.percent"),
	}
	for i := range f.months {
		f.months[i] = p.Text("format.month." + strconv.Itoa(i+1))
		f.alone[i] = p.Text("format.month_alone." + strconv.Itoa(i+1))
	}
	for i := range f.weekdays {
		f.weekdays[i] = p.Text("format.weekday." + strconv.Itoa(i+1))
	}
	return f
}

// Money returns a sum with its unit: "1 234 567,50 сом"; whole soms without
// the tyiyns. It is the only way out for money.
func (p *Printer) Money(m payments.Money) string {
	return p.Sum(m) + " " + p.format.unit
}

// Sum is Money without the unit.
func (p *Printer) Sum(m payments.Money) string {
	sign, tyiyn := magnitude(int64(m))
	text := sign + group(tyiyn/uint64(payments.Som))
	if rest := tyiyn % uint64(payments.Som); rest != 0 {
		text += p.format.decimal + pad2(rest)
	}
	return text
}

// ShortSum returns a sum in soms so short that it fits a chart, rounded down
// to a tenth of its unit: "950", "12,5 тыс.", "3 млн".
func (p *Printer) ShortSum(m payments.Money) string {
	sign, tyiyn := magnitude(int64(m))
	som := tyiyn / uint64(payments.Som)
	for _, unit := range []struct {
		key string
		som uint64
	}{{"format.billion", 1_000_000_000}, {"format.million", 1_000_000}, {"format.thousand", 1000}} {
		if som < unit.som {
			continue
		}
		text := sign + group(som/unit.som)
		if tenth := som % unit.som / (unit.som / 10); tenth != 0 {
			text += p.format.decimal + strconv.FormatUint(tenth, 10)
		}
		return p.Text(unit.key, "number", text)
	}
	return sign + group(som)
}

// Number returns an integer in groups of three: "12 345".
func (p *Printer) Number(n int64) string {
	sign, value := magnitude(n)
	return sign + group(value)
}

// Percent returns a share given in hundredths of a percent: 1250 is "12,5 %".
func (p *Printer) Percent(hundredths int64) string {
	sign, value := magnitude(hundredths)
	text := sign + group(value/100)
	if rest := value % 100; rest != 0 {
		text += p.format.decimal + strings.TrimRight(pad2(rest), "0")
	}
	return text + p.format.percent
}

// Date returns dd.MM.yyyy. This and the following take times in the zone they
// are to be shown in.
func (p *Printer) Date(t time.Time) string { return t.Format("02.01.2006") }

// Time returns HH:mm.
func (p *Printer) Time(t time.Time) string { return t.Format("15:04") }

// DateTime returns dd.MM.yyyy HH:mm.
func (p *Printer) DateTime(t time.Time) string { return t.Format("02.01.2006 15:04") }

// DayTime returns dd.MM, HH:mm, for times so near that the year goes without
// saying.
func (p *Printer) DayTime(t time.Time) string { return t.Format("02.01, 15:04") }

// ShortDate returns dd.MM, for dates of this year.
func (p *Printer) ShortDate(t time.Time) string { return t.Format("02.01") }

// Month returns the name of the month by itself: "ноябрь".
func (p *Printer) Month(t time.Time) string { return p.format.alone[t.Month()-1] }

// LongDate returns the date in words: "2026-жылдын 9-майы", "9 мая 2026 г.".
func (p *Printer) LongDate(t time.Time) string {
	return p.Text("format.long_date",
		"year", strconv.Itoa(t.Year()), "month", p.format.months[t.Month()-1], "day", strconv.Itoa(t.Day()))
}

// Weekday returns the name of the day: "дүйшөмбү".
func (p *Printer) Weekday(t time.Time) string {
	return p.format.weekdays[(int(t.Weekday())+6)%7]
}

// Phone returns an E.164 number in groups: "+996 555 123 456". What is no
// number is returned as it is.
func (p *Printer) Phone(e164 string) string {
	digits, ok := strings.CutPrefix(e164, "+996")
	if ok && len(digits) == 9 {
		return "+996 " + digits[:3] + " " + digits[3:6] + " " + digits[6:]
	}
	number, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return e164
	}
	return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
}

// magnitude splits a number into its sign and its absolute value, which the
// smallest int64 has only as an unsigned one.
func magnitude(n int64) (sign string, value uint64) {
	if n < 0 {
		return "−", -uint64(n)
	}
	return "", uint64(n)
}

func group(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(groupMark)
		}
		b.WriteRune(d)
	}
	return b.String()
}

func pad2(n uint64) string {
	if n < 10 {
		return "0" + strconv.FormatUint(n, 10)
	}
	return strconv.FormatUint(n, 10)
}
