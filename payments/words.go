package payments

import (
	"slices"
	"strings"
	"unicode"
)

// Bounds of what is kept of a comment for the search.
const (
	maxWords = 24 // of a comment
	maxStem  = 32 // characters of a stem
)

// Stems returns what the words of a text are found by, each word once: its
// stem as a Russian and as a Kyrgyz word, where they differ. Two forms of one
// word have a stem in common: самса, самсы, самсанын. Two words may have one,
// too: a search that finds too much is better than one that finds too little.
func Stems(text string) [][]string {
	var all [][]string
	for _, word := range splitWords(text) {
		stems := stemsOf(word)
		if len(stems) > 0 && !slices.ContainsFunc(all, func(known []string) bool { return slices.Equal(known, stems) }) {
			all = append(all, stems)
		}
		if len(all) == maxWords {
			break
		}
	}
	return all
}

// StemList is Stems in one list, without repetition.
func StemList(text string) []string {
	all := slices.Concat(Stems(text)...)
	slices.Sort(all)
	return slices.Compact(all)
}

// splitWords returns the words of a text in small letters. Keyboards without
// Kyrgyz letters write о for ө, у for ү and н for ң, and nobody writes ё: those
// are the same letters here.
func splitWords(text string) []string {
	return strings.FieldsFunc(plainLetters.Replace(strings.ToLower(strings.ToValidUTF8(text, " "))), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

var plainLetters = strings.NewReplacer("ё", "е", "ө", "о", "ү", "у", "ң", "н")

func stemsOf(word string) []string {
	w := []rune(word)
	if len(w) > maxStem {
		w = w[:maxStem]
	}
	if len(w) < 2 && (len(w) == 0 || !unicode.IsDigit(w[0])) {
		return nil
	}
	if strings.IndexFunc(word, unicode.IsDigit) >= 0 {
		return []string{string(w)}
	}
	if !unicode.Is(unicode.Cyrillic, w[0]) {
		return []string{string(latinStem(w))}
	}
	stems := []string{string(bareStem(russianStem(w)))}
	if kyrgyz := string(bareStem(kyrgyzStem(w))); kyrgyz != stems[0] {
		stems = append(stems, kyrgyz)
	}
	return stems
}

func latinStem(w []rune) []rune {
	if n := len(w); n > 3 && w[n-1] == 's' && w[n-2] != 's' {
		w = w[:n-1]
	}
	return w
}

// russianEndings are those of nouns and adjectives, the longest first.
var russianEndings = endings("ами ями его ого ему ому ыми ими " +
	"ая яя ое ее ие ые ий ый ой ей ом ем ам ям ах ях ов ев ую юю ым им ых их ою ею ью ия ии ию " +
	"а я ы и у ю е о ь й")

func russianStem(w []rune) []rune {
	for _, ending := range russianEndings {
		stem, ok := without(w, ending)
		if !ok {
			continue
		}
		if len(stem) >= 3 || len(stem) == 2 && (len(ending) == 1 || isVowel(stem[1])) {
			return stem
		}
	}
	return w
}

// Kyrgyz endings, one of each row at most, from the last to the first: case,
// whose it is, plural. The first letter follows the sound before it.
var (
	kyrgyzCases = endings("нын нин нун дын дин дун тын тин тун дан ден дон тан тен тон нан нен нон " +
		"ны ни ну ды ди ду ты ти ту га ге го ка ке ко на не но да де до та те то")
	kyrgyzOwners  = endings("ыбыз ибиз убуз ыныз иниз унуз быз биз буз ныз низ нуз сын син сун сы си су ым им ум")
	kyrgyzPlurals = endings("лар лер лор дар дер дор тар тер тор")
)

func kyrgyzStem(w []rune) []rune {
	for _, row := range [][][]rune{kyrgyzCases, kyrgyzOwners, kyrgyzPlurals} {
		for _, ending := range row {
			stem, ok := without(w, ending)
			if ok && len(stem) >= 3 && joins(stem[len(stem)-1], ending[0]) {
				w = stem
				break
			}
		}
	}
	return w
}

// joins reports whether a Kyrgyz ending may stand after a sound: those in т and
// к after a voiceless consonant, those in н, с and б after a vowel, those in ы,
// и and у after a consonant, the others after anything but a voiceless one.
func joins(before, first rune) bool {
	voiceless := strings.ContainsRune("пткфхсшщчц", before)
	switch first {
	case 'т', 'к':
		return voiceless
	case 'н', 'с', 'б':
		return isVowel(before)
	case 'ы', 'и', 'у':
		return !isVowel(before)
	}
	return !voiceless
}

// bareStem takes off what differs between forms that have no ending in common:
// a last vowel, й or ь, and a vowel that comes and goes (пирожок, пирожки).
func bareStem(w []rune) []rune {
	for len(w) > 2 && (isVowel(w[len(w)-1]) || w[len(w)-1] == 'й' || w[len(w)-1] == 'ь') {
		w = w[:len(w)-1]
	}
	if n := len(w); n > 3 && (w[n-1] == 'к' || w[n-1] == 'ц') && (w[n-2] == 'о' || w[n-2] == 'е') && !isVowel(w[n-3]) {
		w = append(slices.Clone(w[:n-2]), w[n-1])
	}
	return w
}

func isVowel(r rune) bool { return strings.ContainsRune("аеиоуыэюя", r) }

func without(w, ending []rune) ([]rune, bool) {
	at := len(w) - len(ending)
	if at < 0 || !slices.Equal(w[at:], ending) {
		return w, false
	}
	return w[:at], true
}

func endings(list string) [][]rune {
	var all [][]rune
	for _, ending := range strings.Fields(list) {
		all = append(all, []rune(ending))
	}
	return all
}
