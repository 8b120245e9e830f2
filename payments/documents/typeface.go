package documents

import (
	"unicode"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// lastRune bounds the characters a typeface is asked for. Beyond it are
// scripts that need shaping or fonts of their own, and emoji.
const lastRune = 0x2fff

// typeface is a font with the widths of its characters. It never changes after
// parseTypeface, so that many may read it at once.
type typeface struct {
	name     string
	data     []byte
	outlines *sfnt.Font
	em       float64 // units an em
	glyphs   [lastRune + 1]glyph
}

type glyph struct {
	index   sfnt.GlyphIndex // 0: the font cannot show it
	advance uint16          // in units
}

func parseTypeface(name string, data []byte) (*typeface, error) {
	parsed, err := sfnt.Parse(data)
	if err != nil {
		return nil, err
	}
	t := &typeface{name: name, data: data, outlines: parsed, em: float64(parsed.UnitsPerEm())}
	var b sfnt.Buffer
	for r := rune(' '); r <= lastRune; r++ {
		if !showable(r) {
			continue
		}
		index, err := parsed.GlyphIndex(&b, r)
		if err != nil {
			return nil, err
		}
		advance, err := parsed.GlyphAdvance(&b, index, fixed.I(int(parsed.UnitsPerEm())), xfont.HintingNone)
		if err != nil {
			return nil, err
		}
		t.glyphs[r] = glyph{index: index, advance: uint16(advance.Round())}
	}
	return t, nil
}

// showable reports whether a character stands by itself, written from left to
// right: letters of the alphabets around here, digits, signs. Arabic, Hebrew or
// Devanagari letters set one by one would be wrong rather than ugly.
func showable(r rune) bool {
	return unicode.IsPrint(r) && !unicode.Is(unicode.M, r) &&
		unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Georgian, unicode.Common) ||
		r == nbsp
}

// nbsp is the space between the groups of a number; nothing breaks there.
const nbsp = '\u00a0'

func (t *typeface) has(r rune) bool {
	return r >= 0 && r <= lastRune && t.glyphs[r].index != 0
}

// width is how wide a text is at a size, both in points.
func (t *typeface) width(size float64, s string) float64 {
	units := 0
	for _, r := range s {
		if r <= lastRune {
			units += int(t.glyphs[r].advance)
		}
	}
	return float64(units) * size / t.em
}
