package participate

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/feedback"
	"delfi/web/dossier"
	"delfi/web/page"
)

// A form is one's own, and yet nearly all of it is everybody's: a statement, the
// group's picture with a mark on one of nine points, a scale with one point chosen.
// Those pieces are drawn once and kept. What a piece is kept under says all that it
// shows, and nothing of who looks: pieces are of answers, never of people. What is
// the reader's alone (their draw of reasons, their own words) goes into its holes.
//
//	round, items and feedback as last read ─► sheet ─► piece ─► bytes, hole, bytes
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
	document *feedback.Document
	lang     string
	read     []consultation.Item // the items as they are read in the language
	panel    *feedback.Document  // the document likewise
	told     map[uuid.UUID]told
	lists    map[string][]dossier.Column // reasons about whole lists, by kind

	mu    sync.RWMutex
	kept  map[piece][][]byte // parted by their holes
	bytes int
}

// told is what the feedback document says of one statement, its reasons in columns.
type told struct {
	feedback.ItemResult
	columns []dossier.Column
}

// piece is all that a piece of the form depends on: a statement, or one reason.
type piece struct {
	item   int             // number of the statement
	all    bool            // on the one page
	missed bool            // the last round, as a whole
	last   string          // value
	own    string          // beside the panel's; "" where it is the last
	told   bool            // the panel's answers are shown
	note   string          // which of them; "" but in a standing round
	choice string          // now
	given  bool            // something that could be taken out
	wrote  bool            // a reason of one's own
	fault  bool            // in what was sent: such a piece is not kept
	reason *feedback.Given // of the sheet
}

// of gives the sheet of a paper of a consultation, as it is read in a language.
func (s *sheets) of(c consultation.Consultation, p ballot.Paper, lang string) *sheet {
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
	one := &sheet{items: items, document: p.Feedback, lang: lang, read: c.Read(p.Items), panel: p.Feedback.In(c.Language), told: map[uuid.UUID]told{}, lists: map[string][]dossier.Column{}, kept: map[piece][][]byte{}}
	if p.Feedback != nil {
		for _, f := range one.panel.Items {
			one.told[f.Item] = told{ItemResult: f, columns: dossier.Columns(f.Reasons)}
		}
		for _, l := range p.Feedback.Lists {
			one.lists[l.Kind] = dossier.Columns(l.Reasons)
		}
	}
	if len(s.all) == sheetsKept {
		s.all = append(s.all[:0], s.all[1:]...)
	}
	s.all = append(s.all, one)
	return one
}

// here marks a hole while a piece is drawn; no page of ours has a NUL.
var here = []byte("\x00hole\x00")

// hole is where a piece is left open.
var hole = templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
	_, err := w.Write(here)
	return err
})

// paste writes a piece, which is drawn the first time and copied from then on; own are
// what goes into its holes, in their order.
func (s *sheet) paste(ctx context.Context, w io.Writer, key piece, draw func() templ.Component, own ...templ.Component) error {
	parts, err := s.drawn(ctx, key, draw)
	if err != nil {
		return err
	}
	if len(parts) != len(own)+1 {
		return fmt.Errorf("a piece of the form has %d holes for %d of one's own", len(parts)-1, len(own))
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
}

func (s *sheet) drawn(ctx context.Context, key piece, draw func() templ.Component) ([][]byte, error) {
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
	parts = bytes.Split(b.Bytes(), here)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !key.fault && s.bytes+b.Len() <= bytesKept {
		s.kept[key] = parts
		s.bytes += b.Len()
	}
	return parts, nil
}

// own is a statement as one reader is given it.
func (p *paperView) own(i consultation.Item) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		now, s := p.now(i), p.screenOf(i)
		key := piece{item: i.Number, all: p.All, missed: p.Last == nil, choice: now.Choice}
		if a, ok := p.Last[i.ID]; ok {
			key.last = value(page.From(ctx), a)
		}
		if p.standing() {
			key.note = p.figuresNote(page.From(ctx), i.ID)
			if a, ok := p.Own(i.ID); ok {
				key.own = value(page.From(ctx), a)
			}
		}
		key.told = p.Told(i.ID)
		_, key.given = p.Draft[i.ID]
		key.fault = p.Problems.Has(answerField(i)) || p.Problems.Has(reasonField(i)) || p.Problems.Has(arguesField(i))
		if now.Reason == "" && now.Argues == "" || !p.reasons() {
			return p.sheet.paste(ctx, w, key, func() templ.Component { return statement(p, i, why(p, s, typed{})) }, drawn(p, i))
		}
		key.wrote = true
		return p.sheet.paste(ctx, w, key, func() templ.Component { return statement(p, i, hole) }, drawn(p, i), why(p, s, now))
	})
}

// reason is one reason, as all are given it whose draw has it.
func (p *paperView) reason(r *feedback.Given) templ.Component {
	return reasonPiece{p.sheet, r, p.Language}
}

type reasonPiece struct {
	sheet *sheet
	given *feedback.Given
	lang  string // of the consultation
}

// Render pastes it.
func (p reasonPiece) Render(ctx context.Context, w io.Writer) error {
	return p.sheet.paste(ctx, w, piece{reason: p.given}, func() templ.Component { return dossier.Reason(dossier.Display{Lang: p.lang}, p.given) })
}
