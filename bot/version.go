package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime/debug"
)

// runVersion is the command "version": which program this is, in one line.
func runVersion(args []string, read func() (*debug.BuildInfo, bool), out io.Writer) error {
	if len(args) > 0 {
		return usageError("version takes no arguments")
	}
	info, ok := read()
	if !ok {
		info = &debug.BuildInfo{}
	}
	_, err := fmt.Fprintln(out, versionOf(info))
	return err
}

// versionOf says what the compiler wrote into the program: the module's version
// or "unknown", the commit it was built of with its time in UTC and whether files
// had been changed since, and the version of Go.
func versionOf(info *debug.BuildInfo) string {
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	line := "elkart-trade " + cmp.Or(info.Main.Version, "unknown")
	if revision := set["vcs.revision"]; revision != "" {
		line += ", commit " + revision
		if at := set["vcs.time"]; at != "" {
			line += " of " + at
		}
		if set["vcs.modified"] == "true" {
			line += ", changed since"
		}
	}
	if info.GoVersion != "" {
		line += ", " + info.GoVersion
	}
	return line
}
