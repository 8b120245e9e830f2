package payments_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

func TestParseCharge(t *testing.T) {
	type want struct {
		Amount  payments.Money
		Comment string
	}
	for _, c := range []struct {
		text string
		want want
	}{
		{"500", want{500_00, ""}},
		{"500 кофе", want{500_00, "кофе"}},
		{"  500\nкофе\tс молоком ", want{500_00, "кофе с молоком"}},
		{"1 250,50", want{1250_50, ""}},
		{"1\u00a0250,50 сом", want{1250_50, ""}},
		{"1\u202f250.5", want{1250_50, ""}},
		{"1.250,50", want{1250_50, ""}},
		{"1,250.50", want{1250_50, ""}},
		{"1.000.000", want{1_000_000_00, ""}},
		{"1'250", want{1250_00, ""}},
		{"500сом", want{500_00, ""}},
		{"500 сом. кофе", want{500_00, "кофе"}},
		{"500с кофе", want{500_00, "кофе"}},
		{"500 KGS", want{500_00, ""}},
		{"500 с сахаром", want{500_00, "с сахаром"}},
		{"500 сомса", want{500_00, "сомса"}},
		{"٥٠٠ кофе", want{500_00, "кофе"}},
		{"٥٠٠٫٥", want{500_50, ""}},
		{"५००", want{500_00, ""}},
		{"500 2 кофе", want{500_00, "2 кофе"}},
		{"500, кофе", want{500_00, "кофе"}},
		{"500. кофе", want{500_00, "кофе"}},
		{"500 - кофе", want{500_00, "кофе"}},
		{"1", want{1_00, ""}},
		{"1 000 000", want{1_000_000_00, ""}},
		{"500 <b>*_[", want{500_00, "<b>*_["}},
		{"500 с", want{500_00, ""}},
		{"500 c", want{500_00, ""}},
		{"5 миң", want{5000_00, ""}},
		{"1,5 тыс. сом нан", want{1500_00, "нан"}},
		{"2 тысячи за чай", want{2000_00, "за чай"}},
		{"500+300", want{800_00, "500+300"}},
		{"500 + 300 нан", want{800_00, "500 + 300 нан"}},
		{"500 сом + 300 сом", want{800_00, "500 сом + 300 сом"}},
		{"2*150", want{300_00, "2*150"}},
		{"150*2 самсы", want{300_00, "150*2 самсы"}},
		{"500+5", want{505_00, "500+5"}},
		{"2 х 150 + 80,50 чай", want{380_50, "2 х 150 + 80,50 чай"}},
		{"2,5x120", want{300_00, "2,5x120"}},
		{"100 + 150000.50", want{150100_50, "100 + 150000.50"}},
		{"1 250+1 000", want{2250_00, "1 250+1 000"}},
		{"500 + чай", want{500_00, "+ чай"}},
		{"500 хлеб", want{500_00, "хлеб"}},
		{"500 +996 555 123 456", want{500_00, "+996 555 123 456"}},
		{"500 стол №5", want{500_00, "стол №5"}},
		{"500 кофе\u202e\u0000", want{500_00, "кофе"}},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, err := payments.ParseCharge(c.text)
			if err != nil {
				t.Fatalf("ParseCharge(%q): %v", c.text, err)
			}
			if diff := cmp.Diff(want(got), c.want); diff != "" {
				t.Errorf("ParseCharge(%q) (-got +want):\n%s", c.text, diff)
			}
		})
	}
}

