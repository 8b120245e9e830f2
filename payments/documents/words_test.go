package documents

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	press := newPress(t)
	for _, tc := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"Kyrgyz letters", "Өңгөчө үкү ҢӨҮ", "Өңгөчө үкү ҢӨҮ"},
		{"sum keeps its unbreakable spaces", "1\u00a0250,50 сом", "1\u00a0250,50 сом"},
		{"neighbours' letters", "Ўзбек ғ қ ҳ Қазақ ә ұ һ Türkçe ş ğ İı Đà", "Ўзбек ғ қ ҳ Қазақ ә ұ һ Türkçe ş ğ İı Đà"},
		{"signs", "№ « » — … ★ ☕ € −", "№ « » — … ★ ☕ € −"},
		{"letters in two parts", "и\u0306 е\u0308 e\u0301", "й ё é"},
		{"accents without end", zalgo, "я"},
		{"Russian stress", "замо\u0301к", "замок"},
		{"Chinese once for all", "北京饭店", "◇"},
		{"Chinese by words", "北京 饭店", "◇ ◇"},
		{"Arabic", "مطعم Ош", "◇ Ош"},
		{"Hebrew", "שלום", "◇"},
		{"Hindi, whose vowels are marks", "नमस्ते", "◇"},
		{"emoji", "🎂 Кофе 🎂🎂🎂", "Кофе"},
		{"joined emoji", "👨\u200d🍳 Асан", "Асан"},
		{"emoji with a skin", "👍🏽", "◇"},
		{"flag", "🇰🇬", "◇"},
		{"turned direction", "\u202e005\u202c", "005"},
		{"zero width", "a\u200bb\ufeffc", "abc"},
		{"control characters", "a\x00\x07b\r\nc", "a b c"},
		{"other spaces", "  a\u2003b\u3000c ", "a b c"},
		{"broken UTF-8", "a\xff\xfeb", "a◇b"},
		{"private letters", "\ue000\uf8ff", "◇"},
		{"only marks", "\u0301\u0301", "◇"},
		{"only spaces", "  ", "◇"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := press.clean(tc.in); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	if got := press.clean(strings.Repeat("ү", 1<<20)); len(got) > maxText+len(ellipsis)+2 || !strings.HasSuffix(got, "ү…") {
		t.Errorf("a megabyte became %d bytes that end in %q", len(got), got[len(got)-8:])
	}
}

func TestCleanTextCanBeShownAndStays(t *testing.T) {
	press := newPress(t)
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.String().Draw(t, "text")
		out := press.clean(in)
		for _, r := range out {
			if !press.regular.has(r) || !press.bold.has(r) {
				t.Fatalf("%q became %q, with %U that the fonts do not have", in, out, r)
			}
		}
		if strings.Contains(out, "◇◇") || (out == "") != (in == "") {
			t.Fatalf("%q became %q", in, out)
		}
		if again := press.clean(out); again != out {
			t.Fatalf("%q cleaned twice is %q", out, again)
		}
	})
}

// TestFontsHaveEveryTextOfTheCatalogues: whatever a catalogue says can stand in
// a document, but for the signs that chats put before their lines.
func TestFontsHaveEveryTextOfTheCatalogues(t *testing.T) {
	press := newPress(t)
	files, err := filepath.Glob("../../locales/texts/*.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("catalogues: %d, %v", len(files), err)
	}
	letters := make(map[rune]bool)
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]any
		if err := json.Unmarshal(body, &texts); err != nil {
			t.Fatal(err)
		}
		dialog, _, _ := strings.Cut(filepath.Base(file), ".")
		forDocuments := dialog == "receipt" || dialog == "poster" || dialog == "preview" || dialog == "format"
		for key, text := range texts {
			for _, r := range allText(text) {
				// So are pictures, Cf and M join and colour them, Sk is their skin.
				if !forDocuments && unicode.In(r, unicode.So, unicode.Cf, unicode.M, unicode.Sk, unicode.Zs) || unicode.IsControl(r) {
					continue
				}
				letters[r] = true
				if !press.regular.has(r) || !press.bold.has(r) {
					if !emojiOfASign(r) || forDocuments {
						t.Errorf("%s, %s: the fonts have no %U %q", file, key, r, r)
					}
				}
			}
		}
	}
	for _, r := range "ңөүӨёщW№" {
		if !letters[r] {
			t.Errorf("the catalogues seem to have no %q: this test reads too little", r)
		}
	}
}

// TestFontsHaveTheAlphabets: what people call their shops and goods.
func TestFontsHaveTheAlphabets(t *testing.T) {
	press := newPress(t)
	for name, letters := range map[string]string{
		"Kyrgyz":               "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя",
		"Russian":              "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
		"Kazakh, Uzbek, Tajik": "әғқңөұүһіўҳӣӯҷ",
		"Latin":                "abcdefghijklmnopqrstuvwxyzçğıöşüñéèäßáíóúâêô",
		"signs":                "0123456789 .,:;!?…-–—«»„“”‘’\"'()[]{}<>/\\|@#№§%‰&*+=±×÷~^_`°©®™€$£₽•·←↑→↓½¼¾²³\u00a0",
	} {
		for _, r := range letters + strings.ToUpper(letters) {
			if !press.regular.has(r) || !press.bold.has(r) {
				t.Errorf("%s: the fonts have no %U %q", name, r, r)
			}
		}
		if got := press.clean(letters); strings.ContainsRune(got, '◇') {
			t.Errorf("%s became %q", name, got)
		}
	}
}

