package documents

import (
	"errors"
	"fmt"

	"github.com/skip2/go-qrcode"
)

// quiet is how many modules of nothing a QR code needs around it (ISO/IEC
// 18004).
const quiet = 4

// modules is a QR code without its quiet zone, row by row; true is dark.
type modules [][]bool

var errNoCode = errors.New("nothing to put into a QR code")

// encode writes content as a QR code of level M: 15 % may be lost.
func encode(content string) (modules, error) {
	if content == "" {
		return nil, errNoCode
	}
	code, err := qrcode.New(content, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("QR code of %d bytes: %w", len(content), err)
	}
	code.DisableBorder = true
	return code.Bitmap(), nil
}

// inset is the quiet zone of a code on a square of the given side: how far
// inside it the dark modules begin.
func (m modules) inset(side float64) float64 {
	return side * quiet / float64(len(m)+2*quiet)
}
