package documents

import (
	"fmt"
	"strings"
	"time"
)

// Receipt is what a receipt says, in words that are ready to be read. What is
// empty is left out.
type Receipt struct {
	Service string // whose receipt it is: the name of the service
	Number  string // "Receipt № 1204"
	Tone    Tone
	Status  string
	Sum     string
	Struck  bool // the sum is crossed out: the seller does not have it
	When    string
	Marks   []string // what limits the status: refunds, a reversal; the first stands out

	Payee  string
	Place  []string // outlet, address
	Rows   []Row
	Notice string // "not a fiscal receipt"

	Check      string // address that tells whether the receipt is genuine, as a QR code; "": the words alone
	CheckTitle string
	CheckText  string

	Language string    // BCP 47, for the PDF
	Made     time.Time // the PDF's date; not shown
}

// Row is a fact with its name.
type Row struct{ Label, Value string }

// Tone is how a status is to be taken at a glance. Each has a sign of its own,
// so that colour alone says nothing.
type Tone int

// The tones.
const (
	ToneWaiting  Tone = iota // not known yet
	ToneGood                 // the money is there
	ToneReturned             // all or part of it went back
	ToneBad                  // there is no money
)

// Measures of a receipt, in points. The text is as wide as a receipt printer of
// 80 mm prints.
const (
	receiptText   = 200.0
	receiptPaper  = 80 * mm
	receiptMargin = 12.0 // of the paper, above and below
	cardInset     = 10.0 // ground around the card in a picture
	cardPadding   = 15.0
	cardRound     = 12.0
	receiptScale  = 3.0 // pixels a point: 750 pixels wide, seldom more than Telegram's 1280 high
	checkSide     = 70.0
	notchRadius   = 6.5
	mm            = 72 / 25.4
	maxRows       = 12
	maxMarks      = 10
)

// The colours. Grey on white has a contrast of 5.4, white on the tones of 5 at
// least (WCAG 2.2, 1.4.3).
const (
	white  colour = 0xffffff
	black  colour = 0x15191d
	grey   colour = 0x5f6a72
	hair   colour = 0xc9d0d4
	ground colour = 0xe9eeec
)

type toneColours struct{ strong, tint colour }

func (t Tone) colours() toneColours {
	switch t {
	case ToneGood:
		return toneColours{0x0b7a4b, 0xe3f3ea}
	case ToneReturned:
		return toneColours{0x4349ad, 0xe9eafa}
	case ToneBad:
		return toneColours{0xb3261e, 0xfbe9e7}
	default:
		return toneColours{0x8a5a00, 0xfbf1dc}
	}
}

// ReceiptPNG draws a receipt as a picture for a chat.
func (p *Press) ReceiptPNG(r Receipt) ([]byte, error) {
	defer p.enter()()
	x := cardInset + cardPadding
	l, err := p.layReceipt(r, x, cardInset+cardPadding)
	if err != nil {
		return nil, fmt.Errorf("receipt: %w", err)
	}
	w, h := receiptText+2*x, l.height+cardPadding+cardInset
	c := newRaster(w, h, receiptScale, ground)
	c.card(ink{white, ground}, cardInset, cardInset, w-2*cardInset, h-2*cardInset, cardRound)
	for _, y := range l.cuts {
		hole := ink{ground, white}
		c.fill(hole, arc(cardInset, y, notchRadius, notchRadius, -0.25, 0.25))
		c.fill(hole, arc(w-cardInset, y, notchRadius, notchRadius, 0.25, 0.75))
	}
	l.drawOn(c)
	return c.png()
}

// ReceiptPDF draws a receipt as one page 80 mm wide.
func (p *Press) ReceiptPDF(r Receipt) ([]byte, error) {
	defer p.enter()()
	x := (receiptPaper - receiptText) / 2
	l, err := p.layReceipt(r, x, receiptMargin)
	if err != nil {
		return nil, fmt.Errorf("receipt: %w", err)
	}
	title := p.clean(strings.Trim(r.Service+", "+r.Number, ", "))
	c := newPaper(receiptPaper, l.height+receiptMargin, about{title, r.Language, r.Made})
	l.drawOn(c)
	if l.checkAt > 0 {
		c.link(x, l.checkAt, checkSide, checkSide, r.Check)
	}
	return c.bytes()
}

// receiptLayout is a receipt laid out.
type receiptLayout struct {
	sheet
	*Press
	x       float64   // left edge of the text
	cuts    []float64 // where the paper looks cut
	checkAt float64   // top of the code; 0: none
}

func (p *Press) layReceipt(r Receipt, x, y float64) (*receiptLayout, error) {
	l := &receiptLayout{Press: p, x: x}
	l.height = y
	l.head(r)
	l.marks(r)
	l.cut()
	l.payee(r)
	l.rows(r.Rows)
	if r.Check != "" || r.CheckText != "" {
		l.cut()
		if err := l.check(r); err != nil {
			return nil, err
		}
	}
	if r.Notice != "" {
		l.height += 11
		f := face{p.regular, 7.5}
		l.height = write(l, ink{grey, white}, f, middle, x, l.height, receiptText, f.even(p.clean(r.Notice), receiptText, 3))
	}
	return l, nil
}

