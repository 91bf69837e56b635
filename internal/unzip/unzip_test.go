package unzip

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"delfi/internal/peak"
)

// listed is an archive of so many empty files.
func listed(t *testing.T, n int, name string) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	for i := range n {
		if _, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(i, name)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// TestAnArchiveListsNoMoreThanItMay: neither files nor bytes of names; what lies in its
// files is not counted.
func TestAnArchiveListsNoMoreThanItMay(t *testing.T) {
	packed := listed(t, 100, "")
	for most, ok := range map[int]bool{100: true, 99: false} {
		_, err := Reader(bytes.NewReader(packed), int64(len(packed)), most)
		if ok && err != nil || !ok && !errors.Is(err, ErrList) {
			t.Errorf("%d of 100: %v", most, err)
		}
	}
	long := listed(t, 300, strings.Repeat("n", 60_000))
	if _, err := Reader(bytes.NewReader(long), int64(len(long)), 1000); !errors.Is(err, ErrList) {
		t.Errorf("long names: %v", err)
	}
	var packed2 bytes.Buffer
	z := zip.NewWriter(&packed2)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "a", Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(bytes.Repeat(header, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Reader(bytes.NewReader(packed2.Bytes()), int64(packed2.Len()), 100)
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.Open("a")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(f); err != nil || text.Len() != 4000 {
		t.Errorf("%d bytes: %v", text.Len(), err)
	}
}

// TestTenMegabytesOfNamesCostLittle.
func TestTenMegabytesOfNamesCostLittle(t *testing.T) {
	packed := listed(t, 110_000, "")
	if len(packed) < 9<<20 {
		t.Fatalf("only %d bytes", len(packed))
	}
	peak.Within(t, 64<<20, func() {
		if _, err := Reader(bytes.NewReader(packed), int64(len(packed)), 100_000); !errors.Is(err, ErrList) {
			t.Errorf("they were listed: %v", err)
		}
	})
}
