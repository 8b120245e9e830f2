package web_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"elkart.kg/trade/handlers/web"
	"elkart.kg/trade/locales"
)

// TestHeaders is the table of what every kind of answer carries.
func TestHeaders(t *testing.T) {
	s := newSite(t, nil)
	for _, c := range []struct {
		path, cache, referrer, formAction, connect string
	}{
		{"/p/" + code, "no-store", "same-origin", "form-action 'self'", "connect-src 'self'"},
		{"/p/" + code + "/og.png", "public, max-age=86400", "no-referrer", "form-action 'none'", ""},
		{"/p/" + code + "/receipt.pdf", "no-store", "no-referrer", "form-action 'none'", ""},
		{"/r/" + receiptKey, "no-store", "no-referrer", "form-action 'none'", ""},
		{"/r/unknown", "no-store", "no-referrer", "form-action 'none'", ""},
		{"/p/" + code + "/qr.png", "private, max-age=60", "no-referrer", "form-action 'none'", ""},
		{"/p/unknown", "no-store", "no-referrer", "form-action 'none'", ""},
		{"/cards/" + token, "no-store", "same-origin", "form-action 'self'", ""},
		{"/cards/gone", "no-store", "no-referrer", "form-action 'none'", ""},
		{"/cards/done", "no-store", "no-referrer", "form-action 'none'", ""},
		{"/robots.txt", "public, max-age=86400", "no-referrer", "form-action 'none'", ""},
		{"/favicon.svg", "public, max-age=86400", "no-referrer", "form-action 'none'", ""},
		{"/", "no-store", "no-referrer", "form-action 'none'", ""},
	} {
		t.Run(c.path, func(t *testing.T) {
			h := s.get(c.path).Header
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": c.cache, "Referrer-Policy": c.referrer,
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "X-Robots-Tag": "noindex", "Strict-Transport-Security": "",
			} {
				if got := h.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			policy := h.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", c.formAction, c.connect} {
				if !strings.Contains(policy, want) {
					t.Errorf("policy %q lacks %q", policy, want)
				}
			}
			if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || c.connect == "" && strings.Contains(policy, "connect-src") {
				t.Errorf("policy %q allows too much", policy)
			}
			if !strings.Contains(h.Get("Permissions-Policy"), "camera=()") {
				t.Error("no Permissions-Policy")
			}
		})
	}
}

// Paths that are not clean lead to ours alone, under the same headers.
func TestUncleanPaths(t *testing.T) {
	s := newSite(t, func(d *web.Deps) { d.PublicURL = "https://pay.example.kg" })
	for asked, want := range map[string]string{
		"//p/" + code: "/p/" + code, "/p//" + code + "?lang=ky": "/p/" + code + "?lang=ky", "/p/../cards/x": "/cards/x",
		"//evil.example/..//": "/", "/p/..//evil.example": "/evil.example", "/./robots.txt": "/robots.txt",
	} {
		w := s.get(asked)
		if got := w.Header.Get("Location"); w.StatusCode != http.StatusTemporaryRedirect || got != want {
			t.Errorf("%s: status %d, Location %q, want %q", asked, w.StatusCode, got, want)
		}
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Strict-Transport-Security", "X-Frame-Options"} {
			if w.Header.Get(name) == "" {
				t.Errorf("%s: no %s", asked, name)
			}
		}
		if w.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: may be kept", asked)
		}
	}
}

// A nonce holds for one answer, and stands on every style and script of it.
func TestNonce(t *testing.T) {
	s := newSite(t, nil)
	seen := make(map[string]bool)
	for range 10 {
		w := s.get("/p/" + code)
		m := regexp.MustCompile(`'nonce-([A-Za-z0-9_-]{22})'`).FindStringSubmatch(w.Header.Get("Content-Security-Policy"))
		if m == nil || seen[m[1]] {
			t.Fatalf("nonce %q is missing or comes again", m)
		}
		seen[m[1]] = true
		tags := regexp.MustCompile(`<(?:script|style)\b[^>]*>`).FindAllString(w.body, -1)
		if len(tags) != 2 {
			t.Fatalf("tags %q", tags)
		}
		for _, tag := range tags {
			if !strings.Contains(tag, `nonce="`+m[1]+`"`) {
				t.Errorf("%s lacks the nonce of the policy", tag)
			}
		}
	}
}

