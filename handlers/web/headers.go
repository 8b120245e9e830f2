package web

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
)

// setHeaders sets what holds for every answer, also those of the operator's
// and Telegram's handlers and of Root.
func (s *Site) setHeaders(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if s.secure {
		// Without includeSubDomains: the rest of the domain is not ours to bind.
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// setPageHeaders sets what holds for our own pages. Pages are about one
// person's money: nobody keeps them, nobody frames them.
func setPageHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Frame-Options", "DENY") // for browsers older than frame-ancestors
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=(), usb=()")
	h.Set("Cache-Control", "no-store")
	// Robots may read (messengers draw previews), and nobody finds a person's
	// payment by searching for it.
	h.Set("X-Robots-Tag", "noindex")
}

// contentPolicy is the policy of a page of HTML: nothing but our own picture,
// style and script, in nobody's frame but framer's. extra adds what only some
// pages need.
func contentPolicy(nonce, framer, extra string) string {
	return "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'nonce-" + nonce + "'; img-src 'self'; " +
		"base-uri 'none'; frame-ancestors " + framer + "; " + extra
}

// newNonce returns 128 random bits for one answer.
func newNonce() string {
	var b [16]byte
	rand.Read(b[:]) // never fails; it would end the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}
