package middleware

import (
	"sync"
	"time"
)

// HourlyRoom is a rate limiter of bytes an hour. The zero one is empty; it is safe for concurrent use.
type HourlyRoom struct {
	mu    sync.Mutex
	hour  time.Time
	taken int
}

// Take takes n bytes of the hour's most; false when so many are not left.
func (h *HourlyRoom) Take(n, most int, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if hour := now.Truncate(time.Hour); !hour.Equal(h.hour) {
		h.hour, h.taken = hour, 0
	}
	if h.taken+n > most {
		return false
	}
	h.taken += n
	return true
}
