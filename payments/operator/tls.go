package operator

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// TLSFiles are the PEM files of mutual TLS towards the operator; all may be "".
type TLSFiles struct {
	Cert, Key string // our client certificate and its key, both or none
	CA        string // the only authorities trusted; "": the system's
}

// NewHTTPClient makes the client that Client and Credits share. Its owner calls
// CloseIdleConnections at the end.
func NewHTTPClient(files TLSFiles) (*http.Client, error) {
	config, err := files.config()
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:        config,
			TLSHandshakeTimeout:    2 * time.Second,
			ResponseHeaderTimeout:  attemptTime,
			MaxResponseHeaderBytes: 16 << 10,
			MaxIdleConnsPerHost:    16,
			IdleConnTimeout:        30 * time.Second,
			ForceAttemptHTTP2:      true,
		},
	}, nil
}

func (f TLSFiles) config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if (f.Cert == "") != (f.Key == "") {
		return nil, errors.New("client certificate: certificate and key are needed together")
	}
	if f.Cert != "" {
		pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, fmt.Errorf("client certificate %s with key %s: %w", f.Cert, f.Key, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if f.CA != "" {
		data, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("operator's CA: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("operator's CA %s: no certificate in it", f.CA)
		}
	}
	return config, nil
}
