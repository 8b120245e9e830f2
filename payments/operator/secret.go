package operator

import (
	"fmt"
	"log/slog"
)

// hidden is what a secret prints as, everywhere.
const hidden = "•••"

// Secret is a text that never shows itself: every verb of fmt, slog and
// encoding/json print "•••". Only Reveal gives it away.
type Secret struct{ text string }

// NewSecret wraps a secret text.
func NewSecret(text string) Secret { return Secret{text: text} }

// Reveal returns the secret itself. Call it where it goes out, and keep nothing.
func (s Secret) Reveal() string { return s.text }

// Empty reports whether nothing is in it.
func (s Secret) Empty() bool { return s.text == "" }

// Format makes all verbs print the same, the unexported field too.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// String returns "•••".
func (s Secret) String() string { return hidden }

// MarshalText makes JSON and text encoders write "•••".
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue makes slog write "•••".
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
