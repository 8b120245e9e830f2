package page_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// A camera's view of a code: every row is a picture that somebody will upload.
func TestDecodesPicturesPeopleTake(t *testing.T) {
	r := newRig(t)
	plain := picture(t, qr(t, link, 600))
	tests := []struct {
		name string
		data []byte
	}{
		{"as generated", qr(t, link, 600)},
		{"small", qr(t, link, 120)},
		{"upside down", encodePNG(t, rotated(plain, 180))},
		{"on its side", encodePNG(t, rotated(plain, 90))},
		{"tilted a little", encodePNG(t, rotated(plain, 17))},
		{"on its corner", encodePNG(t, rotated(plain, 45))},
		{"bad JPEG", encodeJPEG(t, plain, 12)},
		{"GIF", encodeGIF(t, plain)},
		{"dark mode", encodePNG(t, inverted(plain))},
		{"transparent background", encodePNG(t, transparent(plain))},
		{"cropped to the modules", encodePNG(t, cropped(plain))},
		{"small in a large photo", encodeJPEG(t, placed(plain, 3000, 4000, image.Rect(1200, 1500, 1800, 2100)), 70)},
		{"grey and faint", encodePNG(t, faint(plain))},
		{"half in the shadow", encodeJPEG(t, shaded(plain), 80)},
		{"far away", encodeJPEG(t, placed(plain, 3000, 4000, image.Rect(1200, 1500, 1340, 1640)), 90)},
		{"noise of a cheap camera", encodeJPEG(t, noisy(placed(plain, 1500, 1500, image.Rect(200, 200, 1300, 1300))), 60)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, answer, _ := r.do("POST", "/demo/bank/decode", "image/png", test.data)
			if want := `{"link":"` + link + `"}`; status != 200 || answer != want {
				t.Errorf("%d %s, want %s", status, answer, want)
			}
		})
	}
}

func TestRefusesWhatIsNoCode(t *testing.T) {
	r := newRig(t)
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"a text", []byte("hello"), "422 not_a_picture"},
		{"nothing", nil, "422 not_a_picture"},
		{"a picture without a code", encodePNG(t, image.NewGray(image.Rect(0, 0, 300, 300))), "422 no_qr"},
		{"half a code", encodePNG(t, picture(t, qr(t, link, 600)).(*image.RGBA).SubImage(image.Rect(0, 0, 300, 600))), "422 no_qr"},
		{"a picture cut off", qr(t, link, 600)[:300], "422 not_a_picture"},
		{"a tiny file that unpacks to gigabytes", bomb(60_000, 60_000), "422 not_a_picture"},
		{"a picture of one pixel", encodePNG(t, image.NewGray(image.Rect(0, 0, 1, 1))), "422 no_qr"},
		{"a very long strip", encodePNG(t, image.NewGray(image.Rect(0, 0, 20_000, 1))), "422 no_qr"},
		{"too many bytes", make([]byte, 12<<20+1), "413 too_large"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, answer, _ := r.do("POST", "/demo/bank/decode", "image/png", test.data)
			if got := failure(t, status, answer); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func picture(t testing.TB, data []byte) image.Image {
	t.Helper()
	source, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	canvas := image.NewRGBA(source.Bounds())
	draw.Copy(canvas, image.Point{}, source, source.Bounds(), draw.Src, nil)
	return canvas
}

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func encodeJPEG(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func encodeGIF(t testing.TB, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := gif.Encode(&out, m, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// rotated turns a picture by degrees on a beige table.
func rotated(m image.Image, degrees float64) image.Image {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	side := float64(m.Bounds().Dx()) * 1.5
	canvas := image.NewRGBA(image.Rect(0, 0, int(side), int(side)))
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(color.RGBA{225, 215, 195, 255}), image.Point{}, draw.Src)
	half := float64(m.Bounds().Dx()) / 2
	matrix := f64.Aff3{cos, -sin, side/2 - cos*half + sin*half, sin, cos, side/2 - sin*half - cos*half}
	draw.BiLinear.Transform(canvas, matrix, m, m.Bounds(), draw.Over, nil)
	return canvas
}

func inverted(m image.Image) image.Image {
	return mapped(m, func(y uint8) uint8 { return 255 - y })
}

// faint is a code printed by an empty cartridge: greys 150 and 200.
func faint(m image.Image) image.Image {
	return mapped(m, func(y uint8) uint8 { return 150 + y/5 })
}

func mapped(m image.Image, change func(uint8) uint8) image.Image {
	canvas := image.NewGray(m.Bounds())
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			canvas.SetGray(x, y, color.Gray{change(color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y)})
		}
	}
	return canvas
}

// shaded lies half under an awning: the paper there is darker than the ink in
// the sun.
func shaded(m image.Image) image.Image {
	canvas := image.NewGray(m.Bounds())
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			v := int(color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y)
			canvas.SetGray(x, y, color.Gray{uint8((60 + v*195/255) * (m.Bounds().Dx() - x*8/10) / m.Bounds().Dx())})
		}
	}
	return canvas
}

// noisy adds grain from a fixed generator.
func noisy(m image.Image) image.Image {
	grain := rand.New(rand.NewPCG(1, 2))
	return mapped(m, func(y uint8) uint8 { return uint8(min(255, max(0, int(y)+grain.IntN(321)-160))) })
}

// transparent has ink only; what is under it is the page's.
func transparent(m image.Image) image.Image {
	canvas := image.NewNRGBA(m.Bounds())
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			canvas.SetNRGBA(x, y, color.NRGBA{A: 255 - color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y})
		}
	}
	return canvas
}

// cropped cuts the quiet zone off.
func cropped(m image.Image) image.Image {
	box := image.Rectangle{Min: m.Bounds().Max, Max: m.Bounds().Min}
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y < 128 {
				box.Min.X, box.Min.Y = min(box.Min.X, x), min(box.Min.Y, y)
				box.Max.X, box.Max.Y = max(box.Max.X, x+1), max(box.Max.Y, y+1)
			}
		}
	}
	return m.(*image.RGBA).SubImage(box)
}

func placed(m image.Image, width, height int, at image.Rectangle) image.Image {
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(color.RGBA{120, 110, 100, 255}), image.Point{}, draw.Src)
	draw.BiLinear.Scale(canvas, at, m, m.Bounds(), draw.Over, nil)
	return canvas
}

// bomb is a PNG that claims a size and holds nothing.
func bomb(width, height uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	head = append(binary.BigEndian.AppendUint32(head, height), 8, 0, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}
