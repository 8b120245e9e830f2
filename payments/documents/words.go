package documents

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// substitute stands where a text has something that the fonts cannot show:
	// once for a whole run of it.
	substitute = '◇'
	// maxText is how much of one text is looked at, in bytes; twice what the
	// longest field of the domain can have (an address of 200 characters in
	// four bytes each).
	maxText  = 1600
	ellipsis = "…"
)

// clean returns a text as one line of characters that both fonts have.
func (p *Press) clean(s string) string {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") + ellipsis
	}
	var b strings.Builder
	replaced, space := false, false
	for _, r := range norm.NFC.String(s) {
		switch {
		case r != nbsp && unicode.IsSpace(r) || unicode.IsControl(r):
			space = true
			continue
		case unicode.In(r, unicode.M, unicode.Cf):
			// An accent without a letter of its own, a joiner, a mark of direction.
			continue
		}
		shown, known := r, r != utf8.RuneError && p.regular.has(r) && p.bold.has(r)
		if !known && r != utf8.RuneError && unicode.In(r, unicode.So, unicode.Sk) {
			continue // an emoji adorns, and nothing is missed without it
		}
		if !known {
			shown = substitute
			if replaced && !space {
				continue
			}
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(shown)
		replaced, space = shown == substitute, false
	}
	if b.Len() == 0 && s != "" {
		return string(substitute)
	}
	return b.String()
}

// face is a typeface at a size.
type face struct {
	*typeface
	size float64 // points
}

func (f face) of(s string) float64 { return f.width(f.size, s) }

// leading is the distance from one base line to the next.
func (f face) leading() float64 { return f.size * 1.28 }

// wrap breaks a clean text into lines of at most width points: at spaces, else
// anywhere. It never returns more than most lines; the last is then cut.
func (f face) wrap(s string, width float64, most int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Split(s, " ") {
		if whole := strings.TrimPrefix(line+" "+word, " "); f.of(whole) <= width {
			line = whole
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for f.of(word) > width {
			head := f.head(word, width)
			lines = append(lines, head)
			word = word[len(head):]
			if len(lines) > most {
				break
			}
		}
		line = word
		if len(lines) > most {
			break
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] = f.cut(lines[most-1]+ellipsis, width)
	}
	return lines
}

// head is as much of a word as fits, one character at least.
func (f face) head(word string, width float64) string {
	end := 0
	for i, r := range word {
		next := i + utf8.RuneLen(r)
		if end > 0 && f.of(word[:next]) > width {
			break
		}
		end = next
	}
	return word[:end]
}

// cut shortens a text that ends in an ellipsis until it fits.
func (f face) cut(s string, width float64) string {
	kept := []rune(strings.TrimSuffix(s, ellipsis))
	for len(kept) > 1 && f.of(string(kept)+ellipsis) > width {
		kept = kept[:len(kept)-1]
	}
	return strings.TrimRight(string(kept), " ") + ellipsis
}

// fit finds the largest size between smallest and f's own at which a clean
// text needs no more than most lines and breaks no word; at the smallest, words
// are broken and the end is cut if it must be. The lines are about as long as
// one another.
func (f face) fit(s string, width float64, most int, smallest float64) (face, []string) {
	return f.shrink(s, width, smallest, func(face) int { return most })
}

// fitIn is fit for a place of a given height: smaller letters may take more
// lines.
func (f face) fitIn(s string, width, height, smallest float64) (face, []string) {
	return f.shrink(s, width, smallest, func(f face) int { return max(int(height/f.leading()), 1) })
}

func (f face) shrink(s string, width, smallest float64, most func(face) int) (face, []string) {
	for ; f.size > smallest; f.size -= 0.5 {
		n := most(f)
		if lines := f.wrap(s, width, n+1); len(lines) <= n && f.longestWord(s) <= width {
			return f, f.balance(s, width, len(lines))
		}
	}
	f.size = smallest
	return f, f.wrap(s, width, most(f))
}

// even is wrap with lines about as long as one another.
func (f face) even(s string, width float64, most int) []string {
	lines := f.wrap(s, width, most+1)
	if len(lines) > most || f.longestWord(s) > width {
		return f.wrap(s, width, most)
	}
	return f.balance(s, width, len(lines))
}

// balance breaks a text that fits n lines of at most width points at the
// narrowest width at which it still does.
func (f face) balance(s string, width float64, n int) []string {
	narrow := max(f.longestWord(s), f.of(s)/float64(max(n, 1)))
	for narrow < width {
		if lines := f.wrap(s, narrow, n+1); len(lines) <= n {
			return lines
		}
		narrow += f.size / 4
	}
	return f.wrap(s, width, n)
}

func (f face) longestWord(s string) (longest float64) {
	for _, word := range strings.Split(s, " ") {
		longest = max(longest, f.of(word))
	}
	return longest
}
