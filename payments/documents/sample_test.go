package documents

import (
	"strings"
	"testing"
	"time"
)

func newPress(t testing.TB) *Press {
	t.Helper()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var noon = time.Date(2026, 5, 9, 8, 5, 0, 0, time.UTC)

const checkAddress = "https://trade.example.kg/r/01HZX5J7Q8RATVWXYZ23456789"

// staticCode is as long as the national links of static codes are.
const staticCode = "https://pay.payqr.kg#00020101021132760009elcart.kg0110417710100010260123456789ABCDEFGHJKMNPQRS" +
	"120211130212333400081234567801180%D0%9C%D0%B0%D0%B3%D0%B0%D0%B7%D0%B8%D0%BD52045812530341759" +
	"15ALA-TOO KAFESI%D0%AF6304a1b2"

func kyrgyzReceipt() Receipt {
	return Receipt{
		Service: "ELKART Trade", Number: "Чек № 1204",
		Tone: ToneGood, Status: "Ийгиликтүү", Sum: "1\u00a0250,50 сом", When: "2026-жылдын 9-майы, 14:05",
		Payee: "«Ала-Тоо» кафеси", Place: []string{"Ош базары, 12-катар", "Бишкек ш., Киев көчөсү, 71"},
		Rows: []Row{
			{"ИНН", "01234567890123"}, {"Операциянын номери", "8f14e45f-ceea-467a-9575-2b1d5c0f3a77"},
			{"Комментарий", "2 самсы, көк чай"}, {"Комиссия", "12,50 сом"},
		},
		Notice: "Бул чек фискалдык эмес",
		Check:  checkAddress, CheckTitle: "Чекти текшерүү",
		CheckText: "QR-кодду камера менен окутуңуз: чектин чын-төгүнү ачылган барактан көрүнөт.",
		Language:  "ky", Made: noon,
	}
}

func russianReceipt() Receipt {
	return Receipt{
		Service: "ELKART Trade", Number: "Чек № 1204",
		Tone: ToneReturned, Status: "Частичный возврат", Sum: "1\u00a0250,50 сом", When: "9 мая 2026 г., 14:05",
		Marks: []string{
			"Возвращено: 200 сом", "09.05.2026 15:05: 200 сом", "Возврат в обработке: 50 сом",
			"Осталось у продавца: 1\u00a0050,50 сом",
		},
		Payee: "Кафе «Ала-Тоо»", Place: []string{"Ошский рынок, 12-й ряд", "г. Бишкек, ул. Киевская, 71"},
		Rows: []Row{
			{"Статус платежа", "Успешно"}, {"ИНН", "01234567890123"},
			{"Номер операции", "8f14e45f-ceea-467a-9575-2b1d5c0f3a77"}, {"Комментарий", "2 самсы, зелёный чай"},
		},
		Notice: "Не является фискальным чеком",
		Check:  checkAddress, CheckTitle: "Проверить чек",
		CheckText: "Наведите камеру на QR-код: откроется страница, которая скажет, подлинный ли чек.",
		Language:  "ru", Made: noon,
	}
}

func englishReceipt() Receipt {
	return Receipt{
		Service: "ELKART Trade", Number: "Receipt № 1204",
		Tone: ToneReturned, Status: "Fully refunded", Sum: "500 som", Struck: true, When: "9 May 2026, 14:05",
		Marks: []string{"Refunded: 500 som", "09.05.2026 15:05: 500 som"},
		Payee: "Ala-Too Café", Place: []string{"Osh Bazaar, row 12", "71 Kiev Street, Bishkek"},
		Rows:   []Row{{"Payment status", "Success"}, {"Transaction ID", "7300241"}},
		Notice: "This is not a fiscal receipt",
		Check:  checkAddress, CheckTitle: "Check this receipt",
		CheckText: "Scan the QR code with your camera: the page says whether the receipt is genuine.",
		Language:  "en", Made: noon,
	}
}

func reversedReceipt() Receipt {
	r := kyrgyzReceipt()
	r.Tone, r.Status, r.Struck = ToneBad, "Жокко чыгарылды", true
	r.Marks = []string{"Төлөм жокко чыгарылды: 09.05.2026 14:06", "Акча сатуучуга түшпөйт."}
	return r
}

// waitingReceipt has neither number nor code yet.
func waitingReceipt() Receipt {
	r := russianReceipt()
	r.Tone, r.Status, r.Number, r.Check = ToneWaiting, "В обработке", "", ""
	r.CheckText = ""
	r.Marks = []string{"Итог пока неизвестен", "Это не подтверждение оплаты."}
	r.Rows = r.Rows[2:]
	return r
}

// unvouchedReceipt is of a trial that has no pages: words in place of the code.
func unvouchedReceipt() Receipt {
	r := kyrgyzReceipt()
	r.Check, r.CheckText = "", "Сатуучу бул чекти ELKART Trade ботунан текшере алат: /verify 1204"
	return r
}

// zalgo is a letter with 40 accents.
var zalgo = "я" + strings.Repeat("\u0301\u0336", 20)

// hostileReceipt is as bad as the domain lets a receipt be.
func hostileReceipt() Receipt {
	r := kyrgyzReceipt()
	r.Sum = "99\u00a0999\u00a0999\u00a0999\u00a0999,99 сом"
	r.Payee = strings.Repeat("Ш", 64)
	r.Place = []string{"👨‍🍳 北京饭店 مطعم " + zalgo + " ☕", strings.Repeat("көчөсү ", 28) + "71"}
	r.Rows = []Row{
		{"Операциянын номери", strings.Repeat("W", 50)},
		{"Комментарий", "\u202e005 <b>*_[& \x00\u200b \ufffd\u0001 🎂🎂🎂 и" + "\u0306"},
		{strings.Repeat("Узак аталыш ", 9), "1"},
	}
	return r
}

func kyrgyzPoster() Poster {
	return Poster{
		Service: "ELKART Trade", Scheme: "ELQR",
		Title:  Both{"QR-код менен төлөңүз", "Оплатите по QR-коду"},
		Outlet: "«Ала-Тоо» кафеси", Code: staticCode,
		Steps: [3]Both{
			{"Банктын тиркемесин ачыңыз", "Откройте приложение банка"},
			{"QR-кодду сканерлеңиз", "Отсканируйте QR-код"},
			{"Сумманы жазып, ырастаңыз", "Введите сумму и подтвердите"},
		},
		Note: Both{
			"Каалаган банктын тиркемеси жарайт. Ырастаардан мурун алуучунун атын текшериңиз.",
			"Подойдёт приложение любого банка. Перед подтверждением проверьте имя получателя.",
		},
		Language: "ky", Made: noon,
	}
}

// longPoster has the longest name there may be, in words or in one.
func longPoster() Poster {
	p := kyrgyzPoster()
	p.Outlet = "Продуктовый магазин «Тысяча и одна мелочь», улица Киевская, 71-А"
	p.Title.First, p.Title.Second = "Оплатите по QR-коду", "QR-код менен төлөңүз"
	return p
}
