package elqr

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Rounds of percent-decoding that Decode tries: links shared through several
// messengers come doubly encoded (%2520).
const maxRounds = 3

// Decode reads a payment link: any scheme and host before '#', a bare
// fragment, percent triplets or raw spaces, objects in any order between 00
// and 63, and every known habit of the banks. Errors are *Error; places count
// the characters of the decoded fragment.
//
// A link that only holds together after decoding its triplets again was
// over-encoded on its way and is read so. The checksum covers the decoded text,
// so that a wrong guess does not pass for a link.
func Decode(uri string) (Link, error) {
	if len(uri) > MaxBytes {
		return Link{}, notLink("more than " + strconv.Itoa(MaxBytes) + " bytes")
	}
	base, text := split(uri)
	if text == "" {
		return Link{}, notLink("nothing to pay after '#'")
	}
	if strings.ContainsFunc(base, invisible) {
		return Link{}, notLink("other text before the link")
	}
	var first error
	for range maxRounds {
		decoded := unescape(text)
		if first != nil && decoded == text {
			break
		}
		link, err := parse(decoded)
		if err == nil {
			link.Base = base
			return link, nil
		}
		if first == nil {
			first = err
		}
		text = decoded
	}
	return Link{}, first
}

func notLink(detail string) error {
	return &Error{Code: CodeNotLink, At: -1, Detail: "not a payment link: " + detail}
}

// top holds the objects of a fragment that a Link is made of.
type top struct {
	kind, service, merchant, comment  object
	mcc, currency, amount, name, hash object
	extra                             [5]object
}

func (t *top) slot(id uint8) *object {
	switch id {
	case 1:
		return &t.kind
	case 32:
		return &t.service
	case 33:
		return &t.merchant
	case 34:
		return &t.comment
	case 35, 36, 37, 38, 39:
		return &t.extra[id-35]
	case 52:
		return &t.mcc
	case 53:
		return &t.currency
	case 54:
		return &t.amount
	case 59:
		return &t.name
	case 63:
		return &t.hash
	}
	return nil
}

// parse reads a decoded fragment: structure first, then the checksum, then
// what the objects say, so that a damaged link is called damaged.
func parse(text string) (Link, error) {
	if err := checkText(text); err != nil {
		return Link{}, err
	}
	objects, end, err := parseTop(text)
	if err != nil {
		return Link{}, err
	}
	var buf [512]byte
	computed := checksum(append(buf[:0], text[:end]...))
	if !strings.EqualFold(objects.hash.value, string(computed[:])) {
		return Link{}, &Error{Code: CodeChecksum, Object: "63", At: objects.hash.at,
			Detail: "checksum " + quoted(objects.hash.value, 4) + ", computed " + strconv.Quote(string(computed[:]))}
	}
	return objects.link()
}

// checkText refuses what no producer means to send and no screen should show:
// broken UTF-8, control characters and those that turn the direction of text.
func checkText(text string) error {
	at := 0
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return &Error{Code: CodeInvalid, At: at, Detail: "not UTF-8"}
			}
		}
		if forbidden(r) {
			return &Error{Code: CodeInvalid, At: at, Detail: "forbidden character " + codePoint(r)}
		}
		at++
	}
	return nil
}

func forbidden(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7f
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == 0x2028 || r == 0x2029 || r == 0xfeff
}

func codePoint(r rune) string {
	return "U+" + strings.ToUpper(strconv.FormatInt(int64(r)+0x1000000, 16)[3:])
}

// parseTop walks the objects of the fragment; end is where 63 begins, in bytes.
func parseTop(text string) (objects top, end int, err error) {
	s := scanner{text: text}
	version, err := s.next()
	if err != nil {
		return top{}, 0, err
	}
	if version.id != 0 || !version.found {
		return top{}, 0, &Error{Code: CodeMissing, Object: "00", At: 0, Detail: "must come first"}
	}
	if version.value != "01" {
		return top{}, 0, version.invalid("00", "version "+quoted(version.value, 4)+", only 01 is known")
	}
	for {
		end = s.pos
		o, err := s.next()
		if err != nil {
			return top{}, 0, err
		}
		if !o.found {
			return top{}, 0, missing("63")
		}
		if slot := objects.slot(o.id); slot != nil {
			*slot = o
		}
		if o.id != 63 {
			continue
		}
		if utf8.RuneCountInString(o.value) != 4 {
			return top{}, 0, o.invalid("63", "a checksum has 4 characters")
		}
		if s.pos < len(text) {
			return top{}, 0, s.broken("63", strconv.Itoa(utf8.RuneCountInString(text[s.pos:]))+" characters follow the last object", s.at)
		}
		return objects, end, nil
	}
}

// link gives the objects their meaning (table 1).
func (t *top) link() (Link, error) {
	link := Link{Comment: t.comment.value, MCC: t.mcc.value, Currency: t.currency.value, Name: t.name.value}
	switch {
	case !t.kind.found:
		return Link{}, missing("01")
	case t.kind.value == "11":
		link.Type = Static
	case t.kind.value == "12":
		link.Type = Dynamic
	default:
		return Link{}, t.kind.invalid("01", "neither 11 (static) nor 12 (dynamic)")
	}
	if err := t.readService(&link); err != nil {
		return Link{}, err
	}
	if err := t.readMerchant(&link); err != nil {
		return Link{}, err
	}
	// Either one names what is paid; a dynamic link always names the service.
	if link.ServiceCode == "" && (link.MerchantID == "" || link.Type == Dynamic) {
		return Link{}, missing("32/01")
	}
	if err := t.readExtra(&link); err != nil {
		return Link{}, err
	}
	switch {
	case !t.mcc.found:
		return Link{}, missing("52")
	case len(link.MCC) != 4 || !digits(link.MCC):
		return Link{}, t.mcc.invalid("52", "not four digits")
	case !t.currency.found:
		return Link{}, missing("53")
	case link.Currency != Currency:
		return Link{}, t.currency.invalid("53", "currency "+quoted(link.Currency, 4)+", only "+Currency+" is known")
	case !t.name.found:
		return Link{}, missing("59")
	}
	if err := t.name.fits("59", maxName); err != nil {
		return Link{}, err
	}
	if err := t.readAmount(&link); err != nil {
		return Link{}, err
	}
	return link, nil
}

// readAmount reads object 54. O! writes a sum of 0 into static codes and means none.
func (t *top) readAmount(link *Link) error {
	o := t.amount
	switch {
	case !o.found || o.value == "0" && link.Type == Static:
		return nil
	case !digits(o.value):
		return o.invalid("54", "a sum is digits, in tyiyn")
	}
	if err := o.fits("54", maxAmountDigits); err != nil {
		return err
	}
	amount, err := strconv.ParseInt(o.value, 10, 64)
	if err != nil || amount == 0 {
		return o.invalid("54", "a sum is not zero")
	}
	link.Amount = &amount
	return nil
}
