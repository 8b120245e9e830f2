package payments

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Keyring encrypts card numbers at rest with AES-256-GCM where no tokenizer
// takes them. The first key encrypts; all of them decrypt, so that keys can be
// changed without a moment's rest.
type Keyring struct {
	current string
	keys    map[string]cipher.AEAD
}

// ErrUnknownKey says that a sealed number needs a key that is not in the ring.
var ErrUnknownKey = errors.New("sealed with a key that is not in the ring")

// ParseKeyring reads "id:base64 of 32 bytes,…", the first key being the
// current one. An error never holds key material.
func ParseKeyring(s string) (*Keyring, error) {
	ring := &Keyring{keys: make(map[string]cipher.AEAD)}
	for i, entry := range strings.Split(s, ",") {
		id, encoded, ok := strings.Cut(strings.TrimSpace(entry), ":")
		if !ok || id == "" {
			return nil, fmt.Errorf("key %d: want id:base64", i+1)
		}
		raw, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, fmt.Errorf("key %d: not base64", i+1)
		}
		if len(raw) != 32 {
			return nil, fmt.Errorf("key %d: %d bytes, want 32", i+1, len(raw))
		}
		if _, twice := ring.keys[id]; twice {
			return nil, fmt.Errorf("key %d: its id stands twice", i+1)
		}
		block, err := aes.NewCipher(raw)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		if ring.keys[id], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		if ring.current == "" {
			ring.current = id
		}
	}
	return ring, nil
}

// NewKeyring returns a ring with one random key and its textual form, for the
// demo.
func NewKeyring(id string) (*Keyring, string) {
	var raw [32]byte
	rand.Read(raw[:]) // never fails; it would end the program instead
	text := id + ":" + base64.StdEncoding.EncodeToString(raw[:])
	ring, err := ParseKeyring(text)
	if err != nil {
		panic(fmt.Sprintf("payments: a fresh key does not parse: %v", err))
	}
	return ring, text
}

// Seal encrypts a number for one merchant: the cipher text cannot be opened
// as another merchant's.
func (k *Keyring) Seal(n CardNumber, merchant MerchantID) (keyID string, sealed []byte) {
	return k.current, k.keys[k.current].Seal(nil, nil, []byte(n), sealedFor(k.current, merchant))
}

// Open decrypts what Seal made. Errors: ErrUnknownKey, or that the text was
// changed.
func (k *Keyring) Open(keyID string, sealed []byte, merchant MerchantID) (CardNumber, error) {
	key, ok := k.keys[keyID]
	if !ok {
		return "", ErrUnknownKey
	}
	plain, err := key.Open(nil, nil, sealed, sealedFor(keyID, merchant))
	if err != nil {
		return "", fmt.Errorf("open a sealed card: %w", err)
	}
	return CardNumber(plain), nil
}

func sealedFor(keyID string, merchant MerchantID) []byte {
	return fmt.Appendf(nil, "card:%s:%d", keyID, merchant)
}
