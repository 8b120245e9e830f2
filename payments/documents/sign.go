package documents

// sign is what a tone shows on its disc of radius r around x, y: a tick, a
// clock, an arrow that turns back, a cross.
func (t Tone) sign(x, y, r float64) path {
	thick := r * 0.19
	at := func(points ...float64) []float64 {
		for i := 0; i < len(points); i += 2 {
			points[i], points[i+1] = x+points[i]*r, y+points[i+1]*r
		}
		return points
	}
	switch t {
	case ToneGood:
		return stroke(thick, at(-0.42, 0.03, -0.13, 0.33, 0.44, -0.30)...)
	case ToneBad:
		return append(stroke(thick, at(-0.32, -0.32, 0.32, 0.32)...), stroke(thick, at(0.32, -0.32, -0.32, 0.32)...)...)
	case ToneReturned:
		hook := arc(x+0.08*r, y+0.08*r, 0.42*r, thick, -0.25, 0.25)
		hook = append(hook, stroke(thick, at(0.08, -0.245, -0.40, -0.245)...)...)
		hook = append(hook, stroke(thick, at(0.08, 0.405, -0.22, 0.405)...)...)
		return append(hook, stroke(thick, at(-0.18, -0.48, -0.42, -0.245, -0.18, -0.01)...)...)
	default:
		clock := ring(x, y, 0.56*r, thick*0.85)
		return append(clock, stroke(thick*0.85, at(0, -0.30, 0, 0.02, 0.22, 0.16)...)...)
	}
}
