package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"elkart.kg/trade/payments"
)

// maxJSON bounds a JSON body, in bytes. The longest thing said in JSON is a
// message of Telegram's 4,096 characters, escaped.
const maxJSON = 64 << 10

// Refusal is an error of the simulated side that the person at the page should
// read: its text goes to the page as it is.
type Refusal struct{ Text string }

func (r *Refusal) Error() string { return r.Text }

// problem is a failure on its way to the page. Code has a text in
// static/texts.json under "error."+Code; Detail is shown beside it.
type problem struct {
	Status int    `json:"-"`
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
}

func (e problem) Error() string { return e.Code }

// action is one POST endpoint: it returns what to answer, nil for {}.
type action func(w http.ResponseWriter, r *http.Request) (any, error)

// handle runs an action and answers with its result or its failure.
func (p *page) handle(do action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		result, err := do(w, r)
		if err != nil {
			p.fail(w, r, err)
			return
		}
		if result == nil {
			result = struct{}{}
		}
		p.answer(w, r, http.StatusOK, result)
	}
}

func (p *page) answer(w http.ResponseWriter, r *http.Request, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		p.Log.Debug("demo page answer", "path", r.URL.Path, "error", err)
	}
}

// fail turns an error into an answer. It is the only place that does.
func (p *page) fail(w http.ResponseWriter, r *http.Request, err error) {
	var known problem
	var refusal *Refusal
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &known):
	case errors.As(err, &refusal):
		known = problem{Status: http.StatusUnprocessableEntity, Code: "refused", Detail: refusal.Text}
	case payments.CodeOf(err) != "":
		known = problem{Status: http.StatusUnprocessableEntity, Code: string(payments.CodeOf(err))}
	case errors.As(err, &tooLarge):
		known = problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large"}
	case errors.Is(err, context.DeadlineExceeded):
		known = problem{Status: http.StatusGatewayTimeout, Code: "timeout"}
	case errors.Is(err, context.Canceled):
		return // nobody is there to read an answer
	default:
		p.Log.Error("demo page", "path", r.URL.Path, "error", err)
		known = problem{Status: http.StatusInternalServerError, Code: "internal", Detail: err.Error()}
	}
	p.answer(w, r, known.Status, map[string]problem{"error": known})
}

// readJSON reads a body of one JSON object into dest, which names every field
// that may be there.
func readJSON(w http.ResponseWriter, r *http.Request, dest any) error {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return problem{Status: http.StatusUnsupportedMediaType, Code: "bad_request", Detail: "Content-Type: application/json"}
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSON))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(dest)
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the object")
		}
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	if err != nil {
		return badRequest("%v", err)
	}
	return nil
}

func badRequest(format string, args ...any) problem {
	return problem{Status: http.StatusBadRequest, Code: "bad_request", Detail: fmt.Sprintf(format, args...)}
}
