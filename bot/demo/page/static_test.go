package page_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"elkart.kg/trade/bot/demo/telegram"
)

func source(t *testing.T, pattern string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %v %v", pattern, names, err)
	}
	files := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(data)
	}
	return files
}

func texts(t *testing.T) map[string]map[string]string {
	t.Helper()
	var all map[string]map[string]string
	if err := json.Unmarshal([]byte(source(t, "static/texts.json")["static/texts.json"]), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

func TestTextsAreCompleteInThreeLanguages(t *testing.T) {
	all := texts(t)
	if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, []string{"en", "ky", "ru"}) {
		t.Fatalf("languages %v", got)
	}
	keys := slices.Sorted(maps.Keys(all["en"]))
	for _, language := range []string{"ky", "ru"} {
		if diff := cmp.Diff(slices.Sorted(maps.Keys(all[language])), keys); diff != "" {
			t.Errorf("%s: %s", language, diff)
		}
	}
	for key, english := range all["en"] {
		for language, list := range all {
			if strings.TrimSpace(list[key]) == "" {
				t.Errorf("%s %s is empty", language, key)
			}
			if diff := cmp.Diff(placeholder.FindAllString(list[key], -1), placeholder.FindAllString(english, -1)); diff != "" {
				t.Errorf("%s %s: %s", language, key, diff)
			}
		}
	}
}

// Every text the page asks for is there, and every text that is there is asked
// for; every failure the server names has a line that says what to do.
func TestTextsAndCodeAgree(t *testing.T) {
	used := map[string]bool{}
	all := texts(t)["en"]
	for name, text := range source(t, "static/*.*") {
		if strings.HasSuffix(name, ".json") {
			continue
		}
		for _, match := range regexp.MustCompile(`(?:\bt\((?:\w+ \? )?|fact\(|copyable\(|key: |^  \[| : |data-t="|data-t-label="|has\()'?([a-z]+\.[A-Za-z_.]+)['")]`).FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(match[1], "node.") {
				used[match[1]] = true
			}
		}
		for _, match := range regexp.MustCompile(`Failure\('(\w+)'`).FindAllStringSubmatch(text, -1) {
			used["error."+match[1]] = true
		}
		for _, match := range regexp.MustCompile(`'((?:place|status|error|bank|chat|mischief)\.[A-Za-z_]+)'`).FindAllStringSubmatch(text, -1) {
			used[match[1]] = true
		}
	}
	for name, text := range source(t, "*.go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, match := range regexp.MustCompile(`Code: "(\w+)"`).FindAllStringSubmatch(text, -1) {
			used["error."+match[1]] = true
		}
	}
	for key := range used {
		if all[key] == "" {
			t.Errorf("no text %s", key)
		}
	}
	// Put together in the code from a part that is data.
	made := regexp.MustCompile(`^(mischief|bank\.refusal|credits\.status|attach|app\.theme|error\.sum)[._]?`)
	for key := range all {
		if !used[key] && !made.MatchString(key) {
			t.Errorf("text %s is not used", key)
		}
	}
}

// The script reads the emulator's views by the names of their fields.
func TestScriptAndEmulatorAgreeOnNames(t *testing.T) {
	names := map[string]bool{}
	var collect func(reflect.Type)
	collect = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() {
			return
		}
		for field := range typ.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			names[typ.Name()+"."+name] = true
			collect(field.Type)
		}
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[telegram.ChatView](), reflect.TypeFor[telegram.Pressed](), reflect.TypeFor[telegram.InlineResult]()} {
		collect(typ)
	}
	for typ, fields := range map[string]string{
		"ChatView": "version user messages reply_keyboard commands typing blocked",
		"User":     "id first_name last_name language_code phone",
		"Message":  "id from_bot date text html photo document voice sticker contact location buttons edited service forwarded",
		"File":     "id name size width height", "Contact": "phone first_name user_id forwarded", "Location": "latitude longitude",
		"Button": "text kind url copy", "ReplyKeyboard": "buttons placeholder", "ReplyButton": "text request", "Command": "command description",
		"Pressed": "toast alert url copy share share_query answered", "InlineResult": "id title description message",
	} {
		for field := range strings.FieldsSeq(fields) {
			if !names[typ+"."+field] {
				t.Errorf("the script reads %s.%s, which the emulator does not send", typ, field)
			}
		}
	}
}

// The Content-Security-Policy is only as good as the page is free of what it
// forbids, and of strings that become mark-up.
func TestPageIsSelfContained(t *testing.T) {
	r := newRig(t)
	status, html, header := r.do("GET", "/", "", nil)
	if status != 200 || !strings.Contains(html, `src="/demo/static/main.js"`) {
		t.Fatalf("%d %s", status, html)
	}
	policy := header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "connect-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("policy lacks %s: %s", part, policy)
		}
	}
	forbidden := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\son[a-z]+="|\sstyle="|<style|@import|url\(`)
	outside := regexp.MustCompile(`(?:src|href)="(?:https?:)?//|from 'https?:`)
	asset := regexp.MustCompile(`/demo/static/[\w.]+|from '\./([\w.]+)'`)
	for name, text := range source(t, "static/*.*") {
		if found := forbidden.FindString(text); found != "" && !strings.HasSuffix(name, ".json") {
			t.Errorf("%s has %q", name, found)
		}
		if found := outside.FindString(text); found != "" {
			t.Errorf("%s loads %q", name, found)
		}
		for _, match := range asset.FindAllStringSubmatch(text, -1) {
			path := match[0]
			if match[1] != "" {
				path = "/demo/static/" + match[1]
			}
			if status, _, _ := r.do("GET", path, "", nil); status != 200 {
				t.Errorf("%s needs %s: %d", name, path, status)
			}
		}
	}
	_, _, header = r.do("GET", "/demo/static/main.js", "", nil)
	if got := header.Get("Content-Type"); got != "text/javascript; charset=utf-8" {
		t.Errorf("type of a script: %s", got)
	}
	if status, _, _ := r.do("GET", "/demo/static/main.js", "", nil, "If-None-Match", header.Get("ETag")); status != 304 {
		t.Errorf("unchanged file: %d", status)
	}
	for _, path := range []string{"/demo/static/nothing.js", "/demo/static/..%2fpage.go", "/demo/static/", "/other"} {
		if status, _, _ := r.do("GET", path, "", nil); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
}
