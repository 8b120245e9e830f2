package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"time"
)

//go:embed static
var files embed.FS

// contentTypes are fixed here, for the machine's own table of types may be
// empty or wrong.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json; charset=utf-8",
	".svg":  "image/svg+xml",
}

// static serves an embedded file: the named one, or the one of the path. The
// ETag is the contents' hash, so that a new build is seen at once.
func static(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file := name
		if file == "" {
			file = r.PathValue("name")
		}
		data, err := files.ReadFile("static/" + file)
		kind := contentTypes[path.Ext(file)]
		if err != nil || kind == "" {
			http.NotFound(w, r)
			return
		}
		sum := sha256.Sum256(data)
		w.Header().Set("Content-Type", kind)
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
		http.ServeContent(w, r, file, time.Time{}, bytes.NewReader(data))
	})
}
