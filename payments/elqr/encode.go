package elqr

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Encode writes the link on base, such as https://pay.payqr.kg (§9.6); an
// empty base gives the bare fragment, as an NFC tag or another encoder wants it.
//
// The form is canonical: objects in ascending order, absent texts left out, the
// editable objects only when they say no (absent means yes), additional fields
// packed from 35 on, a lower-case checksum, spaces as %20. Decode of the result
// gives the same Link. What the regulation asks of a writer is checked, in
// characters: presence (33/00 and 33/01 too, §9.7), lengths, forms, no control
// characters, no card numbers. Errors are *Error with the JSON name of the
// field; base has the name "base".
//
// Object 59 is not transliterated here: a name is refused unless it is ASCII.
// See Latin.
func (l Link) Encode(base string) (string, error) {
	base = strings.TrimSuffix(base, "#")
	if base != "" {
		if err := checkBase(base); err != nil {
			return "", err
		}
	}
	e := encoder{text: make([]byte, 0, 384)} // a usual link is half as long
	e.link(&l)
	if e.err != nil {
		return "", e.err
	}
	sum := checksum(e.text)
	e.put("63", string(sum[:]))

	var escaped [1024]byte
	out := escaped[:0]
	if base != "" {
		out = append(append(out, base...), '#')
	}
	return string(appendEscaped(out, e.text)), nil
}

// encoder gathers the decoded fragment; its first error stops the checks.
type encoder struct {
	text []byte
	err  error
}

func (e *encoder) link(l *Link) {
	e.put("00", "01")
	switch l.Type {
	case Static:
		e.put("01", "11")
	case Dynamic:
		e.put("01", "12")
	default:
		e.fail(CodeInvalid, "type", "01", "neither static nor dynamic")
	}

	start := e.open("32")
	e.field("provider_id", "32/00", l.ProviderID, maxProviderID, true)
	e.field("service_code", "32/01", l.ServiceCode, longServiceCode, l.Type == Dynamic)
	e.field("account", "32/10", l.Account, maxAccount, false)
	e.field("transaction_id", "32/11", l.TransactionID, maxTransaction, false)
	if !l.AmountEditable {
		e.put("12", "12")
	}
	if !l.AccountEditable {
		e.put("13", "12")
	}
	if n := e.close(start); n > maxObject {
		e.fail(CodeLong, "account", "32", strconv.Itoa(n)+" characters together with the other fields of the service, at most "+strconv.Itoa(maxObject))
	}

	start = e.open("33")
	e.field("merchant_id", "33/00", l.MerchantID, maxMerchantID, true)
	e.field("service_name", "33/01", l.ServiceName, maxServiceName, true)
	e.close(start)

	e.field("comment", "34", l.Comment, longComment, false)
	e.extra(l.Extra)

	e.field("mcc", "52", l.MCC, 4, true)
	if len(l.MCC) != 4 || !digits(l.MCC) {
		e.fail(CodeInvalid, "mcc", "52", "not four digits")
	}
	e.field("currency", "53", l.Currency, len(Currency), true)
	if l.Currency != Currency {
		e.fail(CodeInvalid, "currency", "53", "only "+Currency+" is known")
	}
	if l.Amount != nil {
		if *l.Amount < 1 || *l.Amount > MaxAmount {
			e.fail(CodeInvalid, "amount", "54", "not from 1 to "+strconv.FormatInt(MaxAmount, 10)+" tyiyn")
		}
		var buf [20]byte
		sum := strconv.AppendInt(buf[:0], *l.Amount, 10)
		e.head("54", len(sum))
		e.text = append(e.text, sum...)
	}
	e.name(l.Name)
}

func (e *encoder) name(name string) {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			e.fail(CodeInvalid, "name", "59", "not in Latin letters")
			return
		}
	}
	e.field("name", "59", name, maxName, true)
}

// field checks a text and writes it, if there is one, under the last two
// digits of path.
func (e *encoder) field(field, path, value string, most int, required bool) {
	if e.err != nil {
		return
	}
	if value == "" {
		if required {
			e.fail(CodeMissing, field, path, "absent")
		}
		return
	}
	n, code, detail := checkValue(value)
	if n > most {
		code, detail = CodeLong, strconv.Itoa(n)+" characters, at most "+strconv.Itoa(most)
	}
	// A provider's own numbers may look like anything.
	if detail == "" && path != "32/11" && holdsCard(value) {
		code, detail = CodeCard, "looks like a card number"
	}
	if detail != "" {
		e.fail(code, field, path, detail)
		return
	}
	e.head(path[len(path)-2:], n)
	e.text = append(e.text, value...)
}

// checkValue counts the characters of a text that is to be written and says
// what is wrong with it, if anything.
func checkValue(value string) (characters int, code Code, detail string) {
	blank := true
	for _, r := range value {
		if r == utf8.RuneError {
			return 0, CodeInvalid, "not UTF-8, or a replacement character"
		}
		if forbidden(r) {
			return 0, CodeInvalid, "forbidden character " + codePoint(r)
		}
		blank = blank && r == ' '
		characters++
	}
	if blank {
		return 0, CodeInvalid, "nothing but spaces"
	}
	return characters, "", ""
}

// put writes an object whose value is known to be good ASCII.
func (e *encoder) put(id, value string) {
	e.head(id, len(value))
	e.text = append(e.text, value...)
}

func (e *encoder) head(id string, length int) {
	e.text = append(e.text, id[0], id[1], byte('0'+length/10), byte('0'+length%10))
}

// open begins a template; close fills in its length and returns it.
func (e *encoder) open(id string) (start int) {
	e.head(id, 0)
	return len(e.text)
}

func (e *encoder) close(start int) (length int) {
	length = utf8.RuneCount(e.text[start:])
	if length <= maxObject {
		e.text[start-2] = byte('0' + length/10)
		e.text[start-1] = byte('0' + length%10)
	}
	return length
}

func (e *encoder) fail(code Code, field, object, detail string) {
	if e.err == nil {
		e.err = &Error{Code: code, Field: field, Object: object, At: -1, Detail: detail}
	}
}
