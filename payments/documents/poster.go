package documents

import (
	"fmt"
	"math"
	"time"
)

// Poster is what stands on a counter or on the wall: an outlet's code and how
// it is paid with, in two languages. It is black on white, for any printer.
type Poster struct {
	Service string // "ELKART Trade"
	Scheme  string // "ELQR"
	Title   Both
	Outlet  string
	Code    string  // the national link
	Steps   [3]Both // open the bank's app, scan, pay
	Note    Both    // small print

	Language string    // BCP 47, of the first texts
	Made     time.Time // the PDF's date; not shown
}

// Both is one text in the poster's two languages.
type Both struct{ First, Second string }

// PosterSize is a size of paper.
type PosterSize string

// The sizes. A sticker has 80 × 100 mm.
const (
	PosterA4      PosterSize = "A4"
	PosterA5      PosterSize = "A5"
	PosterA6      PosterSize = "A6"
	PosterSticker PosterSize = "sticker"
)

// PosterSizes lists them, the largest first.
func PosterSizes() []PosterSize {
	return []PosterSize{PosterA4, PosterA5, PosterA6, PosterSticker}
}

// posterPlan is where things stand on a poster: millimetres for places, points
// for letters.
type posterPlan struct {
	width, height float64
	margin        float64
	scale         float64 // of all that follows

	brandY, brandSize       float64
	titleY, title, titleToo float64 // sizes of the two languages
	codeY, codeSide, border float64
	round                   float64
	band, name, nameLeast   float64 // height of the outlet's band, size of its name
	bandBrand               float64 // size of the brand under it; 0: the brand has a line above all
	stepsY, icon            float64
	step, stepToo           float64
	noteY, note             float64 // 0: none
}

// plan returns the plan of a size. The A sizes are one drawing: A5 and A6 are
// printed smaller.
func (s PosterSize) plan() (posterPlan, error) {
	a := posterPlan{
		width: 210, height: 297, margin: 15, scale: 1,
		brandY: 13, brandSize: 17,
		titleY: 26, title: 42, titleToo: 29,
		codeY: 61, codeSide: 132, border: 1.8, round: 7,
		band: 24, name: 34, nameLeast: 11,
		stepsY: 225, icon: 18, step: 14.5, stepToo: 13,
		noteY: 274, note: 11,
	}
	switch s {
	case PosterA4:
	case PosterA5:
		a.width, a.height, a.scale = 148, 210, 148.0/210
	case PosterA6:
		a.width, a.height, a.scale = 105, 148, 0.498
	case PosterSticker:
		a = posterPlan{
			width: 80, height: 100, margin: 5, scale: 1,
			titleY: 4.2, title: 13.5, titleToo: 10,
			codeY: 14.9, codeSide: 54, border: 0.7, round: 2.5,
			band: 9.8, name: 11.5, nameLeast: 4.5, bandBrand: 5.5,
			stepsY: 80.2, icon: 4.8, step: 6, stepToo: 5.4,
		}
	default:
		return a, fmt.Errorf("poster size %q is not known", string(s))
	}
	return a, nil
}

// codeWide is how wide a code is without its quiet zone, in points.
func (p posterPlan) codeWide(m modules) float64 {
	inner := (p.codeSide - 2*p.border) * p.scale * mm
	return inner - 2*m.inset(inner)
}

// PosterPDF draws a poster as one page of the given size.
func (p *Press) PosterPDF(poster Poster, size PosterSize) ([]byte, error) {
	defer p.enter()()
	plan, err := size.plan()
	if err != nil {
		return nil, err
	}
	m, err := encode(poster.Code)
	if err != nil {
		return nil, fmt.Errorf("poster: %w", err)
	}
	title := p.clean(poster.Outlet + ": " + poster.Title.First)
	c := newPaper(plan.width*mm, plan.height*mm, about{title, poster.Language, poster.Made})
	p.drawPoster(c, poster, plan, m)
	return c.bytes()
}

// A poster has two inks: black on the paper, and the paper on black.
func onPaper() ink { return ink{0x000000, white} }
func onBlack() ink { return ink{white, 0x000000} }

// previewWide is about how many pixels wide a poster's picture is: a phone
// shows it sharp, and Telegram does not shrink it.
const previewWide = 900.0

// PosterPNG draws a poster as a picture, to be looked at before it is printed.
// Its code has modules of whole pixels, so that it can be paid from the screen.
func (p *Press) PosterPNG(poster Poster, size PosterSize) ([]byte, error) {
	defer p.enter()()
	plan, err := size.plan()
	if err != nil {
		return nil, err
	}
	m, err := encode(poster.Code)
	if err != nil {
		return nil, fmt.Errorf("poster: %w", err)
	}
	module := plan.codeWide(m) / float64(len(m))
	return p.posterPicture(poster, plan, m, math.Round(previewWide/(plan.width*mm)*module)/module)
}

func (p *Press) posterPicture(poster Poster, plan posterPlan, m modules, scale float64) ([]byte, error) {
	c := newRaster(plan.width*mm, plan.height*mm, scale, white)
	p.drawPoster(c, poster, plan, m)
	return c.png()
}

