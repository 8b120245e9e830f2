package page_test

import (
	"fmt"
	"strings"
	"testing"
)

// Another site that is open in the same browser must not be able to press a
// button here, nor to read anything.
func TestRefusesForeignRequests(t *testing.T) {
	r := newRig(t)
	before := len(r.telegram.Chat(aigul).Messages)
	path := fmt.Sprintf("/demo/chat/%d/text", aigul)
	const body = `{"text":"hi"}`
	tests := []struct {
		name    string
		headers []string
		kind    string
		body    string
		want    string
	}{
		{"another site's script", []string{"Origin", "https://evil.example"}, "application/json", body, "403 foreign_origin"},
		{"another site, as the browser says", []string{"Sec-Fetch-Site", "cross-site"}, "application/json", body, "403 foreign_origin"},
		{"another port of this machine", []string{"Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:1"}, "application/json", body, "403 foreign_origin"},
		{"a sandboxed frame", []string{"Origin", "null"}, "application/json", body, "403 foreign_origin"},
		{"a name that was rebound to us", []string{"Host", "evil.example"}, "application/json", body, "421 foreign_host"},
		{"a form", nil, "application/x-www-form-urlencoded", "text=hi", "415 bad_request"},
		{"a form that pretends to be text", nil, "text/plain", body, "415 bad_request"},
		{"an unknown field", nil, "application/json", `{"text":"hi","admin":true}`, "400 bad_request"},
		{"two objects", nil, "application/json", body + body, "400 bad_request"},
		{"broken JSON", nil, "application/json", `{"text":`, "400 bad_request"},
		{"a number for a text", nil, "application/json", `{"text":1}`, "400 bad_request"},
		{"an empty text", nil, "application/json", `{"text":" \n"}`, "400 bad_request"},
		{"too much", nil, "application/json", `{"text":"` + strings.Repeat("x", 65<<10) + `"}`, "413 too_large"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, answer, _ := r.do("POST", path, test.kind, []byte(test.body), test.headers...)
			if got := failure(t, status, answer); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	for path, want := range map[string]string{"/demo/chat/77/text": "404 unknown", "/demo/chat/x/text": "404 unknown"} {
		status, answer, _ := r.do("POST", path, "application/json", []byte(body))
		if got := failure(t, status, answer); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if status, _, _ := r.do("GET", path, "", nil); status != 405 {
		t.Errorf("GET of an action: %d", status)
	}
	if after := len(r.telegram.Chat(aigul).Messages); after != before {
		t.Errorf("%d messages came through", after-before)
	}
	for _, host := range []string{"localhost:8080", "127.0.0.1", "[::1]:8080", "192.168.1.5:8080", "shop.example:8080", "SHOP.example"} {
		if status, answer, _ := r.do("GET", "/demo/state", "", nil, "Host", host); status != 200 {
			t.Errorf("host %s: %d %s", host, status, answer)
		}
	}
	if status, _, _ := r.do("POST", path, "application/json", []byte(body), "Origin", r.url, "Sec-Fetch-Site", "same-origin"); status != 200 {
		t.Errorf("the page itself: %d", status)
	}
}
