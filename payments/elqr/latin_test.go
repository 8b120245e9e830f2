package elqr_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"elkart.kg/trade/payments/elqr"
)

func TestLatin(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"alphabet, first half":       {"абвгдеёжзийклмнң", "abvgdeezhziiklmnn"},
		"alphabet, second half":      {"оөпрстуүфхцч", "ooprstuufkhtsch"},
		"alphabet, the end":          {"шщъыьэюя", "shshchieyeiuia"},
		"capitals":                   {"АБВГДЕЁЗИЙКЛМНҢОӨПРСТУҮФ", "ABVGDEEZIIKLMNNOOPRSTUUF"},
		"a capital word":             {"БОРЩ ЖАҢЫ Щ", "BORSHCH ZHANY Shch"},
		"capital first":              {"Щи Юнусалиев", "Shchi Iunusaliev"},
		"Kyrgyz":                     {"Өрүк кафеси", "Oruk kafesi"},
		"Kyrgyz name":                {"Жаныбек Үсөнов", "Zhanybek Usonov"},
		"Russian":                    {"Подъезд №7 у Ольги", "Podieezd 7 u Olgi"},
		"quotation marks and dashes": {"ОсОО «Ак-Кеме» – кафе", "OsOO Ak-Keme - kafe"},
		"mark-up goes":               {"**Чай** __и__ ~~кофе~~ `x`", "Chai i kofe x"},
		"spaces of all kinds":        {"  Чай\t\n\u00a0 нан_токоч  ", "Chai nan tokoch"},
		"Latin stays":                {"Cafe No.1 (Osh) & Co", "Cafe No.1 (Osh) & Co"},
		"Latin with diacritics":      {"Café Çiçek İstanbul ŞİŞ", "Cafe Cicek Istanbul SIS"},
		"decomposed letters":         {"Чаи\u0306 е\u0308лка", "Chai elka"},
		"neighbours":                 {"Қўқон ҳалво Әсем", "Kukon khalvo Asem"},
		"nothing Latin in it":        {"名前 ☕", ""},
		"signs alone":                {"«» - & !", ""},
		"only ь":                     {"ь", ""},
		"empty":                      {"", ""},
		"25 fit":                     {strings.Repeat("а", 25), strings.Repeat("a", 25)},
		"cut at 25":                  {strings.Repeat("а", 26), strings.Repeat("a", 25)},
		"щ does not fit whole":       {strings.Repeat("а", 22) + "щи", strings.Repeat("a", 22)},
		"щ fits whole":               {strings.Repeat("а", 21) + "щи", strings.Repeat("a", 21) + "shch"},
		"nothing dangles at the cut": {strings.Repeat("а", 22) + " - бар", strings.Repeat("a", 22)},
		"letters without Latin form do not count": {strings.Repeat("ьа", 25), strings.Repeat("a", 25)},
		"a control character":                     {"а\x00б", "ab"},
	} {
		if got := elqr.Latin(tt.in); got != tt.want {
			t.Errorf("%s: Latin(%q) = %q, want %q", name, tt.in, got, tt.want)
		}
	}
}

// Whatever a merchant is called, the result can be written, and is its own
// Latin form.
func TestLatinIsAlwaysWritable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("абвжйңөүщъыьэюяЩҢӨҮ «»-_*~`(")), 0, 60, -1)).Draw(t, "name")
		latin := elqr.Latin(name)
		if utf8.RuneCountInString(latin) > 25 {
			t.Fatalf("%q is longer than 25", latin)
		}
		if again := elqr.Latin(latin); again != latin {
			t.Fatalf("%q becomes %q", latin, again)
		}
		if latin == "" || strings.Count(strings.Map(onlyDigits, latin), "d") >= 16 {
			return // may be a card number, which Encode refuses
		}
		l := charge()
		l.Name = latin
		if _, err := l.Encode(base); err != nil {
			t.Fatalf("%q: %v", latin, err)
		}
	})
}

func onlyDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return 'd'
	}
	return -1
}
