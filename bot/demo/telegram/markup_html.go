package telegram

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// htmlTags maps the tags of parse_mode HTML to entity types; a, code, pre, span and tg-emoji have rules of their own.
var htmlTags = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
	"blockquote": "blockquote", "a": "text_link", "code": "code", "pre": "pre", "span": "spoiler", "tg-emoji": "custom_emoji",
}

// markupError is a complaint about markup in Telegram's words, which begin with a capital.
type markupError string

func (e markupError) Error() string { return string(e) }

func complain(format string, args ...any) error { return markupError(fmt.Sprintf(format, args...)) }

// htmlParser follows Telegram's parser, byte offsets in its complaints included.
type htmlParser struct {
	text string
	i    int
	out  strings.Builder
	pos  int // length of out in UTF-16 code units
	open []htmlTag
	done []entity
}

type htmlTag struct {
	name, argument string
	offset         int // UTF-16 code units
	start          int // bytes in out
}

func parseHTML(text string) (string, []entity, error) {
	p := &htmlParser{text: text}
	for p.i < len(text) {
		c := text[p.i]
		if c == '&' {
			if r, end := htmlReference(text, p.i); end > 0 {
				p.write(string(r))
				p.i = end
				continue
			}
		}
		var err error
		switch {
		case c != '<':
			p.copyRune()
		case p.at(p.i+1) == '/':
			err = p.endTag()
		default:
			err = p.startTag()
		}
		if err != nil {
			return "", nil, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, complain("Can't find end tag corresponding to start tag %q", p.open[n-1].name)
	}
	sortEntities(p.done)
	return p.out.String(), p.done, nil
}

// at is the byte at i, 0 past the end.
func (p *htmlParser) at(i int) byte {
	if i < len(p.text) {
		return p.text[i]
	}
	return 0
}

func (p *htmlParser) write(s string) {
	p.out.WriteString(s)
	p.pos += utf16Len(s)
}

func (p *htmlParser) copyRune() {
	_, size := utf8.DecodeRuneInString(p.text[p.i:])
	p.write(p.text[p.i : p.i+size])
	p.i += size
}

func (p *htmlParser) skipSpace() {
	for p.i < len(p.text) && isSpace(p.text[p.i]) {
		p.i++
	}
}

func (p *htmlParser) startTag() error {
	begin := p.i
	p.i++
	for p.i < len(p.text) && !isSpace(p.text[p.i]) && p.text[p.i] != '>' {
		p.i++
	}
	if p.at(p.i) == 0 {
		return complain("Unclosed start tag at byte offset %d", begin)
	}
	tag := htmlTag{name: strings.ToLower(p.text[begin+1 : p.i]), offset: p.pos, start: p.out.Len()}
	if _, ok := htmlTags[tag.name]; !ok {
		return complain("Unsupported start tag %q at byte offset %d", tag.name, begin)
	}
	for p.at(p.i) != '>' {
		p.skipSpace()
		if p.at(p.i) == '>' {
			break
		}
		if err := p.attribute(&tag, begin); err != nil {
			return err
		}
	}
	p.i++
	if tag.name == "span" && tag.argument != "spoiler" {
		return complain("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	p.open = append(p.open, tag)
	return nil
}

func (p *htmlParser) attribute(tag *htmlTag, begin int) error {
	nameAt := p.i
	for p.i < len(p.text) && !isSpace(p.text[p.i]) && !strings.ContainsRune("=>/\"'", rune(p.text[p.i])) {
		p.i++
	}
	name := p.text[nameAt:p.i]
	if name == "" {
		return complain("Empty attribute name in the tag %q at byte offset %d", tag.name, begin)
	}
	p.skipSpace()
	if p.at(p.i) != '=' {
		if p.at(p.i) == 0 {
			return complain("Unclosed start tag %q at byte offset %d", tag.name, begin)
		}
		if tag.name == "blockquote" && name == "expandable" {
			tag.argument = "1"
		}
		return nil
	}
	p.i++
	p.skipSpace()
	value, err := p.attributeValue()
	if err != nil {
		return err
	}
	if p.at(p.i) == 0 {
		return complain("Unclosed start tag at byte offset %d", begin)
	}
	switch tag.name + " " + name {
	case "a href", "tg-emoji emoji-id":
		tag.argument = value
	case "code class":
		tag.argument = strings.TrimPrefix(value, "language-")
	case "span class":
		tag.argument = strings.TrimPrefix(value, "tg-")
	case "blockquote expandable":
		tag.argument = "1"
	}
	return nil
}

func (p *htmlParser) attributeValue() (string, error) {
	quote := p.at(p.i)
	if quote != '"' && quote != '\'' {
		start := p.i
		for c := p.at(p.i); isAlnum(c) || c == '.' || c == '-'; c = p.at(p.i) {
			p.i++
		}
		if c := p.at(p.i); c != 0 && !isSpace(c) && c != '>' {
			return "", complain("Unexpected end of name token at byte offset %d", start)
		}
		return strings.ToLower(p.text[start:p.i]), nil
	}
	p.i++
	var value strings.Builder
	for p.i < len(p.text) && p.text[p.i] != quote {
		if r, end := htmlReference(p.text, p.i); end > 0 {
			value.WriteRune(r)
			p.i = end
			continue
		}
		value.WriteByte(p.text[p.i])
		p.i++
	}
	if p.at(p.i) == quote {
		p.i++
	}
	return value.String(), nil
}

func (p *htmlParser) endTag() error {
	begin := p.i
	if len(p.open) == 0 {
		return complain("Unexpected end tag at byte offset %d", begin)
	}
	p.i += 2
	nameAt := p.i
	for p.i < len(p.text) && !isSpace(p.text[p.i]) && p.text[p.i] != '>' {
		p.i++
	}
	name := strings.ToLower(p.text[nameAt:p.i])
	p.skipSpace()
	if p.at(p.i) != '>' {
		return complain("Unclosed end tag at byte offset %d", begin)
	}
	p.i++
	tag := p.open[len(p.open)-1]
	if name != "" && name != tag.name {
		return complain("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, tag.name, name)
	}
	p.open = p.open[:len(p.open)-1]
	if p.pos == tag.offset {
		return nil
	}
	return p.close(tag)
}

// close turns a finished tag into an entity.
func (p *htmlParser) close(tag htmlTag) error {
	e := entity{Type: htmlTags[tag.name], Offset: tag.offset, Length: p.pos - tag.offset}
	switch tag.name {
	case "blockquote":
		if tag.argument != "" {
			e.Type = "expandable_blockquote"
		}
	case "tg-emoji":
		if id, err := strconv.ParseInt(tag.argument, 10, 64); err != nil || id == 0 {
			return complain("Invalid custom emoji identifier specified")
		}
		e.EmojiID = tag.argument
	case "a":
		e.URL = tag.argument
		if e.URL == "" {
			e.URL = p.out.String()[tag.start:]
		}
	case "code":
		// <pre><code class="language-x"> is one entity
		e.Language = tag.argument
	case "pre":
		if n := len(p.done); n > 0 && p.done[n-1].Type == "code" && p.done[n-1].Offset == e.Offset &&
			p.done[n-1].Length == e.Length && p.done[n-1].Language != "" {
			p.done[n-1].Type = "pre"
			return nil
		}
	}
	p.done = append(p.done, e)
	return nil
}

// htmlReference decodes the character reference at i and returns the index behind it, 0 if there is none.
// Telegram knows the numeric ones and four by name.
func htmlReference(text string, i int) (rune, int) {
	if text[i] != '&' {
		return 0, 0
	}
	end := i + 1
	if strings.HasPrefix(text[end:], "#") {
		end++
		base := 10
		if strings.HasPrefix(strings.ToLower(text[end:]), "x") {
			base, end = 16, end+1
		}
		start := end
		for end < len(text) && isAlnum(text[end]) {
			end++
		}
		n, err := strconv.ParseInt(text[start:end], base, 32)
		if err != nil || n == 0 || n >= 0x10ffff || end-start > 8 {
			return 0, 0
		}
		return rune(n), skipSemicolon(text, end)
	}
	for end < len(text) && isAlnum(text[end]) {
		end++
	}
	names := map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"'}
	r, ok := names[text[i+1:end]]
	if !ok {
		return 0, 0
	}
	return r, skipSemicolon(text, end)
}

func skipSemicolon(text string, i int) int {
	if i < len(text) && text[i] == ';' {
		return i + 1
	}
	return i
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
