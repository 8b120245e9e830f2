package payments_test

import (
	"testing"

	"elkart.kg/trade/payments"
)

// A charge that somebody's payment holds is neither declined nor asked for
// anew, also before that payment can be seen.
func TestOffersNothingWhileHeld(t *testing.T) {
	v := payments.PayerView{Link: payments.Link{Kind: payments.LinkCharge, State: payments.LinkActive}}
	if !v.Offers(payments.SignalDecline) || v.Offers(payments.SignalAsk) {
		t.Error("an open charge can be declined, and nothing else")
	}
	v.Link.HeldBy = 5
	if v.Offers(payments.SignalDecline) || v.Offers(payments.SignalAsk) {
		t.Error("a held charge offers something")
	}
	v.Link = payments.Link{Kind: payments.LinkReusable, State: payments.LinkUsedUp}
	if v.Offers(payments.SignalDecline) || !v.Offers(payments.SignalAsk) || v.Offers("") {
		t.Error("of a reusable link that is used up another can be asked for, and nothing else")
	}
}
