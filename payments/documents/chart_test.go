package documents

import (
	"bytes"
	"strings"
	"testing"
)

func kyrgyzChart() Chart {
	c := Chart{
		Title: "Түшүм: 74\u00a0150 сом", Note: "20.11.2026, жума, «Ала-Тоо» кафеси, Өзгөн көчөсү",
		Top: "20 миң", Middle: "10 миң", Scale: 20_000_00,
	}
	for i, sum := range []int64{350, 1200, 2500, 1800, 5200, 12500, 9800, 4300, 3900, 7600, 8800, 10100, 0, 1500} {
		bar := ChartBar{Value: sum * 100}
		if i%3 == 1 {
			bar.Label = []string{"09", "12", "15", "18", "21"}[i/3]
		}
		if sum == 12500 {
			bar.Called = "12,5 миң"
		}
		c.Bars = append(c.Bars, bar)
	}
	return c
}

func TestChartPictures(t *testing.T) {
	press := newPress(t)
	hostile := kyrgyzChart()
	hostile.Title, hostile.Note = strings.Repeat("Ш", 200), "👨‍🍳 北京饭店 "+zalgo
	hostile.Top, hostile.Bars = "999 млрд", nil
	for range 62 {
		hostile.Bars = append(hostile.Bars, ChartBar{Value: 1 << 62, Label: "", Called: ""})
	}
	hostile.Scale = 1 << 62
	hostile.Bars[61].Called = strings.Repeat("9", 30)
	month := Chart{Title: "Выручка: 309 999 999,69 сом", Note: "01.12.2026 – 31.12.2026", Top: "10 млн", Middle: "5 млн", Scale: 10_000_000_00}
	for i := range 31 {
		month.Bars = append(month.Bars, ChartBar{Value: 9_999_999_99 - int64(i)*100_000_00})
	}
	month.Bars[0].Called, month.Bars[30].Label = "9,9 млн", "31" // beside the scale's own labels
	empty := Chart{Title: "Выручка: 0 сом", Top: "1", Middle: "0", Scale: 100, Bars: []ChartBar{{Label: "09"}, {Label: "10"}}}
	for name, c := range map[string]Chart{"chart-ky-day": kyrgyzChart(), "chart-hostile": hostile, "chart-empty": empty, "chart-month": month, "chart-nothing": {Title: "A"}} {
		picture, err := press.ChartPNG(c)
		if err != nil {
			t.Fatal(err)
		}
		if len(picture) > maxPicture {
			t.Errorf("%s weighs %d bytes", name, len(picture))
		}
		golden(t, name, picture)
		again, err := press.ChartPNG(c)
		if err != nil || !bytes.Equal(picture, again) {
			t.Errorf("%s: drawn twice, it is not the same (%v)", name, err)
		}
	}
}
