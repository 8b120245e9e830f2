package chat

import (
	"html"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type outletID int64

func TestAct(t *testing.T) {
	a := Act("pay", outletID(-5), "500 кофе: 10%", uint8(7), true)
	data, err := a.Data()
	if err != nil || data != "pay:-5:500 кофе%3A 10%25:7:true" {
		t.Fatalf("%q, %v", data, err)
	}
	if n, err := a.Int64(0); n != -5 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	for _, i := range []int{-1, 1, 9} {
		if _, err := a.Int64(i); err == nil {
			t.Errorf("argument %d is a number", i)
		}
	}
	for _, bad := range []Action{{}, {Name: "Pay"}, {Name: "a:b"}, Act("a", "\xff"), Act("a", strings.Repeat("я", 32))} {
		if data, err := bad.Data(); err == nil {
			t.Errorf("%+v is written as %q", bad, data)
		}
	}
	for _, bad := range []string{"", "A", ":", "a:%", "a:%4", "a:%zz", "a:%41", "a:%3a", "a:b\n", "a%3Ab", "a:\xff", strings.Repeat("a", 65)} {
		if a, err := ParseAction(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, a)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a float became an argument")
		}
	}()
	Act("a", 1.5)
}

func TestActionRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Action{Name: rapid.StringMatching(`[a-z0-9_.-]{1,8}`).Draw(t, "name"), Args: rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "args")}
		if len(a.Args) == 0 {
			a.Args = nil
		}
		data, err := a.Data()
		if err != nil {
			return // too long
		}
		got, err := ParseAction(data)
		if diff := cmp.Diff(got, a); diff != "" || err != nil || len(data) > maxData {
			t.Fatalf("%q: %v %s", data, err, diff)
		}
	})
}

func FuzzParseAction(f *testing.F) {
	for _, s := range []string{"pay:5", "a:", "a:%3A", "f:shop:kind:cafe", "a:%25%0A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAction(s)
		if err != nil {
			return
		}
		if again, err := a.Data(); err != nil || again != s {
			t.Errorf("%q became %q, %v", s, again, err)
		}
	})
}

func TestParseCommand(t *testing.T) {
	for _, c := range []struct {
		text, name, args string
		ours, ok         bool
	}{
		{"/pay@trade_bot 500 кофе", "pay", "500 кофе", true, true},
		{"/pay@Trade_BOT", "pay", "", true, true},
		{"/pay@other_bot 500", "pay", "500", false, true},
		{"/start QR_42", "start", "QR_42", true, true},
		{"/START\n500", "start", "500", true, true},
		{"/помощь мне", "помощь", "мне", true, true},
		{"/500 кофе", "500", "кофе", true, true},
		{"кофе /pay", "", "", false, false},
		{"/", "", "", false, false},
		{"/ pay", "", "", false, false},
		{"/pay!", "", "", false, false},
		{"/usr/bin", "", "", false, false},
		{"/pay@trade_bot!", "", "", false, false},
		{"/" + strings.Repeat("a", 33), "", "", false, false},
		{"/pay\u00a0500", "pay", "500", true, true},
	} {
		name, args, ours, ok := parseCommand(c.text, "trade_bot")
		if name != c.name || ours != c.ours || ok != c.ok || ok && args != c.args {
			t.Errorf("%q: %q %q ours=%v ok=%v", c.text, name, args, ours, ok)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"fits", "кофе", 4, "кофе"},
		{"shortened", "кофе чай", 6, "кофе…"},
		{"not inside a surrogate pair", "😀😀😀", 4, "😀…"},
		{"not inside a family", "a👨‍👩‍👧b", 5, "a…"},
		{"not before a mark", "ё́́́б", 3, "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := cut(c.in, c.limit)
			if got != c.want || units(got) > c.limit {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestSplitPlaces(t *testing.T) {
	for _, c := range []struct {
		name, in string
		limit    int
		want     []string
	}{
		{"fits by what is seen", "<b>abc</b>&amp;", 4, []string{"<b>abc</b>&amp;"}},
		{"at an empty line", "one two\n\nthree four", 12, []string{"one two", "three four"}},
		{"at a line", "one two\nthree four", 12, []string{"one two", "three four"}},
		{"at a space", "one two three", 10, []string{"one two", "three"}},
		{"inside a word if need be", "abcdefgh", 3, []string{"abc", "def", "gh"}},
		{"tags are closed and opened", "<b>one <i>two</i> three</b> four", 8,
			[]string{"<b>one <i>two</i></b>", "<b>three</b>", "four"}},
		{"not inside an entity", "abc&amp;def", 4, []string{"abc&amp;", "def"}},
		{"emoji whole", "😀😀😀", 3, []string{"😀", "😀", "😀"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(splitHTML(c.in, c.limit), c.want); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Parts fit, lose no visible character but spaces, and are each readable by themselves.
func TestSplitProperties(t *testing.T) {
	word := rapid.SampledFrom([]string{"<b>", "</b>", "сөз", " ", "\n", "\n\n", "&lt;", "&amp;", "😀", "👨‍👩‍👧", "a", "<", "<a href=\"https://x.kg\">", "</a>", "&"})
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(word, 0, 60).Draw(t, "words"), "")
		limit := rapid.IntRange(12, 40).Draw(t, "limit")
		var seen strings.Builder
		for _, part := range splitHTML(in, limit) {
			if n := units(plain(part)); n > limit {
				t.Fatalf("part of %d units: %q", n, part)
			}
			if !utf8.ValidString(part) {
				t.Fatalf("broken %q", part)
			}
			seen.WriteString(plain(part))
		}
		if got, want := squeeze(seen.String()), squeeze(plain(in)); got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

func TestPlain(t *testing.T) {
	in := "<b>" + html.EscapeString(`<b>*_[ & "co"`) + "</b>"
	if got := plain(in); got != `<b>*_[ & "co"` {
		t.Errorf("%q", got)
	}
}
