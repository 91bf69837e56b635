package postgres

import "sync"

// Epoch numbers the states between changes that the database told of; false while
// nobody tells.
type Epoch func() (number uint64, told bool)

// Memo keeps what was read in one epoch, for the many who read the same. Whoever
// fills it asks for the epoch before reading: what a change overtook is then of an
// epoch that is over, and never found. The zero Memo is empty.
type Memo[K comparable, V any] struct {
	mu    sync.RWMutex
	epoch uint64
	kept  map[K]V
}

// Find gives what was read under key in an epoch.
func (m *Memo[K, V]) Find(epoch uint64, key K) (V, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.epoch != epoch {
		var none V
		return none, false
	}
	v, ok := m.kept[key]
	return v, ok
}

// Keep remembers what was read in an epoch. A newer epoch drops everything of those
// before it. Where most are kept already, any of them makes room: a memo is no store.
func (m *Memo[K, V]) Keep(epoch uint64, key K, v V, most int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if epoch < m.epoch {
		return
	}
	if epoch > m.epoch || m.kept == nil {
		m.epoch, m.kept = epoch, map[K]V{}
	}
	if _, kept := m.kept[key]; !kept && len(m.kept) >= most {
		for other := range m.kept { // in a random order
			delete(m.kept, other)
			break
		}
	}
	m.kept[key] = v
}
