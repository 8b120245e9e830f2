package chat

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// tagPattern knows the tags of Telegram's HTML and nothing else, so that "5 < 6" survives being made plain.
var tagPattern = regexp.MustCompile(`</?(?:b|strong|i|em|u|ins|s|strike|del|span|tg-spoiler|tg-emoji|a|code|pre|blockquote)(?:\s[^<>]*)?>`)

// leadingTag is tagPattern at the beginning of the text.
var leadingTag = regexp.MustCompile(`^(?:` + tagPattern.String() + `)`)

// entityPattern finds a character reference; Telegram counts it as the character it stands for.
var entityPattern = regexp.MustCompile(`^&(?:[a-zA-Z]{2,8}|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});`)

// plain turns Telegram's HTML into the text that is seen.
func plain(s string) string {
	return html.UnescapeString(tagPattern.ReplaceAllString(s, ""))
}

// units is the length of s in UTF-16 code units, the measure of all of Telegram's limits on text.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// cut shortens plain text to limit UTF-16 units with an ellipsis, never inside a character or an emoji.
func cut(s string, limit int) string {
	if units(s) <= limit {
		return s
	}
	n, end := 0, 0
	for i, r := range s {
		if n > limit-1 {
			break
		}
		if !glued(s, i) {
			end = i
		}
		n += utf16.RuneLen(r)
	}
	return strings.TrimRightFunc(s[:end], unicode.IsSpace) + "…"
}

// glued tells that the rune at i belongs to the character before it: a mark, a joiner, a skin tone.
func glued(s string, i int) bool {
	if i == 0 || i >= len(s) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc) || r == '\u200d' || before == '\u200d' ||
		r >= 0x1F3FB && r <= 0x1F3FF
}

// splitHTML cuts a text into parts of at most limit visible UTF-16 units each, at an empty line, a line's end or a
// space where there is one in the second half of the part. Tags that are open at a cut are closed there and opened
// again in the next part, so every part is HTML by itself.
func splitHTML(s string, limit int) []string {
	if units(plain(s)) <= limit {
		return []string{s}
	}
	var parts []string
	var open []string
	for s != "" {
		head := strings.Join(open, "")
		end, next := cutHTML(s, limit, open)
		part := strings.TrimRightFunc(s[:end], unicode.IsSpace)
		if strings.TrimSpace(plain(part)) != "" {
			parts = append(parts, head+part+closing(next))
		}
		s, open = s[end:], next
		if len(open) == 0 {
			s = strings.TrimLeftFunc(s, unicode.IsSpace)
		}
	}
	return parts
}

// cutHTML finds where a part of at most limit visible units ends, and which tags are open there.
func cutHTML(s string, limit int, open []string) (int, []string) {
	type place struct {
		at, seen, worth int
		open            []string
	}
	best := place{}
	open = append([]string(nil), open...)
	seen := 0
	for i := 0; i < len(s); {
		if s[i] == '<' {
			if tag := leadingTag.FindString(s[i:]); tag != "" {
				open = track(open, tag)
				i += len(tag)
				continue
			}
		}
		size, width := visible(s[i:])
		if !glued(s, i) && i > 0 {
			if p := (place{i, seen, worth(s, i), nil}); p.worth >= best.worth || best.seen < limit/2 {
				p.open = append([]string(nil), open...)
				best = p
			}
		}
		if seen+width > limit {
			if best.at == 0 {
				best = place{at: i + size, open: open}
			}
			return best.at, best.open
		}
		seen += width
		i += size
	}
	return len(s), open
}

// visible is the size in bytes of what stands at the beginning of s, and its width in UTF-16 units on the screen.
func visible(s string) (size, width int) {
	if s[0] == '&' {
		if ref := entityPattern.FindString(s); ref != "" && html.UnescapeString(ref) != ref {
			return len(ref), units(html.UnescapeString(ref))
		}
	}
	r, size := utf8.DecodeRuneInString(s)
	return size, utf16.RuneLen(r)
}

// worth grades a cut before s[i]: after an empty line, a line, a space, anywhere.
func worth(s string, i int) int {
	switch {
	case strings.HasSuffix(s[:i], "\n\n"):
		return 3
	case s[i-1] == '\n':
		return 2
	case s[i-1] == ' ':
		return 1
	}
	return 0
}

func track(open []string, tag string) []string {
	if strings.HasPrefix(tag, "</") {
		if len(open) > 0 {
			return open[:len(open)-1]
		}
		return open
	}
	return append(open, tag)
}

func closing(open []string) string {
	var b strings.Builder
	for i := len(open) - 1; i >= 0; i-- {
		name := strings.Trim(open[i], "<>")
		name, _, _ = strings.Cut(name, " ")
		b.WriteString("</" + name + ">")
	}
	return b.String()
}
