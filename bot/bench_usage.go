package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is what has been used up since the start. Figures from /proc are 0
// where there is none.
type usage struct {
	mallocs  uint64
	bytes    uint64        // allocated
	cpu      time.Duration // of this process
	children time.Duration // of processes it started: the embedded PostgreSQL
	machine  time.Duration // of all processes
}

func readUsage() usage {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u := usage{mallocs: m.Mallocs, bytes: m.TotalAlloc, children: childrenTime(), machine: machineTime()}
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) == nil {
		u.cpu = time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	return u
}

func (u usage) since(before usage) usage {
	return usage{
		mallocs: u.mallocs - before.mallocs, bytes: u.bytes - before.bytes, cpu: u.cpu - before.cpu,
		children: u.children - before.children, machine: u.machine - before.machine,
	}
}

// ticks are hundredths of a second, as Linux counts them for user space (USER_HZ).
func ticks(fields []string) (sum time.Duration) {
	for _, field := range fields {
		n, _ := strconv.ParseInt(field, 10, 64)
		sum += time.Duration(n) * (time.Second / 100)
	}
	return sum
}

// machineTime is the time all cores have worked: what is neither ours nor our
// children's went to strangers, and makes a measurement worth less.
func machineTime() time.Duration {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	fields := strings.Fields(line) // cpu user nice system idle iowait irq softirq …
	if len(fields) < 8 {
		return 0
	}
	return ticks(fields[1:4]) + ticks(fields[6:8])
}

// childrenTime is the time that processes which descend from this one have
// worked, those included that have ended.
func childrenTime() (sum time.Duration) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0
	}
	parent, times := make(map[string]string), make(map[string]time.Duration)
	for _, path := range paths {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// The name stands in brackets and may hold anything.
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) < 15 {
			continue
		}
		id := filepath.Base(filepath.Dir(path))
		parent[id] = fields[1]
		times[id] = ticks(fields[11:15]) // user and system, its own and of children that ended
	}
	self := strconv.Itoa(os.Getpid())
	for id, t := range times {
		for up := parent[id]; up != ""; up = parent[up] {
			if up == self {
				sum += t
				break
			}
		}
	}
	return sum
}

// loadAverage is the machine's, of the last minute; "" where /proc does not say.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
