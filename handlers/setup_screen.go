package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// languageScreen asks in all languages, the suggested one first: nobody has to
// find their own among foreign words.
func languageScreen(c *locales.Catalog, suggested, form string) chat.Screen {
	languages := locales.Languages()
	for i, l := range languages {
		if l.Code == suggested {
			copy(languages[1:i+1], languages[:i])
			languages[0] = l
		}
	}
	var lines []string
	var buttons [][]chat.Button
	for _, l := range languages {
		lines = append(lines, c.Printer(l.Code).HTML("setup.language.ask"))
		buttons = append(buttons, []chat.Button{chat.FormButton(l.Name, form, "language", l.Code)})
	}
	return chat.Screen{Text: strings.Join(lines, "\n"), Buttons: buttons}
}

func phoneScreen(p *locales.Printer) chat.Screen {
	return contactQuestion(p, p.HTML("setup.phone.ask"))
}

// contactQuestion asks for the person's own contact.
func contactQuestion(p *locales.Printer, question string) chat.Screen {
	return chat.Screen{
		Text: question,
		Keys: &chat.Keyboard{
			Rows:    [][]chat.Key{{{Text: p.Text("setup.phone.button.share"), RequestContact: true}}},
			OneTime: true,
		},
	}
}

// phoneNotedScreen shows the number that was taken, and takes the keyboard away.
func phoneNotedScreen(p *locales.Printer, e164 string) chat.Screen {
	return chat.Screen{Text: p.HTML("setup.phone.noted", "phone", p.Phone(e164)), RemoveKeys: true, Silent: true}
}

func consentScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{
		Text:    p.HTML("setup.consent.ask"),
		Buttons: [][]chat.Button{{chat.FormButton(p.Text("setup.consent.button.agree"), setup, "consent", agree)}},
	}
}

func nameScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{Text: p.HTML("setup.name.ask")}
}

func categoryScreen(p *locales.Printer, categories []payments.Category) chat.Screen {
	return chat.Screen{Text: p.HTML("setup.category.ask"), Buttons: categoryButtons(p, setup, categories)}
}

// categoryButtons are the choices of a form's step "category".
func categoryButtons(p *locales.Printer, form string, categories []payments.Category) (buttons [][]chat.Button) {
	for i, c := range categories {
		b := chat.FormButton(p.Text("category."+string(c.ID)), form, "category", string(c.ID))
		if i%2 == 0 {
			buttons = append(buttons, nil)
		}
		buttons[len(buttons)-1] = append(buttons[len(buttons)-1], b)
	}
	return buttons
}

func addressScreen(p *locales.Printer) chat.Screen {
	return chat.Screen{
		Text:    p.HTML("setup.address.ask"),
		Buttons: [][]chat.Button{{chat.FormButton(p.Text("setup.address.button.skip"), setup, "address", skip)}},
	}
}
