package locales

import (
	"math"
	"testing"
	"time"

	"elkart.kg/trade/payments"
	"pgregory.net/rapid"
)

func TestMoney(t *testing.T) {
	c := newCatalog(t)
	for _, tc := range []struct {
		name       string
		sum        payments.Money
		ky, ru, en string
	}{
		{"zero", 0, "0 сом", "0 сом", "0 som"},
		{"one tyiyn", 1, "0,01 сом", "0,01 сом", "0.01 som"},
		{"fifty tyiyn keep their nought", 50, "0,50 сом", "0,50 сом", "0.50 som"},
		{"whole soms have no fraction", 500_00, "500 сом", "500 сом", "500 som"},
		{"no group below four digits", 999_99, "999,99 сом", "999,99 сом", "999.99 som"},
		{"a group from four digits", 1250_50, "1\u00a0250,50 сом", "1\u00a0250,50 сом", "1\u00a0250.50 som"},
		{"two groups", 1234567_50, "1\u00a0234\u00a0567,50 сом", "1\u00a0234\u00a0567,50 сом", "1\u00a0234\u00a0567.50 som"},
		{"negative", -1250_50, "−1\u00a0250,50 сом", "−1\u00a0250,50 сом", "−1\u00a0250.50 som"},
		{"the smallest there is", math.MinInt64,
			"−92\u00a0233\u00a0720\u00a0368\u00a0547\u00a0758,08 сом", "−92\u00a0233\u00a0720\u00a0368\u00a0547\u00a0758,08 сом",
			"−92\u00a0233\u00a0720\u00a0368\u00a0547\u00a0758.08 som"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for lang, want := range map[string]string{Kyrgyz: tc.ky, Russian: tc.ru, English: tc.en} {
				if got := c.Printer(lang).Money(tc.sum); got != want {
					t.Errorf("%s: got %q, want %q", lang, got, want)
				}
			}
		})
	}
}

func TestMoneyIsReadBack(t *testing.T) {
	c := newCatalog(t)
	rapid.Check(t, func(t *rapid.T) {
		want := payments.Money(rapid.Int64Range(0, int64(10*payments.DefaultMax)).Draw(t, "tyiyn"))
		lang := rapid.SampledFrom(Languages()).Draw(t, "language").Code
		for _, text := range []string{c.Printer(lang).Money(want), c.Printer(lang).Sum(want)} {
			got, err := payments.ParseMoney(text)
			if err != nil || got != want {
				t.Fatalf("%s: ParseMoney(%q) = %d, %v, want %d", lang, text, got, err, want)
			}
		}
	})
}

func TestDates(t *testing.T) {
	c := newCatalog(t)
	bishkek := time.FixedZone("Asia/Bishkek", 6*60*60)
	at := time.Date(2026, 5, 9, 7, 5, 0, 0, bishkek) // a Saturday
	for lang, want := range map[string][]string{
		Kyrgyz:  {"09.05.2026", "07:05", "09.05.2026 07:05", "09.05, 07:05", "2026-жылдын 9-майы", "ишемби"},
		Russian: {"09.05.2026", "07:05", "09.05.2026 07:05", "09.05, 07:05", "9 мая 2026 г.", "суббота"},
		English: {"09.05.2026", "07:05", "09.05.2026 07:05", "09.05, 07:05", "9 May 2026", "Saturday"},
	} {
		p := c.Printer(lang)
		for i, got := range []string{p.Date(at), p.Time(at), p.DateTime(at), p.DayTime(at), p.LongDate(at), p.Weekday(at)} {
			if got != want[i] {
				t.Errorf("%s: got %q, want %q", lang, got, want[i])
			}
		}
	}
}

func TestEveryMonthAndWeekday(t *testing.T) {
	c := newCatalog(t)
	months := map[string][]string{
		Kyrgyz: {"январы", "февралы", "марты", "апрели", "майы", "июну", "июлу", "августу", "сентябры", "октябры", "ноябры", "декабры"},
	}
	for i, want := range months[Kyrgyz] {
		day := time.Date(2026, time.Month(i+1), 1, 0, 0, 0, 0, time.UTC)
		if got := c.Printer(Kyrgyz).LongDate(day); got != "2026-жылдын 1-"+want {
			t.Errorf("got %q, want month %q", got, want)
		}
	}
	monday := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	for i, want := range []string{"дүйшөмбү", "шейшемби", "шаршемби", "бейшемби", "жума", "ишемби", "жекшемби"} {
		if got := c.Printer(Kyrgyz).Weekday(monday.AddDate(0, 0, i)); got != want {
			t.Errorf("day %d: got %q, want %q", i, got, want)
		}
	}
}

func TestNumbersPercentAndPhones(t *testing.T) {
	c := newCatalog(t)
	ky, ru := c.Printer(Kyrgyz), c.Printer(Russian)
	for _, tc := range []struct{ name, got, want string }{
		{"number", ky.Number(1234567), "1\u00a0234\u00a0567"},
		{"negative number", ky.Number(-1000), "−1\u00a0000"},
		{"percent in Kyrgyz", ky.Percent(12_50), "12,5%"},
		{"percent in Russian", ru.Percent(12_50), "12,5\u00a0%"},
		{"whole percent", ru.Percent(100_00), "100\u00a0%"},
		{"small negative percent", ky.Percent(-5), "−0,05%"},
		{"own phone", ky.Phone("+996555123456"), "+996 555 123 456"},
		{"phone from Kazakhstan", ky.Phone("+77012345678"), "+7 701 234 5678"},
		{"no phone", ky.Phone("abc"), "abc"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, tc.got, tc.want)
		}
	}
}

func TestShortSums(t *testing.T) {
	c := newCatalog(t)
	for m, want := range map[payments.Money][3]string{
		0:                 {"0", "0", "0"},
		99_99:             {"99", "99", "99"},
		999_99:            {"999", "999", "999"},
		1000_00:           {"1 миң", "1 тыс.", "1k"},
		12_550_99:         {"12,5 миң", "12,5 тыс.", "12.5k"},
		-999_999_99:       {"−999,9 миң", "−999,9 тыс.", "−999.9k"},
		3_000_000_00:      {"3 млн", "3 млн", "3M"},
		12_340_000_000_00: {"12,3 млрд", "12,3 млрд", "12.3bn"},
	} {
		for i, lang := range []string{Kyrgyz, Russian, English} {
			if got := c.Printer(lang).ShortSum(m); got != want[i] {
				t.Errorf("%s %d: %q, want %q", lang, m, got, want[i])
			}
		}
	}
}
