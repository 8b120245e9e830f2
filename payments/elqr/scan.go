package elqr

import (
	"strconv"
	"unicode/utf8"
)

// object is one ID-length-value of a fragment or of a template inside it.
type object struct {
	id    uint8
	found bool
	value string
	at    int // characters of the fragment before the value
}

// scanner walks the objects of text. Lengths count characters, so it walks
// runes; at counts them from the beginning of the whole fragment.
type scanner struct {
	text   string
	at     int
	pos    int    // bytes of text walked
	parent string // the template's ID, empty at the top
	seen   [2]uint64
}

// next returns the next object; found is false at the end of the text.
func (s *scanner) next() (object, error) {
	rest := s.text[s.pos:]
	if rest == "" {
		return object{}, nil
	}
	id, ok := twoDigits(rest)
	if !ok {
		return object{}, s.broken("", "no two-digit object id", s.at)
	}
	length, ok := twoDigits(rest[2:])
	if !ok {
		return object{}, s.broken(rest[:2], "no two-digit length", s.at+2)
	}
	if length == 0 {
		return object{}, s.broken(rest[:2], "length 00, at least 01", s.at+2)
	}
	if s.seen[id>>6]&(1<<(id&63)) != 0 {
		return object{}, &Error{Code: CodeRepeated, Object: s.path(rest[:2]), At: s.at, Detail: "stands twice, again"}
	}
	s.seen[id>>6] |= 1 << (id & 63)

	end := 4
	for range length {
		if end == len(rest) {
			detail := "length " + rest[2:4] + " runs past the end"
			if s.parent != "" {
				detail += " of object " + s.parent
			}
			return object{}, s.broken(rest[:2], detail, s.at+2)
		}
		_, size := utf8.DecodeRuneInString(rest[end:])
		end += size
	}
	o := object{id: id, found: true, value: rest[4:end], at: s.at + 4}
	s.pos += end
	s.at += 4 + int(length)
	return o, nil
}

func (s *scanner) broken(id, detail string, at int) error {
	object := s.parent
	if id != "" {
		object = s.path(id)
	}
	return &Error{Code: CodeBroken, Object: object, At: at, Detail: detail}
}

func (s *scanner) path(id string) string {
	if s.parent == "" {
		return id
	}
	return s.parent + "/" + id
}

func twoDigits(s string) (uint8, bool) {
	if len(s) < 2 || !digit(s[0]) || !digit(s[1]) {
		return 0, false
	}
	return (s[0]-'0')*10 + s[1] - '0', true
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func digits(s string) bool {
	for i := range len(s) {
		if !digit(s[i]) {
			return false
		}
	}
	return s != ""
}

// fits refuses a value of more than most characters.
func (o object) fits(path string, most int) error {
	// A character has at least one byte, which spares counting nearly always.
	if len(o.value) <= most {
		return nil
	}
	if n := utf8.RuneCountInString(o.value); n > most {
		return &Error{Code: CodeLong, Object: path, At: o.at,
			Detail: strconv.Itoa(n) + " characters, at most " + strconv.Itoa(most)}
	}
	return nil
}

// yes reads the objects 32/12 and 32/13: "11" yes, "12" no, absent yes.
func (o object) yes(path string) (bool, error) {
	switch {
	case !o.found || o.value == "11":
		return true, nil
	case o.value == "12":
		return false, nil
	}
	return false, o.invalid(path, "neither 11 nor 12")
}

func (o object) invalid(path, detail string) error {
	return &Error{Code: CodeInvalid, Object: path, At: o.at, Detail: detail}
}

func missing(path string) error {
	return &Error{Code: CodeMissing, Object: path, At: -1, Detail: "absent"}
}
