package elqr

import "strconv"

// Code says what kind of fault an Error is, for callers that word it for people.
type Code string

// The kinds of fault.
const (
	CodeNotLink  Code = "not_link" // there is no payment fragment at all
	CodeBroken   Code = "broken"   // identifiers and lengths do not add up
	CodeChecksum Code = "checksum" // object 63 disagrees with the rest
	CodeMissing  Code = "missing"  // an object that must be there is absent
	CodeRepeated Code = "repeated" // an object stands twice
	CodeLong     Code = "long"     // a value is longer than its object may be
	CodeInvalid  Code = "invalid"  // a value is not of its object's form
	CodeCard     Code = "card"     // a text looks like a card number
)

// Error is every error of this package. Its text is one line and repeats at
// most a few characters of a value, so that no card number gets into a log.
type Error struct {
	Code   Code
	Object string // such as "32" or "32/01"; empty when no object is to blame
	Field  string // JSON key of Link, set by Encode and the JSON reader
	// At is the place of the fault: characters of the decoded fragment before
	// it, or -1 when there is no place.
	At     int
	Detail string
}

// quoted repeats the beginning of s, safe for one line of a log.
func quoted(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return strconv.Quote(s[:i] + "…")
		}
		n++
	}
	return strconv.Quote(s)
}

func (e *Error) Error() string {
	text := e.Detail
	switch {
	case e.Field != "" && e.Object != "":
		text = e.Field + " (object " + e.Object + "): " + text
	case e.Field != "":
		text = e.Field + ": " + text
	case e.Object != "":
		text = "object " + e.Object + ": " + text
	}
	if e.At >= 0 {
		text += " at " + strconv.Itoa(e.At)
	}
	return text
}
