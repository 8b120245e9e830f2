// Package scanner finds the QR code in a picture that a person sent: a
// screenshot, a photo of a screen or of paper, more or less straight, sharp and
// near.
//
// What comes in is anybody's bytes. A picture is refused by what its header
// says, before it is unpacked: a small file can unpack to gigabytes. What is
// unpacked at any moment, by all together, fits into a budget. The package does
// not know what a code may mean.
package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"  // formats that phones and messengers send
	_ "image/jpeg" // …
	_ "image/png"  // …
	"runtime"

	"github.com/makiuchi-d/gozxing"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // …
	"golang.org/x/sync/semaphore"
)

// What Read answers beside a text.
var (
	ErrNotAPicture = errors.New("not a picture in a known format")
	ErrTooLarge    = errors.New("the picture has too many pixels")
	ErrNoCode      = errors.New("no QR code in the picture")
)

// maxPixels is how many pixels are unpacked at a time: 64 MB mostly, and never
// more than four times that. A phone's camera has twelve million, Telegram's own
// photos have one.
const maxPixels = 16_000_000

// Scanner reads pictures. It is safe for concurrent use: as many pictures at
// once as the budget of pixels allows, and on half of the processors, so that
// nobody's payment waits for somebody's album; the others wait.
type Scanner struct {
	budget *semaphore.Weighted
	turns  chan struct{}
}

// New makes a Scanner.
func New() *Scanner {
	return &Scanner{
		budget: semaphore.NewWeighted(maxPixels),
		turns:  make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
	}
}

// Read returns what the QR code in a picture says. Errors: ErrNotAPicture,
// ErrTooLarge, ErrNoCode, ctx's.
func (s *Scanner) Read(ctx context.Context, picture []byte) (string, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return "", ErrNotAPicture
	}
	if cost(config) > maxPixels {
		return "", ErrTooLarge
	}
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if err := s.budget.Acquire(ctx, cost(config)); err != nil {
		return "", fmt.Errorf("wait for a picture's turn: %w", err)
	}
	defer s.budget.Release(cost(config))
	img, err := unpack(picture)
	if err != nil {
		return "", ErrNotAPicture
	}
	return find(ctx, img)
}

// cost is the number of pixels; those of sixteen bits a channel count twice.
func cost(c image.Config) int64 {
	pixels := int64(c.Width) * int64(c.Height)
	switch c.ColorModel {
	case color.NRGBA64Model, color.RGBA64Model, color.Gray16Model:
		return 2 * pixels
	}
	return pixels
}

// unpack decodes a picture, of a moving one the first. Broken pixels are what
// the decoders are made for; a panic of theirs is a broken picture.
func unpack(picture []byte) (img image.Image, err error) {
	defer func() {
		if recover() != nil {
			img, err = nil, ErrNotAPicture
		}
	}()
	img, _, err = image.Decode(bytes.NewReader(picture))
	return img, err
}

// find looks for a code from three distances: one that fills the picture is
// read best when the grain of a cheap camera is smoothed away, one that is small
// in it needs every pixel. Then it looks at the parts of a large picture. The
// library itself copes with any rotation and with mirrors.
func find(ctx context.Context, img image.Image) (string, error) {
	bounds := img.Bounds()
	longer, before := max(bounds.Dx(), bounds.Dy()), 0
	for _, side := range []int{900, 450, 1800} {
		side = min(side, longer*2) // closer than that there is nothing more to see
		if side == before {
			continue
		}
		before = side
		if text, ok := look(ctx, fit(img, bounds, side), allLights); ok {
			return text, nil
		}
	}
	if longer > 2000 {
		for _, part := range parts(bounds) {
			if text, ok := look(ctx, fit(img, part, 1200), dayLight); ok {
				return text, nil
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return "", ErrNoCode
}

// parts are nine windows of half the picture's sides each; they overlap, so
// that a code of a quarter of the sides is whole in one of them.
func parts(b image.Rectangle) []image.Rectangle {
	var all []image.Rectangle
	w, h := b.Dx()/2, b.Dy()/2
	for y := range 3 {
		for x := range 3 {
			corner := image.Pt(b.Min.X+x*w/2, b.Min.Y+y*h/2)
			all = append(all, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(max(w, 1), max(h, 1)))})
		}
	}
	return all
}

// lights are the ways of looking at one view.
type lights bool

const (
	allLights lights = true  // two ways to tell dark from light, also as the negative (a dark screen)
	dayLight  lights = false // one: large pictures are photos of paper and screens
)

// look reads one view of the picture. The library meets hostile pixels here; a
// panic of its own is a picture without a code.
func look(ctx context.Context, view *image.Gray, by lights) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	source := gozxing.NewLuminanceSourceFromImage(view)
	for _, light := range []gozxing.LuminanceSource{source, source.Invert()} {
		for _, binarizer := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(light), gozxing.NewGlobalHistgramBinarizer(light)} {
			if ctx.Err() != nil {
				return "", false
			}
			if bits, err := binarizer.GetBlackMatrix(); err == nil {
				if text, ok := readBits(bits); ok {
					return text, true
				}
			}
			if by == dayLight {
				return "", false
			}
		}
	}
	return "", false
}

// fit draws a part of the picture in grey on white, scaled so that its longer
// side is side pixels.
func fit(img image.Image, part image.Rectangle, side int) *image.Gray {
	longer := max(part.Dx(), part.Dy())
	canvas := image.NewGray(image.Rect(0, 0, max(1, part.Dx()*side/longer), max(1, part.Dy()*side/longer)))
	draw.Draw(canvas, canvas.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(canvas, canvas.Bounds(), img, part, draw.Over, nil)
	return canvas
}
