package operator

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
)

// LoadPrivateKey reads our signing key from a PEM file (PKCS #1 or PKCS #8).
// Errors name the file and never what is in it.
func LoadPrivateKey(path string) (*rsa.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", err)
	}
	key, err := ParsePrivateKey(data)
	if err != nil {
		return nil, fmt.Errorf("private key %s: %w", path, err)
	}
	return key, nil
}

// LoadPublicKeys reads the operator's keys from PEM files. A file may hold
// several (while keys are being changed) as PKIX, PKCS #1 or certificates.
func LoadPublicKeys(paths ...string) ([]*rsa.PublicKey, error) {
	var keys []*rsa.PublicKey
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("public key: %w", err)
		}
		found, err := ParsePublicKeys(data)
		if err != nil {
			return nil, fmt.Errorf("public key %s: %w", path, err)
		}
		keys = append(keys, found...)
	}
	return keys, nil
}

// ParsePrivateKey reads one RSA private key of at least MinKeyBits from PEM.
func ParsePrivateKey(data []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("no PEM block in it")
	}
	key, err := privateKeyOf(block)
	if err != nil {
		return nil, err
	}
	if err := checkSize(&key.PublicKey); err != nil {
		return nil, err
	}
	return key, nil
}

// ParsePublicKeys reads every RSA public key and certificate from PEM; at least
// one must be there, and each must have MinKeyBits. A certificate's dates and
// issuer are not looked at: it is only an envelope for the key here.
func ParsePublicKeys(data []byte) ([]*rsa.PublicKey, error) {
	var keys []*rsa.PublicKey
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		key, err := publicKeyOf(block)
		if err != nil {
			return nil, err
		}
		if err := checkSize(key); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("no PEM block in it")
	}
	return keys, nil
}

func privateKeyOf(block *pem.Block) (*rsa.PrivateKey, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		if block.Headers["DEK-Info"] != "" {
			return nil, errors.New("the key is encrypted; give it unencrypted, readable by this program only")
		}
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("broken PKCS #1 key")
		}
		return key, nil
	case "PRIVATE KEY":
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("broken PKCS #8 key")
		}
		key, isRSA := parsed.(*rsa.PrivateKey)
		if !isRSA {
			return nil, errors.New("not an RSA key")
		}
		return key, nil
	case "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("the key is encrypted; give it unencrypted, readable by this program only")
	default:
		return nil, fmt.Errorf("PEM block %q where a private key was expected", block.Type)
	}
}

func publicKeyOf(block *pem.Block) (*rsa.PublicKey, error) {
	var parsed any
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		parsed, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		parsed, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case "CERTIFICATE":
		var certificate *x509.Certificate
		if certificate, err = x509.ParseCertificate(block.Bytes); err == nil {
			parsed = certificate.PublicKey
		}
	case "PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("a private key where the operator's public key was expected")
	default:
		return nil, fmt.Errorf("PEM block %q where a public key was expected", block.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("broken %s", block.Type)
	}
	key, isRSA := parsed.(*rsa.PublicKey)
	if !isRSA {
		return nil, errors.New("not an RSA key")
	}
	return key, nil
}
