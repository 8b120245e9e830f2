package handlers

import (
	"strconv"
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// numbersInRow is how many of a page's payments have their button in one row.
const numbersInRow = 5

// commentInLine is how many characters of a comment a line shows.
const commentInLine = 28

// historyAction is an action that ends in a page. A page in the middle of which
// the ids are so long that 64 bytes do not hold it becomes its first page.
func historyAction(ask payments.HistoryAsk, name string, args ...any) chat.Action {
	action := chat.Act(name, append(args, packHistory(ask))...)
	if ask == (payments.HistoryAsk{}) {
		action = chat.Act(name, args...)
	}
	if _, err := action.Data(); err != nil {
		ask.From, ask.Order = payments.Position{}, payments.NewestFirst
		return chat.Act(name, append(args, packHistory(ask))...)
	}
	return action
}

// historyScreen is a page of the history.
func historyScreen(p *locales.Printer, page payments.HistoryPage, now time.Time) chat.Screen {
	w := &historyWriter{p: p, page: page, today: page.Merchant.DateOf(now)}
	w.head()
	w.open()
	w.entries()
	if len(page.Open)+len(page.Entries) == 0 && page.LookedTo.IsZero() {
		return emptyHistory(w)
	}
	if !page.LookedTo.IsZero() {
		w.line("")
		w.line(p.HTML("history.looked_to", "date", p.Date(page.LookedTo.In(page.Merchant.Location()))))
	}
	rows := w.numbers
	var turn []chat.Button
	if !page.Newer.IsZero() {
		turn = append(turn, chat.Button{Text: p.Text("list.button.previous"), Action: w.turn(page.Newer, payments.OldestFirst)})
	}
	if !page.Older.IsZero() {
		turn = append(turn, chat.Button{Text: p.Text("list.button.next"), Action: w.turn(page.Older, payments.NewestFirst)})
	}
	rows = append(withRow(rows, turn), historyRows(p, page.Ask)...)
	return chat.Screen{Text: strings.Join(w.lines, "\n"), Buttons: rows}
}

// historyRows are the buttons under every page.
func historyRows(p *locales.Printer, ask payments.HistoryAsk) [][]chat.Button {
	first := ask
	first.From, first.Order = payments.Position{}, payments.NewestFirst
	rows := [][]chat.Button{{
		{Text: p.Text("history.button.find"), Action: historyAction(first, actionHistoryFind)},
		{Text: p.Text("history.button.filter"), Action: historyAction(first, actionHistoryFilter)},
	}}
	if ask.Narrowed() {
		rows = append(rows, []chat.Button{{Text: p.Text("history.button.all"), Action: chat.Act(actionHistory)}})
	}
	return append(rows, menuRow(p))
}

// emptyHistory says what to do where there is nothing to show.
func emptyHistory(w *historyWriter) chat.Screen {
	w.line("")
	if !w.page.Ask.Narrowed() {
		w.line(w.p.HTML("history.none"))
		return chat.Screen{Text: strings.Join(w.lines, "\n"), Buttons: [][]chat.Button{payRow(w.p), menuRow(w.p)}}
	}
	w.line(w.p.HTML("history.none_found"))
	return chat.Screen{Text: strings.Join(w.lines, "\n"), Buttons: historyRows(w.p, w.page.Ask)}
}

// historyWriter writes a page line by line, and a button for each payment.
type historyWriter struct {
	p       *locales.Printer
	page    payments.HistoryPage
	today   payments.Date
	lines   []string
	numbers [][]chat.Button
	n       int
}

func (w *historyWriter) line(s string) { w.lines = append(w.lines, s) }

func (w *historyWriter) turn(from payments.Position, order payments.HistoryOrder) chat.Action {
	ask := w.page.Ask
	ask.From, ask.Order = from, order
	return historyAction(ask, actionHistory)
}

// head says what the page is narrowed to, and what it comes to.
func (w *historyWriter) head() {
	w.line(w.p.HTML("history.screen"))
	w.lines = append(w.lines, filterLines(w.p, w.page)...)
	switch page := w.page; {
	case page.Figures != nil && !page.Figures.Empty():
		w.lines = append(w.lines, figureLines(w.p, *page.Figures)...)
	case page.Counted && page.Found.Count > 0:
		w.line(w.p.HTML("history.found", "count", page.Found.Count, "sum", page.Found.Total))
	}
}

// filterLines are what a page is narrowed to, each on a line of its own.
func filterLines(p *locales.Printer, page payments.HistoryPage) (lines []string) {
	ask := page.Ask
	if ask.SearchID != 0 {
		lines = append(lines, p.HTML("history.by.search", "text", page.Search.Text))
	}
	if ask.OutletID != 0 {
		lines = append(lines, p.HTML("history.by.outlet", "outlet", outletName(page.Outlets, ask.OutletID)))
	}
	if ask.Kind != payments.HistoryAccepted {
		lines = append(lines, p.HTML("history.by.kind", "kind", p.Text("history.kind."+string(ask.Kind))))
	}
	if page.First != 0 {
		lines = append(lines, p.HTML("history.by.days", "days", spelledDates(p, page.First, page.Last)))
	}
	if ask.SellerID != 0 {
		lines = append(lines, p.HTML("history.by.seller", "seller", page.Seller.Name))
	}
	if ask.LinkID != 0 {
		lines = append(lines, p.HTML("history.by.link", "link", lastingName(p, page.Link, page.Outlets)))
	}
	return lines
}

// open lists the payments in process.
func (w *historyWriter) open() {
	if len(w.page.Open) == 0 {
		return
	}
	w.line("")
	w.line(w.p.HTML("history.open"))
	for _, e := range w.page.Open {
		w.entry(e)
	}
	if w.page.MoreOpen {
		w.line(w.p.HTML("history.more_open"))
	}
}

// entries lists what has happened, day by day.
func (w *historyWriter) entries() {
	var day payments.Date
	days := w.page.Days
	for _, e := range w.page.Entries {
		if d := w.page.Merchant.DateOf(e.At); d != day {
			day = d
			w.line("")
			if len(days) > 0 {
				w.line(w.dayTotals(days[0]))
				days = days[1:]
			} else {
				w.line(w.p.HTML("history.day", "day", w.dayName(d)))
			}
		}
		w.entry(e)
	}
}

func (w *historyWriter) dayTotals(d payments.HistoryDay) string {
	day, f := w.dayName(d.Date), d.Figures
	line := w.p.HTML("history.day_total", "day", day, "sum", f.Taken.Total, "count", f.Taken.Count)
	if back := f.Reversed.Total + f.Refunded.Total; back != 0 {
		line += "\n" + w.p.HTML("history.day_back", "sum", -back)
	}
	return line
}

func (w *historyWriter) dayName(d payments.Date) string {
	switch d {
	case w.today:
		return w.p.Text("history.today")
	case w.today.Plus(-1):
		return w.p.Text("history.yesterday")
	}
	return w.p.Text("history.date", "date", w.p.Date(d.Time()), "weekday", w.p.Weekday(d.Time()))
}

// entry is one line, and the button that opens it.
func (w *historyWriter) entry(e payments.HistoryEntry) {
	w.n++
	number := strconv.Itoa(w.n)
	line := w.p.HTML("history.entry", "n", number, "time", w.p.Time(e.At.In(w.page.Merchant.Location())),
		"sum", e.Amount, "mark", entryMark(w.p, e))
	if e.Payment.Comment != "" {
		line += " " + w.p.HTML("history.entry_comment", "comment", clip(e.Payment.Comment, commentInLine))
	}
	if w.page.Ask.OutletID == 0 && len(w.page.Outlets) > 1 {
		line += " " + w.p.HTML("history.entry_outlet", "outlet", clip(outletName(w.page.Outlets, e.Payment.OutletID), halfRow))
	}
	w.line(line)
	if (w.n-1)%numbersInRow == 0 {
		w.numbers = append(w.numbers, nil)
	}
	last := len(w.numbers) - 1
	w.numbers[last] = append(w.numbers[last], chat.Button{
		Text: number, Action: historyAction(w.page.Ask, actionHistoryOpen, e.Payment.ID),
	})
}

// entryMark is where an entry's money stands, at a glance.
func entryMark(p *locales.Printer, e payments.HistoryEntry) string {
	pay := e.Payment
	switch {
	case e.RefundID != 0:
		return p.Text("history.mark.refund")
	case pay.State == payments.PaymentReversed:
		return p.Text("history.mark.reversed")
	case pay.State == payments.PaymentFailed:
		return p.Text("history.mark.error")
	case pay.State == payments.PaymentCancelled:
		return p.Text("history.mark.cancelled")
	case !pay.State.Final():
		return p.Text("history.mark.process")
	case e.Refunded >= pay.Amount:
		return p.Text("history.mark.refunded")
	case e.Refunded > 0:
		return p.Text("history.mark.part_refunded", "sum", -e.Refunded)
	}
	return p.Text("history.mark.success")
}

func outletName(outlets []payments.Outlet, id payments.OutletID) string {
	for _, o := range outlets {
		if o.ID == id {
			return o.Name
		}
	}
	return ""
}

// lastingName names a link: a counter's code by its outlet, others by what they
// are for.
func lastingName(p *locales.Printer, l payments.Link, outlets []payments.Outlet) string {
	switch {
	case l.Kind == payments.LinkStatic:
		return p.Text("history.link_code", "outlet", outletName(outlets, l.OutletID))
	case l.Comment != "" && l.Amount != 0:
		return p.Text("history.link_comment_sum", "comment", l.Comment, "sum", l.Amount)
	case l.Comment != "":
		return l.Comment
	case l.Amount != 0:
		return p.Money(l.Amount)
	}
	return p.Text("history.link_open", "outlet", outletName(outlets, l.OutletID))
}

// findScreen explains a search by examples.
func findScreen(p *locales.Printer) chat.Screen { return chat.Screen{Text: p.HTML("find.ask")} }
