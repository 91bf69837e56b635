package verify

import (
	"path/filepath"
	"slices"
	"testing"

	"delfi/internal/verify/source"
)

// TestRecordsOfBeforeHold: a record that was once written verifies for ever. Each archive is
// one that an earlier server wrote, and is never written again:
//
//	texts-in-bodies.zip    texts of merges, commitments and grounds in the bodies of entries,
//	                       no slug beside an announcement; a reason and the words of a merge
//	                       removed by law
func TestRecordsOfBeforeHold(t *testing.T) {
	for name, want := range map[string]struct {
		entries, tables, reasons int
		removals                 []int64
		title                    string
	}{
		"texts-in-bodies.zip": {75, 43, 2, []int64{6}, "Strade scolastiche e zone 30 attorno alle scuole"},
	} {
		files, done, err := source.Archive(filepath.Join("testdata", "records", name))
		if err != nil {
			t.Fatal(err)
		}
		defer done.Close()
		r, err := Run(t.Context(), files, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.Entries != want.entries || r.Tables != want.tables || r.Reasons != want.reasons || !slices.Equal(r.Removals, want.removals) ||
			len(r.Consultations) != 1 || r.Consultations[0].Title != want.title {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
