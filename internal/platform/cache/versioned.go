package cache

import "sync"

// Version returns the number of the data's current version; false while changes are not
// received and nothing may be cached.
type Version func() (number uint64, ok bool)

// Versioned caches values that were read at one version of the data. A reader takes the
// version before it reads: a value that a change overtook belongs to an old version and
// is never returned. The zero Versioned is empty. It is safe for concurrent use.
type Versioned[K comparable, V any] struct {
	mu      sync.RWMutex
	version uint64
	items   map[K]V
}

// Get returns the value of key at a version.
func (c *Versioned[K, V]) Get(version uint64, key K) (V, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.version != version {
		var none V
		return none, false
	}
	v, ok := c.items[key]
	return v, ok
}

// Put stores a value that was read at a version. A newer version empties the cache; a
// value of an older one is ignored. A full cache of limit values evicts a random one.
func (c *Versioned[K, V]) Put(version uint64, key K, v V, limit int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if version < c.version {
		return
	}
	if version > c.version || c.items == nil {
		c.version, c.items = version, map[K]V{}
	}
	makeRoom(c.items, key, limit)
	c.items[key] = v
}
