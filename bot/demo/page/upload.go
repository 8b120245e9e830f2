package page

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
)

// Sizes in bytes: what Telegram takes of a photo, what a bot can fetch of a
// document (Bot API, getFile), and the rest of a form.
const (
	maxPhoto    = 10 << 20
	maxDocument = 20 << 20
	maxCaption  = 16 << 10
)

// upload sends an attached file into the chat.
func (p *page) upload(w http.ResponseWriter, r *http.Request) (any, error) {
	user, err := p.chatUser(r)
	if err != nil {
		return nil, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxDocument+maxCaption+maxJSON)
	form, err := r.MultipartReader()
	if err != nil {
		return nil, badRequest("%v", err)
	}
	file, err := readMedia(form)
	if err != nil {
		return nil, err
	}
	if file.Kind == "photo" {
		_, err = p.Telegram.SendPhoto(user, file.Data, file.Caption)
	} else {
		_, err = p.Telegram.SendDocument(user, file.Name, file.Data, file.Caption)
	}
	return nil, told(err)
}

// media is an attached file. Kind is photo or document.
type media struct {
	Kind, Name, Caption string
	Data                []byte
}

// readMedia takes the three parts of the form, in any order.
func readMedia(form *multipart.Reader) (media, error) {
	var m media
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return media{}, cutShort(err)
		}
		switch name := part.FormName(); name {
		case "kind", "caption":
			text, err := readPart(part, maxCaption)
			if err != nil {
				return media{}, err
			}
			if name == "kind" {
				m.Kind = string(text)
			} else {
				m.Caption = string(text)
			}
		case "file":
			m.Name = part.FileName()
			if m.Data, err = readPart(part, maxDocument); err != nil {
				return media{}, err
			}
		default:
			return media{}, badRequest("unknown part %q", name)
		}
	}
	limit := maxDocument
	switch m.Kind {
	case "photo":
		limit = maxPhoto
		if !shownInline[http.DetectContentType(m.Data)] {
			return media{}, problem{Status: http.StatusUnprocessableEntity, Code: "not_a_picture"}
		}
	case "document":
	default:
		return media{}, badRequest("kind %q", m.Kind)
	}
	if len(m.Data) == 0 {
		return media{}, badRequest("file is empty")
	}
	if len(m.Data) > limit {
		return media{}, problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large"}
	}
	return m, nil
}

// readPart reads at most limit bytes; more is too large, not cut.
func readPart(part io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return nil, cutShort(err)
	}
	if int64(len(data)) > limit {
		return nil, problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large"}
	}
	return data, nil
}

// cutShort tells a body over the limit from a broken one.
func cutShort(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fmt.Errorf("upload: %w", err)
	}
	return badRequest("%v", err)
}