func (p *Press) drawPoster(c canvas, poster Poster, plan posterPlan, m modules) {
	d := posterDrawing{Press: p, canvas: c, posterPlan: plan, unit: plan.scale * mm}
	d.left = plan.margin * d.unit
	d.wide = plan.width*mm - 2*d.left
	if d.brandSize > 0 {
		d.brand(poster)
	}
	d.heading(poster.Title)
	d.codeAndName(m, poster)
	d.steps(poster.Steps)
	if d.note > 0 {
		d.smallPrint(poster.Note)
	}
}

// posterDrawing is a poster while it is drawn.
type posterDrawing struct {
	*Press
	canvas
	posterPlan
	unit       float64 // points of one millimetre of the plan
	left, wide float64 // of what stands between the margins, in points
}

func (d posterDrawing) face(t *typeface, size float64) face { return face{t, size * d.scale} }

// brand is a line with whose poster it is, over a rule.
func (d posterDrawing) brand(poster Poster) {
	f, y := d.face(d.bold, d.brandSize), d.brandY*d.unit
	half := d.wide / 2
	write(d, onPaper(), f, left, d.left, y, half, f.wrap(d.clean(poster.Service), half, 1))
	write(d, onPaper(), f, right, d.left+half, y, half, f.wrap(d.clean(poster.Scheme), half, 1))
	d.box(onPaper(), d.left, y+f.leading()+0.8*d.unit, d.wide, 0.5*d.unit)
}

func (d posterDrawing) heading(title Both) {
	f, lines := d.face(d.bold, d.title).fit(d.clean(title.First), d.wide, 1, d.title*d.scale/2)
	y := write(d, onPaper(), f, middle, d.left, d.titleY*d.unit, d.wide, lines)
	f, lines = d.face(d.regular, d.titleToo).fit(d.clean(title.Second), d.wide, 1, d.titleToo*d.scale/2)
	write(d, onPaper(), f, middle, d.left, y, d.wide, lines)
}

// codeAndName is the code in a frame that ends in a band with the outlet's
// name.
func (d posterDrawing) codeAndName(m modules, poster Poster) {
	side, y := d.codeSide*d.unit, d.codeY*d.unit
	x := d.left + (d.wide-side)/2
	thick, band := d.border*d.unit, d.band*d.unit
	d.fill(onPaper(), roundBox(x, y, side, side+band, d.round*d.unit))
	d.fill(onBlack(), roundBox(x+thick, y+thick, side-2*thick, side-2*thick, (d.round-d.border)*d.unit))
	code := d.codeWide(m)
	inset := (side - code) / 2
	d.code(onPaper(), m, x+inset, y+inset, code)

	width := side - 8*thick
	brand := d.face(d.regular, d.bandBrand)
	f, lines := d.face(d.bold, d.name).fitIn(d.clean(poster.Outlet), width, band*0.9-brand.leading(), d.nameLeast*d.scale)
	high := float64(len(lines))*f.leading() + brand.leading()
	y = write(d, onBlack(), f, middle, x+4*thick, y+side-thick/2+(band-high)/2, width, lines)
	if d.bandBrand > 0 {
		text := d.clean(poster.Service + " · " + poster.Scheme)
		write(d, onBlack(), brand, middle, x+4*thick, y, width, brand.wrap(text, width, 1))
	}
}

// steps are how to pay, side by side.
func (d posterDrawing) steps(steps [3]Both) {
	icons := [3]struct {
		draw func(x, y, s float64) path
		wide float64 // of the square it is drawn in
	}{{bankIcon, phoneWide}, {scanIcon, 1}, {payIcon, phoneWide}}
	gap := d.wide * 0.03
	width := (d.wide - 2*gap) / 3
	for i, step := range steps {
		x, y, s := d.left+float64(i)*(width+gap), d.stepsY*d.unit, d.icon*d.unit
		// The number and its icon stand in the middle together.
		const radius, apart = 0.24, 0.16
		icon := icons[i]
		start := x + (width-(2*radius+apart+icon.wide)*s)/2
		d.number(i+1, start+radius*s, y+radius*s, radius*s)
		d.fill(onPaper(), icon.draw(start+(2*radius+apart-(1-icon.wide)/2)*s, y, s))
		y += s * 1.12
		f, lines := d.face(d.bold, d.step).fit(d.clean(step.First), width, 2, d.step*d.scale*0.7)
		y = write(d, onPaper(), f, middle, x, y, width, lines)
		f, lines = d.face(d.regular, d.stepToo).fit(d.clean(step.Second), width, 2, d.stepToo*d.scale*0.7)
		write(d, onPaper(), f, middle, x, y, width, lines)
	}
}

// number is a digit on a disc of radius r around x, y.
func (d posterDrawing) number(n int, x, y, r float64) {
	digit := fmt.Sprint(n)
	f := face{d.bold, r * 1.4}
	d.fill(onPaper(), disc(x, y, r))
	d.text(onBlack(), f, x-f.of(digit)/2, y+f.size*0.365, digit)
}

func (d posterDrawing) smallPrint(note Both) {
	y := d.noteY * d.unit
	for _, text := range []string{note.First, note.Second} {
		f, lines := d.face(d.regular, d.note).fit(d.clean(text), d.wide, 1, d.note*d.scale*0.7)
		y = write(d, onPaper(), f, middle, d.left, y, d.wide, lines)
	}
}
