package cache

import "testing"

func TestACacheNeverHoldsMoreThanItsLimit(t *testing.T) {
	c := New[int, int](3)
	for i := range 10 {
		c.Put(i, i*i)
		if got, ok := c.Get(i); !ok || got != i*i {
			t.Errorf("key %d: %d, %t", i, got, ok)
		}
		if len(c.items) > 3 {
			t.Fatalf("%d values are held", len(c.items))
		}
	}
	if _, ok := c.Get(99); ok {
		t.Error("a key that was never put is found")
	}
}
