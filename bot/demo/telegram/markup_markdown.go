package telegram

import (
	"strings"
	"unicode/utf8"
)

// markdownParser follows Telegram's parser of MarkdownV2, byte offsets in its complaints included.
type markdownParser struct {
	text       string
	i          int
	out        strings.Builder
	pos        int // length of out in UTF-16 code units
	open       []markdownMark
	done       []entity
	quoted     bool // inside a block quotation
	quoteStart bool // a '>' here starts one
}

type markdownMark struct {
	kind, argument string
	offset         int // UTF-16 code units
	at             int // bytes in text
	start          int // bytes in out
}

const reservedMarkdown = "_*[]()~`>#+-=|{}.!\n"

// markdownNames are the names of entities in Telegram's complaints.
var markdownNames = map[string]string{"bold": "Bold", "italic": "Italic", "underline": "Underline",
	"strikethrough": "Strikethrough", "spoiler": "Spoiler", "text_link": "TextUrl", "code": "Code", "pre": "Pre",
	"custom_emoji": "CustomEmoji", "blockquote": "BlockQuote"}

func parseMarkdownV2(text string) (string, []entity, error) {
	p := &markdownParser{text: text, quoteStart: true}
	for p.i < len(text) {
		if err := p.step(); err != nil {
			return "", nil, err
		}
	}
	p.finishQuote()
	if len(p.open) > 0 {
		return "", nil, p.unclosed()
	}
	sortEntities(p.done)
	return p.out.String(), p.done, nil
}

func (p *markdownParser) step() error {
	c := p.text[p.i]
	if next := p.at(p.i + 1); c == '\\' && next > 0 && next <= 126 {
		p.write(p.text[p.i+1 : p.i+2])
		p.quoteStart = next == '\n' || next == '\r' && p.quoteStart
		p.i += 2
		return nil
	}
	reserved := reservedMarkdown
	if top := p.top(); top == "code" || top == "pre" {
		reserved = "`"
	}
	switch {
	case !strings.ContainsRune(reserved, rune(c)):
		_, size := utf8.DecodeRuneInString(p.text[p.i:])
		p.write(p.text[p.i : p.i+size])
		p.quoteStart = c == '\r' && p.quoteStart
		p.i += size
		return nil
	case p.closes(c):
		return p.end(c)
	}
	return p.begin(c)
}

func (p *markdownParser) at(i int) byte {
	if i < len(p.text) {
		return p.text[i]
	}
	return 0
}

func (p *markdownParser) has(s string) bool { return strings.HasPrefix(p.text[p.i:], s) }

func (p *markdownParser) write(s string) {
	p.out.WriteString(s)
	p.pos += utf16Len(s)
}

func (p *markdownParser) top() string {
	if len(p.open) == 0 {
		return ""
	}
	return p.open[len(p.open)-1].kind
}

func (p *markdownParser) unclosed() error {
	mark := p.open[len(p.open)-1]
	return complain("Can't find end of %s entity at byte offset %d", markdownNames[mark.kind], mark.at)
}

// closes reports whether the character ends the innermost open entity.
func (p *markdownParser) closes(c byte) bool {
	if len(p.open) == 0 {
		return false
	}
	if p.quoted && c == '\n' && p.at(p.i+1) != '>' {
		return true
	}
	switch p.top() {
	case "bold":
		return c == '*'
	case "italic":
		return c == '_' && !p.has("__")
	case "code":
		return c == '`'
	case "pre":
		return p.has("```")
	case "text_link", "custom_emoji":
		return c == ']'
	case "underline":
		return p.has("__")
	case "strikethrough":
		return c == '~'
	case "spoiler":
		return p.has("||")
	}
	return false
}

func (p *markdownParser) begin(c byte) error {
	mark := markdownMark{at: p.i, offset: p.pos, start: p.out.Len()}
	size := 1
	switch {
	case p.has("__"):
		mark.kind, size = "underline", 2
	case c == '_':
		mark.kind = "italic"
	case c == '*':
		mark.kind = "bold"
	case c == '~':
		mark.kind = "strikethrough"
	case p.has("||"):
		mark.kind, size = "spoiler", 2
	case c == '[':
		mark.kind = "text_link"
	case p.has("!["):
		mark.kind, size = "custom_emoji", 2
	case p.has("```"):
		mark.kind = "pre"
		mark.argument, size = preLanguage(p.text[p.i:])
	case c == '`':
		mark.kind = "code"
	case c == '\n':
		p.write("\n")
		p.quoteStart = true
		p.i++
		return nil
	case c == '>' && p.quoteStart:
		if p.quoted {
			p.i++
			return nil
		}
		mark.kind, p.quoted = "blockquote", true
	default:
		return complain("Character '%c' is reserved and must be escaped with the preceding '\\'", c)
	}
	p.i += size
	p.open = append(p.open, mark)
	return nil
}

// preLanguage reads "```lang\n" and returns the language and the length of all that.
func preLanguage(text string) (string, int) {
	i := 3
	end := i
	for end < len(text) && !isSpace(text[end]) && text[end] != '`' {
		end++
	}
	language := ""
	if end != i && end < len(text) && text[end] != '`' {
		language, i = text[i:end], end
	}
	switch {
	case strings.HasPrefix(text[i:], "\r\n"), strings.HasPrefix(text[i:], "\n\r"):
		i += 2
	case strings.HasPrefix(text[i:], "\n"), strings.HasPrefix(text[i:], "\r"):
		i++
	}
	return language, i
}

