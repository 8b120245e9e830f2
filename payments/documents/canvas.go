package documents

import "math"

// canvas is what a document is drawn on. Lengths are points (1/72 inch) from
// the upper left corner. Everything is a filled area: that looks the same on
// paper and in pixels.
type canvas interface {
	// box fills a rectangle with sharp edges.
	box(in ink, x, y, w, h float64)
	// fill fills a path; where contours overlap in one direction it is filled
	// once, a contour in the other direction is a hole.
	fill(in ink, p path)
	// text writes clean text; y is the base line.
	text(in ink, f face, x, y float64, s string)
	// code draws a QR code without its quiet zone.
	code(in ink, m modules, x, y, side float64)
}

// colour is 0xRRGGBB.
type colour uint32

// ink is a colour on the colour under it; the edges of letters are in between.
type ink struct{ colour, ground colour }

// path is a list of closed contours.
type path []contour

// contour is a closed curve of lines and cubic Béziers.
type contour struct {
	x, y  float64
	steps []curve
}

// curve goes by two control points to x, y; for a line they lie on its ends.
type curve struct {
	line           bool
	ax, ay, bx, by float64
	x, y           float64
}

func (c *contour) lineTo(x, y float64) { c.steps = append(c.steps, curve{line: true, x: x, y: y}) }

// quarter is the distance of a Bézier's control point for a quarter of a
// circle of radius 1.
const quarter = 0.5522847498

// roundBox is a rectangle with corners of radius r, clockwise.
func roundBox(x, y, w, h, r float64) path {
	k := r * (1 - quarter)
	c := contour{x: x + r, y: y}
	c.lineTo(x+w-r, y)
	c.steps = append(c.steps, curve{ax: x + w - k, ay: y, bx: x + w, by: y + k, x: x + w, y: y + r})
	c.lineTo(x+w, y+h-r)
	c.steps = append(c.steps, curve{ax: x + w, ay: y + h - k, bx: x + w - k, by: y + h, x: x + w - r, y: y + h})
	c.lineTo(x+r, y+h)
	c.steps = append(c.steps, curve{ax: x + k, ay: y + h, bx: x, by: y + h - k, x: x, y: y + h - r})
	c.lineTo(x, y+r)
	c.steps = append(c.steps, curve{ax: x, ay: y + k, bx: x + k, by: y, x: x + r, y: y})
	return path{c}
}

// disc is a circle around x, y.
func disc(x, y, r float64) path { return roundBox(x-r, y-r, 2*r, 2*r, r) }

// frame is the border of a roundBox, of the given thickness, inside it.
func frame(x, y, w, h, r, thick float64) path {
	inner := roundBox(x+thick, y+thick, w-2*thick, h-2*thick, max(r-thick, 0))
	return append(roundBox(x, y, w, h, r), inner[0].reversed())
}

// ring is the border of a disc, inside it.
func ring(x, y, r, thick float64) path { return frame(x-r, y-r, 2*r, 2*r, r, thick) }

// reversed is the same curve in the other direction.
func (c contour) reversed() contour {
	points := append([]curve{{x: c.x, y: c.y}}, c.steps...)
	last := points[len(points)-1]
	back := contour{x: last.x, y: last.y}
	for i := len(points) - 1; i > 0; i-- {
		s := points[i]
		back.steps = append(back.steps, curve{line: s.line, ax: s.bx, ay: s.by, bx: s.ax, by: s.ay, x: points[i-1].x, y: points[i-1].y})
	}
	return back
}

// stroke is a line through points with round ends, clockwise contours all.
func stroke(thick float64, points ...float64) path {
	var p path
	for i := 0; i+3 < len(points); i += 2 {
		p = append(p, capsule(points[i], points[i+1], points[i+2], points[i+3], thick/2))
	}
	return p
}

func capsule(x0, y0, x1, y1, r float64) contour {
	length := math.Hypot(x1-x0, y1-y0)
	// Along the line and across it.
	ux, uy := (x1-x0)/length*r, (y1-y0)/length*r
	vx, vy := -uy, ux
	at := func(x, y, u, v float64) (float64, float64) { return x + u*ux + v*vx, y + u*uy + v*vy }
	var c contour
	c.x, c.y = at(x0, y0, 0, -1)
	bend := func(x, y, au, av, bu, bv, u, v float64) {
		var s curve
		s.ax, s.ay = at(x, y, au, av)
		s.bx, s.by = at(x, y, bu, bv)
		s.x, s.y = at(x, y, u, v)
		c.steps = append(c.steps, s)
	}
	c.lineTo(at(x1, y1, 0, -1))
	bend(x1, y1, quarter, -1, 1, -quarter, 1, 0)
	bend(x1, y1, 1, quarter, quarter, 1, 0, 1)
	c.lineTo(at(x0, y0, 0, 1))
	bend(x0, y0, -quarter, 1, -1, quarter, -1, 0)
	bend(x0, y0, -1, -quarter, -quarter, -1, 0, -1)
	return c
}

// arc is a part of a ring from one angle to another, in turns clockwise from
// the right, with straight ends.
func arc(x, y, r, thick, from, to float64) path {
	const parts = 48
	var c contour
	point := func(radius float64, i int) (float64, float64) {
		turn := (from + (to-from)*float64(i)/parts) * 2 * math.Pi
		return x + radius*math.Cos(turn), y + radius*math.Sin(turn)
	}
	c.x, c.y = point(r, 0)
	for i := 1; i <= parts; i++ {
		c.lineTo(point(r, i))
	}
	for i := parts; i >= 0; i-- {
		c.lineTo(point(r-thick, i))
	}
	return path{c}
}

// polygon is a closed line through points.
func polygon(points ...float64) path {
	c := contour{x: points[0], y: points[1]}
	for i := 2; i+1 < len(points); i += 2 {
		c.lineTo(points[i], points[i+1])
	}
	return path{c}
}