// head is the status, the sum and the time.
func (l *receiptLayout) head(r Receipt) {
	tone := r.Tone.colours()
	small := face{l.bold, 8.5}
	write(l, ink{grey, white}, small, left, l.x, l.height, receiptText/2, small.wrap(l.clean(r.Service), receiptText/2, 1))
	small.typeface = l.regular
	write(l, ink{grey, white}, small, right, l.x+receiptText/2, l.height, receiptText/2, small.wrap(l.clean(r.Number), receiptText/2, 1))
	l.height += small.leading()

	const radius = 19.0
	l.height += 14 + radius
	centre := l.x + receiptText/2
	l.fill(ink{tone.strong, white}, disc(centre, l.height, radius))
	l.fill(ink{white, tone.strong}, r.Tone.sign(centre, l.height, radius))
	l.height += radius + 7

	f, lines := face{l.bold, 12.5}.fit(l.clean(r.Status), receiptText, 2, 9)
	l.height = write(l, ink{tone.strong, white}, f, middle, l.x, l.height, receiptText, lines) + 3

	f, lines = face{l.bold, 26}.fit(l.clean(r.Sum), receiptText, 1, 11)
	top := l.height
	l.height = write(l, ink{black, white}, f, middle, l.x, top, receiptText, lines)
	if r.Struck && len(lines) > 0 {
		width := min(f.of(lines[0])+8, receiptText)
		l.fill(ink{tone.strong, white}, stroke(1.8, centre-width/2, top+f.size*0.62, centre+width/2, top+f.size*0.62))
	}
	f = face{l.regular, 9}
	l.height = write(l, ink{grey, white}, f, middle, l.x, l.height, receiptText, f.even(l.clean(r.When), receiptText, 2))
}

// marks is a box with what limits the status.
func (l *receiptLayout) marks(r Receipt) {
	if len(r.Marks) == 0 {
		return
	}
	const padding = 8.0
	tone := r.Tone.colours()
	top, width := l.height+8, receiptText-2*padding
	var inside sheet
	y := top + padding - 2
	for i, mark := range r.Marks[:min(len(r.Marks), maxMarks)] {
		f := face{l.regular, 8.5}
		if i == 0 {
			f = face{l.bold, 9}
		}
		y = write(&inside, ink{tone.strong, tone.tint}, f, middle, l.x+padding, y, width, f.even(l.clean(mark), width, 4))
	}
	l.height = y + padding - 1
	l.fill(ink{tone.tint, white}, roundBox(l.x, top, receiptText, l.height-top, 6))
	l.strokes = append(l.strokes, inside.strokes...)
}

// cut is a dashed line across.
func (l *receiptLayout) cut() {
	l.height += 13
	l.cuts = append(l.cuts, l.height)
	const dash, gap, dashes = 4.0, 3.0, 29 // 200 points together, but for one
	for i := range dashes {
		l.box(ink{hair, white}, l.x+float64(i)*(dash+gap)*receiptText/(dashes*(dash+gap)-gap), l.height, dash, 2/receiptScale)
	}
	l.height += 11
}

func (l *receiptLayout) payee(r Receipt) {
	f, lines := face{l.bold, 13}.fitIn(l.clean(r.Payee), receiptText, 47, 9)
	l.height = write(l, ink{black, white}, f, left, l.x, l.height, receiptText, lines)
	f = face{l.regular, 8.5}
	for _, place := range r.Place {
		if place != "" {
			l.height = write(l, ink{grey, white}, f, left, l.x, l.height, receiptText, f.wrap(l.clean(place), receiptText, 8))
		}
	}
	l.height += 3
}

// rows are facts: name on the left, value on the right, or under it when both
// do not fit on one line.
func (l *receiptLayout) rows(rows []Row) {
	label, value := face{l.regular, 8.5}, face{l.bold, 8.5}
	for _, row := range rows[:min(len(rows), maxRows)] {
		l.height += 4
		name, text := l.clean(row.Label), l.clean(row.Value)
		if label.of(name)+value.of(text)+10 <= receiptText {
			write(l, ink{grey, white}, label, left, l.x, l.height, receiptText, []string{name})
			l.height = write(l, ink{black, white}, value, right, l.x, l.height, receiptText, []string{text})
			continue
		}
		l.height = write(l, ink{grey, white}, label, left, l.x, l.height, receiptText, label.wrap(name, receiptText, 2))
		l.height = write(l, ink{black, white}, value, left, l.x, l.height, receiptText, value.wrap(text, receiptText, 6))
	}
}

// check is the code that leads to the page that knows, and what it is for.
func (l *receiptLayout) check(r Receipt) error {
	if r.Check == "" {
		title, text := face{l.bold, 9.5}, face{l.regular, 8}
		l.height = write(l, ink{black, white}, title, middle, l.x, l.height, receiptText, title.even(l.clean(r.CheckTitle), receiptText, 2)) + 2
		l.height = write(l, ink{grey, white}, text, middle, l.x, l.height, receiptText, text.even(l.clean(r.CheckText), receiptText, 6))
		return nil
	}
	m, err := encode(r.Check)
	if err != nil {
		return err
	}
	// Its quiet zone is the paper around it.
	l.checkAt = l.height
	l.code(ink{black, white}, m, l.x, l.height, checkSide)
	x, width := l.x+checkSide+13, receiptText-checkSide-13
	title, text := face{l.bold, 9.5}, face{l.regular, 8}
	titles, texts := title.wrap(l.clean(r.CheckTitle), width, 2), text.wrap(l.clean(r.CheckText), width, 6)
	high := float64(len(titles))*title.leading() + 2 + float64(len(texts))*text.leading()
	y := l.height + max(0, (checkSide-high)/2)
	y = write(l, ink{black, white}, title, left, x, y, width, titles) + 2
	y = write(l, ink{grey, white}, text, left, x, y, width, texts)
	l.height = max(l.height+checkSide, y)
	return nil
}