func TestStrictTransportOnlyUnderHTTPS(t *testing.T) {
	for address, want := range map[string]string{"https://pay.example.kg": "max-age=31536000", "http://127.0.0.1:8080": ""} {
		s := newSite(t, func(d *web.Deps) { d.PublicURL = address })
		for _, path := range []string{"/p/" + code, "/p/x", "/cards/" + token, "/robots.txt"} {
			if got := s.get(path).Header.Get("Strict-Transport-Security"); got != want {
				t.Errorf("%s %s: %q, want %q", address, path, got, want)
			}
		}
	}
}

func TestMethods(t *testing.T) {
	s := newSite(t, nil)
	for _, path := range []string{"/p/" + code, "/p/" + code + "/qr.png", "/p/" + code + "/og.png", "/p/" + code + "/receipt.png", "/r/" + receiptKey, "/p/" + code + "/events", "/p/x/y", "/cards/done", "/robots.txt", "/"} {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"} {
			w := s.do(method, path, "")
			if w.StatusCode != http.StatusMethodNotAllowed || w.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: status %d, Allow %q", method, path, w.StatusCode, w.Header.Get("Allow"))
			}
		}
		if path == "/p/x/y" {
			continue
		}
		if path != "/p/"+code+"/events" {
			get, head := s.get(path), s.do("HEAD", path, "")
			if head.StatusCode != get.StatusCode || head.body != "" || head.Header.Get("Content-Type") != get.Header.Get("Content-Type") {
				t.Errorf("HEAD %s: status %d, %d bytes", path, head.StatusCode, len(head.body))
			}
		}
	}
	if w := s.do("HEAD", "/p/"+code+"/events", ""); w.StatusCode != http.StatusOK || w.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD of the events: status %d", w.StatusCode)
	}
	if w := s.do("DELETE", "/cards/"+token, ""); w.StatusCode != http.StatusMethodNotAllowed || w.Header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("DELETE of a form: status %d", w.StatusCode)
	}
}

// What a signal does is done by POST alone: robots follow links.
func TestSignalsArePosted(t *testing.T) {
	s := newSite(t, nil)
	for _, path := range []string{"/p/" + code + "/decline", "/p/" + code + "/ask"} {
		for _, method := range []string{"GET", "HEAD", "PUT", "DELETE"} {
			if w := s.do(method, path, ""); w.StatusCode != http.StatusMethodNotAllowed || w.Header.Get("Allow") != "POST" {
				t.Errorf("%s %s: status %d, Allow %q", method, path, w.StatusCode, w.Header.Get("Allow"))
			}
		}
	}
	if len(s.service.said) != 0 {
		t.Errorf("said: %v", s.service.said)
	}
}

// What goes wrong on our side is an apology with a reference that the log
// knows, and no secret in either.
func TestApology(t *testing.T) {
	for name, breakIt := range map[string]func(*service){
		"error": func(s *service) { s.err = errDown },
		"panic": func(s *service) { s.panic = true },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			breakIt(s.service)
			w := s.get("/p/" + code + "?lang=en")
			if w.StatusCode != http.StatusInternalServerError || w.Header.Get("Content-Security-Policy") == "" || w.Header.Get("Cache-Control") != "no-store" {
				t.Fatalf("status %d, headers %v", w.StatusCode, w.Header)
			}
			ref := refForm.FindString(regexp.MustCompile(`the code [^<]*`).FindString(w.body))
			if log := s.log.String(); ref == "" || !strings.Contains(log, "ref="+ref) {
				t.Errorf("reference %q is not in the log: %s", ref, log)
			} else if strings.Contains(log, code) || !strings.Contains(log, "/p/{code}") {
				t.Errorf("the log names the code, or not the route: %s", log)
			}
			if strings.Contains(w.body, "database") || strings.Contains(w.body, "promise") {
				t.Error("the page says too much")
			}
		})
	}
	s := newSite(t, nil)
	s.service.refus = errDown
	for _, lang := range locales.Languages() {
		w := s.send("/cards/"+token+"?lang="+lang.Code, number(card))
		golden(t, "message/apology."+lang.Code, refForm.ReplaceAllString(w.body, "REF"))
	}
	if log := s.log.String(); strings.Contains(log, token) || strings.Contains(log, card) || !strings.Contains(log, "/cards/{token}") {
		t.Errorf("the log names the form or the card, or not the route: %s", log)
	}
}

