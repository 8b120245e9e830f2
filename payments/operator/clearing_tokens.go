package operator

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
)

// clearingRation bounds what one row, or one thing outside of the rows, may
// take of a clearing file, in bytes; a real row takes some 350. It bounds the
// reader's memory: encoding/json keeps a text or a nesting as long as it is.
const clearingRation = 64 << 10

// ClearingError says what is wrong with a clearing file, and where.
type ClearingError struct {
	Row     int64 // from 1
	Between bool  // not in the row but after it, or before the first if Row is 0
	Offset  int64 // how many bytes of the unpacked file were read up to the fault
	Field   string
	Why     string
}

func (e *ClearingError) Error() string {
	where, what := "row", e.Why
	if e.Between {
		where = "after row"
	}
	if e.Field != "" {
		what = e.Field + ": " + what
	}
	return fmt.Sprintf("%s %d, byte %d: %s", where, e.Row, e.Offset, what)
}

// clearingTokens reads a file's JSON token by token and knows where it stands.
type clearingTokens struct {
	decoder *json.Decoder
	ration  *rationed
	hash    hash.Hash
	mark    int64 // bytes of the byte order mark
	depth   int
	row     int64
	between bool
}

func newClearingTokens(file io.Reader) (*clearingTokens, error) {
	t := &clearingTokens{hash: sha256.New(), between: true}
	content := bufio.NewReaderSize(file, clearingRation)
	if magic, _ := content.Peek(2); string(magic) == "\x1f\x8b" {
		unpacked, err := gzip.NewReader(content)
		if err != nil {
			return nil, t.failed(err)
		}
		content = bufio.NewReaderSize(unpacked, clearingRation)
	}
	plain := bufio.NewReaderSize(io.TeeReader(content, t.hash), clearingRation)
	if mark, _ := plain.Peek(3); string(mark) == "\xef\xbb\xbf" {
		t.mark = 3
		_, _ = plain.Discard(3) // they are in the buffer
	}
	t.ration = &rationed{from: plain}
	t.decoder = json.NewDecoder(t.ration)
	t.decoder.UseNumber()
	t.allow()
	return t, nil
}

func (t *clearingTokens) sha256() [sha256.Size]byte { return [sha256.Size]byte(t.hash.Sum(nil)) }

// offset is how many bytes of the unpacked file have been read.
func (t *clearingTokens) offset() int64 {
	if t.decoder == nil {
		return 0
	}
	return t.mark + t.decoder.InputOffset()
}

// allow begins a new ration.
func (t *clearingTokens) allow() { t.ration.limit = t.decoder.InputOffset() + clearingRation }

func (t *clearingTokens) more() bool { return t.decoder.More() }

// next returns the next token; io.EOF at the file's end, if it may end there.
func (t *clearingTokens) next() (json.Token, error) {
	token, err := t.decoder.Token()
	if err != nil {
		return nil, t.failed(err)
	}
	switch token {
	case json.Delim('{'), json.Delim('['):
		t.depth++
	case json.Delim('}'), json.Delim(']'):
		t.depth--
	}
	return token, nil
}

// failed says where reading has failed.
func (t *clearingTokens) failed(err error) error {
	var syntax *json.SyntaxError
	var packed flate.CorruptInputError
	switch {
	case errors.Is(err, io.EOF) && t.depth == 0:
		return io.EOF
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return t.fault("", "the file ends in the middle")
	case errors.Is(err, errRation):
		return t.faultf("", "longer than %d bytes", clearingRation)
	case errors.As(err, &syntax):
		return t.fault("", "not JSON: "+syntax.Error())
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &packed):
		return t.fault("", "broken gzip")
	}
	return fmt.Errorf("row %d, byte %d: read: %w", t.row, t.offset(), err)
}

func (t *clearingTokens) fault(field, why string) error {
	return &ClearingError{Row: t.row, Between: t.between, Offset: t.offset(), Field: field, Why: why}
}

func (t *clearingTokens) faultf(field, format string, args ...any) error {
	return t.fault(field, fmt.Sprintf(format, args...))
}

// name returns the name of an object's next member.
func (t *clearingTokens) name() (string, error) {
	token, err := t.next()
	if err != nil {
		return "", err
	}
	return token.(string), nil // the decoder lets nothing else stand there
}

// skip passes over one value, however deep, without recursion.
func (t *clearingTokens) skip() error {
	for depth := t.depth; ; {
		if _, err := t.next(); err != nil || t.depth == depth {
			return err
		}
	}
}

// object reads an object and returns the values of some of its members, nil
// where one is missing. Other members are passed over.
func (t *clearingTokens) object(names []string) ([]json.Token, error) {
	start, err := t.next()
	if err != nil {
		return nil, err
	}
	if start != json.Delim('{') {
		return nil, t.fault("", "not an object")
	}
	values := make([]json.Token, len(names))
	seen := make([]bool, len(names))
	for t.more() {
		name, err := t.name()
		if err != nil {
			return nil, err
		}
		at := slices.Index(names, name)
		switch {
		case at < 0:
			err = t.skip()
		case seen[at]:
			err = t.fault(name, "stands there twice")
		default:
			seen[at] = true
			values[at], err = t.next()
			if _, nested := values[at].(json.Delim); nested {
				err = t.fault(name, "neither a text nor a number")
			}
		}
		if err != nil {
			return nil, err
		}
	}
	_, err = t.next() // the end of the object
	return values, err
}

var errRation = errors.New("more than the ration")

// rationed hands out no more than its limit, so that what is longer is refused
// before it is in memory.
type rationed struct {
	from  io.Reader
	given int64
	limit int64
}

func (r *rationed) Read(p []byte) (int, error) {
	left := r.limit - r.given
	if left <= 0 {
		return 0, errRation
	}
	n, err := r.from.Read(p[:min(int64(len(p)), left)])
	r.given += int64(n)
	return n, err
}
