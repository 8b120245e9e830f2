package operator

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// MinKeyBits is the shortest RSA key that is accepted.
const MinKeyBits = 2048

// ErrSignature says that a signature is absent, malformed or of another key.
// It says no more on purpose.
var ErrSignature = errors.New("operator: signature does not hold")

// signingInput is what a signature is over. Choice: the raw body; where the
// body is empty, the request's path with its query, as the caller sent them.
// Both directions, requests and answers, come here and nowhere else: should the
// path have to join the body, this is the place.
func signingInput(target string, body []byte) []byte {
	if len(body) > 0 {
		return body
	}
	return []byte(target)
}

// Signer makes H-HASH values with one private key. It is safe for concurrent use.
type Signer struct{ key *rsa.PrivateKey }

// NewSigner refuses a key that is broken or shorter than MinKeyBits.
func NewSigner(key *rsa.PrivateKey) (*Signer, error) {
	if key == nil {
		return nil, errors.New("operator: private key missing")
	}
	if err := checkSize(&key.PublicKey); err != nil {
		return nil, err
	}
	if err := key.Validate(); err != nil {
		return nil, fmt.Errorf("operator: private key: %w", err)
	}
	return &Signer{key: key}, nil
}

// Sign returns the H-HASH value of a message: standard Base64 of
// RSASSA-PKCS1-v1_5 with SHA-256. Target is the raw path with its query; it
// matters only where body is empty.
func (s *Signer) Sign(target string, body []byte) (string, error) {
	digest := sha256.Sum256(signingInput(target, body))
	signature, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, digest[:])
	if err != nil {
		return "", fmt.Errorf("operator: sign: %w", err)
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}

// Verifier checks H-HASH values against the public keys that are valid now;
// more than one while keys are being changed. It is safe for concurrent use.
type Verifier struct{ keys []*rsa.PublicKey }

// NewVerifier needs at least one key and refuses those shorter than MinKeyBits.
func NewVerifier(keys ...*rsa.PublicKey) (*Verifier, error) {
	if len(keys) == 0 {
		return nil, errors.New("operator: public key missing")
	}
	for _, key := range keys {
		if key == nil {
			return nil, errors.New("operator: public key missing")
		}
		if err := checkSize(key); err != nil {
			return nil, err
		}
	}
	return &Verifier{keys: append([]*rsa.PublicKey(nil), keys...)}, nil
}

// Verify returns nil if one of the keys made the signature, else ErrSignature.
func (v *Verifier) Verify(target string, body []byte, hash string) error {
	signature, err := decodeHash(hash)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(signingInput(target, body))
	for _, key := range v.keys {
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil {
			return nil
		}
	}
	return ErrSignature
}

// decodeHash reads an H-HASH value strictly, so that one signature has one
// spelling. 8192 bits are more than any key in use.
func decodeHash(hash string) ([]byte, error) {
	// encoding/base64 skips line breaks.
	if len(hash) < MinKeyBits/8 || len(hash) > 8192/6+4 || strings.ContainsAny(hash, "\r\n") {
		return nil, ErrSignature
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(hash)
	if err != nil {
		return nil, ErrSignature
	}
	return signature, nil
}

func checkSize(key *rsa.PublicKey) error {
	if bits := key.N.BitLen(); bits < MinKeyBits {
		return fmt.Errorf("operator: RSA key has %d bits, at least %d are needed", bits, MinKeyBits)
	}
	return nil
}
