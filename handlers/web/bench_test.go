package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"elkart.kg/trade/handlers/web"
)

// BenchmarkCustomerPage asks for the page, as browsers take it and plain, and in
// turns for the same bytes from a handler that does nothing but write them, over
// real HTTP with connections kept. "ratio" is the time of the page by that of the bytes: what it costs to
// limit, look up, put into words and draw. The domain answers from memory here:
// what a database adds is not the page's.
func BenchmarkCustomerPage(b *testing.B) {
	for _, encoding := range []string{"gzip", "identity"} {
		b.Run(encoding, func(b *testing.B) { benchmarkCustomerPage(b, encoding) })
	}
}

func benchmarkCustomerPage(b *testing.B, encoding string) {
	var clock atomic.Int64
	s := newSite(b, func(d *web.Deps) { // each request a second later: limits are looked at and not reached
		d.Now = func() time.Time { return now.Add(time.Duration(clock.Add(1)) * time.Second) }
	})
	page := s.get("/p/"+code, "Accept-Encoding", encoding)
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", page.Header.Get("Content-Type"))
		_, _ = io.WriteString(w, page.body)
	}))
	defer bare.Close()
	const workers, each = 8, 25
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	defer client.CloseIdleConnections()
	batch := func(address string) time.Duration {
		begin := time.Now()
		var asking sync.WaitGroup
		for range workers {
			asking.Go(func() {
				for range each {
					if err := ask(b.Context(), client, address, encoding, len(page.body)); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		asking.Wait()
		return time.Since(begin)
	}
	var took, tookBare time.Duration
	rounds := 0
	for b.Loop() {
		took += batch(s.URL + "/p/" + code)
		tookBare += batch(bare.URL)
		rounds++
	}
	requests := float64(rounds * workers * each)
	b.ReportMetric(requests/took.Seconds(), "page-req/s")
	b.ReportMetric(requests/tookBare.Seconds(), "bytes-req/s")
	b.ReportMetric(took.Seconds()/tookBare.Seconds(), "ratio")
}

func ask(ctx context.Context, client *http.Client, address, encoding string, size int) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept-Encoding", encoding)
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	n, err := io.Copy(io.Discard, answer.Body)
	// Each page has a nonce of its own, and compressed a few bytes more or less.
	if err == nil && (answer.StatusCode != http.StatusOK || int(n) < size-64 || int(n) > size+64) {
		err = fmt.Errorf("%s answered %d with %d bytes, want about %d", address, answer.StatusCode, n, size)
	}
	return err
}
