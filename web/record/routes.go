package record

import (
	"context"
	"io"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/ledger"
	"delfi/web/page"
)

// Services are the use cases that this room speaks to, each by what the room asks
// of it; the services of the same names satisfy them.
type Services struct {
	Consultations interface {
		Listed(ctx context.Context, actor account.Actor) ([]consultation.Consultation, error)
		Find(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error)
	}
	Record interface {
		Of(ctx context.Context, consultation uuid.UUID) ([]ledger.Entry, error)
		Newest(ctx context.Context, before int64, limit int) ([]ledger.Entry, error)
		Lines(ctx context.Context, from, until int64, visit func(ledger.Line) error) error
		Present(ctx context.Context) (size int64, root string, err error)
		Checkpoint(ctx context.Context) ([]byte, error)
		Cosigned(ctx context.Context) ([]byte, error)
		Cosigners(ctx context.Context) ([]ledger.Cosigner, error)
		VerifierKeys(ctx context.Context) ([]string, error)
		Tile(ctx context.Context, path string) (data []byte, full bool, err error)
		Cosign(ctx context.Context, signed []byte) error
	}
	// Reports gives what is public of one consultation, NotFound for what is not.
	Reports interface {
		// Files lists the paths below a consultation's folder, sorted.
		Files(ctx context.Context, slug string) ([]string, error)
		// Write writes one of them.
		Write(ctx context.Context, slug, path string, w io.Writer) error
		// Marks lists the marks of a round's ballots that begin with two hex digits,
		// and those of them that a later ballot replaced; both sorted.
		Marks(ctx context.Context, slug, round, prefix string) (marks, superseded []string, err error)
	}
	BaseURL string // public address of the site, for the commands that pages show
}

type room struct{ Services }

// Handlers are the room's pages, and its files for programs, for the table of routes.
type Handlers struct {
	Index, Consultation          page.Handler
	Marks, Prefix                page.Handler // of a round's ballots
	Checkpoint, Cosigned, Key    page.Handler
	Consultations, Entries, Tile page.Handler
	Cosign                       page.Handler
	Archive, Files, File         page.Handler // of one consultation
}

// New returns the room's handlers.
func New(s Services) (Handlers, error) {
	c := room{s}
	return Handlers{
		Index: c.index, Consultation: c.consultation,
		Marks: c.marks, Prefix: c.prefix,
		Checkpoint: c.checkpoint, Cosigned: c.cosigned, Key: c.key,
		Consultations: c.consultations, Entries: c.entries, Tile: c.tile,
		Cosign:  c.cosign,
		Archive: c.zip, Files: c.files, File: c.file,
	}, page.Complete("record", s)
}
