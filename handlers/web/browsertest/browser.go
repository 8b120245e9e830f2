// Package browsertest shows pages to a real Chromium, for tests. It refuses to
// be skipped: where Chromium or axe-core is missing, the test fails and says
// how to get it.
package browsertest

import (
	"context"
	"io"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience bounds how long a page may take to become what a test waits for: a
// test that would wait for ever says where. It judges nobody's speed.
const patience = 2 * time.Minute

// sight makes every page a visible one until a test hides it: Chromium without
// a screen takes a tab for hidden now and then, and a hidden page of ours
// listens to nothing.
const sight = `(() => {
	let hidden = false
	const define = (name, get) => Object.defineProperty(Document.prototype, name, {configurable: true, get})
	define('hidden', () => hidden)
	define('visibilityState', () => hidden ? 'hidden' : 'visible')
	addEventListener('visibilitychange', event => { if (event.isTrusted) event.stopImmediatePropagation() }, true)
	window.browsertest = {hide: yes => {
		hidden = yes
		document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))
		return hidden
	}}
})();`

// Browser is a running Chromium.
type Browser struct{ ctx context.Context }

// Start starts Chromium until the test ends.
func Start(t testing.TB) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, // the pages are ours, and root has no sandbox
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("use-gl", "angle"),
		chromedp.Flag("use-angle", "swiftshader"),
		chromedp.Flag("enable-unsafe-swiftshader", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
		// A mouse, which a machine without a screen has not: (hover: hover) and
		// (pointer: fine), but for pages that are looked at by Touch.
		chromedp.Flag("blink-settings", "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"),
		chromedp.CombinedOutput(io.Discard),
		chromedp.WSURLReadTimeout(patience), // on a busy machine it is slow to start
	)
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		stop()
		end()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium (.ci/setup test installs it): %v", err)
	}
	return &Browser{ctx: ctx}
}

// View is how somebody looks at a page.
type View struct {
	Width, Height int64   // CSS pixels; 0: 360 × 740, a small phone
	Scale         float64 // device pixels a CSS pixel; 0: 1
	Dark          bool
	Touch         bool // a phone: no mouse, no hovering
	NoScript      bool
	Language      string // Accept-Language; "": English
	Setup         string // a script that runs before those of each page
}

// Page is a tab.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	problems []chromedp.ConsoleMessage
	seen     map[string]bool // addresses that were opened
}

// Open opens a tab on an address.
func (b *Browser) Open(t testing.TB, address string, v View) *Page {
	t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx)
	p := &Page{t: t, ctx: ctx, seen: make(map[string]bool)}
	var reading sync.WaitGroup
	t.Cleanup(func() {
		stop()
		reading.Wait()
	})
	// The tab lives as long as the context that it was opened by: not one of a
	// single step.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error { return v.apply(ctx) }))
	messages := chromedp.Console(ctx)
	reading.Go(func() { p.listen(messages) })
	p.Go(address)
	return p
}

// listen gathers what the page complains of: errors of scripts, what its own
// policy forbids, what cannot be loaded.
func (p *Page) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for m, err := range messages {
		if err != nil {
			return
		}
		if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException {
			p.mu.Lock()
			p.problems = append(p.problems, m)
			p.mu.Unlock()
		}
	}
}

// Problems returns what the tab has complained of since it was asked last, but
// for the status of pages themselves: one that says "not found" is answered
// with 404.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var texts []string
	for _, m := range p.problems {
		if m.Source != "network" || !p.seen[m.URL] {
			texts = append(texts, m.Text+" "+m.URL)
		}
	}
	p.problems = nil
	return texts
}

func (v View) apply(ctx context.Context) error {
	if v.Width == 0 {
		v.Width, v.Height = 360, 740
	}
	if v.Scale == 0 {
		v.Scale = 1
	}
	if v.Language == "" {
		v.Language = "en"
	}
	scheme := "light"
	if v.Dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: v.Width, Height: v.Height, DeviceScaleFactor: v.Scale, Mobile: v.Touch,
	})
	if err == nil && v.Touch {
		_, err = chromedp.Call(ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme},
			// What moves would be caught in another position each time.
			{Name: "prefers-reduced-motion", Value: "reduce"},
		}})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": v.Language},
		})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, page.BringToFront, cdp.Empty{})
	}
	if err == nil {
		// Drawn, and with the focus, whatever tab is in front.
		_, err = chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: sight + "\n" + v.Setup})
	}
	if err == nil && v.NoScript {
		_, err = chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	return err
}
