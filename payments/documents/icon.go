package documents

// The icons of a poster's steps fill a square of side s whose upper left corner
// is at x, y. They are thick enough for a worn printer.

// bankIcon is a phone with a bank in it.
func bankIcon(x, y, s float64) path {
	p := phone(x, y, s)
	at := func(u, v float64) (float64, float64) { return x + u*s, y + v*s }
	ax, ay := at(0.5, 0.26)
	bx, by := at(0.68, 0.40)
	cx, cy := at(0.32, 0.40)
	p = append(p, polygon(ax, ay, bx, by, cx, cy)...)
	for _, u := range []float64{0.355, 0.47, 0.585} {
		p = append(p, bar(x+u*s, y+0.44*s, 0.06*s, 0.17*s)...)
	}
	return append(p, bar(x+0.32*s, y+0.645*s, 0.36*s, 0.06*s)...)
}

// scanIcon is a code between the corners of a viewfinder.
func scanIcon(x, y, s float64) path {
	const thick, reach = 0.075, 0.26
	var p path
	for _, corner := range [][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		u, v := corner[0], corner[1]
		edge := func(c float64) float64 { return thick/2 + c*(1-thick) }
		inward := func(c float64) float64 { return edge(c) + reach*(1-2*c) }
		p = append(p, stroke(thick*s,
			x+inward(u)*s, y+edge(v)*s, x+edge(u)*s, y+edge(v)*s, x+edge(u)*s, y+inward(v)*s)...)
	}
	for _, eye := range [][2]float64{{0.2, 0.2}, {0.55, 0.2}, {0.2, 0.55}} {
		p = append(p, frame(x+eye[0]*s, y+eye[1]*s, 0.25*s, 0.25*s, 0.02*s, 0.065*s)...)
		p = append(p, bar(x+(eye[0]+0.1)*s, y+(eye[1]+0.1)*s, 0.05*s, 0.05*s)...)
	}
	for _, dot := range [][2]float64{{0.55, 0.55}, {0.715, 0.55}, {0.6325, 0.6325}, {0.55, 0.715}, {0.715, 0.715}} {
		p = append(p, bar(x+dot[0]*s, y+dot[1]*s, 0.085*s, 0.085*s)...)
	}
	return p
}

// payIcon is a phone with a tick in it.
func payIcon(x, y, s float64) path {
	p := phone(x, y, s)
	p = append(p, ring(x+0.5*s, y+0.46*s, 0.2*s, 0.055*s)...)
	return append(p, stroke(0.06*s, x+0.41*s, y+0.47*s, x+0.475*s, y+0.53*s, x+0.59*s, y+0.40*s)...)
}

// phoneWide is how much of its square's width a phone fills, in the middle.
const phoneWide = 0.6

func phone(x, y, s float64) path {
	p := frame(x+(1-phoneWide)/2*s, y, phoneWide*s, s, 0.1*s, 0.065*s)
	return append(p, stroke(0.05*s, x+0.43*s, y+0.86*s, x+0.57*s, y+0.86*s)...)
}

func bar(x, y, w, h float64) path { return polygon(x, y, x+w, y, x+w, y+h, x, y+h) }
