package source

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
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

// TestAnArchiveListsNoMoreThanARecord: its list is read within a ration.
func TestAnArchiveListsNoMoreThanARecord(t *testing.T) {
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for n := range 100 {
		if _, err := z.Create(fmt.Sprintf("tigli/rounds/%d/tally", n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := zip.NewReader(&ration{file: bytes.NewReader(packed.Bytes()), left: 1000}, int64(packed.Len())); !errors.Is(err, errDirectory) {
		t.Errorf("a long list: %v", err)
	}
}
