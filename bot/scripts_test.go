package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Every conversation in handlers/testdata/scripts, through the whole program
// over HTTP, some at a time: each waits for its database and network more than
// it computes.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("../handlers/testdata/scripts/*.txt")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	verifyNoLeaks(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			if !strings.HasPrefix(filepath.Base(file), "verify") {
				t.Parallel() // those count what is answered within a time
			}
			var options []option
			if strings.Contains(file, "card_in_chat") {
				options = append(options, withoutPages)
			}
			w := newWorldBeside(t, options...)
			if err := w.runner().RunFile(t.Context(), file); err != nil {
				t.Error(err)
			}
		})
	}
}
