package handlers

import (
	"testing"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

func helpScreens(p *locales.Printer) []namedScreen {
	owner := payments.Profile{Person: payments.Person{Role: payments.RoleOwner}}
	screens := []namedScreen{
		{"topics", helpScreen(p, helpTopics(), "@trade_help")},
		{"before set-up", helpScreen(p, nil, "")},
	}
	for _, topic := range helpTopics() {
		screens = append(screens, namedScreen{topic.name, answerScreen(p, topic, owner)})
	}
	card := helpTopics()[2]
	owner.Merchant.FeeBP = 75
	screens = append(screens, namedScreen{"card, with a fee", answerScreen(p, card, owner)})
	owner.Merchant.FeeMin = 1_50
	screens = append(screens, namedScreen{"card, with a least fee", answerScreen(p, card, owner)})
	owner.Merchant.FeeBP, owner.Person.Role = 0, payments.RoleCashier
	return append(screens, namedScreen{"card, with a fixed fee, to a cashier", answerScreen(p, card, owner)})
}

// A topic whose button leads nowhere is a dead end.
func TestHelpLeadsSomewhere(t *testing.T) {
	buttons := new(Bot).Routes().Buttons
	for _, topic := range helpTopics() {
		if (topic.label == "") != (topic.action == "") || topic.action != "" && buttons[topic.action] == nil {
			t.Errorf("%s leads to %q", topic.name, topic.action)
		}
	}
}
