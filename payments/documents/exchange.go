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

// ExchangeBody writes the documents of an Exchange: its sums stand before them
// and are known after them.
type ExchangeBody struct {
	head  Exchange
	lines exchangeLines
}

// NewExchangeBody writes documents of a statement with this head to w.
func NewExchangeBody(w io.Writer, head Exchange) *ExchangeBody {
	return &ExchangeBody{head: head, lines: exchangeLines{out: bufio.NewWriter(w)}}
}

// Document writes one movement.
func (b *ExchangeBody) Document(d ExchangeDocument) error {
	day := exchangeDay(d.At)
	x := &b.lines
	x.line("СекцияДокумент=Платежный ордер")
	x.fields("Номер", d.Number, "Дата", day, "Сумма", decimal(d.Sum, "."))
	if d.Out {
		x.fields("ПлательщикСчет", b.head.Account, "ДатаСписано", day)
		x.fields("Плательщик", b.head.Owner, "ПлательщикИНН", b.head.TaxID, "ПолучательСчет", "", "Получатель", d.Other)
	} else {
		x.fields("ПлательщикСчет", "", "Плательщик", d.Other, "ПолучательСчет", b.head.Account, "ДатаПоступило", day)
		x.fields("Получатель", b.head.Owner, "ПолучательИНН", b.head.TaxID)
	}
	x.fields("НазначениеПлатежа", d.Purpose)
	x.line("КонецДокумента")
	return x.err
}

// Close writes what is still held back.
func (b *ExchangeBody) Close() error { return b.lines.flush() }

// WriteExchange writes a whole statement: its head, the documents that an
// ExchangeBody wrote, its end.
func WriteExchange(w io.Writer, e Exchange, body io.Reader) error {
	x := &exchangeLines{out: bufio.NewWriter(w)}
	x.line("1CClientBankExchange")
	x.fields("ВерсияФормата", "1.03", "Кодировка", "Windows", "Отправитель", e.Sender, "Получатель", "",
		"ДатаСоздания", exchangeDay(e.Made), "ВремяСоздания", e.Made.Format("15:04:05"),
		"ДатаНачала", exchangeDay(e.From), "ДатаКонца", exchangeDay(e.To), "РасчСчет", e.Account)
	x.line("СекцияРасчСчет")
	x.fields("ДатаНачала", exchangeDay(e.From), "ДатаКонца", exchangeDay(e.To), "РасчСчет", e.Account,
		"НачальныйОстаток", decimal(0, "."), "ВсегоПоступило", decimal(e.In, "."), "ВсегоСписано", decimal(e.Out, "."),
		"КонечныйОстаток", decimal(e.In-e.Out, "."))
	x.line("КонецРасчСчет")
	if x.err == nil {
		_, x.err = io.Copy(x.out, body)
	}
	x.line("КонецФайла")
	return x.flush()
}

// exchangeLines writes lines until the first error.
type exchangeLines struct {
	out *bufio.Writer
	err error
}

func (x *exchangeLines) fields(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		x.line(pairs[i] + "=" + strings.TrimSpace(plain(pairs[i+1])))
	}
}

// line writes one line in the file's encoding; what it does not have becomes
// the nearest letter, or a question mark.
func (x *exchangeLines) line(line string) {
	for _, r := range line + "\r\n" {
		b, ok := charmap.Windows1251.EncodeRune(nearest(r))
		if !ok {
			b = '?'
		}
		if x.err == nil {
			x.err = x.out.WriteByte(b)
		}
	}
}

func (x *exchangeLines) flush() error {
	if x.err != nil {
		return fmt.Errorf("write: %w", x.err)
	}
	return x.out.Flush()
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
