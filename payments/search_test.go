package payments_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

// today is a Monday.
const today payments.Date = 20261123

// told is a search in short.
func told(s payments.Search) string {
	var parts []string
	if s.MaxSum != 0 {
		parts = append(parts, fmt.Sprintf("sum %d-%d", s.MinSum, s.MaxSum))
	}
	if s.Receipt != 0 {
		parts = append(parts, fmt.Sprintf("receipt %d", s.Receipt))
	}
	if s.OperatorID != "" {
		parts = append(parts, "id "+s.OperatorID)
	}
	if s.OrID != "" {
		parts = append(parts, "or id "+s.OrID)
	}
	if s.First != 0 {
		parts = append(parts, fmt.Sprintf("on %d-%d", s.First, s.Last))
	}
	for _, w := range s.Words {
		parts = append(parts, "word "+strings.Join(w, "/"))
	}
	return strings.Join(parts, ", ")
}

func TestParseSearch(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"500", "sum 50000-50000"},
		{"1 250,50 сом", "sum 125050-125050"},
		{"500 сомов", "sum 50000-50000"},
		{"~500", "sum 47500-52500"},
		{"около 500 кофе", "sum 47500-52500, word коф"},
		{"болжол менен 500", "sum 47500-52500"},
		{"500-600", "sum 50000-60000"},
		{"от 200 до 300", "sum 20000-30000"},
		{"кофе от 200 сом до 300 сом вчера", "sum 20000-30000, on 20261122-20261122, word коф"},
		{"between 200 and 300", "sum 20000-30000"},
		{"200дөн 300гө чейин", "sum 20000-30000"},
		{"200 дөн 300 гө", "sum 20000-30000"},
		{"200 сомдон 300 сомго чейин", "sum 20000-30000"},
		{">400", "sum 40000-100000000"},
		{"> 400 чай", "sum 40000-100000000, word ча"},
		{"больше 400", "sum 40000-100000000"},
		{"400дөн көп", "sum 40000-100000000"},
		{"<90", "sum 1-9000"},
		{"до 90 сом", "sum 1-9000"},
		{"90го чейин", "sum 1-9000"},
		{"до 5 ноября", "on 20261105-20261105"},
		{"с 1 по 15 ноября", "on 20261101-20261115"},
		{"с 01.11 по 15.11", "on 20261101-20261115"},
		{"1-ноябрдан 15-ноябрга чейин", "on 20261101-20261115"},
		{"кофе с 2 сахарами", "word коф, word 2, word сахар/сахарам"},
		{"№123", "receipt 123"},
		{"чек 123", "receipt 123"},
		{"Чек № 123", "receipt 123"},
		{"чектин 123", "receipt 123"},
		{"receipt #7", "receipt 7"},
		{"8f14e45fceea", "id 8f14e45fceea"},
		{"550e8400-e29b-41d4-a716-446655440000", "id 550e8400-e29b-41d4-a716-446655440000"},
		{"004512", "id 004512"},
		{"123456789", "id 123456789"},
		{"123456", "sum 12345600-12345600, or id 123456"},
		{"вчера 500", "sum 50000-50000, on 20261122-20261122"},
		{"кечээ 500", "sum 50000-50000, on 20261122-20261122"},
		{"бүгүн", "on 20261123-20261123"},
		{"позавчера", "on 20261121-20261121"},
		{"мурда күнү кофе", "on 20261121-20261121, word коф"},
		{"12.11 кофе", "on 20261112-20261112, word коф"},
		{"12.11.2025", "on 20251112-20251112"},
		{"24.12", "on 20251224-20251224"},
		{"01.11-15.11", "on 20261101-20261115"},
		{"01.12-15.01", "on 20251201-20260115"},
		{"5-12.11", "on 20261105-20261112"},
		{"1-15 ноября", "on 20261101-20261115"},
		{"9 мая", "on 20260509-20260509"},
		{"9-май", "on 20260509-20260509"},
		{"12-ноябрда 300", "sum 30000-30000, on 20261112-20261112"},
		{"прошлая неделя", "on 20261116-20261122"},
		{"на прошлой неделе чай", "on 20261116-20261122, word ча"},
		{"өткөн жума", "on 20261116-20261122"},
		{"ушул жумада", "on 20261123-20261129"},
		{"last week", "on 20261116-20261122"},
		{"прошлый месяц", "on 20261001-20261031"},
		{"өткөн айда", "on 20261001-20261031"},
		{"октябрь", "on 20261001-20261031"},
		{"в ноябре кофе", "on 20261101-20261130, word коф"},
		{"декабрда", "on 20251201-20251231"},
		{"November", "on 20261101-20261130"},
		{"29.02", "on 20240229-20240229"},
		{"май", "word ма"},
		{"31.02", "sum 3102-3102"},
		{"12,50", "sum 1250-1250"},
		{"2 самсы", "word самс, word 2"},
		{"500 2 самсы", "sum 50000-50000, word самс, word 2"},
		{`"500"`, "word 500"},
		{"за кофе с сахаром", "word коф, word сахар/сахаром"},
		{"0", "word 0"},
		{"%", ""},
		{"_ ' \\", ""},
		{"", ""},
		{strings.Repeat("кофе ", 900), ""},
	} {
		s, err := payments.ParseSearch(c.text, today)
		if code := payments.CodeOf(err); (c.want == "") != (code == payments.CodeSearchMalformed) {
			t.Errorf("%q: %v", c.text, err)
		}
		if got := told(s); !sameParts(got, c.want) {
			t.Errorf("%q is %q, want %q", c.text, got, c.want)
		}
	}
}

