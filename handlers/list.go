package handlers

import (
	"unicode/utf8"

	"elkart.kg/trade/handlers/chat"
	"elkart.kg/trade/locales"
)

// pageSize is how many rows of a list stand under one message.
const pageSize = 8

// pageOf returns the n-th page of a list, counted from 0, and a row that turns
// the pages, if there are more. A page that is no more is the last one.
func pageOf[T any](p *locales.Printer, items []T, n int64, turn func(n int64) chat.Action) (page []T, row []chat.Button) {
	last := max(int64(len(items)-1)/pageSize, 0)
	n = min(max(n, 0), last)
	if n > 0 {
		row = append(row, chat.Button{Text: p.Text("list.button.previous"), Action: turn(n - 1)})
	}
	if n < last {
		row = append(row, chat.Button{Text: p.Text("list.button.next"), Action: turn(n + 1)})
	}
	return items[n*pageSize : min(int(n+1)*pageSize, len(items))], row
}

// pageAsked is the page that a button names; without one it is the first.
func pageAsked(a chat.Action, arg int) int64 {
	n, err := a.Int64(arg)
	if err != nil {
		return 0
	}
	return n
}

// halfRow is how many characters of a name are read on a button that shares
// its row with another.
const halfRow = 16

// clip shortens a name for a narrow button.
func clip(s string, n int) string {
	s = locales.Line(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// withRow adds a row of buttons, if there is anything in it.
func withRow(rows [][]chat.Button, row []chat.Button) [][]chat.Button {
	if len(row) == 0 {
		return rows
	}
	return append(rows, row)
}
