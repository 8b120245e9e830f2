package web

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits of a connection. A client that sends its request a byte a minute
// (slow loris) is gone after headerTime. What takes longer on purpose, a stream
// of events, lifts its own deadlines.
const (
	headerTime = 5 * time.Second
	readTime   = 15 * time.Second
	writeTime  = 30 * time.Second
	idleTime   = 60 * time.Second
	maxHeader  = 16 << 10 // bytes
)

// Server returns a server of h with every time-out set. When it shuts down,
// streams of events end at once; other requests are served to their end.
func Server(addr string, h http.Handler) *http.Server {
	closing := make(chan struct{})
	s := &http.Server{
		Addr: addr, Handler: h,
		ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), closingKey{}, (<-chan struct{})(closing))
		},
	}
	s.RegisterOnShutdown(sync.OnceFunc(func() { close(closing) }))
	return s
}

type closingKey struct{}

// closing is closed when the request's server shuts down; nil, which never is,
// if the server is not one of Server's.
func closing(ctx context.Context) <-chan struct{} {
	c, _ := ctx.Value(closingKey{}).(<-chan struct{})
	return c
}
