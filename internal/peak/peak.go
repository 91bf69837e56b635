package peak

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
)

// Of runs do and gives how far the memory of the process rose above where it stood
// before, in bytes.
func Of(t testing.TB, do func()) int64 {
	t.Helper()
	debug.FreeOSMemory()
	// The highest value becomes the present one (proc(5), clear_refs).
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Fatalf("peak: forget the highest value so far: %v", err)
	}
	before := highest(t)
	do()
	return highest(t) - before
}

// highest reads the most memory that was resident.
func highest(t testing.TB) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatalf("peak: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			return kib << 10
		}
	}
	t.Fatal("peak: the kernel does not tell the highest value (VmHWM)")
	return 0
}

// Within fails the test when do takes more than most bytes; with the race detector, which
// keeps what it knows of each byte beside it, more than most times its overhead.
func Within(t testing.TB, most int64, do func()) {
	t.Helper()
	most *= overhead
	if took := Of(t, do); took > most {
		t.Errorf("it took %s of memory, %s may be taken", mib(took), mib(most))
	}
}

func mib(n int64) string { return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MiB" }
