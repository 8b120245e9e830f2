package operator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// MalformedError says which field of a message breaks the form of the protocol,
// and how. Field is "" where the message as a whole does. The wire sees 400.
type MalformedError struct{ Field, Why string }

func (e *MalformedError) Error() string {
	if e.Field == "" {
		return "malformed: " + e.Why
	}
	return "malformed: " + e.Field + ": " + e.Why
}

// fields reads one JSON object by exact names and remembers the first fault.
// encoding/json alone is too kind for money: it matches names without regard to
// case, takes the last of two equal names, and repairs broken UTF-8.
// Unknown fields are tolerated, so that the operator may add some.
type fields struct {
	prefix string // before the names in faults
	raw    map[string]json.RawMessage
	err    error
}

// parseFields reads a whole message: one object and nothing behind it.
func parseFields(body []byte) *fields {
	f := &fields{}
	switch {
	case len(body) == 0:
		f.fail("", "a JSON object is expected")
	case !utf8.Valid(body):
		f.fail("", "not UTF-8")
	case !json.Valid(body):
		f.fail("", "not JSON")
	default:
		f.read(body)
	}
	return f
}

// read takes the members of an object out of JSON known to be valid.
func (f *fields) read(raw []byte) {
	f.raw = make(map[string]json.RawMessage)
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		f.fail("", "a JSON object is expected")
		return
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			f.fail("", "not JSON")
			return
		}
		key, _ := name.(string)
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			f.fail("", "not JSON")
			return
		}
		if _, isThere := f.raw[key]; isThere {
			f.fail("", "a name stands in it twice")
			return
		}
		f.raw[key] = value
	}
}

func (f *fields) fail(field, why string) {
	if f.err == nil {
		f.err = &MalformedError{Field: f.prefix + field, Why: why}
	}
}

// value returns a member, or nil if it is absent; null is absent.
func (f *fields) value(name string) json.RawMessage {
	raw := f.raw[name]
	if string(raw) == "null" {
		return nil
	}
	return raw
}

// optional reads a string of at most limit characters; absent, null and "" are
// the same.
func (f *fields) optional(name string, limit int) string {
	raw := f.value(name)
	if raw == nil {
		return ""
	}
	text, err := readText(raw, limit)
	if err != nil {
		f.fail(name, err.Error())
	}
	return text
}

// required reads a string of 1 to limit characters.
func (f *fields) required(name string, limit int) string {
	text := f.optional(name, limit)
	if text == "" {
		f.fail(name, "missing")
	}
	return text
}

// integer reads a whole number, not negative, of at most digits digits.
// Choice: only plain digits are a whole number; 100.0 and 1e2 are refused, for
// whoever writes them keeps money in floats.
func (f *fields) integer(name string, digits int) int64 {
	raw := f.value(name)
	if raw == nil {
		f.fail(name, "missing")
		return 0
	}
	for _, c := range raw {
		if c < '0' || c > '9' {
			f.fail(name, "not a whole number")
			return 0
		}
	}
	if len(raw) > digits {
		f.fail(name, fmt.Sprintf("more than %d digits", digits))
		return 0
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		f.fail(name, "not a whole number")
	}
	return n
}

// objects reads an array of at most limit objects; absent and null are none.
func (f *fields) objects(name string, limit int) []*fields {
	raw := f.value(name)
	if raw == nil {
		return nil
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		f.fail(name, "not a list")
		return nil
	}
	if len(items) > limit {
		f.fail(name, fmt.Sprintf("more than %d", limit))
		return nil
	}
	list := make([]*fields, len(items))
	for i, item := range items {
		list[i] = &fields{prefix: name + "."}
		list[i].read(item)
	}
	return list
}

// readText decodes one JSON string and refuses what is not text.
func readText(raw json.RawMessage, limit int) (string, error) {
	if raw[0] != '"' {
		return "", errors.New("not a string")
	}
	if hasLoneSurrogate(raw) {
		return "", errors.New("half a character")
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return "", errors.New("not a string")
	}
	return text, checkText(text, limit)
}

// checkText holds for every text that comes in, be it from JSON or from a path.
func checkText(text string, limit int) error {
	if !utf8.ValidString(text) {
		return errors.New("not UTF-8")
	}
	if utf8.RuneCountInString(text) > limit {
		return fmt.Errorf("longer than %d characters", limit)
	}
	for _, r := range text {
		if unicode.IsControl(r) {
			return errors.New("a control character in it")
		}
	}
	return nil
}

// hasLoneSurrogate finds \ud83d without its other half in a valid JSON string;
// encoding/json would put U+FFFD there and say nothing.
func hasLoneSurrogate(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++ // valid JSON: something follows
		if raw[i] != 'u' {
			continue
		}
		unit := hexUnit(raw[i+1:])
		i += 4
		if unit < 0xD800 || unit > 0xDFFF {
			continue
		}
		if unit > 0xDBFF || i+6 >= len(raw) || raw[i+1] != '\\' || raw[i+2] != 'u' {
			return true
		}
		if low := hexUnit(raw[i+3:]); low < 0xDC00 || low > 0xDFFF {
			return true
		}
		i += 6
	}
	return false
}

func hexUnit(raw []byte) uint64 {
	unit, _ := strconv.ParseUint(string(raw[:4]), 16, 32) // valid JSON: four hex digits
	return unit
}
