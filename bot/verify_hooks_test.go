package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"strings"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"elkart.kg/trade/bot/demo/telegram/chatscript"
	"elkart.kg/trade/payments"
)

// kept is a picture that a script goes on with, and what its code says.
type kept struct {
	picture []byte
	text    string
}

// hookKeep keeps the newest picture of the chat under a name.
func (w *world) hookKeep(ctx context.Context, s *chatscript.Session, name string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	messages := w.Telegram.Chat(s.User.ID).Messages
	for i := len(messages) - 1; i >= 0; i-- {
		if m := messages[i]; m.FromBot && m.Photo != nil {
			_, _, data, err := w.Telegram.File(m.Photo.ID)
			if err != nil {
				return err
			}
			text, err := decodeQR(data)
			w.kept[name] = kept{data, text}
			return err
		}
	}
	return fmt.Errorf("no picture in the chat")
}

// hookShow sends a kept picture as somebody has it: "name way caption". The
// ways are as it is, turned, dark, far, jpeg, document, gif, webp.
func (w *world) hookShow(_ context.Context, s *chatscript.Session, args string) error {
	words := strings.SplitN(args+"  ", " ", 3)
	caption := strings.TrimSpace(words[2])
	k, ok := w.kept[words[0]]
	if !ok {
		return fmt.Errorf("no picture %q was kept", words[0])
	}
	data, name, err := seen(k.picture, words[1])
	if err != nil {
		return err
	}
	if name != "" {
		_, err = w.Telegram.SendDocument(s.User.ID, name, data, caption)
		return err
	}
	_, err = w.Telegram.SendPhoto(s.User.ID, data, caption)
	return err
}

// hookDraw sends the picture of a code with this text; $NAME stands for the
// text of a kept one.
func (w *world) hookDraw(_ context.Context, s *chatscript.Session, args string) error {
	data, err := w.app.bot.QR(w.fillIn(args))
	if err != nil {
		return err
	}
	_, err = w.Telegram.SendPhoto(s.User.ID, data, "")
	return err
}

// hookType writes a text with the texts of kept codes in it.
func (w *world) hookType(_ context.Context, s *chatscript.Session, args string) error {
	_, err := w.Telegram.SendText(s.User.ID, w.fillIn(args))
	return err
}

// fillIn puts the texts of kept codes in: $name, and $name/ for its last part
// alone.
func (w *world) fillIn(text string) string {
	return os.Expand(text, func(name string) string {
		whole, ok := w.kept[strings.TrimPrefix(name, "key_")]
		if !ok {
			return "$" + name
		}
		if strings.HasPrefix(name, "key_") {
			return whole.text[strings.LastIndexByte(whole.text, '/')+1:]
		}
		return whole.text
	})
}

// hookAlbum sends a kept picture many times at once.
func (w *world) hookAlbum(_ context.Context, s *chatscript.Session, args string) error {
	var n int
	var name string
	if _, err := fmt.Sscan(args, &n, &name); err != nil {
		return err
	}
	for range n {
		if _, err := w.Telegram.SendPhoto(s.User.ID, w.kept[name].picture, ""); err != nil {
			return err
		}
	}
	return nil
}

// hookJunk sends a file that is no good picture.
func (w *world) hookJunk(_ context.Context, s *chatscript.Session, kind string) error {
	junk := map[string]struct {
		name string
		data []byte
	}{
		"bomb":    {"receipt.png", bomb(60_000, 60_000)},
		"heic":    {"IMG_0001.heic", append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 4000)...)},
		"broken":  {"receipt.jpg", append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"), bytes.Repeat([]byte("kaput"), 500)...)},
		"huge":    {"receipt.png", make([]byte, 10<<20+1)},
		"program": {"receipt.png.exe", []byte("MZ")},
		"empty":   {"white.png", blank()},
	}[kind]
	if junk.name == "" {
		return fmt.Errorf("no junk of kind %q", kind)
	}
	_, err := w.Telegram.SendDocument(s.User.ID, junk.name, junk.data, "")
	return err
}

// hookReverse is the operator's word that the newest payment did not happen.
func (w *world) hookReverse(ctx context.Context, _ *chatscript.Session, _ string) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	var id string
	err := w.pool.QueryRow(ctx, `SELECT operator_id FROM payments ORDER BY id DESC LIMIT 1`).Scan(&id)
	if err != nil {
		return err
	}
	if err := w.app.service.Update(ctx, id, payments.StatusError, w.now()); err != nil {
		return err
	}
	return w.settle(ctx)
}

// seen is a picture as it comes from somebody's hands; name is that of a file.
func seen(data []byte, way string) (out []byte, name string, err error) {
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	switch way {
	case "", ".":
		return data, "", nil
	case "document":
		return data, "Screenshot 2026.png", nil
	case "gif":
		err = gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{paletted(img), paletted(img)}, Delay: []int{5, 5}})
		return b.Bytes(), "receipt.gif", err
	case "jpeg":
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 25})
	case "turned":
		err = jpeg.Encode(&b, onTable(img, img.Bounds().Dx()*2, 20), &jpeg.Options{Quality: 70})
	case "far":
		err = jpeg.Encode(&b, onTable(img, 2400, -4), &jpeg.Options{Quality: 80})
	case "dark":
		negative := image.NewGray(img.Bounds())
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				negative.SetGray(x, y, color.Gray{255 - color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y})
			}
		}
		err = png.Encode(&b, negative)
	default:
		err = fmt.Errorf("no way %q of seeing", way)
	}
	return b.Bytes(), "", err
}

// onTable puts a picture askew into the middle of a photo of a brown table.
func onTable(img image.Image, side int, degrees float64) image.Image {
	canvas := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(canvas, canvas.Bounds(), image.NewUniform(color.RGBA{120, 95, 70, 255}), image.Point{}, draw.Src)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	x, y, half := float64(img.Bounds().Dx())/2, float64(img.Bounds().Dy())/2, float64(side)/2
	matrix := f64.Aff3{cos, -sin, half - cos*x + sin*y, sin, cos, half - sin*x - cos*y}
	draw.BiLinear.Transform(canvas, matrix, img, img.Bounds(), draw.Over, nil)
	return canvas
}

func paletted(img image.Image) *image.Paletted {
	out := image.NewPaletted(img.Bounds(), color.Palette{color.White, color.Black, color.Gray{128}})
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	return out
}

func blank() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 400, 300))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// bomb is a PNG that claims a size and holds nothing.
func bomb(width, height uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	head = append(binary.BigEndian.AppendUint32(head, height), 8, 0, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}
