package main

import (
	"bytes"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	settings := func(pairs ...string) (list []debug.BuildSetting) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return list
	}
	for name, test := range map[string]struct {
		info debug.BuildInfo
		want string
	}{
		"of a release": {
			info: debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Version: "v1.2.3"}},
			want: "elkart-trade v1.2.3, go1.26.0",
		},
		"of a commit": {
			info: debug.BuildInfo{
				GoVersion: "go1.26.0", Main: debug.Module{Version: "(devel)"},
				Settings: settings("vcs", "git", "vcs.revision", "0a1b2c", "vcs.time", "2026-01-02T15:04:05Z", "vcs.modified", "false"),
			},
			want: "elkart-trade (devel), commit 0a1b2c of 2026-01-02T15:04:05Z, go1.26.0",
		},
		"with changes": {
			info: debug.BuildInfo{
				GoVersion: "go1.26.0", Main: debug.Module{Version: "(devel)"},
				Settings: settings("vcs.revision", "0a1b2c", "vcs.modified", "true"),
			},
			want: "elkart-trade (devel), commit 0a1b2c, changed since, go1.26.0",
		},
		"of nothing known": {want: "elkart-trade unknown"},
	} {
		var out bytes.Buffer
		if err := runVersion(nil, func() (*debug.BuildInfo, bool) { return &test.info, true }, &out); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := out.String(); got != test.want+"\n" {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// It needs no settings: it is what one asks of a program that does not start.
func TestVersionCommand(t *testing.T) {
	var out bytes.Buffer
	broken := func(name string) (string, bool) { return "nonsense", name == "LOG_LEVEL" }
	if err := run(t.Context(), []string{"version"}, broken, streams{out: &out}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.HasPrefix(got, "elkart-trade ") || strings.Count(got, "\n") != 1 {
		t.Errorf("got %q, want one line that begins with the program's name", got)
	}
}
