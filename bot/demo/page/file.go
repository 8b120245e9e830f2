package page

import (
	"mime"
	"net/http"
	"strconv"
)

// shownInline are the types a browser may show by itself. Everything else is a
// download: an HTML or SVG file of somebody's must not become a page of ours.
var shownInline = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

// sendFile hands out a file of a chat. File ids never change their contents.
func (p *page) sendFile(w http.ResponseWriter, r *http.Request) {
	if p.Telegram == nil {
		p.fail(w, r, errUnknown)
		return
	}
	name, _, data, err := p.Telegram.File(r.PathValue("id"))
	if err != nil {
		p.fail(w, r, told(err))
		return
	}
	kind, disposition := http.DetectContentType(data), "inline"
	if !shownInline[kind] {
		kind, disposition = "application/octet-stream", "attachment"
	}
	if r.URL.Query().Has("download") {
		disposition = "attachment"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=3600, immutable")
	if name != "" {
		disposition = mime.FormatMediaType(disposition, map[string]string{"filename": name})
	}
	h.Set("Content-Disposition", disposition)
	if _, err := w.Write(data); err != nil {
		p.Log.Debug("demo page file", "error", err)
	}
}
