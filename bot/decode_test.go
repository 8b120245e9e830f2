package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/png"
	"os/exec"
	"reflect"
	"strings"
	"sync"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"elkart.kg/trade/payments"
	"elkart.kg/trade/payments/elqr"
	"elkart.kg/trade/payments/scanner"
)

// decodeQR reads a picture with two readers that are not ours; they have to
// agree.
func decodeQR(picture []byte) (string, error) {
	zxing, err := decodeZXing(picture)
	if err != nil {
		// Of a picture with more on it than the code it misses one in some hundred
		// at its own size.
		if zxing, err = scanner.New().Read(context.Background(), picture); err != nil {
			return "", fmt.Errorf("gozxing: %w", err)
		}
	}
	zbar := exec.CommandContext(context.Background(), "zbarimg", "--quiet", "--raw", "-S*.disable", "-Sqrcode.enable", "-")
	zbar.Stdin = bytes.NewReader(picture)
	out, err := zbar.Output()
	if err != nil {
		return "", fmt.Errorf("zbarimg: %w", err)
	}
	if got := strings.TrimSuffix(string(out), "\n"); got != zxing {
		return "", fmt.Errorf("gozxing reads %q, zbarimg %q", zxing, got)
	}
	return zxing, nil
}

func decodeZXing(picture []byte) (string, error) {
	img, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return "", err
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	// Most of our pictures are nothing but the code; the finder for photographs misses
	// one in some hundred.
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, hints)
	if err != nil {
		// A receipt has other things on it, too.
		hints = map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
		if result, err = qrcode.NewQRCodeReader().Decode(bitmap, hints); err != nil {
			return "", err
		}
	}
	return result.GetText(), nil
}

// checkQR compares what a code says with the keys given; "link" is the whole
// content.
func checkQR(content string, want map[string]any) error {
	link, err := elqr.Decode(content)
	if err != nil {
		return err
	}
	got := map[string]any{
		"type": string(link.Type), "name": link.Name, "comment": link.Comment, "mcc": link.MCC,
		"provider_id": link.ProviderID, "service_code": link.ServiceCode, "amount_editable": link.AmountEditable, "amount": nil,
	}
	if link.Amount != nil {
		got["amount"] = float64(*link.Amount)
	}
	for key, value := range want {
		if text, ok := value.(string); ok && key == "sum" {
			sum, err := payments.ParseMoney(text)
			if err != nil {
				return err
			}
			key, value = "amount", float64(sum)
		}
		if !reflect.DeepEqual(got[key], value) {
			return fmt.Errorf("the code says %s = %v, want %v", key, got[key], value)
		}
	}
	return nil
}

// syncBuffer is a buffer that many goroutines write to.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