func TestMounts(t *testing.T) {
	says := func(text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, text+" "+r.Method+" "+r.URL.Path)
		})
	}
	s := newSite(t, func(d *web.Deps) {
		d.Operator, d.Telegram, d.Root = says("operator"), says("telegram"), says("root")
	})
	for _, c := range []struct{ method, path, want string }{
		{"POST", "/in/qr/1/tx/check", "operator POST /in/qr/1/tx/check"},
		{"POST", "//in/qr/1/tx/check", "operator POST //in/qr/1/tx/check"},
		{"POST", "/in//qr/1/tx/check", "operator POST /in//qr/1/tx/check"},
		{"POST", "/in/./qr/1/tx/check", "operator POST /in/./qr/1/tx/check"},
		{"POST", "/p/../in/qr/1/tx/check", "operator POST /p/../in/qr/1/tx/check"},
		{"POST", "/in/qr/../../p/x", "operator POST /in/qr/../../p/x"},
		{"POST", "/in/qr", "operator POST /in/qr"},
		{"POST", "/telegram/webhook", "telegram POST /telegram/webhook"},
		{"GET", "/", "root GET /"},
		{"POST", "/demo/users", "root POST /demo/users"},
	} {
		w := s.do(c.method, c.path, "")
		if w.body != c.want || w.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: %q", c.method, c.path, w.body)
		}
		if got := w.Header.Get("Content-Security-Policy"); got != "" {
			t.Errorf("%s: our policy %q would break another's page", c.path, got)
		}
	}
	for _, path := range []string{"/p/", "/p/x", "/cards/x", "/cards/", "/p/x/y", "/r/", "/r/x", "/r/x/y"} {
		if w := s.get(path); strings.HasPrefix(w.body, "root") {
			t.Errorf("%s fell through to Root", path)
		}
	}
}

// A handler that breaks off in the middle must not look as if it had ended.
func TestPanicInTheMiddle(t *testing.T) {
	s := newSite(t, func(d *web.Deps) {
		d.Root = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic("middle")
		})
	})
	s.Config.ErrorLog = nil
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	if text, err := io.ReadAll(w.Body); err == nil {
		t.Errorf("read %q to its end", text)
	}
	if !strings.Contains(s.log.String(), "panic=middle") {
		t.Errorf("log: %s", s.log.String())
	}
}

func TestRobots(t *testing.T) {
	s := newSite(t, nil)
	body := s.get("/robots.txt").body
	if !strings.Contains(body, "User-agent: *\n") || !strings.Contains(body, "Disallow: /cards/\n") || strings.Contains(body, "Disallow: /\n") || strings.Contains(body, "/p/") {
		t.Errorf("%s", body)
	}
}

