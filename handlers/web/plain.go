package web

import (
	"io"
	"net/http"
)

// robotsText keeps search engines away and lets messengers draw their preview
// of a link that somebody sent.
const robotsText = `User-agent: facebookexternalhit
User-agent: Facebot
User-agent: TelegramBot
User-agent: WhatsApp
User-agent: Twitterbot
Allow: /p/
Disallow: /

User-agent: *
Disallow: /
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
