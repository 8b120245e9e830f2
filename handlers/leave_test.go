package handlers

import (
	"testing"
	"time"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

func leaveScreens(p *locales.Printer) []namedScreen {
	owner := payments.Person{MerchantID: 3, OutletID: 7, HasCard: true, Role: payments.RoleOwner, EraseAt: noon.Add(7 * 24 * time.Hour)}
	shop := payments.Merchant{Name: hostileName}
	open := payments.OpenMoney{Payments: 1, Credits: 5, CreditSum: 1250_50, Refused: 2, RefuseSum: 700_00, Refunds: 21, RefundSum: 90_00, Debt: 40_00}
	return []namedScreen{
		{"of a cashier", farewellScreen(p, payments.Farewell{Person: payments.Person{MerchantID: 3, OutletID: 7, HasCard: true, Role: payments.RoleCashier}})},
		{"before the end of set-up", farewellScreen(p, payments.Farewell{})},
		{"of the only owner", farewellScreen(p, payments.Farewell{Person: owner, Closing: []payments.Closing{{Merchant: shop}}})},
		{"of the only owner of two", farewellScreen(p, payments.Farewell{Person: owner, Closing: []payments.Closing{
			{Merchant: shop, Staff: 1}, {Merchant: payments.Merchant{Name: "A"}, Staff: 5},
		}})},
		{"money is on its way", farewellScreen(p, payments.Farewell{Person: owner, Closing: []payments.Closing{
			{Merchant: shop, Open: open}, {Merchant: payments.Merchant{Name: "A"}},
		}})},
		{"a payment is on its way", farewellScreen(p, payments.Farewell{Person: owner, Closing: []payments.Closing{
			{Merchant: shop, Open: payments.OpenMoney{Payments: 3}},
		}})},
		{"the word", leaveWordScreen(p)},
		{"leaving", leavingScreen(p, owner, bishkek)},
		{"came back", returnedScreen(p)},
		{"my data", dataScreen(p, false)},
		{"my data and the merchant's", dataScreen(p, true)},
		{"my data is collected", dataProgressScreen(p, 0)},
		{"my data, so far", dataProgressScreen(p, 12000)},
		{"told: closed", merchantToldScreen(p, shop, false)},
		{"told: open again", merchantToldScreen(p, shop, true)},
	}
}

// Whoever has no Kyrgyz keyboard can write the word all the same.
func TestLeaveWordsAreTypable(t *testing.T) {
	c := catalog(t)
	for _, typed := range []string{"өчүр", " Өчүр! ", "очур", "ОЧУР", "удалить", "«УДАЛИТЬ»", "delete", "Delete."} {
		found := false
		for _, l := range locales.Languages() {
			found = found || plainWord(typed) == plainWord(c.Printer(l.Code).Text("leave.word"))
		}
		if !found {
			t.Errorf("%q is not taken", typed)
		}
	}
	for _, typed := range []string{"", "не удалить", "да", "deleted", "500"} {
		for _, l := range locales.Languages() {
			if plainWord(typed) == plainWord(c.Printer(l.Code).Text("leave.word")) {
				t.Errorf("%q is taken", typed)
			}
		}
	}
}
