package payments_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"elkart.kg/trade/payments"
)

// meet reports whether two texts of one word have a stem in common.
func meet(a, b string) bool {
	return slices.ContainsFunc(payments.StemList(a), func(s string) bool { return slices.Contains(payments.StemList(b), s) })
}

func TestFormsOfAWordMeet(t *testing.T) {
	for _, forms := range []string{
		"самса самсы самсу самсой самсе самсаны самсанын самсага самсада самсадан самсалар самсалардын самсасы",
		"кофе КОФЕ кофени кофенин кофеге",
		"чай чая чаю чаем чайды чайдын чайга чайлар",
		"торт торты торта тортов тортом тортами тортту торттун торттор тортторду",
		"нан нанды нандын нанга нандар",
		"суп супы супа супов супом супту",
		"плов плова пловом пловду пловдун",
		"хлеб хлеба хлебом хлеба",
		"сок сока соки соком соков сокту соктун",
		"манты мантылар мантыны мантынын",
		"лагман лагмана лагманы лагмандын лагманга",
		"пирожок пирожки пирожков пирожками",
		"булочка булочки булочек булочками",
		"паста пасты пасту пастой",
		"вода воды воду водой",
		"пельмени пельмень пельменей пельменями",
		"горячий горячая горячего горячие",
		"заказ заказы заказа заказов заказом",
		"көйнөк көйнөктү койнок көйнөктөр койнокту",
		"жүгөрү жугору жүгөрүнү жүгөрүнүн",
		"мёд мед меда мёдом",
		"гүл гүлдөр гүлдөрдү гул",
		"coffee Coffee coffees",
		"125",
	} {
		words := strings.Fields(forms)
		for _, w := range words[1:] {
			if !meet(words[0], w) {
				t.Errorf("%s %v and %s %v do not meet", words[0], payments.StemList(words[0]), w, payments.StemList(w))
			}
		}
	}
	for _, pair := range []string{"кофе чай", "самса самовар", "торт тор", "нан нановая", "сок соль", "суп супруг", "125 126", "плов пловец"} {
		a, b, _ := strings.Cut(pair, " ")
		if meet(a, b) {
			t.Errorf("%s %v and %s %v meet", a, payments.StemList(a), b, payments.StemList(b))
		}
	}
}

// Whatever a comment holds, its words are few, short, of letters and digits,
// and found by the comment itself.
func FuzzStems(f *testing.F) {
	for _, seed := range []string{"2 кофе, самса", "Ёлка №125", "%_' OR 1=1 --", strings.Repeat("а", 5000), "ау ee \xff\x00", "ѐѝй̆", "сок ок ек", "İstanbul"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all := payments.Stems(text)
		if len(all) > 24 {
			t.Errorf("%d words", len(all))
		}
		for _, stems := range all {
			if len(stems) == 0 || len(stems) > 2 {
				t.Errorf("%d stems", len(stems))
			}
			for _, s := range stems {
				if n := utf8.RuneCountInString(s); n < 1 || n > 32 || !utf8.ValidString(s) || strings.ContainsAny(s, " \x00%_'\\") {
					t.Errorf("stem %q", s)
				}
			}
		}
		if !(payments.Find{Words: all}).InComment(text) {
			t.Errorf("%q is not found by itself", text)
		}
	})
}
