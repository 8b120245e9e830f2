package elqr

import (
	"strconv"
	"strings"
	"unicode"
)

const (
	firstObject = "0002" // the first digits of every fragment: ID 00, two characters
	maxBase     = 255    // keeps the longest link below MaxBytes
)

// Fragment returns the payment details of a link as they travel, still
// percent-encoded: what follows the first '#', or the whole text when it is a
// bare fragment. It is empty when there is none, and is not checked.
func Fragment(uri string) string {
	_, fragment := split(uri)
	return fragment
}

// split cuts a link at its '#'. Invisible characters that copying leaves at
// either end are dropped. Some messengers encode the '#' itself.
func split(uri string) (base, fragment string) {
	uri = strings.TrimFunc(uri, invisible)
	if strings.HasPrefix(uri, firstObject) {
		return "", uri // a value may hold a '#'
	}
	if base, fragment, ok := strings.Cut(uri, "#"); ok {
		return base, fragment
	}
	if at := strings.Index(uri, "%23"+firstObject); at >= 0 {
		return uri[:at], uri[at+len("%23"):]
	}
	if strings.HasPrefix(unescape(uri), firstObject) {
		return "", uri // every character encoded
	}
	return "", ""
}

func invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// unescape resolves percent triplets once. A '%' that begins no triplet stands
// for itself: whether that was meant, the checksum tells.
func unescape(s string) string {
	at := strings.IndexByte(s, '%')
	if at < 0 {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for at >= 0 {
		out.WriteString(s[:at])
		s = s[at:]
		if len(s) >= 3 && hexValue(s[1]) >= 0 && hexValue(s[2]) >= 0 {
			out.WriteByte(byte(hexValue(s[1])<<4 | hexValue(s[2])))
			s = s[3:]
		} else {
			out.WriteByte('%')
			s = s[1:]
		}
		at = strings.IndexByte(s, '%')
	}
	out.WriteString(s)
	return out.String()
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// appendEscaped writes text as it travels. Unencoded stay the letters, digits
// and signs that the regulation leaves alone, but for
//
//   - the space, '#', '[' and ']', which RFC 3986 does not allow in a fragment,
//   - '+', which form decoders turn into a space,
//   - '*', '_' and '~' beside another of their kind: doubled they are message
//     mark-up (§9.32).
func appendEscaped(dst, text []byte) []byte {
	const hex = "0123456789ABCDEF"
	for i, c := range text {
		raw := plain(c)
		if c == '*' || c == '_' || c == '~' {
			raw = (i == 0 || text[i-1] != c) && (i+1 == len(text) || text[i+1] != c)
		}
		if raw {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hex[c>>4], hex[c&15])
		}
	}
	return dst
}

func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("-.:/?@!$&'(),;=", c) >= 0
}

// checkBase refuses what cannot stand before '#' in a link: it must be
// scheme://host with an optional path, in visible ASCII without mark-up.
func checkBase(base string) error {
	bad := func(detail string) error {
		return &Error{Code: CodeInvalid, Field: "base", At: -1, Detail: detail}
	}
	scheme, rest, ok := strings.Cut(base, "://")
	if !ok || !isScheme(scheme) {
		return bad("not of the form scheme://host")
	}
	if rest == "" || strings.IndexByte("/?:", rest[0]) >= 0 {
		return bad("no host")
	}
	if len(base) > maxBase {
		return bad("longer than " + strconv.Itoa(maxBase) + " characters")
	}
	for i := range len(base) {
		if c := base[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("#\"<>`\\^{|}[]", c) >= 0 {
			return bad("a character that a link cannot hold")
		}
	}
	for _, mark := range [...]string{"**", "__", "~~"} {
		if strings.Contains(base, mark) {
			return bad("message mark-up " + mark)
		}
	}
	return nil
}

func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '+' && c != '-' && c != '.') {
			return false
		}
	}
	return s != ""
}
