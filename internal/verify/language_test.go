package verify

import (
	"strings"
	"testing"
)

// TestALanguageThatOneReasonHas is what an earlier program told of a single reader: whose
// ballots reasons are no record tells, so that its documents are sound as they stand.
func TestALanguageThatOneReasonHas(t *testing.T) {
	b := bilingual(t)
	b.seal()
	if document := b.files[b.slug+"/rounds/3/feedback.json"].Data; !strings.Contains(string(document), `"lang":"de"`) {
		t.Fatal("no reason has a language")
	}
	if _, err := Run(t.Context(), b.files, Options{}); err != nil {
		t.Error(err)
	}
}
