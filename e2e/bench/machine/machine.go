// Package machine describes what the numbers of a bench were measured on.
package machine

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Machine is what the numbers were measured on.
type Machine struct {
	CPU      string  `json:"cpu"`
	Cores    int     `json:"cores"`
	Memory   int64   `json:"memory_bytes"`
	Kernel   string  `json:"kernel"`
	Syncs    float64 `json:"disk_syncs_per_second"` // of 8 KiB, one after the other
	Go       string  `json:"go"`
	Postgres string  `json:"postgres"`
	Settings string  `json:"postgres_settings"`
	Load     string  `json:"load_average_before"`
}

// Look describes the machine; dir is where data will lie.
func Look(dir string) (Machine, error) {
	m := Machine{Cores: runtime.NumCPU(), Go: runtime.Version(), CPU: runtime.GOARCH}
	m.CPU = field("/proc/cpuinfo", "model name", m.CPU)
	var kb int64
	if _, err := fmt.Sscan(field("/proc/meminfo", "MemTotal", "0"), &kb); err != nil {
		return m, fmt.Errorf("/proc/meminfo: %w", err)
	}
	m.Memory = kb << 10
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return m, err
	}
	m.Kernel = strings.TrimSpace(string(release))
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return m, err
	}
	m.Load = strings.Join(strings.Fields(string(load))[:3], " ")
	m.Syncs, err = syncs(dir)
	return m, err
}

// field reads a "name : value" line of a file of the kernel.
func field(path, name, otherwise string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return otherwise // another kernel: the reader gets what there is
	}
	for _, line := range strings.Split(string(text), "\n") {
		key, value, found := strings.Cut(line, ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return otherwise
}

// syncs tells how often a second the disk makes 8 KiB durable: what each commit
// that nobody shares waits for.
func syncs(dir string) (float64, error) {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	page := make([]byte, 8<<10)
	// Written once before: a file that grows pays for its length too.
	if _, err := f.Write(make([]byte, 1<<20)); err != nil {
		return 0, err
	}
	n, began := 0, time.Now()
	for ; time.Since(began) < time.Second; n++ {
		if _, err := f.WriteAt(page, int64(n%128)*int64(len(page))); err != nil {
			return 0, err
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(began).Seconds(), nil
}
