package documents

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// shades is how many steps an edge has between an ink's ground and its colour.
// Sixteen inks fill a palette of 256, which keeps pictures small.
const shades = 15

// raster is a canvas of pixels.
type raster struct {
	scale   float64 // pixels a point
	picture *image.Paletted
	ramps   map[ink]int // where an ink's shades begin in the palette
	err     error       // the first that happened

	rasterizer vector.Rasterizer
	mask       image.Alpha
	buffer     sfnt.Buffer
}

// newRaster makes a canvas of w × h points filled with ground.
func newRaster(w, h, scale float64, ground colour) *raster {
	bounds := image.Rect(0, 0, int(math.Round(w*scale)), int(math.Round(h*scale)))
	return &raster{
		scale:   scale,
		picture: image.NewPaletted(bounds, color.Palette{rgb(ground)}),
		ramps:   make(map[ink]int),
	}
}

// png returns the picture, or the first error of drawing it.
func (c *raster) png() ([]byte, error) {
	if c.err != nil {
		return nil, c.err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, c.picture); err != nil {
		return nil, fmt.Errorf("encode PNG: %w", err)
	}
	return b.Bytes(), nil
}

// ramp returns where the shades of an ink begin, its faintest.
func (c *raster) ramp(in ink) int {
	if at, ok := c.ramps[in]; ok {
		return at
	}
	at := len(c.picture.Palette)
	if at+shades > 256 {
		c.fail(fmt.Errorf("more than %d inks in one picture", len(c.ramps)))
		return 0
	}
	for i := 1; i <= shades; i++ {
		c.picture.Palette = append(c.picture.Palette, mix(in.ground, in.colour, i))
	}
	c.ramps[in] = at
	return at
}

func (c *raster) box(in ink, x, y, w, h float64) {
	dark := byte(c.ramp(in) + shades - 1)
	left, top := c.pixel(x), c.pixel(y)
	area := image.Rect(left, top, max(c.pixel(x+w), left+1), max(c.pixel(y+h), top+1)).Intersect(c.picture.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := c.picture.Pix[y*c.picture.Stride:][area.Min.X:area.Max.X]
		for i := range row {
			row[i] = dark
		}
	}
}

// card fills a large roundBox: only its corners need a rasterizer.
func (c *raster) card(in ink, x, y, w, h, r float64) {
	c.box(in, x+r, y, w-2*r, h)
	c.box(in, x, y+r, w, h-2*r)
	for _, corner := range [][2]float64{{x + r, y + r}, {x + w - r, y + r}, {x + r, y + h - r}, {x + w - r, y + h - r}} {
		c.fill(in, disc(corner[0], corner[1], r))
	}
}

func (c *raster) pixel(points float64) int { return int(math.Round(points * c.scale)) }

func (c *raster) fill(in ink, p path) {
	area := c.bounds(p)
	if area.Empty() {
		return
	}
	x0, y0 := float64(area.Min.X), float64(area.Min.Y)
	x := func(v float64) float32 { return float32(v*c.scale - x0) }
	y := func(v float64) float32 { return float32(v*c.scale - y0) }
	c.rasterizer.Reset(area.Dx(), area.Dy())
	for _, contour := range p {
		c.rasterizer.MoveTo(x(contour.x), y(contour.y))
		for _, s := range contour.steps {
			if s.line {
				c.rasterizer.LineTo(x(s.x), y(s.y))
			} else {
				c.rasterizer.CubeTo(x(s.ax), y(s.ay), x(s.bx), y(s.by), x(s.x), y(s.y))
			}
		}
		c.rasterizer.ClosePath()
	}
	c.blend(in, area)
}

// bounds is the pixels a path may touch: a Bézier stays among its points.
func (c *raster) bounds(p path) image.Rectangle {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	reach := func(x, y float64) {
		left, right = min(left, x), max(right, x)
		top, bottom = min(top, y), max(bottom, y)
	}
	for _, contour := range p {
		reach(contour.x, contour.y)
		for _, s := range contour.steps {
			reach(s.x, s.y)
			if !s.line {
				reach(s.ax, s.ay)
				reach(s.bx, s.by)
			}
		}
	}
	return image.Rect(
		int(math.Floor(left*c.scale)), int(math.Floor(top*c.scale)),
		int(math.Ceil(right*c.scale)), int(math.Ceil(bottom*c.scale)))
}

