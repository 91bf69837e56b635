package tabulation

import (
	"context"
	"io"

	"github.com/google/uuid"

	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// Public names one closing that is in the public record: of a released round, or an
// interim release of one, which is shown to nobody outside the forms before.
type Public struct {
	Round  int
	Tick   int      // of an interim release; 0 for the closing of a round
	Tables []string // ids, in table order
	Salted bool     // its digests in the log have a salt, which is a paper of its own
	id     uuid.UUID
	place  int // the tick that it is stored under
}

// Published lists what of a consultation's closings is public now, by round and
// release.
func (s *Service) Published(ctx context.Context, tx *postgres.Tx, id uuid.UUID) ([]Public, error) {
	return publicClosings(ctx, tx, id)
}

// Papers gives the names of the documents of a closing, as the record's files are called;
// an interim release has neither heads nor leaves, since its counts are rounded.
func (p Public) Papers() []string {
	papers := []string{"items.json", "counts.json", "feedback.json", "tally"}
	switch {
	case p.Tick == 0:
		return append(papers, "heads", "superseded")
	case p.Salted:
		return append(papers, "salt")
	}
	return papers
}

// WritePaper writes one of a closing's documents, to the byte.
func (s *Service) WritePaper(ctx context.Context, tx *postgres.Tx, p Public, paper string, w io.Writer) error {
	text, err := paperText(ctx, tx, p, paper)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return err
}

// WriteLeaves streams the leaves of one table of a closed round, as a file of
// leaves; memory does not grow with the table.
func (s *Service) WriteLeaves(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, p Public, table string, w io.Writer) error {
	if _, err := io.WriteString(w, leaf.FileHead(leaf.ID(consultation.String(), p.Round, table))); err != nil {
		return err
	}
	return writeLeaves(ctx, tx, p.id, table, w)
}

// Closings gives the closings behind those documents, in their order: counts
// documents and tables, from which every figure can be computed again.
func (s *Service) Closings(ctx context.Context, tx *postgres.Tx, id uuid.UUID) ([]table.Closing, error) {
	return releasedClosings(ctx, tx, id)
}
