package page

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/gif"  // formats a phone's gallery holds
	_ "image/jpeg" // …
	_ "image/png"  // …
	"io"
	"net/http"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // …
)

// Bounds of a picture to be read: bytes, pixels before it is unpacked (a small
// file can unpack to gigabytes), and how many are read at once.
const (
	maxPicture  = 12 << 20
	maxPixels   = 50_000_000
	maxDecoders = 2
)

var (
	errNotAPicture = problem{Status: http.StatusUnprocessableEntity, Code: "not_a_picture"}
	errNoCode      = problem{Status: http.StatusUnprocessableEntity, Code: "no_qr"}
)

// decodeBody reads the QR picture that is the request's body.
func (p *page) decodeBody(w http.ResponseWriter, r *http.Request) (any, error) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPicture))
	if err != nil {
		return nil, fmt.Errorf("read the picture: %w", err)
	}
	link, err := p.decode(r.Context(), data)
	if err != nil {
		return nil, err
	}
	return scanned{Link: link}, nil
}

// scanned is what a QR picture says.
type scanned struct {
	Link    string `json:"link"`
	Message int    `json:"message,omitempty"` // of the chat the picture was found in
}

// decode waits for its turn and reads a QR picture.
func (p *page) decode(ctx context.Context, data []byte) (string, error) {
	select {
	case p.decoders <- struct{}{}:
		defer func() { <-p.decoders }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width <= 0 || config.Height <= 0 || config.Width > maxPixels/config.Height {
		return "", errNotAPicture
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return "", errNotAPicture
	}
	return readQR(ctx, picture)
}

// readQR looks for a QR code from three distances: a code that fills the picture
// is read best when the grain of a cheap camera is smoothed away, one that is
// small in it needs every pixel. The library itself copes with any rotation.
func readQR(ctx context.Context, picture image.Image) (string, error) {
	bounds := picture.Bounds()
	longer, before := max(bounds.Dx(), bounds.Dy()), 0
	for _, side := range []int{900, 450, 1800} {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		side = min(side, longer*2) // closer than that there is nothing more to see
		if side == before {
			continue
		}
		before = side
		if text, ok := look(fit(picture, side)); ok {
			return text, nil
		}
	}
	return "", errNoCode
}

// look reads one view of the picture, with two ways to tell dark from light, and
// as its negative (a dark screen). The library meets hostile pixels here; a
// panic of its own is a picture without a code.
func look(view *image.Gray) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	source := gozxing.NewLuminanceSourceFromImage(view)
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	for _, light := range []gozxing.LuminanceSource{source, source.Invert()} {
		for _, binarizer := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(light), gozxing.NewGlobalHistgramBinarizer(light)} {
			bitmap, err := gozxing.NewBinaryBitmap(binarizer)
			if err != nil {
				continue
			}
			if result, err := qrcode.NewQRCodeReader().Decode(bitmap, hints); err == nil && result.GetText() != "" {
				return result.GetText(), true
			}
		}
	}
	return "", false
}

// fit draws the picture in grey on white, scaled so that its longer side is
// side pixels.
func fit(picture image.Image, side int) *image.Gray {
	bounds := picture.Bounds()
	longer := max(bounds.Dx(), bounds.Dy())
	canvas := image.NewGray(image.Rect(0, 0, max(1, bounds.Dx()*side/longer), max(1, bounds.Dy()*side/longer)))
	draw.Draw(canvas, canvas.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(canvas, canvas.Bounds(), picture, bounds, draw.Over, nil)
	return canvas
}
