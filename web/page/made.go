package page

import "sync"

// Made keeps what is made of its key and of nothing else, for the many who ask for the
// same: words, parts of pages. It never grows stale; it is bounded by starting anew.
// It is safe for concurrent use.
type Made[K comparable, V any] struct {
	most int
	mu   sync.RWMutex
	kept map[K]V
}

// NewMade makes one that keeps so many at most.
func NewMade[K comparable, V any](most int) *Made[K, V] {
	return &Made[K, V]{most: most, kept: map[K]V{}}
}

// Find gives what was made of key.
func (m *Made[K, V]) Find(key K) (V, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	v, ok := m.kept[key]
	return v, ok
}

// Keep keeps what was made of key.
func (m *Made[K, V]) Keep(key K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.kept) >= m.most {
		clear(m.kept)
	}
	m.kept[key] = v
}
