package scanner_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/image/draw"

	"elkart.kg/trade/payments/scanner"
)

// TestReceiptsAsTelegramSendsThem: a photo is at most 1280 pixels high there,
// and a bad JPEG; the receipts are our own, the longest ones among them.
func TestReceiptsAsTelegramSendsThem(t *testing.T) {
	files, err := filepath.Glob("../documents/testdata/receipt-*.png")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d receipts, %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if strings.Contains(name, "minimal") || strings.Contains(name, "no-page") || strings.Contains(name, "process") {
			continue // without a code
		}
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			for high, quality := range map[int]int{1280: 30, 800: 85} {
				got, err := scanner.New().Read(t.Context(), asJPEG(t, img, high, quality))
				if err != nil || !strings.Contains(got, "/r/") {
					t.Errorf("%d pixels, quality %d: %q, %v", high, quality, got, err)
				}
			}
		})
	}
}

func asJPEG(t *testing.T, img image.Image, high, quality int) []byte {
	t.Helper()
	b := img.Bounds()
	high = min(high, b.Dy())
	small := image.NewRGBA(image.Rect(0, 0, b.Dx()*high/b.Dy(), high))
	draw.BiLinear.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRefusals(t *testing.T) {
	var blank, frames bytes.Buffer
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(png.Encode(&blank, image.NewGray(image.Rect(0, 0, 300, 200))))
	still := image.NewPaletted(image.Rect(0, 0, 50, 50), color.Palette{color.White, color.Black})
	must(gif.EncodeAll(&frames, &gif.GIF{Image: []*image.Paletted{still, still, still}, Delay: []int{1, 1, 1}}))
	for name, tc := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":                     {nil, scanner.ErrNotAPicture},
		"text":                        {[]byte("paid 500"), scanner.ErrNotAPicture},
		"HEIC":                        {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), scanner.ErrNotAPicture},
		"cut off":                     {blank.Bytes()[:40], scanner.ErrNotAPicture},
		"no code":                     {blank.Bytes(), scanner.ErrNoCode},
		"moving":                      {frames.Bytes(), scanner.ErrNoCode},
		"a small file of many pixels": {claims(20_000, 1000, 8), scanner.ErrTooLarge},
		"sixteen bits a channel":      {claims(4000, 3000, 16), scanner.ErrTooLarge},
		"WebP of a header alone":      {[]byte("RIFF\x1a\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff"), scanner.ErrNotAPicture},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := scanner.New().Read(t.Context(), tc.data); !errors.Is(err, tc.want) || got != "" {
				t.Errorf("%q, %v; want %v", got, err, tc.want)
			}
		})
	}
}

// claims is a PNG in colour that names its size and holds nothing.
func claims(width, height uint32, depth byte) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	head = append(binary.BigEndian.AppendUint32(head, height), depth, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(out, head...), crc32.ChecksumIEEE(head))
}

// TestManyAtOnce: all are read in their turn, and nobody waits for ever.
func TestManyAtOnce(t *testing.T) {
	data, err := os.ReadFile("../documents/testdata/receipt-ky-success.png")
	if err != nil {
		t.Fatal(err)
	}
	s := scanner.New()
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			if _, err := s.Read(t.Context(), data); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Read(ctx, data); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
}
