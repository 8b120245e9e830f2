package page

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Bounds of the customer's messenger: bubbles kept, bytes of a link.
const (
	maxBubbles = 200
	maxLink    = 4096
)

// Bubble is a message in the customer's messenger.
type Bubble struct {
	ID   int       `json:"id"`
	Date time.Time `json:"date"` // UTC
	Text string    `json:"text,omitempty"`
	URL  string    `json:"url,omitempty"`
	Mine bool      `json:"mine,omitempty"` // the customer's own
}

// messenger is the customer's conversation with the merchant, in a messenger
// that is not Telegram. Its zero value is empty.
type messenger struct {
	mu      sync.Mutex
	last    int
	bubbles []Bubble
}

func (m *messenger) post(b Bubble) Bubble {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	b.ID = m.last
	m.bubbles = append(m.bubbles, b)
	if extra := len(m.bubbles) - maxBubbles; extra > 0 {
		m.bubbles = append([]Bubble(nil), m.bubbles[extra:]...)
	}
	return b
}

// all returns the bubbles, oldest first.
func (m *messenger) all() []Bubble {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Bubble{}, m.bubbles...)
}

func (p *page) postBubble(w http.ResponseWriter, r *http.Request) (any, error) {
	var body struct {
		Text, URL string
		Mine      bool
	}
	if err := readJSON(w, r, &body); err != nil {
		return nil, err
	}
	text, link := strings.TrimSpace(body.Text), strings.TrimSpace(body.URL)
	if text == "" && link == "" {
		return nil, badRequest("text or url")
	}
	if link != "" && !openable(link) {
		return nil, problem{Status: http.StatusUnprocessableEntity, Code: "not_a_link"}
	}
	if len([]rune(text)) > maxLink {
		return nil, problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large"}
	}
	bubble := p.messenger.post(Bubble{Date: p.now().UTC(), Text: text, URL: link, Mine: body.Mine})
	p.changes.happened()
	return bubble, nil
}

// openable reports whether a link is one that a tap in a messenger may follow:
// the web, or a bank app's own scheme (elqr-…, technical regulation §9.16).
func openable(link string) bool {
	u, err := url.Parse(link)
	if err != nil || len(link) > maxLink || u.Host == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" || strings.HasPrefix(u.Scheme, "elqr-")
}
