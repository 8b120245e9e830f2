package payments_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

func TestFee(t *testing.T) {
	for name, c := range map[string]struct {
		bp               int
		least, sum, want payments.Money
	}{
		"none":                         {0, 0, 1000_00, 0},
		"one per cent":                 {100, 0, 1000_00, 10_00},
		"half a tyiyn goes up":         {50, 0, 100, 1},           // 0.5
		"less than half goes down":     {49, 0, 100, 0},           // 0.49
		"a half in a larger sum":       {25, 0, 10_002_00, 25_01}, // 2500.5 → 2501
		"one and a half":               {1, 0, 15_000, 2},         // 1.5 → 2
		"two and a half, not to even":  {1, 0, 25_000, 3},         // 2.5 → 3
		"the minimum":                  {100, 5_00, 100_00, 5_00},
		"above the minimum":            {100, 5_00, 1000_00, 10_00},
		"the minimum alone":            {0, 3_00, 100_00, 3_00},
		"never more than the payment":  {0, 3_00, 1_00, 1_00},
		"all of it":                    {10_000, 0, 123_45, 123_45},
		"the largest payment":          {150, 0, payments.DefaultMax, 15_000_00},
		"the largest sum of the wire":  {10_000, 0, 9_999_999_999_999, 9_999_999_999_999},
		"a sum whose product is large": {9_999, 0, math.MaxInt64, 9_222_449_699_651_090_329},
	} {
		m := payments.Merchant{FeeBP: c.bp, FeeMin: c.least}
		if got := m.Fee(c.sum); got != c.want {
			t.Errorf("%s: fee of %d is %d, want %d", name, c.sum, got, c.want)
		}
	}
}

// Against exact arithmetic: half up, between the minimum and the payment.
func TestFeeIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bp := rapid.IntRange(0, 10_000).Draw(t, "bp")
		least := rapid.Int64Range(0, 1_000_00).Draw(t, "least")
		sum := rapid.Int64Range(1, math.MaxInt64).Draw(t, "sum")
		exact := new(big.Int).Mul(big.NewInt(sum), big.NewInt(int64(bp)))
		exact.Add(exact, big.NewInt(5_000)).Div(exact, big.NewInt(10_000))
		want := min(max(exact.Int64(), least), sum)
		got := payments.Merchant{FeeBP: bp, FeeMin: payments.Money(least)}.Fee(payments.Money(sum))
		if int64(got) != want {
			t.Fatalf("fee %d, want %d", got, want)
		}
	})
}
