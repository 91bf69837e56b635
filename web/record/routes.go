package record

import (
	"context"
	"io"

	"github.com/go-chi/chi/v5"
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

// Routes puts the room's routes on r.
func Routes(r chi.Router, app *page.App, s Services) {
	c := room{s}
	r.Route("/record", func(r chi.Router) {
		r.Get("/", app.Handle(c.index))
		r.Get("/checkpoint", app.Program(c.checkpoint))
		r.Get("/cosigned", app.Program(c.cosigned))
		r.Get("/key", app.Program(c.key))
		r.Get("/consultations", app.Program(c.consultations))
		r.Get("/entries", app.Download(c.entries))
		r.Get("/tile/8/*", app.Program(c.tile))
		r.Post("/cosignatures", app.Program(c.cosign))
		r.Get("/{slug}.zip", app.Download(c.zip))
		r.Get("/{slug}", app.Handle(c.consultation))
		r.Get("/{slug}/files", app.Program(c.files))
		r.Method("GET", "/{slug}/rounds/{n}/marks", app.Quietly(c.marks))
		r.Method("GET", "/{slug}/rounds/{n}/marks/{prefix}", app.Quietly(c.prefix))
		r.Get("/{slug}/*", app.Download(c.file))
	})
}
