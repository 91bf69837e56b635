package postgres

import "testing"

// Nothing is found in another epoch than the one it was read in, whatever is filled
// in late, and a memo never holds more than it may.
func TestAMemoForgetsWithTheEpoch(t *testing.T) {
	var m Memo[int, string]
	find := func(epoch uint64, key int, want string) {
		t.Helper()
		if got, ok := m.Find(epoch, key); got != want || ok != (want != "") {
			t.Errorf("epoch %d, key %d: %q", epoch, key, got)
		}
	}
	find(0, 1, "")
	m.Keep(0, 1, "a", 2)
	find(0, 1, "a")
	m.Keep(2, 2, "b", 2)
	m.Keep(1, 1, "late", 2)
	find(2, 2, "b")
	find(2, 1, "")
	find(1, 1, "")
	find(0, 1, "")
	m.Keep(2, 3, "c", 2)
	find(2, 2, "b")
	m.Keep(2, 3, "again", 2) // takes nobody's room
	find(2, 2, "b")
	find(2, 3, "again")
	m.Keep(2, 4, "d", 2)
	find(2, 4, "d")
	if len(m.kept) != 2 {
		t.Errorf("%d are kept", len(m.kept))
	}
}
