package payments

// Figures is what happened to a merchant's money in a span of time. Each row
// counts by its own moment: a payment when it succeeded, a refund when it was
// confirmed, a reversal when it came. So the figures of a day that is over never
// change, and those of two spans add up to those of both.
type Figures struct {
	Taken    Takings // payments that succeeded, whatever became of them later
	Reversed Takings // payments that the operator took back, whenever they had succeeded
	Refunded Takings // refunds that the operator confirmed, whenever they were paid
	Fees     Money   // kept of what was taken, less that of what was reversed
}

// Net is what the span brought: taken less what went back and the fees. It may
// be negative.
func (f Figures) Net() Money {
	return f.Taken.Total - f.Reversed.Total - f.Refunded.Total - f.Fees
}

// Empty reports whether nothing happened.
func (f Figures) Empty() bool { return f == Figures{} }

// Plus adds up the figures of two spans, or of two outlets.
func (f Figures) Plus(g Figures) Figures {
	f.Taken, f.Reversed, f.Refunded = f.Taken.Plus(g.Taken), f.Reversed.Plus(g.Reversed), f.Refunded.Plus(g.Refunded)
	f.Fees += g.Fees
	return f
}

// Plus adds up.
func (t Takings) Plus(u Takings) Takings {
	return Takings{Count: t.Count + u.Count, Total: t.Total + u.Total}
}

// FiguresOf says whose figures, and of when.
type FiguresOf struct {
	MerchantID MerchantID
	Outlets    []OutletID // empty: all
	Day                   // the span
}
