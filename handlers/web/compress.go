package web

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"strconv"
	"strings"
	"sync"
)

// packer compresses pages (gzip, RFC 1952). Most of a page is our own style and
// script, which are compressed well, once; what is left for each answer is
// small and done fast.
//
// Nothing that is secret stands in a page beside something that a stranger can
// put there, so that the length of an answer tells nobody anything (BREACH).
type packer struct {
	parts   []packed  // in the order in which they stand in a page
	writers sync.Pool // of *flate.Writer
}

// packed is a text with its deflated form, which refers to nothing outside it
// and ends on a byte.
type packed struct{ plain, deflated []byte }

func newPacker(parts ...[]byte) (*packer, error) {
	p := &packer{}
	for _, plain := range parts {
		var b bytes.Buffer
		w, err := flate.NewWriter(&b, flate.BestCompression)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(plain); err != nil {
			return nil, err
		}
		if err := w.Flush(); err != nil {
			return nil, err
		}
		p.parts = append(p.parts, packed{plain, b.Bytes()})
	}
	return p, nil
}

// pack returns a page as gzip.
func (p *packer) pack(page []byte) ([]byte, error) {
	w, known := p.writers.Get().(*flate.Writer)
	if !known {
		var err error
		if w, err = flate.NewWriter(nil, flate.BestSpeed); err != nil {
			return nil, err
		}
	}
	defer p.writers.Put(w)
	var b bytes.Buffer
	b.WriteString("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff") // deflate, no time, no system
	rest := page
	for _, part := range p.parts {
		before, after, found := bytes.Cut(rest, part.plain)
		if !found {
			continue
		}
		w.Reset(&b) // it may not refer to what stands before the last part
		if _, err := w.Write(before); err != nil {
			return nil, err
		}
		if err := w.Flush(); err != nil {
			return nil, err
		}
		b.Write(part.deflated)
		rest = after
	}
	w.Reset(&b)
	if _, err := w.Write(rest); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	var end [8]byte
	binary.LittleEndian.PutUint32(end[:], crc32.ChecksumIEEE(page))
	binary.LittleEndian.PutUint32(end[4:], uint32(len(page))) //nolint:gosec // modulo 2^32, as the format has it
	b.Write(end[:])
	return b.Bytes(), nil
}

// takesGzip reads an Accept-Encoding (RFC 9110, §12.5.3).
func takesGzip(accept string) bool {
	takes := false
	for entry := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(entry, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "gzip" && name != "x-gzip" && name != "*" {
			continue
		}
		wanted := true
		if q, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(weight)), "q="); ok {
			n, err := strconv.ParseFloat(q, 64)
			wanted = err == nil && n > 0
		}
		if name != "*" {
			return wanted
		}
		takes = wanted
	}
	return takes
}
