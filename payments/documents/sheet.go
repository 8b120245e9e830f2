package documents

// sheet is a drawing kept for later: how high a receipt is shows only when all
// of it is laid out, and then it is drawn on pixels or on paper.
type sheet struct {
	strokes []func(canvas)
	height  float64
}

func (s *sheet) box(in ink, x, y, w, h float64) {
	s.strokes = append(s.strokes, func(c canvas) { c.box(in, x, y, w, h) })
}

func (s *sheet) fill(in ink, p path) {
	s.strokes = append(s.strokes, func(c canvas) { c.fill(in, p) })
}

func (s *sheet) text(in ink, f face, x, y float64, text string) {
	s.strokes = append(s.strokes, func(c canvas) { c.text(in, f, x, y, text) })
}

func (s *sheet) code(in ink, m modules, x, y, side float64) {
	s.strokes = append(s.strokes, func(c canvas) { c.code(in, m, x, y, side) })
}

func (s *sheet) drawOn(c canvas) {
	for _, stroke := range s.strokes {
		stroke(c)
	}
}

// align is where a line stands between the edges it is given.
type align float64

const (
	left   align = 0
	middle align = 0.5
	right  align = 1
)

// write puts lines one under another, the first with its top at y, and returns
// where the next thing may begin.
func write(c canvas, in ink, f face, a align, x, y, width float64, lines []string) float64 {
	for _, line := range lines {
		c.text(in, f, x+(width-f.of(line))*float64(a), y+f.size*ascent, line)
		y += f.leading()
	}
	return y
}

// ascent is how far below the top of a line its base line is, of its size;
// capitals of DejaVu are 0.73 high.
const ascent = 0.98
