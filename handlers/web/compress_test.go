package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// Pages go out compressed to whoever can read that, and say the same.
func TestPagesAreCompressed(t *testing.T) {
	s := newSite(t, nil)
	for _, path := range []string{"/p/" + code, "/p/unknown", "/cards/" + token, "/cards/gone", "/r/" + receiptKey, "/"} {
		plain := s.get(path, "Accept-Encoding", "identity")
		if plain.Header.Get("Content-Encoding") != "" || !strings.HasPrefix(plain.body, "<!doctype html>") {
			t.Fatalf("%s: not the plain page", path)
		}
		packed := s.get(path, "Accept-Encoding", "gzip, deflate, br, zstd")
		if got := packed.Header.Get("Content-Encoding"); got != "gzip" {
			t.Fatalf("%s: Content-Encoding %q", path, got)
		}
		if got := packed.Header.Get("Content-Length"); got != strconv.Itoa(len(packed.body)) {
			t.Errorf("%s: %d bytes under Content-Length %s", path, len(packed.body), got)
		}
		if len(packed.body) > len(plain.body)/2 {
			t.Errorf("%s: %d bytes of %d", path, len(packed.body), len(plain.body))
		}
		if got, want := withoutNonce(unpack(t, packed.body)), withoutNonce(plain.body); got != want {
			t.Errorf("%s: unpacked it says something else: %s", path, got)
		}
		for _, w := range []reply{plain, packed} {
			if got := w.Header.Get("Vary"); got != "Accept-Encoding" {
				t.Errorf("%s: Vary %q", path, got)
			}
		}
		head := s.do("HEAD", path, "", "Accept-Encoding", "gzip")
		if head.Header.Get("Content-Encoding") != "gzip" || head.body != "" {
			t.Errorf("HEAD %s: %v", path, head.Header)
		}
	}
}

// Each of many at once gets a whole page of their own.
func TestCompressionAtOnce(t *testing.T) {
	s := newSite(t, nil)
	done := make(chan string)
	for range 16 {
		go func() { done <- s.get("/p/"+code, "Accept-Encoding", "gzip").body }()
	}
	want := withoutNonce(s.get("/p/" + code).body)
	for range 16 {
		if got := withoutNonce(unpack(t, <-done)); got != want {
			t.Errorf("%s", got)
		}
	}
}

func TestAcceptEncoding(t *testing.T) {
	s := newSite(t, nil)
	for accept, want := range map[string]bool{
		"gzip": true, "GZIP;q=0.5": true, "br, gzip": true, "x-gzip": true, "*": true, "br;q=1, *;q=0.1": true, "gzip;q=1.000,*;q=0": true,
		"identity": false, "br": false, "gzip;q=0": false, "gzip; q=0.000, *": false, "*;q=0": false, "gzip;q=often": false, "gzipped": false, ",;,": false,
	} {
		if got := s.get("/p/"+code, "Accept-Encoding", accept).Header.Get("Content-Encoding") == "gzip"; got != want {
			t.Errorf("%q: compressed = %v, want %v", accept, got, want)
		}
	}
	// Pictures are compressed already.
	if w := s.get("/p/"+code+"/qr.png", "Accept-Encoding", "gzip"); w.StatusCode != http.StatusOK || w.Header.Get("Content-Encoding") != "" {
		t.Errorf("the picture: status %d, %v", w.StatusCode, w.Header)
	}
}

func withoutNonce(page string) string { return nonceForm.ReplaceAllString(page, "") }

func unpack(t *testing.T, body string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
