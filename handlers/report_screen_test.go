package handlers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// friday is the date of the sample reports.
const friday payments.Date = 20261120

// evening is nine o'clock of it.
var evening = time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)

// sampleReport is a report with everything in it, hostile names included.
func sampleReport(kind payments.ReportKind) payments.Report {
	m := payments.Merchant{ID: 100001, TimeZone: "Asia/Bishkek"}
	taken := func(count int, total payments.Money) payments.Takings {
		return payments.Takings{Count: count, Total: total}
	}
	r := payments.Report{
		Merchant: m, Today: friday, Person: payments.Person{Role: payments.RoleOwner}, Period: m.Period(kind, friday, evening),
		Outlets: []payments.Outlet{{ID: 1, Name: hostileName}, {ID: 2, Name: "Базар"}},
		Figures: payments.Figures{Taken: taken(21, 12500_50), Reversed: taken(1, 500_00), Refunded: taken(2, 700_00), Fees: 112_50},
		Before:  payments.Figures{Taken: taken(18, 11160_00)},
		Since:   payments.Figures{Taken: taken(2, 350_00)},
		Places:  []payments.Share{{OutletID: 1, Name: hostileName, Takings: taken(11, 10000_50)}, {OutletID: 2, Name: "Базар", Takings: taken(10, 2500_00)}},
		Settled: payments.Settled{Credited: 11000_00, Due: 688_00, Late: 1, Doubled: 2, Refused: 3, Breaks: 4},
	}
	for i := range 7 {
		name := fmt.Sprintf("Кассир %d", i)
		if i == 1 {
			name = hostileName
		}
		r.People = append(r.People, payments.Share{PersonID: payments.PersonID(i), Name: name, Takings: taken(3, payments.Money(3000_00-i*100))})
	}
	for i := range 24 {
		r.Bars = append(r.Bars, payments.Bar{From: r.Period.From.Add(time.Duration(i) * time.Hour), Takings: taken(i%14, payments.Money(i)*100_00)})
	}
	return r
}

// smallReport is a closed day of the only outlet with one payment.
func smallReport() payments.Report {
	r := sampleReport(payments.ReportDaily)
	one := payments.Takings{Count: 1, Total: 250_00}
	r.Period = r.Merchant.Period(payments.ReportDaily, friday.Plus(-1), evening)
	r.Outlets, r.Figures = r.Outlets[:1], payments.Figures{Taken: one}
	r.Before, r.Since, r.Settled = payments.Figures{}, payments.Figures{}, payments.Settled{Credited: 250_00}
	r.Places, r.People = []payments.Share{{OutletID: 1, Takings: one}}, []payments.Share{{Takings: one}}
	return r
}

func sampleSettings(role payments.Role) payments.ReportSettings {
	return payments.ReportSettings{
		Person: payments.Person{Role: role}, Merchant: payments.Merchant{Cutoff: 4}, Nothing: role == payments.RoleOwner,
		Outlets: []payments.Outlet{{ID: 1, Name: hostileName}, {ID: 2, Name: "Базар"}},
		Schedules: []payments.ReportSchedule{
			{Kind: payments.ReportDaily, Hour: 21, Enabled: true}, {Kind: payments.ReportWeekly, Hour: 9, Enabled: true, OutletID: 1},
			{Kind: payments.ReportMonthly, Hour: 9},
		},
	}
}

func sampleClosings(role payments.Role) payments.DayClosingList {
	one := payments.DayClosing{
		OutletID: 1, Number: 12, From: evening.Add(-24 * time.Hour), To: evening, Figures: sampleReport(payments.ReportDaily).Figures,
		Total:  payments.Figures{Taken: payments.Takings{Count: 1500, Total: 1_234_567_00}},
		Outlet: hostileName, Merchant: "ЖИ <Асанова>", TIN: "20101199012347", PersonID: 5, Person: hostileName, Hash: make([]byte, 32), At: evening,
	}
	two := one
	two.Number, two.Corrects, two.Reason, two.PersonID, two.TIN, two.Figures = 11, 10, "Кайтаруу <кеч> түштү", 0, "", payments.Figures{}
	return payments.DayClosingList{
		Outlet: payments.Outlet{ID: 1, Name: hostileName}, Merchant: payments.Merchant{TimeZone: "Asia/Bishkek"},
		Closings: []payments.DayClosing{one, two}, Open: one.Figures, Since: evening, MayClose: role.Can(payments.ActionCloseDay),
	}
}

