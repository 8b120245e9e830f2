package handlers

import (
	"bytes"
	"errors"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"pgregory.net/rapid"
)

// production is a link as the national regulation writes it.
const production = "https://pay.payqr.kg#00020101021132500009elcart.kg0104417710100000000123120211130212" +
	"33330008merchant0117%D0%9C%D0%B0%D0%B3%D0%B0%D0%B7%D0%B8%D0%BD52045411530341754055000059" +
	"11AIGUL%20SHOP6304a1b2"

func decodeQR(t interface{ Fatalf(string, ...any) }, picture []byte) string {
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatalf("decode PNG: %v", err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatalf("bitmap: %v", err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_PURE_BARCODE: true, // its finder misjudges the size of some codes
	})
	if err != nil {
		t.Fatalf("decode QR code: %v", err)
	}
	return result.GetText()
}

func TestQRIsReadByTwoOtherDecoders(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Fatal("zbarimg is missing: install the package zbar-tools (Debian, Ubuntu) or zbar (Homebrew)")
	}
	for _, tc := range []struct{ name, content string }{
		{"national link", production},
		{"short address", "https://trade.example.kg/p/01HZX5J7Q8RATVWXYZ23456789"},
		{"the longest comment in Kyrgyz", production + strings.Repeat("%D2%A3", 32)},
		{"digits only", strings.Repeat("9417", 40)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			picture, err := drawQR(tc.content)
			if err != nil {
				t.Fatal(err)
			}
			if got := decodeQR(t, picture); got != tc.content {
				t.Errorf("gozxing read %q, want %q", got, tc.content)
			}
			file := filepath.Join(t.TempDir(), "qr.png")
			if err := os.WriteFile(file, picture, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), zbar, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file).Output()
			if err != nil {
				t.Fatalf("zbarimg: %v", err)
			}
			if got := strings.TrimSuffix(string(out), "\n"); got != tc.content {
				t.Errorf("zbarimg read %q, want %q", got, tc.content)
			}
		})
	}
}

func TestAnyLinkIsReadBack(t *testing.T) {
	fragments := rapid.StringMatching(`([0-9]{1,30}|[A-Z]{1,10}|[a-z._~:/?@!$&'()*+,;=%-]{1,30}){1,12}`)
	for seed := range 20 { // a code takes long to read
		content := "https://pay.payqr.kg#" + fragments.Example(seed)
		picture, err := drawQR(content)
		if err != nil {
			t.Fatal(err)
		}
		if got := decodeQR(t, picture); got != content {
			t.Fatalf("read %q, want %q", got, content)
		}
	}
}

func TestQRIsBigEnoughAndHasItsQuietZone(t *testing.T) {
	for _, content := range []string{"https://payqr.kg#1", production, strings.Repeat("x", 1000)} {
		picture, err := drawQR(content)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(picture))
		if err != nil {
			t.Fatal(err)
		}
		side := img.Bounds().Dx()
		if side < 600 || side != img.Bounds().Dy() {
			t.Errorf("%d bytes: %v pixels", len(content), img.Bounds())
		}
		first := firstDark(t, picture)
		if first < 4*qrModule {
			t.Errorf("%d bytes: quiet zone of %d pixels, want four modules of %d at least", len(content), first, qrModule)
		}
	}
	if _, err := drawQR(strings.Repeat("x", 5000)); err == nil {
		t.Error("5000 bytes fit no QR code, and no error")
	}
}

// firstDark returns how far from the left and upper edge the code begins.
func firstDark(t *testing.T, picture []byte) int {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	for i := range img.Bounds().Dx() {
		for j := range i + 1 {
			if r, _, _, _ := img.At(i, j).RGBA(); r == 0 {
				return i
			}
			if r, _, _, _ := img.At(j, i).RGBA(); r == 0 {
				return i
			}
		}
	}
	t.Fatal("an empty picture")
	return 0
}

func TestPicturesAreKeptWithinTheLimit(t *testing.T) {
	drawn := make(map[string]int)
	p := newPictures(2, func(content string) ([]byte, error) {
		drawn[content]++
		if content == "bad" {
			return nil, errors.New("no")
		}
		return []byte(content), nil
	})
	for _, content := range []string{"a", "b", "a", "c", "a", "b"} { // c drives out b, not the a just asked for
		if got, err := p.of(content); err != nil || string(got) != content {
			t.Fatalf("of(%q) = %q, %v", content, got, err)
		}
	}
	if drawn["a"] != 1 || drawn["b"] != 2 || drawn["c"] != 1 {
		t.Errorf("drawn %v, want a and c once, b twice", drawn)
	}
	for range 2 {
		if _, err := p.of("bad"); err == nil {
			t.Error("no error")
		}
	}
	if drawn["bad"] != 2 || p.order.Len() != 2 || len(p.byKey) != 2 {
		t.Errorf("a failure was kept: %v, %d pictures", drawn, p.order.Len())
	}
}

func TestPicturesServeManyAtOnce(t *testing.T) {
	p := newPictures(4, func(content string) ([]byte, error) { return []byte(content), nil })
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			for j := range 100 {
				content := string(rune('a' + (i+j)%8))
				if got, err := p.of(content); err != nil || string(got) != content {
					t.Errorf("of(%q) = %q, %v", content, got, err)
				}
			}
		})
	}
	group.Wait()
}
