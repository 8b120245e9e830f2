package web

import (
	"io"
	"net/http"
)

// robotsText lets everybody read what may be passed around: messengers draw
// previews of it, and only who reads a page finds the X-Robots-Tag that keeps
// it out of search engines. An address that a robot may not read can stand in
// their lists all the same.
const robotsText = `User-agent: *
Disallow: /cards/
Disallow: /in/
Disallow: /telegram/
`

func (s *Site) robots(v *visit) error {
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = io.WriteString(v.w, robotsText)
	return nil
}

func (s *Site) icon(v *visit) error {
	v.w.Header().Set("Content-Type", "image/svg+xml")
	v.w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = v.w.Write(s.templates.icon)
	return nil
}

func (s *Site) home(v *visit) error {
	v.message(http.StatusOK, v.printer.Text("page.service"), v.printer.Text("page.home"))
	return nil
}

func (s *Site) notFound(v *visit) error {
	v.message(http.StatusNotFound, v.printer.Text("page.missing.title"), v.printer.Text("page.missing.text"))
	return nil
}
