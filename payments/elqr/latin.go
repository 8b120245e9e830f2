package elqr

import (
	"strings"
	"unicode"
)

// Latin writes a Kyrgyz or Russian name in the Latin letters that object 59
// asks for, in at most 25 characters.
//
// The table is ICAO Doc 9303, part 3, section 6, "Transliteration of Cyrillic
// characters", which the country's passports follow, so that a payer sees the
// spelling on the merchant's own documents. It lacks ң, ө and ү, which passports
// write as their base letters n, o and u; letters of neighbouring alphabets
// follow suit. Diacritics of Latin letters are dropped. Signs with no Latin
// form, message mark-up and quotation marks are left out, and runs of spaces
// become one.
//
// A name that is too long ends before the first letter that does not fit
// whole: щ is four characters or none. The result is empty if the name holds
// no letter or digit that can be written.
func Latin(name string) string {
	runes := []rune(name)
	out := make([]byte, 0, maxName)
	space, written, cut := false, false, false
	for i, r := range runes {
		piece := latinPiece(runes, i)
		if piece == " " || unicode.IsSpace(r) {
			space = len(out) > 0
			continue
		}
		if piece == "" {
			continue
		}
		need := len(piece)
		if space {
			need++
		}
		if len(out)+need > maxName {
			cut = true
			break
		}
		if space {
			out = append(out, ' ')
			space = false
		}
		out = append(out, piece...)
		written = written || !strings.Contains(latinSigns, piece)
	}
	if !written {
		return ""
	}
	if cut {
		return strings.TrimRight(string(out), " -,(&/+:'")
	}
	return string(out)
}

// latinSigns are the signs a name keeps; none of them is mark-up.
const latinSigns = "-.,'&()/+:!@"

// latinPiece is what the i-th character of a name becomes.
func latinPiece(name []rune, i int) string {
	r := name[i]
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return string(r)
	case r == '_' || r == '|':
		return " "
	case r < 0x80 && strings.ContainsRune(latinSigns, r):
		return string(r)
	case r >= 0x2010 && r <= 0x2015:
		return "-"
	case r == 0x2019 || r == 0x02bc:
		return "'"
	}
	lower := unicode.ToLower(r)
	piece := latinLetter(lower)
	if piece == "" || lower == r {
		return piece
	}
	if len(piece) == 1 || amongCapitals(name, i) {
		return strings.ToUpper(piece)
	}
	return strings.ToUpper(piece[:1]) + piece[1:]
}

// amongCapitals tells ЩИТ from Щит: the neighbouring letter decides, the next
// one if there is one.
func amongCapitals(name []rune, i int) bool {
	if i+1 < len(name) && unicode.IsLetter(name[i+1]) {
		return unicode.IsUpper(name[i+1])
	}
	return i > 0 && unicode.IsUpper(name[i-1])
}

// latinLetter is the table, for lower-case letters; empty where there is no
// Latin form, as for ь.
func latinLetter(r rune) string {
	switch r {
	case 'а':
		return "a"
	case 'б':
		return "b"
	case 'в':
		return "v"
	case 'г', 'ґ':
		return "g"
	case 'д':
		return "d"
	case 'е', 'ё', 'э':
		return "e"
	case 'ж':
		return "zh"
	case 'з':
		return "z"
	case 'и', 'й', 'і', 'ї':
		return "i"
	case 'к':
		return "k"
	case 'л':
		return "l"
	case 'м':
		return "m"
	case 'н':
		return "n"
	case 'о':
		return "o"
	case 'п':
		return "p"
	case 'р':
		return "r"
	case 'с':
		return "s"
	case 'т':
		return "t"
	case 'у', 'ў':
		return "u"
	case 'ф':
		return "f"
	case 'х':
		return "kh"
	case 'ц':
		return "ts"
	case 'ч':
		return "ch"
	case 'ш':
		return "sh"
	case 'щ':
		return "shch"
	case 'ъ', 'є':
		return "ie"
	case 'ы':
		return "y"
	case 'ю':
		return "iu"
	case 'я':
		return "ia"
	}
	return latinBase(r)
}

// latinBase holds what the table lacks: Kyrgyz first, then the neighbours'
// Cyrillic, then Latin letters with diacritics.
func latinBase(r rune) string {
	switch r {
	case 'ң':
		return "n"
	case 'ө':
		return "o"
	case 'ү':
		return "u"

	case 'ә':
		return "a"
	case 'ғ':
		return "g"
	case 'қ':
		return "k"
	case 'ҳ', 'һ':
		return "kh"
	case 'ҷ':
		return "ch"
	case 'ұ', 'ӯ':
		return "u"
	case 'ӣ':
		return "i"

	case 'à', 'á', 'â', 'ã', 'ä', 'å':
		return "a"
	case 'ç', 'ć', 'č':
		return "c"
	case 'è', 'é', 'ê', 'ë', 'ə', 'ě':
		return "e"
	case 'ğ':
		return "g"
	case 'ì', 'í', 'î', 'ï', 'ı', 'i': // the last is what İ is in lower case
		return "i"
	case 'ł':
		return "l"
	case 'ñ', 'ń':
		return "n"
	case 'ò', 'ó', 'ô', 'õ', 'ö', 'ø':
		return "o"
	case 'ś', 'š', 'ş':
		return "s"
	case 'ù', 'ú', 'û', 'ü':
		return "u"
	case 'ý', 'ÿ':
		return "y"
	case 'ź', 'ż', 'ž':
		return "z"
	case 'ß':
		return "ss"
	}
	return ""
}
