package consult

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/web/page"
)

// A form is one's own, and yet nearly all of it is everybody's: a statement, the
// group's picture with a mark on one of nine points, a scale with one point chosen.
// Those pieces are drawn once and kept. What a piece is kept under says all that it
// shows, and nothing of who looks: pieces are of answers, never of people.
//
//	round, items and feedback as last read ─► sheet ─► piece ─► bytes
//
// A sheet's key are the addresses of what was read, which is read anew after every
// change (ballot's board): nothing has to be told to forget.
const (
	sheetsKept = 8        // rounds times languages
	bytesKept  = 16 << 20 // of one sheet
)

// sheets are the latest sheets, oldest first.
type sheets struct {
	mu  sync.Mutex
	all []*sheet
}

// sheet holds what forms of one round show alike, in one language.
type sheet struct {
	items    *consultation.Item
	document *ballot.Feedback
	lang     string
	told     map[uuid.UUID]told

	mu    sync.RWMutex
	kept  map[piece][]byte
	bytes int
}

// told is what the feedback document says of one statement, its reasons in columns.
type told struct {
	ballot.ItemFeedback
	columns []column
}

// piece is all that a piece of the form depends on.
type piece struct {
	part   string
	item   int // number
	all    bool
	missed bool // the last round, as a whole
	last   string
	choice string
	given  bool
}

// of gives the sheet of a paper.
func (s *sheets) of(p ballot.Paper, lang string) *sheet {
	var items *consultation.Item
	if len(p.Items) > 0 {
		items = &p.Items[0]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if one.items == items && one.document == p.Feedback && one.lang == lang {
			return one
		}
	}
	one := &sheet{items: items, document: p.Feedback, lang: lang, told: map[uuid.UUID]told{}, kept: map[piece][]byte{}}
	if p.Feedback != nil {
		for _, f := range p.Feedback.Items {
			one.told[f.Item] = told{ItemFeedback: f, columns: columns(f.Reasons)}
		}
	}
	if len(s.all) == sheetsKept {
		s.all = append(s.all[:0], s.all[1:]...)
	}
	s.all = append(s.all, one)
	return one
}

// once is a component that is drawn the first time and copied from then on.
func (s *sheet) once(key piece, c templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		s.mu.RLock()
		drawn, ok := s.kept[key]
		s.mu.RUnlock()
		if ok {
			_, err := w.Write(drawn)
			return err
		}
		var b bytes.Buffer
		if err := c.Render(ctx, &b); err != nil {
			return err
		}
		s.mu.Lock()
		if s.bytes+b.Len() <= bytesKept {
			s.kept[key] = b.Bytes()
			s.bytes += b.Len()
		}
		s.mu.Unlock()
		_, err := w.Write(b.Bytes())
		return err
	})
}

// piece is the key of a part of statement i.
func (p paperView) piece(q *page.Request, part string, i consultation.Item) piece {
	k := piece{part: part, item: i.Number, all: p.All, missed: p.Last == nil}
	if a, ok := p.Last[i.ID]; ok {
		k.last = value(q, a)
	}
	return k
}

// boxPiece is the key of statement i's answer: what was said last time, what is
// chosen now, and whether there is something to take out.
func (p paperView) boxPiece(q *page.Request, i consultation.Item) piece {
	k := p.piece(q, "box", i)
	k.choice = p.now(i.ID).Choice
	_, k.given = p.Draft[i.ID]
	return k
}
