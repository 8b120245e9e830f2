package telegram

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Lengths in UTF-16 code units after the parse of entities (Bot API, sendMessage and sendPhoto), and the most
// bytes of markup Telegram looks at.
const (
	maxText    = 4096
	maxCaption = 1024
	maxMarkup  = 1 << 15
)

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// byteOffset converts an offset in UTF-16 code units to bytes; ok is false past the end and inside a character.
func byteOffset(s string, units int) (int, bool) {
	at := 0
	for i, r := range s {
		if at == units {
			return i, true
		}
		at += utf16.RuneLen(r)
		if at > units {
			return 0, false
		}
	}
	return len(s), at == units
}

// sortEntities puts outer entities before inner ones.
func sortEntities(list []entity) {
	slices.SortStableFunc(list, func(a, b entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
}

// formatted parses a text of the bot by its parse_mode or given entities, cleans it as Telegram does and adds the
// entities that Telegram finds by itself. limit is in UTF-16 code units.
func (s *Server) formatted(text, mode, given string, limit int) (string, []entity, *apiError) {
	if !utf8.ValidString(text) {
		return "", nil, badRequest("strings must be encoded in UTF-8")
	}
	if len(text) > maxMarkup {
		return "", nil, badRequest("text is too long")
	}
	parse := map[string]func(string) (string, []entity, error){
		"html": parseHTML, "markdown": parseMarkdown, "markdownv2": parseMarkdownV2}[strings.ToLower(mode)]
	var list []entity
	switch {
	case parse != nil:
		parsed, found, err := parse(text)
		if err != nil {
			return "", nil, badRequest("can't parse entities: %v", err)
		}
		text, list = parsed, found
	case mode != "" && !strings.EqualFold(mode, "none"):
		return "", nil, badRequest("unsupported parse_mode")
	case given != "":
		// spec.check has seen to its form
		_ = json.Unmarshal([]byte(given), &list)
		if err := checkEntities(text, list); err != nil {
			return "", nil, err
		}
	}
	text, list = trimEntities(cleanText(text), s.resolveLinks(list))
	if n := utf16Len(text); n > limit {
		if limit == maxCaption {
			return "", nil, badRequest("message caption is too long")
		}
		return "", nil, badRequest("message is too long")
	}
	return text, addFound(text, list), nil
}

// checkEntities refuses entities that don't fit the text, in Telegram's words.
func checkEntities(text string, list []entity) *apiError {
	length := utf16Len(text)
	for _, e := range list {
		switch {
		case e.Offset < 0 || e.Offset > length:
			return badRequest("entity begins after the end of the text at UTF-16 offset %d", e.Offset)
		case e.Length <= 0 || e.Offset+e.Length > length:
			return badRequest("entity beginning at UTF-16 offset %d ends after the end of the text at UTF-16 offset %d",
				e.Offset, e.Offset+e.Length)
		}
		if _, ok := byteOffset(text, e.Offset); !ok {
			return badRequest("entity begins in a middle of a UTF-16 symbol at byte offset %d", e.Offset)
		}
		if _, ok := byteOffset(text, e.Offset+e.Length); !ok {
			return badRequest("entity beginning at UTF-16 offset %d ends in a middle of a UTF-16 symbol", e.Offset)
		}
	}
	sortEntities(list)
	return nil
}

// resolveLinks turns links to users into mentions, drops links to nowhere and completes the rest.
func (s *Server) resolveLinks(list []entity) []entity {
	out := list[:0:0]
	for _, e := range list {
		if e.Type != "text_link" {
			if e.Type == "code" {
				e.Language = ""
			}
			out = append(out, e)
			continue
		}
		if id, ok := strings.CutPrefix(e.URL, "tg://user?id="); ok {
			if u := s.userByText(id); u != nil {
				e.Type, e.URL, e.User = "text_mention", "", u
				out = append(out, e)
			}
			continue
		}
		if full, problem := checkLink(e.URL); problem == "" {
			e.URL = full
			out = append(out, e)
		}
	}
	return out
}

// checkLink completes a link as Telegram does (scheme, slash) or says what is wrong with it.
func checkLink(link string) (full, problem string) {
	lower := strings.ToLower(link)
	if strings.HasPrefix(lower, "tg:") || strings.HasPrefix(lower, "ton:") {
		if u, err := url.Parse(link); err != nil || u.Host == "" && u.Opaque == "" {
			return "", "Wrong tg URL"
		}
		return link, ""
	}
	if !strings.Contains(link, "://") {
		link = "http://" + link
	}
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" {
		return "", "Wrong HTTP URL"
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", "Unsupported URL protocol"
	}
	if ip, err := netip.ParseAddr(u.Hostname()); !strings.Contains(u.Hostname(), ".") && (err != nil || !ip.Is6()) {
		return "", "Wrong HTTP URL"
	}
	if u.Path == "" {
		head, tail, found := strings.Cut(link, "?")
		if found {
			return head + "/?" + tail, ""
		}
		return link + "/", ""
	}
	return link, ""
}

// cleanText replaces control characters by spaces of the same length and drops carriage returns' effect, so that
// offsets stay true.
func cleanText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' {
			return ' '
		}
		if '\u2028' <= r && r <= '\u202e' { // line separators and direction overrides
			return ' '
		}
		return r
	}, text)
}

