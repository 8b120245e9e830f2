// Package page is the one page of the demo: the merchant's phone with the
// bot's chat, the customer's phone with a messenger, and the payer's bank app,
// side by side. It owns no behaviour of its own: the chat is the Telegram
// emulator's, the payments are the simulated operator's, and here is only the
// glass in front of them, plus the reading of QR pictures, which a browser
// cannot do without a library.
//
// It refuses requests of other sites (a page open in the same browser could
// otherwise press "Pay"), unknown host names (DNS rebinding), bodies over
// their limits, and files that would run as pages of this origin.
//
// Endpoints. Bodies and answers are JSON; a failure answers
// {"error": {"code", "detail"}}, and static/texts.json holds a text that says
// what to do for every code. Sums go in as people type them ("1 250,50") and
// come out in tyiyn.
//
//	GET  /                            the page; files below /demo/static/
//	GET  /demo/state                  {bot, public_url, users, messenger, payments, credits, mischief, telegram, bank}
//	GET  /demo/events?user=ID         server-sent events: chat (the whole view of that user's chat), badge
//	                                  {user, ids} of the others, users, messenger, bank {payments, credits}
//	GET  /demo/files/{id}             a picture or document of a chat
//	POST /demo/users                  {first_name, language_code} → user
//	POST /demo/chat/{user}/text       {text}
//	POST /demo/chat/{user}/edit       {message, text}
//	POST /demo/chat/{user}/press      {message, row, col} → telegram.Pressed
//	POST /demo/chat/{user}/reply      {text}: a key of the reply keyboard (one that asks for the contact shares it)
//	POST /demo/chat/{user}/contact    telegram.Contact: a card out of the address book
//	POST /demo/chat/{user}/location   {latitude, longitude}
//	POST /demo/chat/{user}/upload     multipart: kind (photo, document), caption, file
//	POST /demo/chat/{user}/voice      {}, and .../sticker
//	POST /demo/chat/{user}/inline     {query} → what the bot offers to share; .../choose {query, result} → the message
//	POST /demo/chat/{user}/block      {blocked}
//	POST /demo/messenger              {text, url, mine}: a bubble in the customer's messenger
//	POST /demo/bank/scan              {user, file}: the newest QR picture of the chat, or that file → {link}
//	POST /demo/bank/decode            a picture as the body → {link}
//	POST /demo/bank/check             {link, sum} → preview
//	POST /demo/bank/pay               {link, sum} → payment
//	POST /demo/bank/mischief          what the operator does wrong from now on
package page

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"elkart.kg/trade/bot/demo/telegram"
	"elkart.kg/trade/payments/scanner"
)

// Deps are what the page shows and works on.
type Deps struct {
	Telegram  *telegram.Server // nil: the bot speaks to the real Telegram, the first phone only points there
	Bank      Bank             // nil: the operator is real, the third phone says so
	BotName   string           // user name of the bot, without @
	PublicURL string           // where customers' pages are served; "" if nowhere
	Log       *slog.Logger     // nil: slog.Default()
	Closing   <-chan struct{}  // closed when the server shuts down: open event streams end; nil: never
}

// page is the handler's state: its dependencies, and the customer's messenger,
// which exists nowhere else.
type page struct {
	Deps
	host      string     // of PublicURL
	adding    sync.Mutex // of users: the next id is taken by one at a time
	messenger messenger
	changes   changes
	scanner   *scanner.Scanner
	now       func() time.Time
}

// New returns the page's handler. It serves "/" and everything below "/demo/"
// and answers 404 to the rest.
func New(d Deps) http.Handler {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	p := &page{Deps: d, scanner: scanner.New(), now: time.Now}
	if u, err := url.Parse(d.PublicURL); err == nil {
		p.host = u.Hostname()
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", static("index.html"))
	mux.Handle("GET /demo/static/{name}", static(""))
	mux.HandleFunc("GET /demo/state", p.showState)
	mux.HandleFunc("GET /demo/events", p.stream)
	mux.HandleFunc("GET /demo/files/{id}", p.sendFile)
	for path, action := range map[string]action{
		"users":                p.addUser,
		"chat/{user}/text":     p.sendText,
		"chat/{user}/edit":     p.editText,
		"chat/{user}/press":    p.press,
		"chat/{user}/reply":    p.pressReply,
		"chat/{user}/contact":  p.sendContact,
		"chat/{user}/location": p.sendLocation,
		"chat/{user}/upload":   p.upload,
		"chat/{user}/voice":    p.sendVoice,
		"chat/{user}/sticker":  p.sendSticker,
		"chat/{user}/inline":   p.inline,
		"chat/{user}/choose":   p.chooseInline,
		"chat/{user}/block":    p.block,
		"messenger":            p.postBubble,
		"bank/scan":            p.scanChat,
		"bank/decode":          p.decodeBody,
		"bank/check":           p.check,
		"bank/pay":             p.pay,
		"bank/mischief":        p.misbehave,
	} {
		mux.HandleFunc("POST /demo/"+path, p.handle(action))
	}
	return p.guard(mux)
}

// contentPolicy lets nothing run or load but our own files. HTML of a bubble
// is parsed into an inert document only, through the one policy that
// trusted-types names.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"media-src 'self' blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types inert"

// guard stands in front of every request: headers, the check of host and
// origin, and recovery.
func (p *page) guard(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			reason := recover()
			if reason == nil {
				return
			}
			if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(reason)
			}
			p.Log.Error("demo page panicked", "path", r.URL.Path, "panic", reason, "stack", string(debug.Stack()))
			p.fail(w, r, problem{Status: http.StatusInternalServerError, Code: "internal"})
		}()
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", "camera=(self), geolocation=()")
		h.Set("Cache-Control", "no-cache")
		if !p.ownHost(r.Host) {
			p.fail(w, r, problem{Status: http.StatusMisdirectedRequest, Code: "foreign_host"})
			return
		}
		if err := origin.Check(r); err != nil {
			p.fail(w, r, problem{Status: http.StatusForbidden, Code: "foreign_origin"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownHost reports whether a Host header names this server. A DNS name that
// somebody else points at us (rebinding) is none of ours; a bare address
// cannot be rebound.
func (p *page) ownHost(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	return net.ParseIP(host) != nil || host == "localhost" || strings.HasSuffix(host, ".localhost") ||
		p.host != "" && host == strings.ToLower(p.host)
}
