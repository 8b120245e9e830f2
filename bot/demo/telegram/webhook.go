package telegram

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of webhooks (Bot API, setWebhook): default and greatest number of deliveries at once, the wait for an
// answer, the longest pause between attempts, and the ports a public webhook may have.
const (
	defaultConnections = 40
	maxConnections     = 100
	webhookTimeout     = 60 * time.Second
	maxBackoff         = time.Minute
)

var webhookPorts = []string{"", "80", "88", "443", "8443"}

// webhook is where updates go instead of getUpdates. Its fields but the error belong to the delivery.
type webhook struct {
	url, secret string
	connections int
	cancel      context.CancelFunc
	lastError   string
	lastErrorAt time.Time
}

func (s *Server) setWebhook(c *call) (any, *apiError) {
	address := c.params["url"]
	if address == "" {
		return s.deleteWebhook(c)
	}
	if err := s.checkWebhook(address, c.params["secret_token"]); err != nil {
		return nil, err
	}
	connections := int(c.integer("max_connections"))
	if connections < 1 || connections > maxConnections {
		connections = defaultConnections
	}
	s.allow(c)
	if c.boolean("drop_pending_updates") {
		s.updates.pending = nil
	}
	if p := s.updates.poll; p != nil {
		p.conflict <- "terminated by setWebhook request"
		s.updates.poll = nil
	}
	s.stopWebhook()
	if s.closed {
		return nil, &apiError{Code: http.StatusInternalServerError, Description: "Internal Server Error: restart"}
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.hook = &webhook{url: address, secret: c.params["secret_token"], connections: connections, cancel: cancel}
	s.background.Add(1)
	go s.runWebhook(ctx, s.hook)
	return true, nil
}

// checkWebhook refuses an address or secret as Telegram does.
func (s *Server) checkWebhook(address, secret string) *apiError {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return badRequest("invalid webhook URL specified")
	}
	if len(secret) > 256 {
		return badRequest("secret token is too long")
	}
	if strings.Trim(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return badRequest("secret token contains unallowed characters")
	}
	loopback := isLoopback(u.Hostname())
	switch {
	case loopback && s.cfg.AllowLoopbackButtons:
		return nil
	case u.Scheme != "https":
		return badRequest("bad webhook: An HTTPS URL must be provided for webhook")
	case loopback:
		return badRequest("bad webhook: IP address %s is reserved", u.Hostname())
	case !slices.Contains(webhookPorts, u.Port()):
		return badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	}
	return nil
}

func (s *Server) deleteWebhook(c *call) (any, *apiError) {
	if c.boolean("drop_pending_updates") {
		s.updates.pending = nil
	}
	s.stopWebhook()
	return true, nil
}

func (s *Server) stopWebhook() {
	if s.hook == nil {
		return
	}
	s.hook.cancel()
	s.hook = nil
	for _, u := range s.updates.pending {
		u.busy = false
	}
}

func (s *Server) getWebhookInfo(*call) (any, *apiError) {
	info := map[string]any{"url": "", "has_custom_certificate": false, "pending_update_count": len(s.updates.pending)}
	if s.updates.allowed != nil {
		info["allowed_updates"] = s.updates.allowed
	}
	if h := s.hook; h != nil {
		info["url"], info["max_connections"] = h.url, h.connections
		if h.lastError != "" {
			info["last_error_date"], info["last_error_message"] = h.lastErrorAt.Unix(), h.lastError
		}
	}
	return info, nil
}

// runWebhook hands out updates until ctx ends: in order within a chat, chats side by side.
func (s *Server) runWebhook(ctx context.Context, h *webhook) {
	defer s.background.Done()
	transport := &http.Transport{MaxIdleConnsPerHost: defaultConnections}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: webhookTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ended := make(chan struct{})
	running := 0
	defer func() {
		for ; running > 0; running-- {
			<-ended
		}
	}()
	for {
		s.mu.Lock()
		if ctx.Err() != nil { // replaced: what is pending belongs to the next webhook
			s.mu.Unlock()
			return
		}
		var u *update
		if running < h.connections {
			u = s.updates.ready()
		}
		if u != nil {
			u.busy = true
		}
		changed := s.changed
		s.mu.Unlock()
		if u != nil {
			running++
			go func() {
				s.deliverUpdate(ctx, client, h, u)
				ended <- struct{}{}
			}()
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-ended:
			running--
		}
	}
}

// ready is the oldest update whose chat has none under way.
func (q *updateQueue) ready() *update {
	busy := map[int64]bool{}
	for _, u := range q.pending {
		if u.busy {
			busy[u.lane] = true
		}
	}
	for _, u := range q.pending {
		if !busy[u.lane] {
			return u
		}
	}
	return nil
}

// deliverUpdate posts an update until it is taken: the second attempt at once, then with doubling pauses, or as
// the Retry-After of the answer says.
func (s *Server) deliverUpdate(ctx context.Context, client *http.Client, h *webhook, u *update) {
	pause := s.cfg.WebhookBackoff
	for attempt := 1; ; attempt++ {
		retryAfter, err := post(ctx, client, h, u)
		s.mu.Lock()
		if err == nil || ctx.Err() != nil {
			if err == nil {
				s.updates.pending = slices.DeleteFunc(s.updates.pending, func(other *update) bool { return other == u })
			}
			s.broadcast()
			s.mu.Unlock()
			return
		}
		h.lastError, h.lastErrorAt = err.Error(), s.cfg.Now()
		s.mu.Unlock()
		s.log.Info("webhook refused an update", "update_id", u.id, "error", err)
		wait := time.Duration(0)
		if attempt > 1 {
			pause = min(2*pause, maxBackoff)
			wait = pause
		}
		wait = max(wait, min(retryAfter, maxBackoff))
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

func post(ctx context.Context, client *http.Client, h *webhook, u *update) (retryAfter time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(u.data))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	response, err := client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("connection failed: %w", err)
	}
	defer func() { _ = response.Body.Close() }()                     // all of it was read
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20)) // so that the connection is used again
	if response.StatusCode < 200 || response.StatusCode > 299 {
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return time.Duration(max(seconds, 0)) * time.Second, fmt.Errorf("wrong response from the webhook: %s", response.Status)
	}
	return 0, nil
}
