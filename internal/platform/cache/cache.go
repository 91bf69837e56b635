package cache

import "sync"

// Cache caches values that are computed from their key and from nothing else: words,
// parts of pages. A full cache evicts a random value. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	limit int
	mu    sync.RWMutex
	items map[K]V
}

// New makes a cache of at most limit values.
func New[K comparable, V any](limit int) *Cache[K, V] {
	return &Cache[K, V]{limit: limit, items: map[K]V{}}
}

// Get returns the value of key.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v, ok := c.items[key]
	return v, ok
}

// Put stores the value of key.
func (c *Cache[K, V]) Put(key K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	makeRoom(c.items, key, c.limit)
	c.items[key] = v
}

// makeRoom evicts a random value of a full map before key is added to it.
func makeRoom[K comparable, V any](items map[K]V, key K, limit int) {
	if _, cached := items[key]; cached || len(items) < limit {
		return
	}
	for other := range items { // in a random order
		delete(items, other)
		return
	}
}
