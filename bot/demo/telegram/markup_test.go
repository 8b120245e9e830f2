package telegram

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// show writes a text with its entities as "text | type@offset+length(url)".
func show(text string, list []entity) string {
	out := text
	for _, e := range list {
		out += fmt.Sprintf(" | %s@%d+%d", e.Type, e.Offset, e.Length)
		if extra := e.URL + e.Language + e.EmojiID; extra != "" {
			out += "(" + extra + ")"
		}
	}
	return out
}

func TestParseModes(t *testing.T) {
	tests := []struct{ name, mode, text, want string }{
		{"nested", "HTML", "<b>a <i>😀</i></b> c", "a 😀 c | bold@0+4 | italic@2+2"},
		{"references", "HTML", "&lt;b&gt; &amp; &#1234; &#x1F600; &copy;", "<b> & Ӓ 😀 &copy;"},
		{"link", "HTML", `<a href="https://elkart.kg/?a=1&amp;b=2">x</a>`, "x | text_link@0+1(https://elkart.kg/?a=1&b=2)"},
		{"link of a bare host", "HTML", `<a href="elkart.kg">x</a>`, "x | text_link@0+1(http://elkart.kg/)"},
		{"link to nowhere", "HTML", `<a href="x">y</a>`, "y"},
		{"code with a language", "HTML", `<pre><code class="language-go">x</code></pre>`, "x | pre@0+1(go)"},
		{"quotation", "HTML", "<blockquote expandable>a</blockquote>", "a | expandable_blockquote@0+1"},
		{"spoilers", "HTML", `<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>`, "ab | spoiler@0+1 | spoiler@1+1"},
		{"no commands inside code", "HTML", "<code>/pay</code> /pay", "/pay /pay | code@0+4 | bot_command@5+4"},
		{"trimmed", "HTML", "\n <b>a</b> \n", "a | bold@0+1"},
		{"unclosed", "HTML", "x<b", "! Unclosed start tag at byte offset 1"},
		{"unknown tag", "HTML", "я<script>", `! Unsupported start tag "script" at byte offset 2`},
		{"crossed", "HTML", "<b><i>x</b></i>", `! Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`},
		{"end first", "HTML", "a</b>", "! Unexpected end tag at byte offset 1"},
		{"span", "HTML", "<span>x</span>", `! Tag "span" must have class "tg-spoiler" at byte offset 0`},
		{"less than", "HTML", "1 < 2", `! Unsupported start tag "" at byte offset 2`},

		{"all", "MarkdownV2", "*a _b __c__ d_* ~e~ ||f|| `g`", "a b c d e f g | bold@0+7 | italic@2+5 | underline@4+1 | strikethrough@8+1 | spoiler@10+1 | code@12+1"},
		{"escapes", "MarkdownV2", `1\.5 \* \\`, `1.5 * \`},
		{"link", "MarkdownV2", `[x](https://elkart.kg/a\)b)`, "x | text_link@0+1(https://elkart.kg/a)b)"},
		{"pre", "MarkdownV2", "```go\nx := 1\n```", "x := 1 | pre@0+6(go)"},
		{"quotation", "MarkdownV2", ">a\n>b\nc", "a\nb\nc | blockquote@0+4"},
		{"expandable", "MarkdownV2", ">a\n>b||", "a\nb | expandable_blockquote@0+3"},
		{"reserved", "MarkdownV2", "1.5", `! Character '.' is reserved and must be escaped with the preceding '\'`},
		{"open bold", "MarkdownV2", "я *b", "! Can't find end of Bold entity at byte offset 3"},
		{"open link", "MarkdownV2", "[x](http://a.b", "! Can't find end of a URL at byte offset 4"},

		{"legacy", "Markdown", "*a* _b_ `c` [d](http://e.kg/) 1.5!", "a b c d 1.5! | bold@0+1 | italic@2+1 | code@4+1 | text_link@6+1(http://e.kg/)"},
		{"legacy escape", "Markdown", `a\_b`, "a_b"},
		{"legacy open", "Markdown", "a_b", "! Can't find end of the entity starting at byte offset 1"},

		{"found by itself", "", "и/или /pay@shop_bot @aigul #тег a@b.kg +996 555 123456",
			"и/или /pay@shop_bot @aigul #тег a@b.kg +996 555 123456 | bot_command@6+13 | mention@20+6 | hashtag@27+4 | email@32+6 | phone_number@39+15"},
	}
	s := New(Config{Token: "1:a"})
	defer s.Close()
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.mode, func(t *testing.T) {
			text, list, err := s.formatted(tt.text, tt.mode, "", maxText)
			got := show(text, list)
			if err != nil {
				got = "! " + strings.TrimPrefix(err.Description, "Bad Request: can't parse entities: ")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// safeTags are all the tags that renderHTML may write.
var safeTags = regexp.MustCompile(`</?(?:b|i|u|s|code|pre|blockquote)>|<br>|<span class="spoiler">|</span>|<button type="button" class="command">|</button>` +
	`|<a href="(?:https?|tg|mailto|tel):[^"<>]*" target="_blank" rel="noopener noreferrer">|</a>`)

func FuzzMarkup(f *testing.F) {
	for _, seed := range []string{"<b>x</b>", "*a _b_*", "[x](javascript:alert(1))", `<a href="javascript:1">x</a>`, "> q\n||", "```\r\n", "&#55357;", "<pre><code class=language-x>"} {
		f.Add(seed)
	}
	s := New(Config{Token: "1:a"})
	f.Fuzz(func(t *testing.T, in string) {
		for _, mode := range []string{"", "HTML", "Markdown", "MarkdownV2"} {
			text, list, err := s.formatted(in, mode, "", maxText)
			if err != nil {
				continue
			}
			if !utf8.ValidString(text) || utf16Len(text) > maxText {
				t.Fatalf("%s: text %q", mode, text)
			}
			if err := checkEntities(text, list); err != nil {
				t.Fatalf("%s: %q has %v: %v", mode, text, list, err)
			}
			page := renderHTML(text, list)
			plain := strings.ReplaceAll(safeTags.ReplaceAllStringFunc(page, func(tag string) string {
				if tag == "<br>" {
					return "\n"
				}
				return ""
			}), "\r", "")
			if strings.ContainsAny(plain, "<>") || html.UnescapeString(plain) != text {
				t.Fatalf("%s: %q became %q", mode, text, page)
			}
		}
	})
}