func sameParts(a, b string) bool {
	count := func(s string) map[string]int {
		m := make(map[string]int)
		for _, p := range strings.Split(s, ", ") {
			m[p]++
		}
		return m
	}
	return fmt.Sprint(count(a)) == fmt.Sprint(count(b))
}

// The parts of a search mean the same in whatever order they come.
func TestPartsOfASearchComeInAnyOrder(t *testing.T) {
	groups := [][]string{
		{"500", "~500", "500-600", "1 250,50 сом", "88 сом"},
		{"вчера", "12.11", "01.11-15.11", "өткөн жума", "9 мая", "октябрь", "12.11.2025"},
		{"№123", "8f14e45fceea"},
		{"кофе", "самсы", "торт", `"125"`, "чайдын"},
	}
	rapid.Check(t, func(t *rapid.T) {
		var parts []string
		for i, g := range groups {
			if rapid.Bool().Draw(t, fmt.Sprint(i)) {
				parts = append(parts, rapid.SampledFrom(g).Draw(t, "part"))
			}
		}
		one, err := payments.ParseSearch(strings.Join(parts, " "), today)
		if len(parts) == 0 {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", parts, err)
		}
		n := 0
		for _, found := range []bool{one.MaxSum != 0, one.First != 0, one.Receipt != 0 || one.OperatorID != "", len(one.Words) > 0} {
			if found {
				n++
			}
		}
		if n != len(parts) {
			t.Fatalf("%q is %q", parts, told(one))
		}
		mixed := rapid.Permutation(parts).Draw(t, "mixed")
		other, err := payments.ParseSearch(strings.Join(mixed, " "), today)
		if err != nil || !sameParts(told(other), told(one)) {
			t.Fatalf("%q is %q, but %q is %q (%v)", parts, told(one), mixed, told(other), err)
		}
	})
}

func FuzzParseSearch(f *testing.F) {
	for _, seed := range []string{"вчера 500", "~1 250,50", "№ 1", "01.11-15.11 кофе", "99.99.9999", "«\"", "0-0", "31 февраля 2026", "\x00%_'", "9-май-9", "-- 5 -- 5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := payments.ParseSearch(text, today)
		if err != nil {
			if payments.CodeOf(err) != payments.CodeSearchMalformed {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if s.Empty() && s.First == 0 || utf8.RuneCountInString(s.Text) > payments.MaxSearch || len(s.Words) > 24 {
			t.Errorf("%q is %+v", text, s)
		}
		if s.MinSum < 0 || s.MinSum > s.MaxSum || s.Receipt < 0 || (s.First == 0) != (s.Last == 0) || s.First > s.Last || s.First != 0 && !s.First.Valid() {
			t.Errorf("%q is %+v", text, s)
		}
		if s.OperatorID != "" && len(s.OperatorID) < payments.OperatorTail {
			t.Errorf("%q looks for the id %q", text, s.OperatorID)
		}
	})
}
