package cache

import "testing"

// Nothing is found at another version than the one it was read in, whatever is filled
// in late, and a cache never holds more than it may.
func TestNothingIsReturnedAtAnotherVersion(t *testing.T) {
	var m Versioned[int, string]
	find := func(version uint64, key int, want string) {
		t.Helper()
		if got, ok := m.Get(version, key); got != want || ok != (want != "") {
			t.Errorf("version %d, key %d: %q", version, key, got)
		}
	}
	find(0, 1, "")
	m.Put(0, 1, "a", 2)
	find(0, 1, "a")
	m.Put(2, 2, "b", 2)
	m.Put(1, 1, "late", 2)
	find(2, 2, "b")
	find(2, 1, "")
	find(1, 1, "")
	find(0, 1, "")
	m.Put(2, 3, "c", 2)
	find(2, 2, "b")
	m.Put(2, 3, "again", 2) // takes nobody's room
	find(2, 2, "b")
	find(2, 3, "again")
	m.Put(2, 4, "d", 2)
	find(2, 4, "d")
	if len(m.items) != 2 {
		t.Errorf("%d are kept", len(m.items))
	}
}
