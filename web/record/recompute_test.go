package record_test

import (
	"archive/zip"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"delfi/internal/consultation/feedback"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report/schema"
	"delfi/internal/verify"
	"delfi/web/webtest"
)

// TestTheArchiveIsRecomputedByOtherCode: the archive that people download holds for
// verify and for the script that shares no code with Delfi, before the law took a reason
// from it and after. (TestRoom serves files of its own beneath rounds/2, which no log
// names.)
func TestTheArchiveIsRecomputedByOtherCode(t *testing.T) {
	h := webtest.Open(t).Play(t)
	b := h.Site(t).Stranger()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal("python3 is missing, with which the record is recomputed by other code: run make python")
	}
	check := func(when string) verify.Result {
		t.Helper()
		body := b.Get(t, published+".zip").Body
		z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
		if err != nil {
			t.Fatal(err)
		}
		result, err := verify.Run(t.Context(), archived{z}, verify.Options{})
		if err != nil || result.Rounds == 0 || len(result.Consultations) != 1 {
			t.Errorf("%s: %+v, %v", when, result, err)
		}
		name := filepath.Join(t.TempDir(), "record.zip")
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := exec.CommandContext(t.Context(), python, "-I", "-S", "../../internal/verify/testdata/recompute.py", name).CombinedOutput()
		if err != nil || !strings.HasSuffix(string(text), "all as recomputed\n") {
			t.Errorf("%s: %v, %s", when, err, text)
		}
		return result
	}
	before := check("as it was published")
	var d feedback.Document
	if err := json.Unmarshal([]byte(b.Get(t, published+"/rounds/2/feedback.json").Body), &d); err != nil {
		t.Fatal(err)
	}
	digest := ""
	for _, i := range d.Items {
		for _, r := range i.Reasons {
			if r.Text != "" {
				digest = leaf.Digest([]byte(r.Text))
			}
		}
	}
	if digest == "" {
		t.Fatal("nobody gave a reason")
	}
	if err := h.Reports.RemoveReason(t.Context(), h.Person(t, "marta"), webtest.Published, digest, "GDPR art. 17"); err != nil {
		t.Fatal(err)
	}
	// Each removal leaves a record that holds at once, before any job runs.
	if after := check("after a removal by law"); after.Reasons <= before.Reasons {
		t.Errorf("%d reasons are removed, %d before", after.Reasons, before.Reasons)
	}
	var o schema.Opinion
	if err := json.Unmarshal([]byte(b.Get(t, published+"/opinion.json").Body), &o); err != nil {
		t.Fatal(err)
	}
	if err := h.Contributions.Remove(t.Context(), h.Person(t, "marta"), webtest.Published, o.Contributions[0].ID, "GDPR art. 17"); err != nil {
		t.Fatal(err)
	}
	if after := check("after another"); after.Contributions != before.Contributions+1 {
		t.Errorf("%d contributions are removed, %d before", after.Contributions, before.Contributions)
	}
}
