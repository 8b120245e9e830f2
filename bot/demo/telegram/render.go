package telegram

import (
	"html"
	"net/url"
	"slices"
	"strings"
)

// renderHTML makes safe HTML of a text and its entities: everything of other people's is escaped, links are http(s)
// or tg only, and commands become buttons for the page (class "command").
func renderHTML(text string, list []entity) string {
	type edge struct {
		at    int // bytes
		open  bool
		which int
	}
	var edges []edge
	tags := make([][2]string, len(list))
	for i, e := range list {
		start, ok1 := byteOffset(text, e.Offset)
		end, ok2 := byteOffset(text, e.Offset+e.Length)
		if !ok1 || !ok2 || start >= end {
			continue
		}
		tags[i] = htmlFor(e, text[start:end])
		edges = append(edges, edge{start, true, i}, edge{end, false, i})
	}
	slices.SortStableFunc(edges, func(a, b edge) int {
		if a.at != b.at {
			return a.at - b.at
		}
		if a.open != b.open { // what ends here ends before anything begins
			if a.open {
				return 1
			}
			return -1
		}
		return a.which - b.which
	})
	var out strings.Builder
	var open []int
	at := 0
	for _, ed := range edges {
		out.WriteString(escapeLines(text[at:ed.at]))
		at = ed.at
		if ed.open {
			out.WriteString(tags[ed.which][0])
			open = append(open, ed.which)
			continue
		}
		// Entities may cross: close down to this one and open the others again.
		i := slices.Index(open, ed.which)
		for _, which := range slices.Backward(open[i:]) {
			out.WriteString(tags[which][1])
		}
		open = slices.Delete(open, i, i+1)
		for _, which := range open[i:] {
			out.WriteString(tags[which][0])
		}
	}
	out.WriteString(escapeLines(text[at:]))
	return out.String()
}

func escapeLines(s string) string {
	return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>")
}

func htmlFor(e entity, text string) [2]string {
	link := func(target string) [2]string {
		u, err := url.Parse(target)
		if err != nil || !slices.Contains([]string{"http", "https", "tg", "mailto", "tel"}, u.Scheme) {
			return [2]string{}
		}
		return [2]string{`<a href="` + html.EscapeString(target) + `" target="_blank" rel="noopener noreferrer">`, "</a>"}
	}
	switch e.Type {
	case "bold":
		return [2]string{"<b>", "</b>"}
	case "italic":
		return [2]string{"<i>", "</i>"}
	case "underline":
		return [2]string{"<u>", "</u>"}
	case "strikethrough":
		return [2]string{"<s>", "</s>"}
	case "spoiler":
		return [2]string{`<span class="spoiler">`, "</span>"}
	case "code":
		return [2]string{"<code>", "</code>"}
	case "pre":
		return [2]string{"<pre>", "</pre>"}
	case "blockquote", "expandable_blockquote":
		return [2]string{"<blockquote>", "</blockquote>"}
	case "bot_command":
		return [2]string{`<button type="button" class="command">`, "</button>"}
	case "text_link":
		return link(e.URL)
	case "url":
		full, problem := checkLink(text)
		if problem != "" {
			return [2]string{}
		}
		return link(full)
	case "email":
		return link("mailto:" + text)
	case "phone_number":
		return link("tel:" + strings.NewReplacer(" ", "", "(", "", ")", "", "-", "").Replace(text))
	}
	return [2]string{}
}