func (p *markdownParser) end(c byte) error {
	mark := p.open[len(p.open)-1]
	e := entity{Type: mark.kind, Offset: mark.offset, Length: p.pos - mark.offset, Language: mark.argument}
	if c == '\n' && mark.kind != "blockquote" {
		// Only "||" right before the end of the line may stand open here: it makes the quotation expandable.
		if mark.kind != "spoiler" || mark.at != p.i-2 {
			return p.unclosed()
		}
		p.open = p.open[:len(p.open)-1]
		mark = p.open[len(p.open)-1]
		if mark.kind != "blockquote" {
			return p.unclosed()
		}
		e = entity{Type: "expandable_blockquote", Offset: mark.offset, Length: p.pos - mark.offset}
	}
	p.open = p.open[:len(p.open)-1]
	p.i++
	switch e.Type {
	case "underline", "spoiler":
		p.i++
	case "pre":
		p.i += 2
	case "text_link", "custom_emoji":
		url, err := p.linkTarget(mark)
		if err != nil {
			return err
		}
		e.URL = url
		if e.Type == "custom_emoji" {
			id, ok := strings.CutPrefix(url, "tg://emoji?id=")
			if !ok {
				return complain("Invalid tg://emoji or tg://time URL specified")
			}
			e.URL, e.EmojiID = "", id
		}
	case "blockquote", "expandable_blockquote":
		p.quoted, p.quoteStart = false, true
		p.write("\n")
		e.Length++
	}
	if e.Length > 0 {
		p.done = append(p.done, e)
	}
	return nil
}

// linkTarget reads "(url)" behind the closing bracket; without it the text is the link.
func (p *markdownParser) linkTarget(mark markdownMark) (string, error) {
	if p.at(p.i) != '(' {
		if mark.kind == "custom_emoji" {
			return "", complain("The entity must contain a tg://emoji or tg://time URL")
		}
		return p.out.String()[mark.start:], nil
	}
	p.i++
	start := p.i
	var url strings.Builder
	for p.i < len(p.text) && p.text[p.i] != ')' {
		if next := p.at(p.i + 1); p.text[p.i] == '\\' && next > 0 && next <= 126 {
			p.i++
		}
		url.WriteByte(p.text[p.i])
		p.i++
	}
	if p.at(p.i) != ')' {
		return "", complain("Can't find end of a URL at byte offset %d", start)
	}
	p.i++
	return url.String(), nil
}

// finishQuote closes a quotation that runs to the end of the text.
func (p *markdownParser) finishQuote() {
	if !p.quoted {
		return
	}
	kind := "blockquote"
	if mark := p.open[len(p.open)-1]; mark.kind == "spoiler" && mark.at == len(p.text)-2 {
		p.open = p.open[:len(p.open)-1]
		kind = "expandable_blockquote"
	}
	mark := p.open[len(p.open)-1]
	if mark.kind != "blockquote" {
		return
	}
	p.open = p.open[:len(p.open)-1]
	if p.pos > mark.offset {
		p.done = append(p.done, entity{Type: kind, Offset: mark.offset, Length: p.pos - mark.offset})
	}
}

// parseMarkdown is the legacy parse_mode Markdown: no nesting, and backslashes before _ * ` [ only.
func parseMarkdown(text string) (string, []entity, error) {
	p := &markdownParser{text: text}
	for p.i < len(text) {
		c := text[p.i]
		switch {
		case c == '\\' && p.i+1 < len(text) && strings.ContainsRune("_*`[", rune(text[p.i+1])):
			p.write(text[p.i+1 : p.i+2])
			p.i += 2
		case strings.ContainsRune("_*`[", rune(c)):
			if err := p.legacyEntity(c); err != nil {
				return "", nil, err
			}
		default:
			_, size := utf8.DecodeRuneInString(text[p.i:])
			p.write(text[p.i : p.i+size])
			p.i += size
		}
	}
	sortEntities(p.done)
	return p.out.String(), p.done, nil
}

func (p *markdownParser) legacyEntity(c byte) error {
	begin := p.i
	e := entity{Offset: p.pos, Type: map[byte]string{'_': "italic", '*': "bold", '`': "code", '[': "text_link"}[c]}
	closing := map[byte]string{'_': "_", '*': "*", '`': "`", '[': "]"}[c]
	size := 1
	if p.has("```") {
		e.Type, closing = "pre", "```"
		e.Language, size = preLanguage(p.text[p.i:])
	}
	p.i += size
	end := strings.Index(p.text[p.i:], closing)
	if end < 0 {
		return complain("Can't find end of the entity starting at byte offset %d", begin)
	}
	inner := p.text[p.i : p.i+end]
	p.write(inner)
	p.i += end + len(closing)
	e.Length = p.pos - e.Offset
	if c == '[' {
		e.URL = inner
		if p.at(p.i) == '(' {
			target := p.text[p.i+1:]
			url, _, found := strings.Cut(target, ")")
			e.URL = url
			p.i += 1 + len(url)
			if found {
				p.i++
			}
		}
	}
	if e.Length > 0 {
		p.done = append(p.done, e)
	}
	return nil
}