// limited is a site without a connection, which says under which status it
// answers an address, such as "10.0.0.7:1" or "10.0.0.7:1 for 203.0.113.7".
func limited(t *testing.T, clock func() time.Time) (ask func(from, path string) int) {
	t.Helper()
	catalog, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	h, err := web.New(web.Deps{
		Service: &service{view: charge()}, Catalog: catalog, Now: clock, Log: discard(),
		QR: func(string) ([]byte, error) { return nil, nil }, Drawer: &drawer{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(from, path string) int {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		address, forwarded, through := strings.Cut(from, " for ")
		r.RemoteAddr = address
		if through {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
}

// One address may ask much, and no more; a proxy of ours may ask for many.
func TestAddressLimit(t *testing.T) {
	clock := now
	ask := limited(t, func() time.Time { return clock })
	for _, c := range []struct {
		name, from, again string
		limited           bool
	}{
		{"one address", "203.0.113.7:1000", "203.0.113.7:2000", true},
		{"its neighbour", "203.0.113.9:1000", "203.0.113.8:1", false},
		{"one IPv6 network", "[2001:db8:1:1::1]:1", "[2001:db8:1:1:ffff::2]:1", true},
		{"IPv4 in IPv6", "[::ffff:203.0.113.77]:1", "203.0.113.77:2", true},
		{"anybody's header", "203.0.113.20:1 for 198.51.100.20", "203.0.113.20:2 for 198.51.100.21", true},
		{"whom anybody's header names", "203.0.113.21:1 for 198.51.100.22", "198.51.100.22:1", false},
		{"proxy that does not say for whom", "127.0.0.1:1", "127.0.0.1:2", false},
		{"proxy that writes nonsense", "127.0.0.1:1 for unknown", "127.0.0.1:2 for unknown", false},
		{"proxy on this machine", "127.0.0.1:1 for 203.0.113.30", "[::1]:2 for 203.0.113.30:4711", true},
		{"its other customers", "127.0.0.1:1 for 203.0.113.31", "127.0.0.1:1 for 203.0.113.32", false},
		{"proxy in our network", "10.0.0.7:1 for 2001:db8:2::1", "10.0.0.7:2 for 2001:db8:2::2", true},
		{"two proxies", "10.0.0.7:1 for 203.0.113.33, 10.0.0.8", "10.0.0.7:2 for 203.0.113.33,10.0.0.9", true},
		{"what a customer wrote before", "127.0.0.1:1 for 203.0.113.40, 203.0.113.41", "127.0.0.1:1 for 203.0.113.50, 203.0.113.41", true},
		{"whom that customer named", "127.0.0.1:1 for 203.0.113.42, 203.0.113.43", "127.0.0.1:1 for 203.0.113.42", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 100 {
				if got := ask(c.from, "/robots.txt"); got != http.StatusOK {
					t.Fatalf("status %d before the limit", got)
				}
			}
			if got := ask(c.again, "/robots.txt") == http.StatusTooManyRequests; got != c.limited {
				t.Errorf("limited = %v, want %v", got, c.limited)
			}
			clock = clock.Add(time.Second)
			if got := ask(c.again, "/robots.txt"); got != http.StatusOK {
				t.Errorf("a second later: status %d", got)
			}
		})
	}
}

// A link may be asked for by a crowd, and no more; how it is written makes no
// difference, and another link is not hindered. Behind a proxy of ours, too.
func TestCodeLimit(t *testing.T) {
	clock := now
	ask := limited(t, func() time.Time { return clock })
	forms := []string{"/p/" + code, "/p/" + strings.ToLower(code), "/p/" + code + "/qr.png", "/p/%30" + code[1:]}
	for i := range 200 {
		if got := ask("10.0.0.7:1", forms[i%len(forms)]); got != http.StatusOK {
			t.Fatalf("status %d before the limit", got)
		}
	}
	for _, form := range forms {
		if got := ask("10.0.0.7:1", form); got != http.StatusTooManyRequests {
			t.Errorf("%s past the limit: status %d", form, got)
		}
	}
	if got := ask("10.0.0.7:1", "/p/ZZZZZZZZZZZZZZZZZZZZZZZZZZ"); got != http.StatusNotFound {
		t.Errorf("another link: status %d", got)
	}
	clock = clock.Add(time.Second)
	if got := ask("10.0.0.7:1", "/p/"+code); got != http.StatusOK {
		t.Errorf("a second later: status %d", got)
	}
}

// Whoever asks from one address as often as they may does not keep a link's
// other payers out.
func TestCodeLimitIsNotOneAddress(t *testing.T) {
	clock := now
	ask := limited(t, func() time.Time { return clock })
	for second := range 60 {
		for range 100 {
			ask("203.0.113.7:1", "/p/"+code)
		}
		if got := ask("10.0.0.7:1 for 198.51.100.7", "/p/"+code); got != http.StatusOK {
			t.Fatalf("second %d: a payer is answered %d", second, got)
		}
		clock = clock.Add(time.Second)
	}
}

// Addresses without end do not fill the memory: the one that asked longest ago
// is forgotten.
func TestAddressLimitForgets(t *testing.T) {
	ask := limited(t, func() time.Time { return now })
	for range 100 {
		ask("203.0.113.7:1", "/robots.txt")
	}
	if got := ask("203.0.113.7:1", "/robots.txt"); got != http.StatusTooManyRequests {
		t.Fatalf("over the limit: status %d", got)
	}
	for i := range 10_000 {
		ask(fmt.Sprintf("198.18.%d.%d:1", i/256, i%256), "/robots.txt")
	}
	if got := ask("203.0.113.7:1", "/robots.txt"); got != http.StatusOK {
		t.Errorf("after ten thousand others: status %d, still remembered", got)
	}
}

// What is far too long is refused before anybody looks at it.
func TestHugeRequests(t *testing.T) {
	s := newSite(t, nil)
	for name, w := range map[string]reply{
		"header":  s.get("/p/"+code, "X-Long", strings.Repeat("a", 64<<10)),
		"address": s.get("/p/" + code + "?x=" + strings.Repeat("a", 64<<10)),
		"cookies": s.get("/p/"+code, "Cookie", strings.Repeat("a=b; ", 16<<10)),
	} {
		if w.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: status %d", name, w.StatusCode)
		}
	}
	if w := s.get("/p/" + code + "?x=" + strings.Repeat("a", 4<<10)); w.StatusCode != http.StatusOK {
		t.Errorf("a long address that can be: status %d", w.StatusCode)
	}
	if len(s.service.said) != 0 || s.log.String() != "" {
		t.Errorf("log: %s", s.log.String())
	}
}

func TestServerHasTimeouts(t *testing.T) {
	s := web.Server("127.0.0.1:0", http.NotFoundHandler())
	for name, d := range map[string]time.Duration{
		"ReadHeaderTimeout": s.ReadHeaderTimeout, "ReadTimeout": s.ReadTimeout, "WriteTimeout": s.WriteTimeout, "IdleTimeout": s.IdleTimeout,
	} {
		if d <= 0 || d > time.Minute {
			t.Errorf("%s is %v", name, d)
		}
	}
	if s.MaxHeaderBytes <= 0 || s.MaxHeaderBytes > 64<<10 {
		t.Errorf("MaxHeaderBytes is %d", s.MaxHeaderBytes)
	}
}

// A client that never ends its request is hung up on.
func TestSlowLoris(t *testing.T) {
	s := web.Server("127.0.0.1:0", http.NotFoundHandler())
	s.ReadHeaderTimeout = 20 * time.Millisecond
	l, err := net.Listen("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET /p/x HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var timeout net.Error
	if _, err := io.ReadAll(c); errors.As(err, &timeout) && timeout.Timeout() {
		t.Error("still connected")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-served
}

func TestNewRefuses(t *testing.T) {
	catalog, err := locales.New()
	if err != nil {
		t.Fatal(err)
	}
	whole := web.Deps{
		Service: &service{}, Catalog: catalog, Now: time.Now, Log: discard(), QR: func(string) ([]byte, error) { return nil, nil }, Drawer: &drawer{},
	}
	for name, change := range map[string]func(*web.Deps){
		"no service": func(d *web.Deps) { d.Service = nil }, "no texts": func(d *web.Deps) { d.Catalog = nil },
		"no clock": func(d *web.Deps) { d.Now = nil }, "no log": func(d *web.Deps) { d.Log = nil }, "no codes": func(d *web.Deps) { d.QR = nil }, "no drawer": func(d *web.Deps) { d.Drawer = nil },
		"address without a scheme": func(d *web.Deps) { d.PublicURL = "pay.example.kg" },
		"address of another kind":  func(d *web.Deps) { d.PublicURL = "ftp://pay.example.kg" },
		"address below a path":     func(d *web.Deps) { d.PublicURL = "https://example.kg/pay" },
	} {
		d := whole
		change(&d)
		if _, err := web.New(d); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