func (c *raster) text(in ink, f face, x, y float64, s string) {
	ppem := fixed.Int26_6(math.Round(f.size * c.scale * 64))
	baseline := math.Round(y * c.scale)
	pen := x * c.scale
	for _, r := range s {
		if !f.has(r) {
			continue
		}
		g := f.glyphs[r]
		segments, err := f.outlines.LoadGlyph(&c.buffer, g.index, ppem, nil)
		if err != nil {
			c.fail(fmt.Errorf("glyph %U: %w", r, err))
			return
		}
		c.glyph(in, segments, pen, baseline)
		pen += float64(g.advance) * f.size * c.scale / f.em
	}
}

// glyph draws an outline whose origin is at x, y, in pixels.
func (c *raster) glyph(in ink, segments sfnt.Segments, x, y float64) {
	outline := segments.Bounds()
	area := image.Rect(
		int(math.Floor(x))+outline.Min.X.Floor(), int(y)+outline.Min.Y.Floor(),
		int(math.Ceil(x))+outline.Max.X.Ceil(), int(y)+outline.Max.Y.Ceil())
	if area.Empty() {
		return
	}
	dx, dy := float32(x-float64(area.Min.X)), float32(y-float64(area.Min.Y))
	at := func(p fixed.Point26_6) (float32, float32) { return dx + float32(p.X)/64, dy + float32(p.Y)/64 }
	c.rasterizer.Reset(area.Dx(), area.Dy())
	for _, s := range segments {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			c.rasterizer.ClosePath()
			c.rasterizer.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			c.rasterizer.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			c.rasterizer.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			ex, ey := at(s.Args[2])
			c.rasterizer.CubeTo(ax, ay, bx, by, ex, ey)
		}
	}
	c.rasterizer.ClosePath()
	c.blend(in, area)
}

// blend puts what the rasterizer holds on the picture, its corner at area's.
func (c *raster) blend(in ink, area image.Rectangle) {
	size := area.Dx() * area.Dy()
	if cap(c.mask.Pix) < size {
		c.mask.Pix = make([]byte, size)
	}
	c.mask.Pix, c.mask.Stride, c.mask.Rect = c.mask.Pix[:size], area.Dx(), image.Rect(0, 0, area.Dx(), area.Dy())
	c.rasterizer.DrawOp = draw.Src
	c.rasterizer.Draw(&c.mask, c.mask.Rect, image.Opaque, image.Point{})
	first := c.ramp(in)
	visible := area.Intersect(c.picture.Rect)
	for y := visible.Min.Y; y < visible.Max.Y; y++ {
		covered := c.mask.Pix[(y-area.Min.Y)*c.mask.Stride+visible.Min.X-area.Min.X:][:visible.Dx()]
		row := c.picture.Pix[y*c.picture.Stride:][visible.Min.X:visible.Max.X]
		for i, cover := range covered {
			shade := (int(cover)*shades + 127) / 255
			if shade == 0 {
				continue
			}
			index := first + shade - 1
			// Where two letters touch, the darker one counts.
			if old := int(row[i]); old >= first && old < first+shades && old > index {
				continue
			}
			row[i] = byte(index)
		}
	}
}

// code draws modules of whole pixels, from the square's upper left corner: a
// reader wants all of them alike.
func (c *raster) code(in ink, m modules, x, y, side float64) {
	n := len(m)
	// A scale that was chosen for whole pixels comes out a hair below them.
	module := int(side*c.scale/float64(n) + 1e-6)
	if module < 1 {
		c.fail(fmt.Errorf("a QR code of %d modules does not fit %v points", n, side))
		return
	}
	left, top := c.pixel(x), c.pixel(y)
	dark := byte(c.ramp(in) + shades - 1)
	for j, row := range m {
		for i, isDark := range row {
			if !isDark {
				continue
			}
			square := image.Rect(0, 0, module, module).Add(image.Pt(left+i*module, top+j*module)).Intersect(c.picture.Rect)
			for y := square.Min.Y; y < square.Max.Y; y++ {
				line := c.picture.Pix[y*c.picture.Stride:][square.Min.X:square.Max.X]
				for k := range line {
					line[k] = dark
				}
			}
		}
	}
}

func (c *raster) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func rgb(c colour) color.RGBA { return color.RGBA{byte(c >> 16), byte(c >> 8), byte(c), 255} }

// mix is the i-th of shades steps from one colour to another.
func mix(from, to colour, i int) color.RGBA {
	a, b := rgb(from), rgb(to)
	step := func(x, y byte) byte { return byte((int(x)*(shades-i) + int(y)*i + shades/2) / shades) }
	return color.RGBA{step(a.R, b.R), step(a.G, b.G), step(a.B, b.B), 255}
}
