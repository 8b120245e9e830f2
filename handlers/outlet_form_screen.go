package handlers

import (
	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// copyScreen offers the outlets whose settings a further one can take over.
func copyScreen(p *locales.Printer, list payments.OutletList) chat.Screen {
	open, _ := parted(list.Outlets)
	screen := chat.Screen{Text: p.HTML("outlets.add.copy")}
	for _, o := range open[:min(len(open), pageSize)] {
		screen.Buttons = append(screen.Buttons, []chat.Button{
			chat.FormButton(p.Text("outlets.copy_from", "outlet", o.Name), addOutlet, "copy", decimal(o.ID)),
		})
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{chat.FormButton(p.Text("outlets.button.no_copy"), addOutlet, "copy", none)})
	return screen
}

// placeScreen asks where an outlet is.
func placeScreen(p *locales.Printer, form string) chat.Screen {
	label := p.Text("setup.address.button.skip")
	if form == editOutlet {
		label = p.Text("list.button.remove")
	}
	return chat.Screen{
		Text:    p.HTML("outlets.edit.address"),
		Buttons: [][]chat.Button{{chat.FormButton(label, form, fieldAddress, none)}},
	}
}

// usualHours are the working hours that most shops have.
var usualHours = [...]payments.Span{{From: 8 * 60, To: 20 * 60}, {From: 9 * 60, To: 18 * 60}, {From: 9 * 60, To: 21 * 60}, {From: 10 * 60, To: 19 * 60}}

// hoursScreen asks when an outlet works.
func hoursScreen(p *locales.Printer) chat.Screen {
	screen := chat.Screen{Text: p.HTML("outlets.edit.hours")}
	for i, span := range usualHours {
		if i%2 == 0 {
			screen.Buttons = append(screen.Buttons, nil)
		}
		last := len(screen.Buttons) - 1
		screen.Buttons[last] = append(screen.Buttons[last], chat.FormButton(span.String(), editOutlet, fieldHours, span.String()))
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{chat.FormButton(p.Text("list.button.remove"), editOutlet, fieldHours, none)})
	return screen
}
