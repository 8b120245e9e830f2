package page

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"elkart.kg/trade/payments/scanner"
)

// maxPicture bounds a picture to be read, in bytes.
const maxPicture = 12 << 20

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

// decode reads a QR picture.
func (p *page) decode(ctx context.Context, data []byte) (string, error) {
	link, err := p.scanner.Read(ctx, data)
	switch {
	case errors.Is(err, scanner.ErrNotAPicture), errors.Is(err, scanner.ErrTooLarge):
		return "", errNotAPicture
	case errors.Is(err, scanner.ErrNoCode):
		return "", errNoCode
	}
	return link, err
}
