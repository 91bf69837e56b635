package verify

import (
	"testing"
)

// TestAWholeRecordHolds, with receipts, a proof and a kept checkpoint.
func TestAWholeRecordHolds(t *testing.T) {
	b := press(t, nil)
	r, err := Run(t.Context(), b.files, Options{
		Checkpoint: b.checkpoint(9),
		Receipts:   map[string][]byte{"receipt": b.receipt, "replaced": b.replaced, "proof": b.proof},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", r)
	for name := range b.files {
		t.Log(name)
	}
}
