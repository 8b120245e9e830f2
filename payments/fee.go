package payments

// wholeFee is all of a sum, in basis points.
const wholeFee = 10_000

// Fee is what is kept of a payment for taking it: FeeBP basis points of the
// sum, rounded half up to the tyiyn, at least FeeMin, never more than the
// payment. It is computed once, when the payment succeeds, and kept with it.
//
// A refund gives the payer the whole of what it says, and the fee is not given
// back to the merchant: after a full refund the merchant owes the fee (Debt). A
// reversed payment never was, and has no fee.
func (m Merchant) Fee(amount Money) Money {
	// In two parts, so that no sum overflows.
	whole, rest := amount/wholeFee, amount%wholeFee
	fee := whole*Money(m.FeeBP) + (rest*Money(m.FeeBP)+wholeFee/2)/wholeFee
	return min(max(fee, m.FeeMin), amount)
}
