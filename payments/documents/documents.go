// Package documents turns data into pictures and papers: receipts as PNG and
// PDF, posters with an outlet's code, and the picture that messengers show
// beside a link.
//
// What stands in a document comes in ready to be read: the package knows no
// language, no time zone and no rule of money, and loads nothing from
// anywhere. It is made for hostile texts: whatever its fonts cannot show gets a
// visible substitute, what is long wraps or shrinks, what is endless is cut.
// The same data gives the same bytes.
package documents

import (
	"embed"
	"fmt"
	"runtime"
)

//go:embed fonts/*.ttf
var fonts embed.FS

// Press makes documents. It holds the parsed fonts and nothing of what it made,
// and is safe for concurrent use: it works on as many documents at once as
// there are processors, the others wait. One needs some 15 ms and at most 20 MB
// for the time it takes.
type Press struct {
	regular, bold *typeface
	slots         chan struct{}
}

// New reads the embedded fonts. It fails only when a file in the program is
// broken.
func New() (*Press, error) {
	regular, err := loadTypeface("regular", "fonts/DejaVuSansCondensed.ttf")
	if err != nil {
		return nil, err
	}
	bold, err := loadTypeface("bold", "fonts/DejaVuSansCondensed-Bold.ttf")
	if err != nil {
		return nil, err
	}
	return &Press{regular: regular, bold: bold, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}, nil
}

// enter waits for a free slot and takes it; what it returns frees it.
func (p *Press) enter() (leave func()) {
	p.slots <- struct{}{}
	return func() { <-p.slots }
}

func loadTypeface(name, file string) (*typeface, error) {
	data, err := fonts.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("font: %w", err)
	}
	t, err := parseTypeface(name, data)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", file, err)
	}
	return t, nil
}
