package peak

import (
	"runtime"
	"testing"
)

// TestMemoryThatIsGoneAgainIsSeen, and no more than that; of two measurements the second
// does not see the first.
func TestMemoryThatIsGoneAgainIsSeen(t *testing.T) {
	touch := func(mib int) {
		b := make([]byte, mib<<20)
		for n := range b {
			b[n] = 1
		}
		runtime.KeepAlive(b)
	}
	for _, mib := range []int{100, 0, 40} {
		took := Of(t, func() { touch(mib) })
		if low, high := int64(mib-4)<<20, int64(mib*overhead+16)<<20; took < low || took > high {
			t.Errorf("%d MiB: measured %d bytes", mib, took)
		}
	}
}
