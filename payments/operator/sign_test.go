package operator_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/payments/operator"
)

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The signatures in testdata were made with "openssl dgst -sha256 -sign".
func TestSignaturesOfAnotherProgramHold(t *testing.T) {
	keys, err := operator.LoadPublicKeys(filepath.Join("testdata", "openssl_public.pem"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := operator.NewVerifier(keys...)
	if err != nil {
		t.Fatal(err)
	}
	body, bodyHash := read(t, "openssl_body.json"), read(t, "openssl_body.hash")
	const target = "/in/qr/1/tx/get/a%2Fb?x=1"
	pathHash := read(t, "openssl_path.hash")
	tests := []struct {
		name, target, body, hash string
		want                     bool
	}{
		{"body", "/any", body, bodyHash, true},
		{"path and query where the body is empty", target, "", pathHash, true},
		{"one byte of the body changed", "/any", strings.Replace(body, "50", "40", 1), bodyHash, false},
		{"path decoded", "/in/qr/1/tx/get/a/b?x=1", "", pathHash, false},
		{"query lost", "/in/qr/1/tx/get/a%2Fb", "", pathHash, false},
		{"path's signature on a body", target, body, pathHash, false},
		{"absent", "/any", body, "", false},
		{"URL alphabet", "/any", body, strings.NewReplacer("+", "-", "/", "_").Replace(bodyHash), false},
		{"padding lost", "/any", body, strings.TrimRight(bodyHash, "="), false},
		{"line break", "/any", body, bodyHash[:76] + "\n" + bodyHash[76:], false},
		{"very long", "/any", body, strings.Repeat("A", 1<<20), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := v.Verify(tt.target, []byte(tt.body), tt.hash)
			if got := err == nil; got != tt.want {
				t.Errorf("holds = %v, want %v", got, tt.want)
			}
			if err != nil && !errors.Is(err, operator.ErrSignature) {
				t.Errorf("error = %v, want ErrSignature", err)
			}
		})
	}
}

func TestOurSignatures(t *testing.T) {
	s := signer(t, ourKey())
	for _, tt := range []struct{ target, body, over string }{
		{"/a?b=c", `{"x":1}`, `{"x":1}`},
		{"/a?b=c", "", "/a?b=c"},
	} {
		hash, err := s.Sign(tt.target, []byte(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		if !holds(&ourKey().PublicKey, tt.over, hash) {
			t.Errorf("Sign(%q, %q) is not over %q", tt.target, tt.body, tt.over)
		}
	}
}

func TestTwoKeysHoldDuringRotation(t *testing.T) {
	old, next := hashOf(t, operatorKey(), "body"), hashOf(t, nextKey(), "body")
	both, after := verifier(t, operatorKey(), nextKey()), verifier(t, nextKey())
	for name, err := range map[string]error{
		"old key while both are valid":  both.Verify("/", []byte("body"), old),
		"next key while both are valid": both.Verify("/", []byte("body"), next),
		"next key afterwards":           after.Verify("/", []byte("body"), next),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after.Verify("/", []byte("body"), old) == nil {
		t.Error("the old key still holds after the rotation")
	}
}

func TestKeysOfAllForms(t *testing.T) {
	key := ourKey()
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pkix, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"PKCS #1": block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)),
		"PKCS #8": block("PRIVATE KEY", pkcs8),
	} {
		got, err := operator.ParsePrivateKey(data)
		if err != nil || !got.Equal(key) {
			t.Errorf("private %s: %v", name, err)
		}
	}
	forms := map[string][]byte{
		"PKIX":        block("PUBLIC KEY", pkix),
		"PKCS #1":     block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&key.PublicKey)),
		"certificate": block("CERTIFICATE", certificate(t, key)),
	}
	var all []byte
	for name, data := range forms {
		got, err := operator.ParsePublicKeys(data)
		if err != nil || len(got) != 1 || !got[0].Equal(&key.PublicKey) {
			t.Errorf("public %s: %d keys, %v", name, len(got), err)
		}
		all = append(all, data...)
	}
	if got, err := operator.ParsePublicKeys(all); err != nil || len(got) != len(forms) {
		t.Errorf("several in one file: %d keys, %v", len(got), err)
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	weak := block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(weakKey()))
	weakPublic := block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&weakKey().PublicKey))
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curveDER, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	ours := block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(ourKey()))
	private := func(data []byte) error { _, err := operator.ParsePrivateKey(data); return err }
	public := func(data []byte) error { _, err := operator.ParsePublicKeys(data); return err }
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"short private key", private(weak), "1024 bits, at least 2048"},
		{"short public key", public(weakPublic), "1024 bits, at least 2048"},
		{"short key behind a good one", public(append(block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&ourKey().PublicKey)), weakPublic...)), "1024 bits"},
		{"elliptic curve", private(block("PRIVATE KEY", curveDER)), "not an RSA key"},
		{"no PEM", private([]byte("hello")), "no PEM block"},
		{"empty public file", public(nil), "no PEM block"},
		{"broken", private(block("PRIVATE KEY", []byte("hello"))), "broken PKCS #8"},
		{"encrypted", private(block("ENCRYPTED PRIVATE KEY", []byte("x"))), "encrypted"},
		{"public where private is expected", private(block("PUBLIC KEY", []byte("x"))), "private key was expected"},
		{"private where public is expected", public(ours), "private key where the operator's public key"},
		{"short key for a signer", errOf(operator.NewSigner(weakKey())), "1024 bits"},
		{"short key for a verifier", errOf(operator.NewVerifier(&weakKey().PublicKey)), "1024 bits"},
		{"no key for a verifier", errOf(operator.NewVerifier()), "missing"},
		{"nil key for a verifier", errOf(operator.NewVerifier((*rsa.PublicKey)(nil))), "missing"},
		{"nil key for a signer", errOf(operator.NewSigner(nil)), "missing"},
		{"no such file", errOf(operator.LoadPrivateKey("testdata/none.pem")), "testdata/none.pem"},
		{"no such public file", errOf(operator.LoadPublicKeys("testdata/none.pem")), "testdata/none.pem"},
		{"file of something else", errOf(operator.LoadPublicKeys("testdata/openssl_body.json")), "testdata/openssl_body.json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
				t.Errorf("error = %v, want %q in it", tt.err, tt.want)
			}
		})
	}
}

func TestSecretsShowNothing(t *testing.T) {
	s := operator.NewSecret("t0ken")
	holder := struct{ Token operator.Secret }{s}
	for _, text := range []string{
		fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s),
		fmt.Sprintf("%v %+v %#v", holder, holder, &holder), s.String(),
	} {
		if strings.Contains(text, "t0ken") || strings.Contains(text, "74306b656e") || !strings.Contains(text, "•••") {
			t.Errorf("a secret shows as %q", text)
		}
	}
	if s.Reveal() != "t0ken" || s.Empty() || !operator.NewSecret("").Empty() {
		t.Error("a secret has lost itself")
	}
}

func errOf[T any](_ T, err error) error { return err }

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func certificate(t *testing.T, key *rsa.PrivateKey) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "operator"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
