package locales

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// catalogue is one language as its files have it: key → plural form → text.
// A text without plurals has the one form "other".
type catalogue map[string]map[string]string

// cldr are the plural forms of each language (CLDR 48, "Language Plural Rules").
var cldr = map[string][]string{
	Kyrgyz:  {"one", "other"},
	Russian: {"few", "many", "one", "other"},
	English: {"one", "other"},
}

// readCatalogues reads the files anew, past the library, so that what the
// library forgives is found here.
func readCatalogues(t *testing.T) map[string]catalogue {
	t.Helper()
	all := make(map[string]catalogue)
	names, err := fs.Glob(texts, "texts/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("texts: %v, %v", names, err)
	}
	for _, name := range names {
		parts := strings.Split(path.Base(name), ".")
		if len(parts) != 3 || !Known(parts[1]) {
			t.Fatalf("%s: want <dialog>.<language>.json", name)
		}
		body, err := texts.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		noDuplicates(t, name, body)
		var raw map[string]any
		if err := json.Unmarshal(body, &raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if all[parts[1]] == nil {
			all[parts[1]] = make(catalogue)
		}
		for key, value := range raw {
			if _, twice := all[parts[1]][key]; twice {
				t.Errorf("%s: %s stands in another file too", name, key)
			}
			all[parts[1]][key] = forms(t, name, key, value)
		}
	}
	return all
}

func forms(t *testing.T, name, key string, value any) map[string]string {
	t.Helper()
	switch v := value.(type) {
	case string:
		return map[string]string{"other": v}
	case map[string]any:
		m := make(map[string]string)
		for form, text := range v {
			m[form] = fmt.Sprint(text)
		}
		return m
	}
	t.Fatalf("%s: %s is a %T", name, key, value)
	return nil
}

func noDuplicates(t *testing.T, name string, body []byte) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	depth, isKey := 0, false
	seen := make(map[string]bool)
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		switch token {
		case json.Delim('{'):
			depth++
			isKey = true
			continue
		case json.Delim('}'):
			depth--
			isKey = true
			continue
		}
		if key, ok := token.(string); ok && isKey && depth == 1 {
			if seen[key] {
				t.Errorf("%s: %s stands twice", name, key)
			}
			seen[key] = true
		}
		isKey = !isKey
	}
}

var (
	placeholder = regexp.MustCompile(`\{\{\.([a-z0-9]+)\}\}`)
	tag         = regexp.MustCompile(`</?([a-z]+)>`)
	word        = regexp.MustCompile(`\pL+`)
)

func params(text string) []string {
	found := make(map[string]bool)
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		found[m[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func TestCataloguesHaveTheSameKeys(t *testing.T) {
	all := readCatalogues(t)
	want := slices.Sorted(maps.Keys(all[Kyrgyz]))
	for _, l := range Languages() {
		if diff := cmp.Diff(slices.Sorted(maps.Keys(all[l.Code])), want); diff != "" {
			t.Errorf("%s against ky (-got +want):\n%s", l.Code, diff)
		}
	}
}

func TestTextsHaveTheirFormsAndParameters(t *testing.T) {
	all := readCatalogues(t)
	for key, kyrgyz := range all[Kyrgyz] {
		want := params(kyrgyz["other"])
		for _, l := range Languages() {
			got := all[l.Code][key]
			if len(kyrgyz) > 1 {
				if diff := cmp.Diff(slices.Sorted(maps.Keys(got)), cldr[l.Code]); diff != "" {
					t.Errorf("%s %s: plural forms (-got +want):\n%s", l.Code, key, diff)
				}
				if !slices.Contains(want, "count") {
					t.Errorf("%s %s: plural forms without a count", l.Code, key)
				}
			} else if len(got) != 1 {
				t.Errorf("%s %s: plural forms that Kyrgyz does not have", l.Code, key)
			}
			for form, text := range got {
				if diff := cmp.Diff(params(text), want); diff != "" {
					t.Errorf("%s %s (%s): parameters (-got +want):\n%s", l.Code, key, form, diff)
				}
				if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
					t.Errorf("%s %s: broken placeholder in %q", l.Code, key, text)
				}
			}
		}
	}
}

func TestTextsAreWellFormed(t *testing.T) {
	for lang, c := range readCatalogues(t) {
		for key, texts := range c {
			for form, text := range texts {
				where := lang + " " + key + " (" + form + ")"
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: empty", where)
				}
				if err := checkMarkup(text); err != nil {
					t.Errorf("%s: %v", where, err)
				}
				if w := mixedScript(text); w != "" {
					t.Errorf("%s: %q mixes Cyrillic and Latin letters", where, w)
				}
				if lang == Russian && strings.ContainsAny(text, "ҢңӨөҮү") && !strings.Contains(text, "Айгүл") {
					t.Errorf("%s: Kyrgyz letters in a Russian text", where)
				}
			}
		}
	}
}

// checkMarkup demands tags that Telegram knows, closed in order, and nothing
// else that a parser of HTML would stumble over.
func checkMarkup(text string) error {
	var open []string
	for _, m := range tag.FindAllStringSubmatch(text, -1) {
		if !slices.Contains([]string{"b", "i", "code"}, m[1]) {
			return fmt.Errorf("tag %s", m[0])
		}
		if !strings.HasPrefix(m[0], "</") {
			open = append(open, m[1])
			continue
		}
		if len(open) == 0 || open[len(open)-1] != m[1] {
			return fmt.Errorf("%s closes nothing", m[0])
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		return fmt.Errorf("<%s> stays open", open[0])
	}
	if rest := tag.ReplaceAllString(text, ""); strings.ContainsAny(rest, "<>&") {
		return fmt.Errorf("bare markup in %q", text)
	}
	return nil
}

// mixedScript returns a word with letters of two alphabets, which look alike
// and break search.
func mixedScript(text string) string {
	text = placeholder.ReplaceAllString(text, " ")
	for _, w := range word.FindAllString(tag.ReplaceAllString(text, " "), -1) {
		latin := strings.IndexFunc(w, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) >= 0
		cyrillic := strings.IndexFunc(w, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) >= 0
		if latin && cyrillic {
			return w
		}
	}
	return ""
}

func TestTextsFitTheirPlaces(t *testing.T) {
	limits := []struct {
		name  string
		is    func(key string) bool
		limit int // characters, but UTF-16 units for toasts
	}{
		{"button", func(k string) bool { return strings.Contains(k, ".button.") || k == "chat.back" || k == "chat.cancel" }, 24},
		{"category", func(k string) bool { return strings.HasPrefix(k, "category.") }, 20}, // two a row
		{"toast", func(k string) bool {
			return strings.HasPrefix(k, "error.") || strings.HasSuffix(k, ".toast") || k == "chat.stale" || k == "chat.too_fast"
		}, 200},
		{"command", func(k string) bool { return strings.HasPrefix(k, "command.") }, 40},
		{"description", func(k string) bool { return k == "bot.description" }, 512},
		{"short description", func(k string) bool { return k == "bot.short" }, 120},
		{"message", func(string) bool { return true }, 600},
	}
	for lang, c := range readCatalogues(t) {
		for key, texts := range c {
			for _, text := range texts {
				for _, l := range limits {
					if !l.is(key) {
						continue
					}
					n := utf8.RuneCountInString(text)
					if l.name == "toast" {
						n = len(utf16.Encode([]rune(text)))
					}
					if n > l.limit {
						t.Errorf("%s %s: %d characters, a %s has at most %d", lang, key, n, l.name, l.limit)
					}
				}
			}
		}
	}
}
