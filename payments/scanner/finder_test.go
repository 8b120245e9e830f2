package scanner

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/skip2/go-qrcode"
)

// TestEyesInTheData: the data of these codes have something that looks like an
// eye, so that a reader which tries one triangle misses them, even if there is
// nothing else in the picture.
func TestEyesInTheData(t *testing.T) {
	for account, checksum := range map[string]string{
		"nqfyxw7yemfvn99t7sjj88eaa3": "dad2",
		"4rv928jn9x2mznh9twxxz68eqr": "5f36",
		"jrr64qkjadkhz634ggt6yhjptz": "c493",
		"kvr4q8y5cgfxp226mef2tjr80z": "89b7",
	} {
		link := "https://pay.payqr.kg#00020101021132640009elcart.kg0105trade1026" + account +
			"120212130212332600061000010112ELKART%20Trade5204581253034175906Tandyr6304" + checksum
		code, err := qrcode.New(link, qrcode.Medium)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := New().Read(t.Context(), drawn(t, code.Bitmap(), 15)); got != link {
			t.Errorf("%s: %q, %v", account, got, err)
		}
	}
}

// TestNothingButEyes: whoever paves a picture with eyes gets no more work out
// of the reader than these bounds.
func TestNothingButEyes(t *testing.T) {
	modules := make([][]bool, 600)
	for y := range modules {
		modules[y] = make([]bool, 600)
		for x := range modules[y] {
			across, down := x%9-1, y%9-1
			inside := min(across, down, 6-across, 6-down) // how deep in an eye, whose second ring is light
			modules[y][x] = inside >= 0 && inside != 1
		}
	}
	picture := drawn(t, modules, 3)
	img, err := unpack(picture)
	if err != nil {
		t.Fatal(err)
	}
	bits, err := gozxing.NewHybridBinarizer(gozxing.NewLuminanceSourceFromImage(img)).GetBlackMatrix()
	if err != nil {
		t.Fatal(err)
	}
	found := eyes(bits)
	if row := len(modules) / 9; len(found) < maxEyes || len(found) > maxEyes+row {
		t.Errorf("%d eyes, want about %d", len(found), maxEyes)
	}
	if got := len(triangles(found)); got == 0 || got > maxTriangles {
		t.Errorf("%d triangles, want 1 to %d", got, maxTriangles)
	}
	if got, err := New().Read(t.Context(), picture); !errors.Is(err, ErrNoCode) {
		t.Errorf("%q, %v; want %v", got, err, ErrNoCode)
	}
}

// drawn is a PNG with each module scale pixels wide.
func drawn(t *testing.T, modules [][]bool, scale int) []byte {
	t.Helper()
	side := scale * len(modules)
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			if modules[y/scale][x/scale] {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