// trimEntities cuts white space off both ends and fits the entities.
func trimEntities(text string, list []entity) (string, []entity) {
	left := strings.TrimLeftFunc(text, unicode.IsSpace)
	shift := utf16Len(text) - utf16Len(left)
	text = strings.TrimRightFunc(left, unicode.IsSpace)
	length := utf16Len(text)
	out := list[:0:0]
	for _, e := range list {
		start, end := max(e.Offset-shift, 0), min(e.Offset+e.Length-shift, length)
		if start < end {
			e.Offset, e.Length = start, end-start
			out = append(out, e)
		}
	}
	return text, out
}

// foundEntity matches what Telegram's servers mark by themselves, in order of preference.
var foundEntity = regexp.MustCompile(`(?i)(?P<url>https?://[^\s<>"']+|\b(?:t\.me|telegram\.me)/[^\s<>"']+)` +
	`|(?P<email>[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)` +
	`|(?P<bot_command>/[a-z0-9_]{1,64}(?:@[a-z0-9_]{3,32})?)` +
	`|(?P<mention>@[a-z0-9_]{3,32})` +
	`|(?P<hashtag>#[\pL\pN_]*[\pL_][\pL\pN_]*)` +
	`|(?P<phone_number>\+\d[\d ()-]{7,16}\d)`)

// addFound adds commands, mentions, hashtags, links, addresses and phone numbers to the given entities.
func addFound(text string, list []entity) []entity {
	for _, match := range foundEntity.FindAllStringSubmatchIndex(text, -1) {
		start, end := match[0], match[1]
		kind := ""
		for i, name := range foundEntity.SubexpNames() {
			if i > 0 && match[2*i] >= 0 {
				kind = name
			}
		}
		if kind == "url" {
			end = start + len(strings.TrimRight(text[start:end], ".,;:!?)]}"))
		}
		if !standsAlone(text, start, end, kind) {
			continue
		}
		e := entity{Type: kind, Offset: utf16Len(text[:start]), Length: utf16Len(text[start:end])}
		if !slices.ContainsFunc(list, func(other entity) bool { return other.forbids(e) }) {
			list = append(list, e)
		}
	}
	sortEntities(list)
	return list
}

// forbids reports whether nothing is looked for inside e: code and links stay as they are.
func (e entity) forbids(inner entity) bool {
	switch e.Type {
	case "code", "pre", "text_link", "text_mention", "custom_emoji":
		return e.Offset < inner.Offset+inner.Length && inner.Offset < e.Offset+e.Length
	}
	return false
}

// standsAlone reports whether a match isn't a part of a longer word: "и/или" has no command.
func standsAlone(text string, start, end int, kind string) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	word := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	if start > 0 && word(before) || end < len(text) && word(after) && kind != "url" {
		return false
	}
	const forbidden = "/<>" // next to a command
	return kind != "bot_command" || (start == 0 || !strings.ContainsRune(forbidden, before)) &&
		(end == len(text) || !strings.ContainsRune(forbidden, after))
}
