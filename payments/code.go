package payments

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
)

// crockford is base 32 without the letters that are mistaken for digits
// (D. Crockford, "Base 32", 2019). Upper case and digits make a QR code
// smaller: they pack into 5½ bits a character.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// NewCode returns 128 random bits as 26 characters.
func NewCode() string {
	var b [16]byte
	rand.Read(b[:]) // never fails; it would end the program instead
	return crockford.EncodeToString(b[:])
}

// NormalCode brings a code that a person or a messenger may have mangled into
// its one form: upper case, O for 0 and I or L for 1 put right. ok is false
// when it cannot be a code of ours.
func NormalCode(s string) (code string, ok bool) {
	s = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "").Replace(strings.ToUpper(strings.TrimSpace(s)))
	if len(s) != 26 {
		return "", false
	}
	if _, err := crockford.DecodeString(s); err != nil {
		return "", false
	}
	return s, true
}
