package documents

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// paper is a canvas that is one page of a PDF.
type paper struct {
	pdf  *fpdf.Fpdf
	done map[string]bool // typefaces the document has
}

// about is what a PDF says of itself.
type about struct {
	title    string
	language string    // BCP 47
	made     time.Time // both its dates: the same data gives the same bytes
}

// newPaper makes a page of w × h points.
func newPaper(w, h float64, a about) *paper {
	pdf := fpdf.NewCustom(&fpdf.InitType{OrientationStr: "P", UnitStr: "pt", Size: fpdf.SizeType{Wd: w, Ht: h}})
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(a.made.UTC())
	pdf.SetModificationDate(a.made.UTC())
	pdf.SetProducer("ELKART Trade", false)
	pdf.SetTitle(a.title, true)
	pdf.SetLang(a.language)
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.AddPage()
	return &paper{pdf: pdf, done: make(map[string]bool)}
}

// bytes returns the document, or the first error of drawing it.
func (c *paper) bytes() ([]byte, error) {
	var b bytes.Buffer
	if err := c.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	return b.Bytes(), nil
}

// link makes an area open an address when it is clicked.
func (c *paper) link(x, y, w, h float64, address string) {
	c.pdf.LinkString(x, y, w, h, address)
}

func (c *paper) box(in ink, x, y, w, h float64) {
	c.use(in)
	c.pdf.Rect(x, y, w, h, "F")
}

func (c *paper) fill(in ink, p path) {
	c.use(in)
	for _, contour := range p {
		c.pdf.MoveTo(contour.x, contour.y)
		for _, s := range contour.steps {
			if s.line {
				c.pdf.LineTo(s.x, s.y)
			} else {
				c.pdf.CurveBezierCubicTo(s.ax, s.ay, s.bx, s.by, s.x, s.y)
			}
		}
		c.pdf.ClosePath()
	}
	c.pdf.DrawPath("F")
}

func (c *paper) text(in ink, f face, x, y float64, s string) {
	if !c.done[f.name] {
		c.pdf.AddUTF8FontFromBytes(f.name, "", f.data)
		c.done[f.name] = true
	}
	c.pdf.SetFont(f.name, "", f.size)
	c.pdf.SetTextColor(in.colour.parts())
	c.pdf.Text(x, y, s)
}

// code draws all modules as one path: separate rectangles would show hairlines
// between them on the screen.
func (c *paper) code(in ink, m modules, x, y, side float64) {
	c.use(in)
	module := side / float64(len(m))
	for j, row := range m {
		top := y + float64(j)*module
		for i := 0; i < len(row); i++ {
			if !row[i] {
				continue
			}
			end := i
			for end < len(row) && row[end] {
				end++
			}
			left, right := x+float64(i)*module, x+float64(end)*module
			c.pdf.MoveTo(left, top)
			c.pdf.LineTo(right, top)
			c.pdf.LineTo(right, top+module)
			c.pdf.LineTo(left, top+module)
			c.pdf.ClosePath()
			i = end
		}
	}
	c.pdf.DrawPath("F")
}

func (c *paper) use(in ink) { c.pdf.SetFillColor(in.colour.parts()) }

func (c colour) parts() (r, g, b int) { return int(c >> 16 & 255), int(c >> 8 & 255), int(c & 255) }
