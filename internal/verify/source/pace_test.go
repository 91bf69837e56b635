package source

import (
	"testing"
	"time"
)

// TestAServerHasALeastPace, on the whole and not at every moment.
func TestAServerHasALeastPace(t *testing.T) {
	p := pace{idle: time.Minute}
	for n := range 59 {
		if err := p.add(1, time.Second); err != nil {
			t.Fatalf("after %d s: %v", n, err)
		}
	}
	if err := p.add(1, 2*time.Second); err == nil {
		t.Error("a byte a second is no pace")
	}
	p = pace{idle: time.Minute}
	for range 100 {
		if err := p.add(2*leastRate, time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.add(1, 59*time.Second); err != nil {
		t.Errorf("a pause: %v", err)
	}
}
