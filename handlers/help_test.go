package handlers

import (
	"testing"

	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

func helpScreens(p *locales.Printer) []namedScreen {
	owner := payments.Profile{Person: payments.Person{Role: payments.RoleOwner}}
	all := topicsFor(payments.RoleOwner)
	screens := []namedScreen{
		{"topics", helpScreen(p, all, "@trade_help")},
		{"further topics", restScreen(p, all)},
		{"before set-up", helpScreen(p, nil, "")},
	}
	for _, topic := range all {
		screens = append(screens, namedScreen{topic.name, answerScreen(p, topic, owner, "@trade_help")})
	}
	for _, role := range []payments.Role{payments.RoleCashier, payments.RoleAccountant} {
		screens = append(screens, namedScreen{"further topics, to a " + string(role), restScreen(p, topicsFor(role))})
	}
	card := all[2]
	owner.Merchant.FeeBP = 75
	screens = append(screens, namedScreen{"card, with a fee", answerScreen(p, card, owner, "")})
	owner.Merchant.FeeMin = 1_50
	screens = append(screens, namedScreen{"card, with a least fee", answerScreen(p, card, owner, "")})
	owner.Merchant.FeeBP, owner.Person.Role = 0, payments.RoleCashier
	return append(screens, namedScreen{"card, with a fixed fee, to a cashier", answerScreen(p, card, owner, "")})
}

// An answer that leads nowhere is a dead end, whoever asks.
func TestHelpLeadsSomewhere(t *testing.T) {
	catalog, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	buttons := new(Bot).Routes().Buttons
	for _, role := range payments.Roles() {
		topics := topicsFor(role)
		if len(topics) <= helpFirst {
			t.Errorf("%s has %d questions", role, len(topics))
		}
		for _, topic := range topics {
			s := answerScreen(catalog.Printer("ky"), topic, payments.Profile{Person: payments.Person{Role: role}}, "")
			led := false
			for _, row := range s.Buttons {
				for _, button := range row {
					led = led || button.ShareQuery != "" || button.Action.Name != actionHelp && button.Action.Name != actionMenu
					if button.Action.Name != "" && buttons[button.Action.Name] == nil {
						t.Errorf("%s leads a %s to %q", topic.name, role, button.Action.Name)
					}
				}
			}
			if !led && topic.name != "groups" { // a manager adds the bot in the group itself
				t.Errorf("%s leads a %s nowhere", topic.name, role)
			}
		}
	}
}
