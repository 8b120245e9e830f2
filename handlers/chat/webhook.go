package chat

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
)

// maxUpdate is the size of an update in bytes; Telegram's are far smaller.
const maxUpdate = 1 << 20

// Webhook receives updates from Telegram. The secret is compared, in constant time, before anything is read; an empty
// one lets nobody in. The answer is 200 only when the update is kept; otherwise Telegram sends it again.
func (r *Runtime) Webhook(secret string) http.Handler {
	want := sha256.Sum256([]byte(secret))
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		got := sha256.Sum256([]byte(req.Header.Get("X-Telegram-Bot-Api-Secret-Token")))
		if subtle.ConstantTimeCompare(want[:], got[:]) != 1 || secret == "" {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		if req.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxUpdate))
		if err != nil {
			status := http.StatusBadRequest
			var tooLong *http.MaxBytesError
			if errors.As(err, &tooLong) {
				status = http.StatusRequestEntityTooLarge
			}
			http.Error(w, http.StatusText(status), status)
			return
		}
		if err := r.accept(req.Context(), body); err != nil {
			if !errors.Is(err, ErrStopped) && req.Context().Err() == nil {
				r.cfg.Log.Error("update is refused for now", "err", err)
			}
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
}
