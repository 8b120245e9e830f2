package telegram

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Sizes in bytes: what a bot may upload (Bot API, "Sending files") and what is left for the rest of the form.
const (
	maxPhoto    = 10 << 20
	maxDocument = 50 << 20
	maxForm     = 1 << 20
)

// call is one request of the bot: its method as the specification spells it, its parameters as form text
// (JSON bodies are brought to the same shape) and its uploads.
type call struct {
	method string
	params map[string]string
	files  map[string]*upload
	r      *http.Request
}

// upload is one uploaded file. picture is set where the method wants pictures and the bytes are one.
type upload struct {
	name, contentType string
	data              []byte
	picture           *picture
	pictureErr        *apiError
}

// apiError is a refusal in Telegram's form: {"ok":false,"error_code":…,"description":…}.
type apiError struct {
	Code        int
	Description string
	RetryAfter  int   // seconds, 0 where it says nothing about time
	MigrateTo   int64 // the supergroup that a group has become; 0: it has not
}

func (e *apiError) Error() string { return e.Description }

func badRequest(format string, args ...any) *apiError {
	return &apiError{Code: http.StatusBadRequest, Description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func forbidden(description string) *apiError {
	return &apiError{Code: http.StatusForbidden, Description: "Forbidden: " + description}
}

var errTooLarge = apiError{Code: http.StatusRequestEntityTooLarge, Description: "Request Entity Too Large"}

// readCall reads parameters from the query and from the body, whichever of the three forms it has.
func readCall(w http.ResponseWriter, r *http.Request) (*call, *apiError) {
	c := &call{params: map[string]string{}, files: map[string]*upload{}, r: r}
	r.Body = http.MaxBytesReader(w, r.Body, maxDocument+maxForm)
	for name, values := range r.URL.Query() {
		c.params[name] = values[0]
	}
	kind, options, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "multipart/form-data":
		err = c.readMultipart(r.Body, options["boundary"])
	case "application/json":
		err = c.readJSON(r.Body)
	case "application/x-www-form-urlencoded":
		err = c.readForm(r.Body)
	default:
		_, err = io.Copy(io.Discard, r.Body)
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &errTooLarge
	case err != nil:
		return nil, badRequest("can't parse the request: %v", err)
	}
	for _, file := range c.files {
		if len(file.data) > maxDocument {
			return nil, &errTooLarge
		}
	}
	return c, nil
}

func (c *call) readMultipart(body io.Reader, boundary string) error {
	if boundary == "" {
		return errors.New("no multipart boundary")
	}
	// A client with nothing to say sends a multipart body of no bytes at all, without even the closing boundary.
	var first [1]byte
	n, err := io.ReadFull(body, first[:])
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	reader := multipart.NewReader(io.MultiReader(bytes.NewReader(first[:n]), body), boundary)
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		name := part.FormName()
		if _, isFile := fileName(part); isFile {
			c.files[name] = &upload{name: part.FileName(), contentType: part.Header.Get("Content-Type"), data: data}
			continue
		}
		c.params[name] = string(data)
	}
}

// fileName tells an uploaded file from a field; a file's name may be empty.
func fileName(part *multipart.Part) (string, bool) {
	_, options, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return "", false
	}
	name, ok := options["filename"]
	return name, ok
}

func (c *call) readJSON(body io.Reader) error {
	data, err := io.ReadAll(body)
	if err != nil || len(bytes.TrimSpace(data)) == 0 {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	for name, raw := range fields {
		var text string
		switch {
		case string(raw) == "null": // absent
		case json.Unmarshal(raw, &text) == nil:
			c.params[name] = text
		default:
			c.params[name] = string(raw)
		}
	}
	return nil
}

func (c *call) readForm(body io.Reader) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	values, err := url.ParseQuery(string(data))
	for name := range values {
		c.params[name] = values.Get(name)
	}
	return err
}

// attached reports whether some parameter refers to the upload as attach://name.
func (c *call) attached(name string) bool {
	for _, value := range c.params {
		if strings.Contains(value, "attach://"+name) {
			return true
		}
	}
	return false
}

// The readers below rely on spec.check: a value that is there is well-formed.

func (c *call) integer(name string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(c.params[name]), 10, 64)
	return n
}

func (c *call) float(name string) float64 {
	f, _ := strconv.ParseFloat(strings.TrimSpace(c.params[name]), 64)
	return f
}

func (c *call) boolean(name string) bool {
	switch strings.ToLower(c.params[name]) {
	case "true", "yes", "1":
		return true
	}
	return false
}

// decode reads a JSON parameter into dest and reports whether it was there.
func (c *call) decode(name string, dest any) bool {
	return c.params[name] != "" && json.Unmarshal([]byte(c.params[name]), dest) == nil
}
