package documents

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

// maxPicture is what a picture for a chat may weigh, in bytes.
const maxPicture = 150 << 10

// golden compares a picture with testdata/name.png, pixel by pixel. One shade
// may differ: other processors round other halves.
func golden(t *testing.T, name string, picture []byte) {
	t.Helper()
	file := filepath.Join("testdata", name+".png")
	if *update {
		if err := os.WriteFile(file, picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n, at := differences(decode(t, picture), decode(t, want), 255/shades+1); n > 0 {
		failed := filepath.Join(os.TempDir(), "documents-"+name+".png")
		if err := os.WriteFile(failed, picture, 0o644); err != nil {
			t.Log(err)
		}
		t.Errorf("%s: %d pixels differ, the first at %v; now it looks like %s (-update makes that right)", file, n, at, failed)
	}
}

func decode(t *testing.T, picture []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// differences counts the pixels of which some channel differs by more than
// tolerance of 255.
func differences(got, want image.Image, tolerance int) (n int, first image.Point) {
	g, w := got.(*image.Paletted), want.(*image.Paletted)
	if g.Rect != w.Rect {
		return max(g.Rect.Dx()*g.Rect.Dy(), 1), image.Point{}
	}
	var far [256][256]bool
	for i, a := range g.Palette {
		for j, b := range w.Palette {
			a, b := a.(color.RGBA), b.(color.RGBA)
			far[i][j] = max(abs(int(a.R)-int(b.R)), abs(int(a.G)-int(b.G)), abs(int(a.B)-int(b.B))) > tolerance
		}
	}
	for i := range g.Pix {
		if far[g.Pix[i]][w.Pix[i]] {
			if n == 0 {
				first = image.Pt(i%g.Stride, i/g.Stride)
			}
			n++
		}
	}
	return n, first
}

func TestReceiptPictures(t *testing.T) {
	press := newPress(t)
	minimal := Receipt{Tone: ToneGood, Status: "Успешно", Sum: "5 сом", Payee: "A"}
	for name, r := range map[string]Receipt{
		"receipt-ky-success":       kyrgyzReceipt(),
		"receipt-ru-part-refunded": russianReceipt(),
		"receipt-en-refunded":      englishReceipt(),
		"receipt-ky-reversed":      reversedReceipt(),
		"receipt-ru-in-process":    waitingReceipt(),
		"receipt-hostile":          hostileReceipt(),
		"receipt-ky-no-page":       unvouchedReceipt(),
		"receipt-minimal":          minimal,
	} {
		t.Run(name, func(t *testing.T) {
			picture, err := press.ReceiptPNG(r)
			if err != nil {
				t.Fatal(err)
			}
			if len(picture) > maxPicture {
				t.Errorf("%d bytes, want at most %d", len(picture), maxPicture)
			}
			golden(t, name, picture)
		})
	}
}

func TestPosterPictures(t *testing.T) {
	press := newPress(t)
	for name, tc := range map[string]struct {
		poster Poster
		size   PosterSize
	}{
		"poster-a4":      {kyrgyzPoster(), PosterA4},
		"poster-a5":      {longPoster(), PosterA5},
		"poster-a6":      {kyrgyzPoster(), PosterA6},
		"poster-sticker": {longPoster(), PosterSticker},
	} {
		t.Run(name, func(t *testing.T) {
			picture, err := press.PosterPNG(tc.poster, tc.size)
			if err != nil {
				t.Fatal(err)
			}
			if len(picture) > maxPicture {
				t.Errorf("%d bytes, want at most %d", len(picture), maxPicture)
			}
			golden(t, name, picture)
			file := filepath.Join(t.TempDir(), "poster.png")
			if err := os.WriteFile(file, picture, 0o600); err != nil {
				t.Fatal(err)
			}
			if byGozxing, byZbar := readCode(t, file); byGozxing != tc.poster.Code || byZbar != tc.poster.Code {
				t.Errorf("read %q and %q, want %q", byGozxing, byZbar, tc.poster.Code)
			}
		})
	}
}

func TestPreviewPictures(t *testing.T) {
	press := newPress(t)
	for name, v := range map[string]Preview{
		"preview-ky-sum": {
			Service: "ELKART Trade", Payee: "«Ала-Тоо» кафеси", Label: "Төлөнө турган сумма",
			Sum: "1\u00a0250,50 сом", Note: "Каалаган банктын тиркемесинен төлөңүз",
		},
		"preview-ru-open-sum": {
			Service: "ELKART Trade", Payee: "Продуктовый магазин «Тысяча и одна мелочь», улица Киевская, 71-А",
			Sum: "Сумму вы вводите сами", InWords: true, Note: "Оплата в приложении любого банка",
		},
		"preview-en-unknown": {Service: "ELKART Trade", Sum: "Payment link", InWords: true},
		"preview-hostile": {
			Service: "ELKART Trade", Payee: strings64(), Label: "К оплате", Sum: "99\u00a0999\u00a0999\u00a0999\u00a0999,99 сом",
			Note: strings64() + strings64(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			picture, err := press.PreviewPNG(v)
			if err != nil {
				t.Fatal(err)
			}
			if size := decode(t, picture).Bounds().Size(); size != image.Pt(1200, 630) {
				t.Errorf("%v pixels", size)
			}
			if len(picture) > maxPicture {
				t.Errorf("%d bytes, want at most %d", len(picture), maxPicture)
			}
			golden(t, name, picture)
		})
	}
}

// strings64 is a name of 64 characters in one word.
func strings64() string { return string(bytes.Repeat([]byte("Ж"), 64)) }
