package documents

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// Exchange is a statement in the format by which accounting programs of the 1C
// family take one from a bank: 1CClientBankExchange 1.03, a text in
// Windows-1251 ("Формат обмена данными с системами «Клиент банка»").
type Exchange struct {
	Sender   string // who made the file
	Account  string // whose money it is: the number under which the accountant knows it
	Owner    string // of the account
	TaxID    string // ИНН of the owner, or ""
	Made     time.Time
	From, To time.Time // first and last day
	In, Out  int64     // hundredths: the sums of all documents
}

// ExchangeDocument is one movement of money.
type ExchangeDocument struct {
	Number  string
	At      time.Time
	Sum     int64 // hundredths, positive
	Out     bool  // the owner gives it
	Other   string
	Purpose string
}

// ExchangeWriter writes an Exchange document by document.
type ExchangeWriter struct {
	head Exchange
	out  *bufio.Writer
	err  error
}

// NewExchange writes the head of the file.
func NewExchange(w io.Writer, e Exchange) *ExchangeWriter {
	x := &ExchangeWriter{head: e, out: bufio.NewWriter(w)}
	x.lines("1CClientBankExchange")
	x.fields("ВерсияФормата", "1.03", "Кодировка", "Windows", "Отправитель", e.Sender, "Получатель", "",
		"ДатаСоздания", exchangeDay(e.Made), "ВремяСоздания", e.Made.Format("15:04:05"),
		"ДатаНачала", exchangeDay(e.From), "ДатаКонца", exchangeDay(e.To), "РасчСчет", e.Account)
	x.lines("СекцияРасчСчет")
	x.fields("ДатаНачала", exchangeDay(e.From), "ДатаКонца", exchangeDay(e.To), "РасчСчет", e.Account,
		"НачальныйОстаток", decimal(0, "."), "ВсегоПоступило", decimal(e.In, "."), "ВсегоСписано", decimal(e.Out, "."),
		"КонечныйОстаток", decimal(e.In-e.Out, "."))
	x.lines("КонецРасчСчет")
	return x
}

// Document writes one movement.
func (x *ExchangeWriter) Document(d ExchangeDocument) error {
	day, sum := exchangeDay(d.At), decimal(d.Sum, ".")
	x.lines("СекцияДокумент=Платежный ордер")
	x.fields("Номер", d.Number, "Дата", day, "Сумма", sum)
	if d.Out {
		x.fields("ПлательщикСчет", x.head.Account, "ДатаСписано", day)
		x.fields("Плательщик", x.head.Owner, "ПлательщикИНН", x.head.TaxID, "ПолучательСчет", "", "Получатель", d.Other)
	} else {
		x.fields("ПлательщикСчет", "", "Плательщик", d.Other, "ПолучательСчет", x.head.Account, "ДатаПоступило", day)
		x.fields("Получатель", x.head.Owner, "ПолучательИНН", x.head.TaxID)
	}
	x.fields("НазначениеПлатежа", d.Purpose)
	x.lines("КонецДокумента")
	return x.err
}

// Close writes the end of the file.
func (x *ExchangeWriter) Close() error {
	x.lines("КонецФайла")
	if x.err != nil {
		return x.err
	}
	return x.out.Flush()
}

func (x *ExchangeWriter) fields(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		x.lines(pairs[i] + "=" + strings.TrimSpace(plain(pairs[i+1])))
	}
}

// lines writes lines in the file's encoding; what it does not have becomes the
// nearest letter, or a question mark.
func (x *ExchangeWriter) lines(lines ...string) {
	for _, line := range lines {
		if x.err != nil {
			return
		}
		for _, r := range line + "\r\n" {
			b, ok := charmap.Windows1251.EncodeRune(nearest(r))
			if !ok {
				b = '?'
			}
			if x.err = x.out.WriteByte(b); x.err != nil {
				x.err = fmt.Errorf("write: %w", x.err)
				return
			}
		}
	}
}

// nearest is a letter of Windows-1251 that readers take for one that it lacks.
func nearest(r rune) rune {
	switch r {
	case 'ө':
		return 'о'
	case 'Ө':
		return 'О'
	case 'ү':
		return 'у'
	case 'Ү':
		return 'У'
	case 'ң':
		return 'н'
	case 'Ң':
		return 'Н'
	}
	return r
}

func exchangeDay(t time.Time) string { return t.Format("02.01.2006") }