func TestParseChargeRefuses(t *testing.T) {
	for _, c := range []struct {
		text string
		want payments.Code // "": not a sum at all
	}{
		{"", ""},
		{"кофе 500", ""},
		{"+996 555 123 456", ""},
		{"3шт", ""},
		{"½", ""},
		{"-", ""},
		{"/500", ""},
		{"-500", payments.CodeSumNegative},
		{"− 500 кофе", payments.CodeSumNegative},
		{"0", payments.CodeSumTooSmall},
		{"0,99", payments.CodeSumTooSmall},
		{"1 000 000,01", payments.CodeSumTooLarge},
		{"99999999999999999999999999", payments.CodeSumTooLarge},
		{"1,005", payments.CodeSumTooFine},
		{"1.250", payments.CodeSumTooFine},
		{"0555123456", payments.CodeSumMalformed},
		{"12:30", payments.CodeSumMalformed},
		{"500/2", payments.CodeSumMalformed},
		{"500-600", payments.CodeSumMalformed},
		{"12 50", payments.CodeSumMalformed},
		{"1,2,3", payments.CodeSumMalformed},
		{"1.25.000", payments.CodeSumMalformed},
		{"1 миң 500", payments.CodeSumMalformed},
		{"5000 миң", payments.CodeSumTooLarge},
		{"500 + 3шт", payments.CodeSumMalformed},
		{"500 + 2 самсы", payments.CodeSumMalformed},
		{"1000 + 20%", payments.CodeSumMalformed},
		{"500+300 20", payments.CodeSumMalformed},
		{"500+0300", payments.CodeSumMalformed},
		{"900000+200000", payments.CodeSumTooLarge},
		{"99999999*99999999", payments.CodeSumTooLarge},
		{"1,55*1,55", payments.CodeSumTooFine},
		{"500 $", payments.CodeSumMalformed},
		{"500 / 2", payments.CodeSumMalformed},
		{"500 %", payments.CodeSumMalformed},
		{"500 " + strings.Repeat("к", 141), payments.CodeCommentTooLong},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, err := payments.ParseCharge(c.text)
			if c.want == "" {
				if !errors.Is(err, payments.ErrNotASum) {
					t.Fatalf("ParseCharge(%q) = %+v, %v, want ErrNotASum", c.text, got, err)
				}
				return
			}
			if code := payments.CodeOf(err); code != c.want {
				t.Fatalf("ParseCharge(%q) = %+v, %v, want %s", c.text, got, err, c.want)
			}
		})
	}
}

// Every sum within the bounds can be typed in every usual way and comes back
// exactly.
func TestParseMoneyReadsEveryWayOfWriting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sum := payments.Money(rapid.Int64Range(100, 100_000_000).Draw(t, "tyiyn"))
		group := rapid.SampledFrom([]string{"", " ", "\u00a0", "\u202f", "'"}).Draw(t, "group")
		point := rapid.SampledFrom([]string{",", "."}).Draw(t, "point")
		text := groupDigits(int64(sum/100), group) + fmt.Sprintf("%s%02d", point, sum%100)
		got, err := payments.ParseMoney(text + rapid.SampledFrom([]string{"", " сом", "сом", "с", " KGS"}).Draw(t, "currency"))
		if err != nil || got != sum {
			t.Fatalf("ParseMoney(%q) = %d, %v, want %d", text, got, err, sum)
		}
	})
}

func groupDigits(n int64, mark string) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + mark + digits[i:]
	}
	return digits
}

func FuzzParseCharge(f *testing.F) {
	for _, s := range []string{"500 кофе", "1 250,50", "-1", "٥٠٠٫٥", "1.250.000,5 сом x", "9417 0000 0000 0000", "\xff500", "2х150+1,5*80 чай", "5 миң"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := payments.ParseCharge(text)
		if err != nil {
			if !errors.Is(err, payments.ErrNotASum) && payments.CodeOf(err) == "" {
				t.Fatalf("ParseCharge(%q): %v is nothing a person can act on", text, err)
			}
			return
		}
		if got.Amount < payments.DefaultMin || got.Amount > payments.DefaultMax {
			t.Fatalf("ParseCharge(%q) = %d, out of bounds", text, got.Amount)
		}
		if got.Comment != payments.CleanLine(got.Comment) {
			t.Fatalf("ParseCharge(%q): comment %q is not clean", text, got.Comment)
		}
	})
}

func TestSplitAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sum := payments.Money(rapid.Int64Range(0, 1<<40).Draw(t, "sum"))
		n := rapid.IntRange(1, 50).Draw(t, "n")
		var total payments.Money
		parts := sum.Split(n)
		for _, p := range parts {
			if p > parts[0] || parts[0]-p > 1 {
				t.Fatalf("Split(%d, %d) = %v is uneven", sum, n, parts)
			}
			var err error
			if total, err = total.Add(p); err != nil {
				t.Fatal(err)
			}
		}
		if total != sum {
			t.Fatalf("Split(%d, %d) adds up to %d", sum, n, total)
		}
	})
}

func TestAddOverflows(t *testing.T) {
	const big = payments.Money(1<<63 - 1)
	for _, pair := range [][2]payments.Money{{big, 1}, {1, big}, {-big, -2}, {-2, -big}} {
		if sum, err := pair[0].Add(pair[1]); !errors.Is(err, payments.ErrOverflow) {
			t.Errorf("%d + %d = %d, %v, want ErrOverflow", pair[0], pair[1], sum, err)
		}
	}
	if sum, err := big.Add(-big); err != nil || sum != 0 {
		t.Errorf("%d - itself = %d, %v", big, sum, err)
	}
}
