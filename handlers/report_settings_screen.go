package handlers

import (
	"fmt"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// clock is a full hour as everybody writes it.
func clock(hour int) string { return fmt.Sprintf("%02d:00", hour) }

// reportSettingsScreen shows what a member gets by themselves.
func reportSettingsScreen(p *locales.Printer, v payments.ReportSettings) chat.Screen {
	screen := chat.Screen{Text: p.HTML("report.settings") + "\n\n" + p.HTML("report.settings_cutoff", "hour", clock(v.Merchant.Cutoff))}
	for _, s := range v.Schedules {
		key := "report.off"
		if s.Enabled {
			key = "report.on"
		}
		screen.Buttons = append(screen.Buttons, []chat.Button{{
			Text:   p.Text(key, "report", p.Text("report.kind."+string(s.Kind)), "hour", clock(s.Hour)),
			Action: chat.Act(actionSchedule, s.Kind),
		}})
	}
	nothing := chat.Button{Text: p.Text("report.button.nothing_off"), Action: chat.Act(actionReportNothing, on)}
	if v.Nothing {
		nothing = chat.Button{Text: p.Text("report.button.nothing_on"), Action: chat.Act(actionReportNothing, off)}
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{nothing})
	if v.Person.Role.Can(payments.ActionEditMerchant) {
		screen.Buttons = append(screen.Buttons, []chat.Button{{
			Text: p.Text("report.button.cutoff", "hour", clock(v.Merchant.Cutoff)), Action: chat.Act(actionCutoff),
		}})
		self := chat.Button{Text: p.Text("closing.button.self_off"), Action: chat.Act(actionCloseSelf, on)}
		if v.Merchant.CloseDays {
			self = chat.Button{Text: p.Text("closing.button.self_on"), Action: chat.Act(actionCloseSelf, off)}
		}
		screen.Buttons = append(screen.Buttons, []chat.Button{self})
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{
		{Text: p.Text("report.button.back"), Action: chat.Act(actionReport)},
	})
	return screen
}

// scheduleScreen is one kind of report: when, about what, or not at all.
func scheduleScreen(p *locales.Printer, v payments.ReportSettings, kind payments.ReportKind) chat.Screen {
	s := scheduleOf(v, kind)
	change := clock((v.Merchant.Cutoff + payments.HalfDay) % 24)
	screen := chat.Screen{Text: p.HTML("report.schedule."+string(kind), "change", change)}
	if !s.Enabled {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("report.button.switch_on"), Action: chat.Act(actionScheduleOn, kind, on)}})
	} else {
		screen.Buttons = append(screen.Buttons, []chat.Button{{
			Text: p.Text("report.button.hour", "hour", clock(s.Hour)), Action: chat.Act(actionScheduleHour, kind),
		}})
		if len(v.Outlets) > 1 {
			label := p.Text("report.button.of_all")
			for _, o := range v.Outlets {
				if o.ID == s.OutletID {
					label = p.Text("report.button.of", "outlet", o.Name)
				}
			}
			screen.Buttons = append(screen.Buttons, []chat.Button{{Text: label, Action: chat.Act(actionScheduleOutlet, kind)}})
		}
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("report.button.switch_off"), Action: chat.Act(actionScheduleOn, kind, off)}})
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("chat.back"), Action: chat.Act(actionReportSettings)}})
	return screen
}

func scheduleOf(v payments.ReportSettings, kind payments.ReportKind) (s payments.ReportSchedule) {
	for _, s := range v.Schedules {
		if s.Kind == kind {
			return s
		}
	}
	return s
}

// hours is a grid of the hours of a day; the chosen one is marked. Four a row:
// with more, a small phone cuts the marked one off.
func hours(p *locales.Printer, chosen int, action func(hour int) chat.Action) [][]chat.Button {
	var rows [][]chat.Button
	for hour := range 24 {
		if hour%4 == 0 {
			rows = append(rows, nil)
		}
		label := clock(hour)
		if hour == chosen {
			label = p.Text("report.chosen", "choice", label)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], chat.Button{Text: label, Action: action(hour)})
	}
	return rows
}

func scheduleHourScreen(p *locales.Printer, v payments.ReportSettings, kind payments.ReportKind) chat.Screen {
	s := scheduleOf(v, kind)
	return chat.Screen{
		Text: p.HTML("report.ask.hour"),
		Buttons: append(hours(p, s.Hour, func(hour int) chat.Action { return chat.Act(actionScheduleHour, kind, hour) }),
			[]chat.Button{{Text: p.Text("chat.back"), Action: chat.Act(actionReportSettings)}}),
	}
}

func scheduleOutletScreen(p *locales.Printer, v payments.ReportSettings, kind payments.ReportKind, n int64) chat.Screen {
	page, turn := pageOf(p, v.Outlets, n, func(n int64) chat.Action { return chat.Act(actionScheduleOutlet, kind, 0, n) })
	screen := chat.Screen{Text: p.HTML("report.ask.outlet"), Buttons: [][]chat.Button{
		{{Text: p.Text("report.button.of_all"), Action: chat.Act(actionScheduleOutlet, kind, 0)}},
	}}
	for _, o := range page {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: locales.Line(o.Name), Action: chat.Act(actionScheduleOutlet, kind, o.ID)}})
	}
	screen.Buttons = append(withRow(screen.Buttons, turn),
		[]chat.Button{{Text: p.Text("chat.back"), Action: chat.Act(actionReportSettings)}})
	return screen
}

func cutoffScreen(p *locales.Printer, v payments.ReportSettings) chat.Screen {
	return chat.Screen{
		Text: p.HTML("report.ask.cutoff"),
		Buttons: append(hours(p, v.Merchant.Cutoff, func(hour int) chat.Action { return chat.Act(actionCutoff, hour) }),
			[]chat.Button{{Text: p.Text("chat.back"), Action: chat.Act(actionReportSettings)}}),
	}
}
