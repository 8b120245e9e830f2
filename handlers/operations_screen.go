package handlers

import (
	"strings"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
	"elkart.kg/trade/payments"
)

// OperationsScreen tells the people who run the program of a day.
func (b *Bot) OperationsScreen(d payments.DayOfWork) chat.Screen {
	return operationsScreen(b.catalog.Printer(locales.Default), d)
}

func operationsScreen(p *locales.Printer, d payments.DayOfWork) chat.Screen {
	line := func(key string, t payments.Takings) string { return p.HTML(key, "total", t.Total, "number", t.Count) }
	lines := []string{
		p.HTML("operations.title", "date", p.Date(d.Date.Time()), "weekday", p.Weekday(d.Date.Time())),
		"",
		line("closing.taken", d.Taken), p.HTML("operations.merchants", "number", d.Merchants),
		line("closing.refunded", d.Refunded), line("closing.reversed", d.Reversed),
		p.HTML("operations.failed", "number", d.Failed),
		"",
		p.HTML("operations.calls", "number", d.Calls, "median", d.Median.Milliseconds(), "slowest", d.Slowest.Milliseconds()),
		p.HTML("operations.waiting", "total", d.Waiting),
	}
	trouble := len(lines)
	for _, t := range []struct {
		key string
		n   int
	}{
		{"operations.errors", d.Errors},
		{"operations.unsettled", d.Unsettled},
		{"operations.pending", d.Pending},
		{"operations.breaks", d.Breaks},
		{"operations.new_breaks", d.NewBreaks},
		{"operations.refused", d.Refused},
		{"operations.lost", d.Lost},
		{"operations.unsent", d.Unsent},
	} {
		if t.n > 0 {
			lines = append(lines, p.HTML(t.key, "number", t.n))
		}
	}
	if len(lines) == trouble {
		lines = append(lines, "", p.HTML("operations.well"))
	}
	return chat.Screen{Text: strings.Join(lines, "\n")}
}
