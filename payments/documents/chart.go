package documents

// Chart is takings over time as bars, for a phone's screen. Labels come in
// ready to be read; a bar's height alone is ours.
type Chart struct {
	Title  string
	Note   string // under the title; "" for none
	Bars   []ChartBar
	Top    string // label of the highest line of the scale
	Scale  int64  // value of that line
	Middle string // label of the line half as high
}

// ChartBar is one bar.
type ChartBar struct {
	Value  int64  // 0 or more
	Label  string // under it; "" for none
	Called string // over it: of the highest bar, for example; "" for none
}

// What a chart looks like: points of a picture that fills a phone's width.
const (
	chartWidth  = 400
	chartHeight = 270
	chartScale  = 2.5 // pixels a point
	chartMargin = 16
	chartPlot   = 84  // where the highest line is
	chartFloor  = 232 // where bars stand
)

const (
	chartPaper  colour = 0xffffff
	chartLetter colour = 0x1c1c1e
	chartQuiet  colour = 0x6b6b70
	chartLine   colour = 0xe3e3e6
	chartBar    colour = 0x2f6fde
	chartBest   colour = 0xe8821e
)

// ChartPNG draws a chart.
func (p *Press) ChartPNG(c Chart) ([]byte, error) {
	defer p.enter()()
	canvas := newRaster(chartWidth, chartHeight, chartScale, chartPaper)
	letter, quiet := ink{chartLetter, chartPaper}, ink{chartQuiet, chartPaper}
	title, lines := face{p.bold, 20}.fit(p.clean(c.Title), chartWidth-2*chartMargin, 1, 12)
	y := write(canvas, letter, title, left, chartMargin, 14, chartWidth-2*chartMargin, lines)
	if c.Note != "" {
		note, lines := face{p.regular, 13}.fit(p.clean(c.Note), chartWidth-2*chartMargin, 1, 10)
		write(canvas, quiet, note, left, chartMargin, y, chartWidth-2*chartMargin, lines)
	}
	small := face{p.regular, 13}
	top, middle := p.clean(c.Top), p.clean(c.Middle)
	axis := chartMargin + max(small.of(top), small.of(middle)) + 8
	for _, line := range []struct {
		y     float64
		label string
	}{{chartPlot, top}, {(chartPlot + chartFloor) / 2, middle}, {chartFloor, "0"}} {
		canvas.box(ink{chartLine, chartPaper}, axis, line.y-0.4, chartWidth-chartMargin-axis, 0.8)
		canvas.text(quiet, small, axis-8-small.of(line.label), line.y+4.5, line.label)
	}
	p.bars(canvas, c, axis)
	return canvas.png()
}

// bars draws the bars with what stands under and over them.
func (p *Press) bars(canvas *raster, c Chart, axis float64) {
	if len(c.Bars) == 0 || c.Scale <= 0 {
		return
	}
	under, over := face{p.regular, 13}, face{p.bold, 14}
	step := (chartWidth - chartMargin - axis) / float64(len(c.Bars))
	wide := min(step*0.72, 40)
	for i, bar := range c.Bars {
		x := axis + step*(float64(i)+0.5)
		height := (chartFloor - chartPlot) * float64(bar.Value) / float64(c.Scale)
		if bar.Value > 0 {
			fill := ink{chartBar, chartPaper}
			if bar.Called != "" {
				fill = ink{chartBest, chartPaper}
			}
			canvas.box(fill, x-wide/2, chartFloor-max(height, 1.5), wide, max(height, 1.5))
		}
		for _, words := range []struct {
			text    string
			face    face
			ink     ink
			leftest float64
			y       float64
		}{
			{p.clean(bar.Label), under, ink{chartQuiet, chartPaper}, chartMargin, chartFloor + 18},
			// Beside the scale, not over its labels.
			{p.clean(bar.Called), over, ink{chartLetter, chartPaper}, axis, chartFloor - height - 5},
		} {
			if words.text == "" {
				continue
			}
			half := words.face.of(words.text) / 2
			middle := min(max(x, words.leftest+half), chartWidth-chartMargin-half)
			canvas.text(words.ink, words.face, middle-half, words.y, words.text)
		}
	}
}
