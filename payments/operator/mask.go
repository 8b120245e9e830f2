package operator

import (
	"strings"
	"unicode"
)

// veil stands for what is hidden of a word; always three stars, so that the
// length gives nothing away.
const veil = "***"

// Mask hides a name as the regulation's example does, "Cafe Alto" → "C***e A***o":
// of each word the first and the last character stay. A word of two keeps the
// first only, of one nothing, or nothing would be hidden. Punctuation around a
// word stays, invisible characters go. An empty name is "***".
func Mask(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	})
	masked := make([]string, 0, len(words))
	for _, word := range words {
		if m := maskWord(word); m != "" {
			masked = append(masked, m)
		}
	}
	if len(masked) == 0 {
		return veil
	}
	return strings.Join(masked, " ")
}

func maskWord(word string) string {
	all := characters(word)
	first, last := 0, len(all)
	for first < last && isPunctuation(all[first]) {
		first++
	}
	for last > first && isPunctuation(all[last-1]) {
		last--
	}
	before, inner, after := strings.Join(all[:first], ""), all[first:last], strings.Join(all[last:], "")
	switch len(inner) {
	case 0:
		return before + after
	case 1:
		return before + veil + after
	case 2:
		return before + inner[0] + veil + after
	default:
		return before + inner[0] + veil + inner[len(inner)-1] + after
	}
}

// characters splits a word into what a person sees as one character: a letter
// with its marks, an emoji with its skin tone, a joined family, a flag.
func characters(word string) []string {
	const joiner = '\u200d'
	var all []string
	joined, openFlag := false, false
	for _, r := range word {
		isFlagHalf := r >= 0x1F1E6 && r <= 0x1F1FF
		extends := joined || unicode.Is(unicode.M, r) || r == joiner ||
			r >= 0x1F3FB && r <= 0x1F3FF || isFlagHalf && openFlag
		switch {
		case r != joiner && unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs):
			continue // direction overrides and the like have no place in a name
		case extends && len(all) > 0:
			all[len(all)-1] += string(r)
		case r == joiner:
			continue
		default:
			all = append(all, string(r))
		}
		joined = r == joiner
		openFlag = isFlagHalf && !openFlag
	}
	return all
}

func isPunctuation(character string) bool {
	for _, r := range character {
		return unicode.IsPunct(r)
	}
	return false
}
