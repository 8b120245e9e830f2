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
)

//go:embed fonts/*.ttf
var fonts embed.FS

// Press makes documents. It holds the parsed fonts and nothing else, and is
// safe for concurrent use.
type Press struct {
	regular, bold *typeface
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
	return &Press{regular: regular, bold: bold}, nil
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