// emojiOfASign: ➕ and ✖ count as signs of mathematics, not as pictures.
func emojiOfASign(r rune) bool {
	return unicode.Is(unicode.Sm, r) || unicode.Is(unicode.Po, r) && r > 0x2000
}

func allText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		var b strings.Builder
		for _, form := range v {
			b.WriteString(allText(form))
		}
		return b.String()
	}
	return ""
}

func TestWrap(t *testing.T) {
	f := face{newPress(t).regular, 10}
	const width = 60 // eleven characters or so
	for _, tc := range []struct {
		name string
		in   string
		most int
		want []string
	}{
		{"nothing", "", 3, nil},
		{"fits", "Ош базары", 3, []string{"Ош базары"}},
		{"between words", "Ош базары 12-катар", 3, []string{"Ош базары", "12-катар"}},
		{"a sum only where it must", "Сумма 12\u00a0500,50\u00a0сом", 3, []string{"Сумма", "12\u00a0500,50\u00a0со", "м"}},
		{"a long word", "абвгдежзиклмнопрст", 3, []string{"абвгдежзик", "лмнопрст"}},
		{"cut", "Ош базары 12-катар 5-контейнер", 2, []string{"Ош базары", "12-катар…"}},
		{"cut in the only line", "Ош базары 12-катар", 1, []string{"Ош базар…"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(f.wrap(tc.in, width, tc.most), tc.want); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
		})
	}
}

func TestLinesFitAndNothingIsLost(t *testing.T) {
	press := newPress(t)
	rapid.Check(t, func(t *rapid.T) {
		f := face{press.bold, rapid.Float64Range(4, 60).Draw(t, "size")}
		s := press.clean(rapid.String().Draw(t, "text"))
		width := rapid.Float64Range(5, 300).Draw(t, "width")
		most := rapid.IntRange(1, 5).Draw(t, "most")
		for name, lines := range map[string][]string{"wrap": f.wrap(s, width, most), "even": f.even(s, width, most)} {
			if len(lines) > most {
				t.Fatalf("%s: %d lines, want at most %d", name, len(lines), most)
			}
			cut := false
			for _, line := range lines {
				cut = cut || strings.HasSuffix(line, ellipsis)
				if f.of(line) > width && utf8.RuneCountInString(line) > 2 {
					t.Fatalf("%s: %q is %v wide, want %v", name, line, f.of(line), width)
				}
			}
			whole := strings.ReplaceAll(strings.Join(lines, ""), " ", "")
			if !cut && whole != strings.ReplaceAll(s, " ", "") {
				t.Fatalf("%s: %q became %q", name, s, lines)
			}
		}
	})
}

// TestTheLongestNamesAreNotCut: a name of 64 characters shrinks; nothing of it
// may be lost, however wide its letters are.
func TestTheLongestNamesAreNotCut(t *testing.T) {
	press := newPress(t)
	names := []string{
		strings.Repeat("Ш", 64), strings.Repeat("W", 64), strings.Repeat("Щи ", 21) + "!", strings.Repeat("@", 64),
		longPoster().Outlet, strings.Repeat("М", 32) + " " + strings.Repeat("Ж", 31),
	}
	for _, name := range names {
		want := strings.ReplaceAll(press.clean(name), " ", "")
		r := kyrgyzReceipt()
		r.Payee = name
		l, err := press.layReceipt(r, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		var onReceipt, onPreview recording
		l.drawOn(&onReceipt)
		if !strings.Contains(onReceipt.joined(), want) {
			t.Errorf("receipt: %q is not whole in %q", name, onReceipt.joined())
		}
		press.drawPreview(&onPreview, Preview{Payee: name, Sum: "1 сом"})
		if !strings.Contains(onPreview.joined(), want) {
			t.Errorf("preview: %q is not whole in %q", name, onPreview.joined())
		}
		for _, size := range PosterSizes() {
			poster := kyrgyzPoster()
			poster.Outlet = name
			plan, err := size.plan()
			if err != nil {
				t.Fatal(err)
			}
			var onPoster recording
			press.drawPoster(&onPoster, poster, plan, modules{{true}})
			if !strings.Contains(onPoster.joined(), want) {
				t.Errorf("%s: %q is not whole in %q", size, name, onPoster.joined())
			}
		}
	}
}

// recording is a canvas that remembers what was written on it.
type recording struct{ lines []line }

type line struct {
	face
	x, y float64
	text string
}

func (c *recording) box(ink, float64, float64, float64, float64)  {}
func (c *recording) fill(ink, path)                               {}
func (c *recording) code(ink, modules, float64, float64, float64) {}
func (c *recording) text(_ ink, f face, x, y float64, text string) {
	c.lines = append(c.lines, line{f, x, y, text})
}

func (c *recording) joined() string {
	var b strings.Builder
	for _, l := range c.lines {
		b.WriteString(strings.ReplaceAll(l.text, " ", ""))
	}
	return b.String()
}
