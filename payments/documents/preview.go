package documents

import "fmt"

// Preview is the picture that messengers show beside a link. It says nothing
// of the link's state, for messengers keep it for weeks.
type Preview struct {
	Service string
	Payee   string // "" where there is nothing to say: a link nobody knows
	Label   string // what the sum is: "To pay"
	Sum     string // the sum, or that the payer enters it
	InWords bool   // Sum is a sentence rather than a figure
	Note    string // "Pay in any bank's app"
}

// Messengers show a picture of this size whole, in pixels; some crop it to the
// square in its middle.
const (
	previewWidth  = 1200.0
	previewHeight = 630.0
)

// The preview's colours: dark, so that it stands out among white messages in
// light and dark chats alike.
const (
	night     colour = 0x0e3b2e
	nightSoft colour = 0xb5d3c5
	nightLine colour = 0x2a5a4a
)

// PreviewPNG draws the picture beside a link, 1200 × 630 pixels.
func (p *Press) PreviewPNG(v Preview) ([]byte, error) {
	defer p.enter()()
	c := newRaster(previewWidth, previewHeight, 1, night)
	p.drawPreview(c, v)
	picture, err := c.png()
	if err != nil {
		return nil, fmt.Errorf("preview: %w", err)
	}
	return picture, nil
}

func (p *Press) drawPreview(c canvas, v Preview) {
	const edge, width = 90.0, previewWidth - 2*90
	soft, strong := ink{nightSoft, night}, ink{white, night}

	viewfinder(c)
	f := face{p.bold, 40}
	write(c, soft, f, middle, edge, 74, width, f.wrap(p.clean(v.Service), width, 1))

	y := 0.0
	if v.Payee != "" {
		const top, high = 166.0, 164.0
		f, lines := face{p.bold, 64}.fitIn(p.clean(v.Payee), width, high, 27)
		write(c, strong, f, middle, edge, top+(high-float64(len(lines))*f.leading())/2, width, lines)
		y = top + high + 8
		c.box(ink{nightLine, night}, previewWidth/2-60, y, 120, 4)
		y += 26
	}
	if v.Label != "" {
		f := face{p.regular, 36}
		y = write(c, soft, f, middle, edge, y, width, f.wrap(p.clean(v.Label), width, 1))
	}
	if v.Sum != "" {
		size, room := 96.0, 123.0
		if v.InWords {
			size, room = 54, 170
		}
		if v.Payee == "" {
			y = (previewHeight - room) / 2
		}
		f, lines := face{p.bold, size}.fitIn(p.clean(v.Sum), width, room, 36)
		if v.InWords {
			y += (room - float64(len(lines))*f.leading()) / 2
		}
		write(c, strong, f, middle, edge, y, width, lines)
	}
	if v.Note != "" {
		f, lines := face{p.regular, 32}.fit(p.clean(v.Note), width, 1, 22)
		write(c, soft, f, middle, edge, 548, width, lines)
	}
}

// viewfinder draws the corners of a scanner's frame around the picture.
func viewfinder(c canvas) {
	const inset, reach, thick = 44.0, 90.0, 10.0
	line := ink{nightLine, night}
	for _, corner := range [][4]float64{
		{inset, inset, 1, 1}, {previewWidth - inset, inset, -1, 1},
		{inset, previewHeight - inset, 1, -1}, {previewWidth - inset, previewHeight - inset, -1, -1},
	} {
		x, y, dx, dy := corner[0], corner[1], corner[2]*reach, corner[3]*reach
		c.fill(line, stroke(thick, x+dx, y, x, y, x, y+dy))
	}
}
