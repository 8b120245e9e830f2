package handlers

import (
	"bytes"
	"container/list"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"sync"

	"github.com/skip2/go-qrcode"
)

// A code fills a phone's screen: about 900 pixels a side, and never less than
// eight pixels a module, so that it is read at arm's length and survives
// Telegram's JPEG.
const (
	qrSide   = 900
	qrModule = 8
)

// qrCacheSize is how many pictures are kept: the static codes that are asked
// for all day. A picture has about 4 KB.
const qrCacheSize = 512

// drawQR returns a PNG of content as a QR code at level M (15 % may be lost)
// with its quiet zone of four modules.
func drawQR(content string) ([]byte, error) {
	code, err := qrcode.New(content, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("QR code of %d bytes: %w", len(content), err)
	}
	// Bitmap may be asked once only: each call adds to the code's data. Its own
	// picture scales in floats; ours has modules of whole pixels.
	modules := code.Bitmap()
	scale := max(qrModule, qrSide/len(modules))
	side := scale * len(modules)
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y, row := range modules {
		line := picture.Pix[y*scale*picture.Stride:][:side]
		for x, dark := range row {
			if dark {
				fill(line[x*scale:][:scale], 1)
			}
		}
		for i := 1; i < scale; i++ {
			copy(picture.Pix[(y*scale+i)*picture.Stride:], line)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return nil, fmt.Errorf("PNG of a QR code: %w", err)
	}
	return b.Bytes(), nil
}

// QR returns a PNG of content as a QR code, from memory where it was asked for
// lately. It must not be written to.
func (b *Bot) QR(content string) ([]byte, error) { return b.qr(content) }

func fill(pixels []byte, value byte) {
	for i := range pixels {
		pixels[i] = value
	}
}

// pictures keeps the pictures that were asked for last. It is safe for
// concurrent use; its results are shared and must not be written to.
type pictures struct {
	draw  func(content string) ([]byte, error)
	limit int

	mu    sync.Mutex
	order *list.List // of *picture, the last asked first
	byKey map[string]*list.Element
}

type picture struct {
	content string
	png     []byte
}

func newPictures(limit int, draw func(string) ([]byte, error)) *pictures {
	return &pictures{draw: draw, limit: limit, order: list.New(), byKey: make(map[string]*list.Element)}
}

// of returns the picture of content. Two that ask for the same new one at the
// same time may both draw it.
func (p *pictures) of(content string) ([]byte, error) {
	if kept, ok := p.kept(content); ok {
		return kept, nil
	}
	drawn, err := p.draw(content)
	if err != nil {
		return nil, err
	}
	p.keep(content, drawn)
	return drawn, nil
}

func (p *pictures) kept(content string) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.byKey[content]
	if !ok {
		return nil, false
	}
	p.order.MoveToFront(e)
	return e.Value.(*picture).png, true
}

func (p *pictures) keep(content string, drawn []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.byKey[content]; ok {
		return
	}
	p.byKey[content] = p.order.PushFront(&picture{content: content, png: drawn})
	for p.order.Len() > p.limit {
		last := p.order.Back()
		delete(p.byKey, last.Value.(*picture).content)
		p.order.Remove(last)
	}
}
