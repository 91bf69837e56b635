package archive

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/delphi/canonical"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// Redacted is one feedback document from which a text was removed.
type Redacted struct {
	Round int
	Hash  string // of the document as it was recorded, hex
	After string // of what is left of it, hex
}

// Redact removes the text of the reasons that have a digest, wherever the feedback documents of a consultation
// have it, in the caller's transaction, and leaves a stub with its digest and
// without its language: the leaf that counts it stays. It gives the text ("" when it was removed before, or stands nowhere),
// whether any document has the reason, and the documents that changed; their recorded hashes stay, and are no longer those of their bytes, which the
// removal's entry binds from then on.
func (s *Service) Redact(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, digest string) (text string, known bool, changed []Redacted, err error) {
	all, hashes, err := findFeedbacks(ctx, tx, consultation)
	if err != nil {
		return "", false, nil, err
	}
	for n, f := range all {
		found := false
		for _, reason := range f.AllReasons() {
			known = known || reason.Removed == digest
			if reason.Removed == "" && leaf.Digest([]byte(reason.Text)) == digest {
				text, known = reason.Text, true
				reason.Text, reason.Lang, reason.Removed, found = "", "", digest, true
			}
		}
		if !found {
			continue
		}
		document, err := canonical.Marshal(f)
		if err != nil {
			return "", false, nil, err
		}
		if err := redactFeedback(ctx, tx, consultation, hashes[n], string(document)); err != nil {
			return "", false, nil, err
		}
		changed = append(changed, Redacted{Round: f.Round, Hash: hashes[n], After: leaf.Digest(document)})
	}
	return text, known, changed, nil
}
