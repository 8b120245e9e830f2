package payments_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"elkart.kg/trade/payments"
)

// dialled knows one number.
func dialled(text string) (string, bool) {
	if text == "0555 123 456" {
		return "+996555123456", true
	}
	return "", false
}

func cells(rows ...string) []payments.Cells {
	var out []payments.Cells
	for i, row := range rows {
		out = append(out, payments.Cells{Line: i + 1, Cells: strings.Split(row, "|")})
	}
	return out
}

func TestReadBulk(t *testing.T) {
	good := payments.BulkRow{Line: 2, Name: "Асан", Phone: "+996555123456", Sum: "1 250,50", Amount: 1250_50, Comment: "кофе"}
	for name, rows := range map[string][]payments.Cells{
		"Russian":                cells("Имя|Телефон|Сумма|Комментарий", "Асан|0555 123 456|1 250,50|кофе"),
		"Kyrgyz, another order":  cells("Суммасы|Аты-жөнү|Эмне үчүн|Телефон номери", "1 250,50|Асан|кофе|0555 123 456"),
		"English, more columns":  cells("#|NAME|flat|Amount (som)|Phone number:|comment", "1|Асан|12|1 250,50|0555 123 456|кофе"),
		"named twice: the first": cells("ФИО|Сумма|Сумма|Номер телефона|Примечание", "Асан|1 250,50|7|0555 123 456|кофе"),
	} {
		got, err := payments.ReadBulk(rows, dialled)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(got, []payments.BulkRow{good}); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	good.Line = 1
	got, err := payments.ReadBulk(cells("Асан|0555 123 456|1 250,50|кофе", "Телефон|||"), dialled)
	if diff := cmp.Diff(got[:1], []payments.BulkRow{good}); diff != "" || err != nil || len(got) != 2 {
		t.Errorf("without a header: %v %s", err, diff)
	}
	got, err = payments.ReadBulk(cells("9417 1234 1234 1234||500|на 9417123412341234", "B||9417123412341234|", "C||7|ИНН 12345678901234"), dialled)
	hidden := []payments.BulkRow{
		{Line: 1, Name: "•••• •••• •••• ••••", Sum: "500", Amount: 500_00, Comment: "на ••••••••••••••••"},
		{Line: 2, Name: "B", Sum: "••••••••••••••••", Problem: payments.CodeSumMalformed},
		{Line: 3, Name: "C", Sum: "7", Amount: 7_00, Comment: "ИНН 12345678901234"},
	}
	if diff := cmp.Diff(got, hidden); diff != "" || err != nil {
		t.Errorf("card numbers in a file: %v %s", err, diff)
	}
	if _, err := payments.ReadBulk(cells("Имя|Телефон|Комментарий", "Асан|0555 123 456|кофе"), dialled); payments.CodeOf(err) != payments.CodeNoSumColumn {
		t.Errorf("a header without a sum: %v", err)
	}
}

func TestBulkProblems(t *testing.T) {
	long := strings.Repeat("я", 200)
	for row, want := range map[string]payments.Code{
		"A|0555 123 456|500|x": "", "||500": "", "A|0555 123 456|500 сом": "",
		"A":              payments.CodeSumMalformed,
		"A||":            payments.CodeSumMalformed,
		"A||много":       payments.CodeSumMalformed,
		"A||12 50":       payments.CodeSumMalformed,
		"A||=1+1":        payments.CodeSumMalformed,
		"A||-500":        payments.CodeSumNegative,
		"A||1,255":       payments.CodeSumTooFine,
		"A||1.250":       payments.CodeSumTooFine, // one thousand or one som: better asked than guessed
		"A||0":           payments.CodeSumTooSmall,
		"A||99999999":    payments.CodeSumTooLarge,
		"A||500|" + long: payments.CodeCommentTooLong,
		long + "||500":   payments.CodeNameMalformed,
		"A|12345|500":    payments.CodePhoneMalformed,
		"A|12345|много":  payments.CodeSumMalformed,
	} {
		got, err := payments.ReadBulk(cells("x|x|1|x", row), dialled)
		if err != nil || got[1].Problem != want || want != "" && got[1].Amount != 0 {
			t.Errorf("%.40q: %+v, %v, want %q", row, got[1], err, want)
		}
		if why := got[1].Why(); (why == nil) != (want == "") || why != nil && why.Code != want {
			t.Errorf("%.40q: why %v", row, why)
		}
	}
}

// Whatever cells hold, a row is either a charge within bounds or a problem, no
// row is lost, and none is made up.
func TestReadBulkProperties(t *testing.T) {
	cell := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"500", "сумма", "имя", "1 250,50", "", "-1", "телефон", "0555 123 456"}))
	rapid.Check(t, func(t *rapid.T) {
		var rows []payments.Cells
		for i := range rapid.IntRange(0, 8).Draw(t, "rows") {
			rows = append(rows, payments.Cells{Line: i + 1, Cells: rapid.SliceOfN(cell, 1, 6).Draw(t, "cells")})
		}
		got, err := payments.ReadBulk(rows, dialled)
		if err != nil {
			if payments.CodeOf(err) != payments.CodeNoSumColumn {
				t.Fatal(err)
			}
			return
		}
		if len(got) != len(rows) && len(got) != len(rows)-1 {
			t.Fatalf("%d rows of %d", len(got), len(rows))
		}
		for i, row := range got {
			if row.Line != len(rows)-len(got)+i+1 {
				t.Fatalf("row %d says it is line %d", i, row.Line)
			}
			bounded := payments.CheckBounds(row.Amount, payments.DefaultMin, payments.DefaultMax) == nil
			if bounded == (row.Problem != "") {
				t.Fatalf("%+v", row)
			}
		}
	})
}
