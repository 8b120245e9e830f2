package elqr

import "crypto/sha256"

// Checksum returns what object 63 must hold for text, the decoded fragment
// before that object (without its own "6304"): the last four digits of the
// SHA-256 of the UTF-8 text, in lower-case hex. Readers ignore its case.
func Checksum(text string) string {
	sum := checksum([]byte(text))
	return string(sum[:])
}

func checksum(text []byte) [4]byte {
	const hex = "0123456789abcdef"
	sum := sha256.Sum256(text)
	a, b := sum[len(sum)-2], sum[len(sum)-1]
	return [4]byte{hex[a>>4], hex[a&15], hex[b>>4], hex[b&15]}
}