func reportScreens(p *locales.Printer) []namedScreen {
	less, nothing, same := sampleReport(payments.ReportSpan), smallReport(), smallReport()
	less.Before.Taken.Total, less.Outlet = 25_000_00, 2
	less.Period = less.Merchant.Dates(friday.Plus(-100), friday.Plus(-1), evening)
	nothing.Figures, nothing.Settled, nothing.Places, nothing.People = payments.Figures{}, payments.Settled{}, nil, nil
	same.Before = same.Figures
	quietWeek := nothing
	quietWeek.Period = nothing.Merchant.Period(payments.ReportWeekly, friday.Plus(-7), evening)
	return []namedScreen{
		{"day so far", reportScreen(p, sampleReport(payments.ReportDaily), []byte("PNG"))},
		{"week so far", reportScreen(p, sampleReport(payments.ReportWeekly), nil)},
		{"month so far", reportScreen(p, sampleReport(payments.ReportMonthly), nil)},
		{"a hundred days of one outlet, less than before", reportScreen(p, less, nil)},
		{"a day of one payment", reportScreen(p, smallReport(), nil)},
		{"as much as before", reportScreen(p, same, nil)},
		{"nothing", reportScreen(p, nothing, nil)},
		{"comes by itself", dueReportScreen(p, sampleReport(payments.ReportDaily), []byte("PNG"))},
		{"comes by itself, of one outlet", dueReportScreen(p, less, []byte("PNG"))},
		{"comes by itself, nothing", dueReportScreen(p, nothing, nil)},
		{"comes by itself, nothing all week", dueReportScreen(p, quietWeek, nil)},
		{"settings of an owner", reportSettingsScreen(p, sampleSettings(payments.RoleOwner))},
		{"settings of an accountant", reportSettingsScreen(p, sampleSettings(payments.RoleAccountant))},
		{"daily", scheduleScreen(p, sampleSettings(payments.RoleOwner), payments.ReportDaily)},
		{"weekly, of one outlet", scheduleScreen(p, sampleSettings(payments.RoleOwner), payments.ReportWeekly)},
		{"monthly, off", scheduleScreen(p, sampleSettings(payments.RoleOwner), payments.ReportMonthly)},
		{"which hour?", scheduleHourScreen(p, sampleSettings(payments.RoleOwner), payments.ReportDaily)},
		{"of which outlet?", scheduleOutletScreen(p, sampleSettings(payments.RoleOwner), payments.ReportDaily, 0)},
		{"when does the day begin?", cutoffScreen(p, sampleSettings(payments.RoleOwner))},
		{"closings", closingsScreen(p, sampleClosings(payments.RoleCashier), 0)},
		{"closings, to an accountant", closingsScreen(p, sampleClosings(payments.RoleAccountant), 0)},
		{"never closed", closingsScreen(p, payments.DayClosingList{Outlet: payments.Outlet{ID: 1, Name: hostileName}, MayClose: true}, 0)},
		{"close the day?", closeAskScreen(p, sampleClosings(payments.RoleCashier), evening)},
		{"closing", closingScreen(p, payments.DayClosingView{Closing: sampleClosings(payments.RoleOwner).Closings[0], Zone: bishkek, MayClose: true})},
		{"correction, to an accountant", closingScreen(p, payments.DayClosingView{Closing: sampleClosings(payments.RoleOwner).Closings[1], Zone: bishkek})},
		{"which outlet?", reportPlaceScreen(p, sampleReport(payments.ReportMonthly), 0)},
		{"which dates?", reportDatesScreen(p, friday)},
	}
}

// TestReportButtonsComeBack: what a button names is what is asked for.
func TestReportButtonsComeBack(t *testing.T) {
	p := catalog(t).Printer(locales.Kyrgyz)
	r := sampleReport(payments.ReportMonthly)
	r.Person.Role = payments.RoleOwner
	r.Outlet = 1<<62 + 5
	seen := 0
	for _, row := range reportScreen(p, r, nil).Buttons {
		for _, button := range row {
			if button.Action.Name != actionReport && button.Action.Name != actionReportPlace && button.Action.Name != actionReportPeriod {
				continue
			}
			seen++
			q, ok := reportQuery(button.Action)
			if !ok || q.Outlet != r.Outlet || q.Kind == "" || q.First == 0 || q.Last < q.First {
				t.Errorf("%v becomes %+v, %v", button.Action, q, ok)
			}
		}
	}
	if seen != 6 {
		t.Errorf("%d buttons, want day, week, month, the month before, outlet, dates", seen)
	}
}

// However long its names and large its sums: a report with a picture is one
// message, and nothing of it is cut off.
func TestReportIsOneMessage(t *testing.T) {
	c := catalog(t)
	r := sampleReport(payments.ReportDaily)
	r.Outlet = 0
	r.Places, r.People = nil, nil
	huge := payments.Takings{Count: 123_456, Total: 123_456_789_50}
	for i := range 40 {
		name := strings.Repeat("Ш", 30)
		r.Places = append(r.Places, payments.Share{OutletID: payments.OutletID(i + 1), Name: name, Takings: huge})
		r.People = append(r.People, payments.Share{PersonID: payments.PersonID(i + 1), Name: name, Takings: huge})
	}
	r.Figures = payments.Figures{Taken: huge, Reversed: huge, Refunded: huge, Fees: huge.Total}
	r.Before, r.Since = r.Figures, r.Figures
	r.Settled = payments.Settled{Credited: huge.Total, Due: huge.Total, Late: huge.Count, Doubled: huge.Count, Refused: huge.Count, Breaks: huge.Count}
	for _, l := range locales.Languages() {
		p := c.Printer(l.Code)
		for name, screen := range map[string]chat.Screen{"asked for": reportScreen(p, r, []byte("PNG")), "by itself": dueReportScreen(p, r, []byte("PNG"))} {
			if !chat.FitsCaption(screen.Text) {
				t.Errorf("%s, %s: too long to stand under a picture:\n%s", l.Code, name, screen.Text)
			}
			if !strings.Contains(screen.Text, p.HTML("report.breaks", "number", huge.Count)) {
				t.Errorf("%s, %s: cut off:\n%s", l.Code, name, screen.Text)
			}
		}
	}
}
