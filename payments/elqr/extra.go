package elqr

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// extra writes the additional fields in their order, filling 35, then 36 and so
// on to 39. Within each of them sub-objects are numbered from 00.
func (e *encoder) extra(fields []Extra) {
	const firstTemplate, lastTemplate = 35, 39
	template, sub, start := firstTemplate-1, 0, -1
	for i, x := range fields {
		if e.err != nil {
			return
		}
		n, ok := e.checkExtra(i, x)
		if !ok {
			return
		}
		if start < 0 || utf8.RuneCount(e.text[start:])+4+n > maxObject {
			if template == lastTemplate {
				e.fail(CodeLong, "extra["+strconv.Itoa(i)+"]", "39", "no room left in the objects 35 to 39")
				return
			}
			template, sub = template+1, 0
			start = e.open(twoDigit(uint8(template)))
		}
		e.head(twoDigit(uint8(sub)), n)
		for _, text := range [...]string{x.Key, x.Label, x.Value, x.Title} {
			e.text = append(append(e.text, text...), ':')
		}
		e.text = append(e.text, '1', '2')
		if x.Visible {
			e.text[len(e.text)-1] = '1'
		}
		sub++
		e.close(start)
	}
}

// checkExtra returns how many characters the field's value has when written.
func (e *encoder) checkExtra(i int, x Extra) (length int, ok bool) {
	const marks = len("::::11")
	length = marks
	fail := func(name string, code Code, detail string) (int, bool) {
		field := "extra[" + strconv.Itoa(i) + "]"
		if name != "" {
			field += "." + name
		}
		e.fail(code, field, "35", detail)
		return 0, false
	}
	for _, part := range [...]struct{ name, text string }{
		{"key", x.Key}, {"label", x.Label}, {"value", x.Value}, {"title", x.Title},
	} {
		if part.text == "" {
			if part.name == "key" {
				return fail("key", CodeMissing, "absent")
			}
			continue
		}
		n, code, detail := checkValue(part.text)
		switch {
		case detail != "":
			return fail(part.name, code, detail)
		case strings.Contains(part.text, ":"):
			return fail(part.name, CodeInvalid, "a colon separates the parts of the field")
		case holdsCard(part.text):
			return fail(part.name, CodeCard, "looks like a card number")
		}
		length += n
	}
	if most := maxObject - len("0000"); length > most {
		return fail("", CodeLong, strconv.Itoa(length)+" characters with its colons, at most "+strconv.Itoa(most))
	}
	return length, true
}
