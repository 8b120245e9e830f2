package handlers

import (
	"encoding/hex"
	"strings"
	"time"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// closingsScreen is what is open in an outlet, and what was closed.
func closingsScreen(p *locales.Printer, l payments.DayClosingList, n int64) chat.Screen {
	zone := l.Merchant.Location()
	lines := []string{p.HTML("closing.list", "outlet", l.Outlet.Name)}
	if l.Since.IsZero() {
		lines = append(lines, p.HTML("closing.never"))
	} else {
		lines = append(lines, p.HTML("closing.since", "at", p.DateTime(l.Since.In(zone))))
	}
	lines = append(lines, p.HTML("report.takings", "total", l.Open.Taken.Total))
	screen := chat.Screen{Text: strings.Join(lines, "\n")}
	if l.MayClose {
		screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("closing.button.close"), Action: chat.Act(actionCloseAsk)}})
	}
	page, turn := pageOf(p, l.Closings, n, func(n int64) chat.Action { return chat.Act(actionClosings, n) })
	for _, c := range page {
		screen.Buttons = append(screen.Buttons, []chat.Button{{
			Text:   p.Text("closing.row", "number", c.Number, "at", p.DayTime(c.To.In(zone)), "total", c.Figures.Taken.Total),
			Action: chat.Act(actionClosing, c.OutletID, c.Number),
		}})
	}
	screen.Buttons = append(withRow(screen.Buttons, turn), menuRow(p))
	return screen
}

// closeAskScreen is the last word before a day is closed; its button closes it
// once, however often it is pressed.
func closeAskScreen(p *locales.Printer, l payments.DayClosingList, now time.Time) chat.Screen {
	return chat.Screen{
		Text: p.HTML("closing.ask", "outlet", l.Outlet.Name) + "\n\n" + strings.Join(figuresLines(p, l.Open), "\n"),
		Buttons: [][]chat.Button{
			{{Text: p.Text("closing.button.yes"), Action: chat.Act(actionCloseDay, l.Outlet.ID, now.UnixMilli())}},
			{{Text: p.Text("list.button.no"), Action: chat.Act(actionClosings)}},
		},
	}
}

// closingScreen is a closing as a document: it says the same for ever.
func closingScreen(p *locales.Printer, v payments.DayClosingView) chat.Screen {
	c := v.Closing
	lines := []string{p.HTML("closing.title", "number", c.Number)}
	if c.Corrects != 0 {
		lines = append(lines, p.HTML("closing.corrects", "number", c.Corrects, "reason", c.Reason))
	}
	lines = append(lines, p.HTML("closing.merchant", "merchant", c.Merchant, "outlet", c.Outlet))
	if c.TIN != "" {
		lines = append(lines, p.HTML("profile.tin", "tin", c.TIN))
	}
	lines = append(lines, p.HTML("closing.span", "from", p.DateTime(c.From.In(v.Zone)), "to", p.DateTime(c.To.In(v.Zone))))
	if c.PersonID == 0 {
		lines = append(lines, p.HTML("closing.by_itself"))
	} else {
		lines = append(lines, p.HTML("closing.by", "person", c.Person))
	}
	lines = append(append(lines, ""), figuresLines(p, c.Figures)...)
	lines = append(lines, p.HTML("closing.total", "total", c.Total.Taken.Total, "number", c.Total.Taken.Count),
		"", p.HTML("closing.hash", "hash", hex.EncodeToString(c.Hash[:8])))
	paper := func(kind string) chat.Action { return chat.Act(actionClosingPaper, c.OutletID, c.Number, kind) }
	screen := chat.Screen{Text: strings.Join(lines, "\n"), Buttons: [][]chat.Button{{
		{Text: p.Text("closing.button.pdf"), Action: paper(paperPDF)},
		{Text: p.Text("closing.button.picture"), Action: paper(paperPicture)},
	}}}
	if v.MayClose {
		screen.Buttons = append(screen.Buttons, []chat.Button{{
			Text: p.Text("closing.button.correct"), Action: chat.Act(actionCorrect, c.OutletID, c.Number),
		}})
	}
	screen.Buttons = append(screen.Buttons, []chat.Button{{Text: p.Text("chat.back"), Action: chat.Act(actionClosings)}})
	return screen
}

func figuresLines(p *locales.Printer, f payments.Figures) []string {
	line := func(key string, t payments.Takings) string { return p.HTML(key, "total", t.Total, "number", t.Count) }
	lines := []string{
		line("closing.taken", f.Taken), line("closing.refunded", f.Refunded), line("closing.reversed", f.Reversed),
	}
	if f.Fees != 0 {
		lines = append(lines, p.HTML("report.fees", "fees", f.Fees))
	}
	return append(lines, p.HTML("closing.net", "total", f.Net()))
}
