package piece

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/a-h/templ"
)

const (
	sheetsKept = 8        // rounds times languages
	bytesKept  = 16 << 20 // of one sheet
)

// Sheets are the latest sheets, by their source S.
type Sheets[S comparable, R any] struct {
	mu  sync.Mutex
	all []*Sheet[S, R] // oldest first
}

// Sheet holds what forms of one source show alike.
type Sheet[S comparable, R any] struct {
	Read R // what is derived from the source once

	source S
	mu     sync.RWMutex
	kept   map[Key][][]byte // parted by their holes
	bytes  int
}

// Key is all that a piece depends on.
type Key struct {
	Part string // which part of a form
	Of   any    // of which question, entry or reason; comparable
	Vary string // with which answers
	Own  bool   // it shows what one reader alone may have: it is not kept
}

// Of gives the sheet of a source; read derives what it holds beside its pieces.
func (s *Sheets[S, R]) Of(source S, read func() R) *Sheet[S, R] {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if one.source == source {
			return one
		}
	}
	one := &Sheet[S, R]{source: source, Read: read(), kept: map[Key][][]byte{}}
	if len(s.all) == sheetsKept {
		s.all = append(s.all[:0], s.all[1:]...)
	}
	s.all = append(s.all, one)
	return one
}

// Len counts the pieces that are kept.
func (s *Sheet[S, R]) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.kept)
}

// mark stands for a hole while a piece is drawn; no page of ours has a NUL.
var mark = []byte("\x00hole\x00")

// Hole is where a piece is left open.
var Hole = templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
	_, err := w.Write(mark)
	return err
})

// Paste writes a piece, which is drawn the first time and copied from then on; own are
// what goes into its holes, in their order.
func (s *Sheet[S, R]) Paste(key Key, draw func() templ.Component, own ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		parts, err := s.drawn(ctx, key, draw)
		if err != nil {
			return err
		}
		if len(parts) != len(own)+1 {
			return fmt.Errorf("piece: %s has %d holes for %d of one's own", key.Part, len(parts)-1, len(own))
		}
		for k, part := range parts {
			if _, err := w.Write(part); err != nil {
				return err
			}
			if k < len(own) {
				if err := own[k].Render(ctx, w); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (s *Sheet[S, R]) drawn(ctx context.Context, key Key, draw func() templ.Component) ([][]byte, error) {
	s.mu.RLock()
	parts, ok := s.kept[key]
	s.mu.RUnlock()
	if ok {
		return parts, nil
	}
	var b bytes.Buffer
	if err := draw().Render(ctx, &b); err != nil {
		return nil, err
	}
	parts = bytes.Split(b.Bytes(), mark)
	s.mu.Lock()
	defer s.mu.Unlock()
	if size := b.Len() + len(key.Vary); !key.Own && s.bytes+size <= bytesKept {
		s.kept[key] = parts
		s.bytes += size
	}
	return parts, nil
}
