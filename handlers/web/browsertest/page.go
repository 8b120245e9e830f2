package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

func (p *Page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("browser: %v", err)
	}
}

func run[T any](p *Page, a chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		p.t.Fatalf("browser: %v", err)
	}
	return v
}

// Go opens an address in the tab and waits until it is loaded.
func (p *Page) Go(address string) {
	p.t.Helper()
	p.mu.Lock()
	p.seen[address] = true
	p.mu.Unlock()
	p.do(chromedp.Navigate(address))
}

// Reload loads the page anew.
func (p *Page) Reload() {
	p.t.Helper()
	p.do(chromedp.Reload())
}

// Location is the address of the page.
func (p *Page) Location() string {
	p.t.Helper()
	return run(p, chromedp.Location())
}

// Wait waits until an element can be seen.
func (p *Page) Wait(css string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(chromedp.CSS(css)))
}

// Click clicks an element as a mouse or a finger does.
func (p *Page) Click(css string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(css)))
}

// Text is what a person reads in an element.
func (p *Page) Text(css string) string {
	p.t.Helper()
	return run(p, chromedp.Text(chromedp.CSS(css)))
}

// Type types into an element, key by key.
func (p *Page) Type(css, text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS(css), text))
}

// Key presses a key.
func (p *Page) Key(keys string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys))
}

// Eval returns the value of an expression; a promise is awaited.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Until waits until an expression is true, if need be of the next page: while
// one page gives way to another there is nothing to ask, and no signal to wait
// for.
func (p *Page) Until(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		if ok && err == nil {
			return
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("browser: never became true: %s (%v)", expression, err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Hide has the page believe that nobody sees it: another app is in front.
func (p *Page) Hide() {
	p.t.Helper()
	Eval[bool](p, `browsertest.hide(true)`)
}

// Show is the end of Hide.
func (p *Page) Show() {
	p.t.Helper()
	Eval[bool](p, `browsertest.hide(false)`)
}

// Overflow is by how many pixels the page is wider than its window: how far
// one could scroll sideways.
func (p *Page) Overflow() int {
	p.t.Helper()
	return Eval[int](p, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
}

// Save keeps a picture of the whole page as a PNG, to be looked at.
func (p *Page) Save(path string) {
	p.t.Helper()
	shot := run(p, chromedp.FullScreenshot(100))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, shot, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
