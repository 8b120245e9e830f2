package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/payments/tables"
)

const bulkSetup = `
@user nurlan ru +996555000111
> /start
>> [Русский]
>contact
>> [Согласен]
> Тандыр
>> [Кафе]
>> [Пропустить]
< «ЭЛКАРТ»
!card 9417000000004321
< Готово!
`

// A workbook of as many rows as fit, and the program ended again and again
// while it makes the links: each row has one.
func TestBulkOverRestarts(t *testing.T) {
	w := newWorld(t)
	r := w.runner()
	r.Timeout = 5 * time.Minute
	if err := r.Run(t.Context(), "setup", bulkSetup); err != nil {
		t.Fatal(err)
	}
	book := excelize.NewFile()
	for i := range tables.MaxRows {
		row := []any{fmt.Sprint("Кардар ", i), 996555100000 + i, 100 + i, "кв. " + fmt.Sprint(i)}
		if err := book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if err := book.Write(&file); err != nil {
		t.Fatal(err)
	}
	me := w.Telegram.Users()[len(w.Telegram.Users())-1].ID
	if _, err := w.Telegram.SendDocument(me, "Аренда.xlsx", file.Bytes(), ""); err != nil {
		t.Fatal(err)
	}
	if err := r.Run(t.Context(), "restarts", "@user nurlan\n>> [Создать: 1]\n!restart\n!restart\n!settle"); err != nil {
		t.Fatal(err)
	}
	var charges, sums int
	err := w.pool.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT amount) FROM links WHERE kind = 'charge'`).Scan(&charges, &sums)
	if err != nil || charges != tables.MaxRows || sums != tables.MaxRows {
		t.Fatalf("%d charges over %d sums of %d rows, %v", charges, sums, tables.MaxRows, err)
	}
	var answer *telegram.File
	for _, m := range w.Telegram.Chat(me).Messages {
		if m.FromBot && m.Document != nil {
			answer = m.Document
		}
	}
	if answer == nil || answer.Name != "Аренда ссылки.xlsx" {
		t.Fatalf("the answer is %+v", answer)
	}
	_, _, data, err := w.Telegram.File(answer.ID)
	if err != nil {
		t.Fatal(err)
	}
	table, err := tables.Read(data)
	if err != nil || len(table.Rows) != tables.MaxRows+1 {
		t.Fatalf("%d rows, %v", len(table.Rows), err)
	}
	seen := map[string]bool{}
	for _, row := range table.Rows[1:] {
		link := row.Cells[4]
		if !strings.HasPrefix(link, w.cfg.publicURL+"/p/") || seen[link] {
			t.Errorf("row %d: link %q", row.Line, link)
		}
		seen[link] = true
	}
}

// What is too large is refused by its size alone, before anything is fetched.
func TestBulkFileTooBig(t *testing.T) {
	w := newWorld(t)
	r := w.runner()
	if err := r.Run(t.Context(), "setup", bulkSetup); err != nil {
		t.Fatal(err)
	}
	me := w.Telegram.Users()[len(w.Telegram.Users())-1].ID
	if _, err := w.Telegram.SendDocument(me, "a.csv", bytes.Repeat([]byte("a;1\n"), 1<<19), ""); err != nil {
		t.Fatal(err)
	}
	if err := r.Run(t.Context(), "refused", "@user nurlan\n< Файл больше\n<none"); err != nil {
		t.Fatal(err)
	}
}
