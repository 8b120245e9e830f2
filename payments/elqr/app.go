package elqr

import "strings"

// maxScheme is the longest scheme of a bank app, in characters (§9.17).
const maxScheme = 50

// App is a bank app that opens payment links under a scheme of its own.
type App struct {
	Scheme string // begins with "elqr-"
	Name   string // as the app calls itself
}

// Apps returns the bank apps whose schemes are known, the operator's own
// first. The slice is the caller's.
func Apps() []App {
	return []App{
		{Scheme: "elqr-mobile", Name: "ELKART Mobile"},
		{Scheme: "elqr-mbank", Name: "MBank"},
		{Scheme: "elqr-ab", Name: "AB24"},
	}
}

// AppLink turns a payment link into one that opens a bank's app (§9.16–9.17,
// 9.29): https://payqr.kg#… with the scheme elqr-mobile becomes
// elqr-mobile://payqr.kg#…. The fragment is carried over untouched; whether it
// is a payment, Decode tells.
func AppLink(uri, scheme string) (string, error) {
	if !isAppScheme(scheme) {
		return "", &Error{Code: CodeInvalid, Field: "scheme", At: -1,
			Detail: "a bank app's scheme is elqr- and lower-case Latin letters, digits or hyphens, at most 50 characters"}
	}
	base, fragment := split(uri)
	if fragment == "" || base == "" {
		return "", notLink("an app link needs scheme://host#fragment")
	}
	if err := checkBase(base); err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(base, "://")
	return scheme + "://" + rest + "#" + fragment, nil
}

func isAppScheme(s string) bool {
	name, ok := strings.CutPrefix(s, "elqr-")
	if !ok || name == "" || len(s) > maxScheme {
		return false
	}
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && !digit(c) && c != '-' {
			return false
		}
	}
	return true
}
