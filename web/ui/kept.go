package ui

import (
	"bytes"
	"context"
	"io"

	"delfi/internal/platform/cache"

	"github.com/a-h/templ"
)

// Parts of the layout that many pages share, by what each is drawn from.
type (
	linksPart struct{}
	topPart   struct{ lang string }
	brandPart struct {
		lang    string
		section Section
		desk    bool
	}
	footerPart struct{ lang, owner, address string }
)

// partsKept bounds the parts that are kept: a few for each administration.
const partsKept = 1024

var parts = cache.New[any, []byte](partsKept)

// Kept draws a part once for each key, and copies it from then on. The key is of a type
// of its own for each part, and must name everything that the part is drawn from.
func Kept(key any, part templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		drawn, found := parts.Get(key)
		if !found {
			var b bytes.Buffer
			if err := part.Render(ctx, &b); err != nil {
				return err
			}
			drawn = b.Bytes()
			parts.Put(key, drawn)
		}
		_, err := w.Write(drawn)
		return err
	})
}
