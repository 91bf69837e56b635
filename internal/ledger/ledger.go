package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/prose"
)

// Keys stores the log's secret outside the database; pseudonym's keys implement it.
type Keys interface {
	// Create makes 32 random bytes under name unless there are some, and gives them.
	Create(ctx context.Context, name string) ([]byte, error)
	// Read gives them; fault.NotFound when there are none.
	Read(ctx context.Context, name string) ([]byte, error)
}

// Options are a log's name, its file and its witnesses.
type Options struct {
	// Origin names a log that begins now, e.g. "delfi.example.it/record"; one that
	// began retains its own. "" is "localhost/record".
	Origin string
	// CheckpointFile is the path of the last signed checkpoint, outside the database so
	// that a restored one is found; "" is memory alone.
	CheckpointFile string
	// Cosigners are the verifier keys of known witnesses.
	Cosigners []string
}

// Service appends, signs and reads.
type Service struct {
	db        *postgres.DB
	keys      Keys
	origin    string
	file      checkpointFile
	cosigners []note.Verifier
	vkeys     []string
	bad       error // the part of Options that cannot be used; nil for none

	mu      sync.Mutex
	signed  checkpoint // the newest, with its note
	hashed  prefix     // the longest that this process hashed
	checked atomic.Int64
}

// New makes the service. Start, or the first entry, begins the log.
func New(db *postgres.DB, keys Keys, o Options) *Service {
	s := &Service{db: db, keys: keys, origin: o.Origin, file: checkpointFile{path: o.CheckpointFile}, vkeys: o.Cosigners}
	if s.origin == "" {
		s.origin = "localhost/record"
	}
	s.cosigners, s.bad = cosigners(o.Cosigners)
	return s
}

// Check returns an error that names the option that cannot be used.
func (o Options) Check() error {
	_, err := cosigners(o.Cosigners)
	return err
}

func cosigners(vkeys []string) ([]note.Verifier, error) {
	var out []note.Verifier
	for _, k := range vkeys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return nil, fmt.Errorf("cosigner %q is no verifier key, as delfi witness prints it: %w", k, err)
		}
		for _, other := range out {
			if other.Name() == v.Name() {
				return nil, fmt.Errorf("two cosigners are called %q", v.Name())
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// Start begins the log on a database that has none and carries over the entries of before
// there was one. It refuses (Unavailable, "log_forked" or "log_key") a database that does
// not continue the last signed checkpoint, whose tables end at different entries, or in
// which an earlier check found a difference; and a missing key. It reads O(log n) hashes
// and the entries that no signature covers yet; Recount checks all others afterwards.
func (s *Service) Start(ctx context.Context) error {
	if s.bad != nil {
		return s.bad
	}
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		l, err := s.ready(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := sizeOf(ctx, tx, l); err != nil {
			return err
		}
		_, err = s.signer(ctx, l)
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.Checkpoint(ctx)
	if IsUnchecked(err) {
		return nil // Recount hashes, and the next checkpoint is signed
	}
	return err
}

// Append writes e in the act's own transaction; its minute is tx.Now's. A
// transaction takes its other locks before its first entry, since this one is
// everybody's. Unavailable "log_forked" when the database is not the log's own.
func (s *Service) Append(ctx context.Context, tx *postgres.Tx, e Entry) error {
	l, err := s.ready(ctx, tx)
	if err != nil {
		return err
	}
	e.Minute = tx.Now
	return write(ctx, tx, l, e)
}

// Remove takes the words of an entry out of the record by law, and says so in a
// new entry; ground is public. Conflict when there are none (any more).
func (s *Service) Remove(ctx context.Context, tx *postgres.Tx, sequence int64, ground string) error {
	var bad []fault.Field
	if ground = (prose.Field{Name: "ground", Max: 600, Needed: true, Line: true}).Read(ground, &bad); len(bad) > 0 {
		return fault.Bad(bad...)
	}
	l, err := s.ready(ctx, tx)
	if err != nil {
		return err
	}
	line, err := lineAt(ctx, tx, l, sequence)
	if err != nil {
		return err
	}
	e, err := line.Entry()
	if err != nil {
		return err
	}
	if line.Words == "" {
		return fault.New(fault.Conflict, "no_words", "this entry has no words that could be removed")
	}
	if err := removeWords(ctx, tx, line.Salt); err != nil {
		return err
	}
	return write(ctx, tx, l, Entry{
		Consultation: e.Consultation, Type: Removal, Role: "system", Reason: ground, Minute: tx.Now,
		Body: Body(map[string]any{"entry": int(sequence)}),
	})
}

// Of lists a consultation's entries, oldest first: the steering log is this view.
func (s *Service) Of(ctx context.Context, consultation uuid.UUID) ([]Entry, error) {
	var out []Entry
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = s.EntriesOf(ctx, tx, consultation)
		return err
	})
	return out, err
}

// EntriesOf is Of inside the caller's transaction.
func (s *Service) EntriesOf(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID) ([]Entry, error) {
	l, err := newest(ctx, tx)
	if err != nil || l.number == 0 {
		return nil, err
	}
	lines, err := linesOf(ctx, tx, l, consultation)
	if err != nil {
		return nil, err
	}
	return entries(lines)
}

// Acts lists a consultation's acts of some kinds, oldest first, without reading its other entries.
func (s *Service) Acts(ctx context.Context, consultation uuid.UUID, kinds ...string) ([]Entry, error) {
	var out []Entry
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = s.ActsOf(ctx, tx, consultation, kinds...)
		return err
	})
	return out, err
}

// ActsOf is Acts inside the caller's transaction.
func (s *Service) ActsOf(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, kinds ...string) ([]Entry, error) {
	l, err := newest(ctx, tx)
	if err != nil || l.number == 0 {
		return nil, err
	}
	lines, err := actsOf(ctx, tx, l, consultation, kinds)
	if err != nil {
		return nil, err
	}
	return entries(lines)
}

// Newest lists up to limit entries of every consultation from before a sequence
// (0: from the end), newest first.
func (s *Service) Newest(ctx context.Context, before int64, limit int) ([]Entry, error) {
	var out []Entry
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		l, err := newest(ctx, tx)
		if err != nil || l.number == 0 {
			return err
		}
		lines, err := linesBefore(ctx, tx, l, before, limit)
		if err != nil {
			return err
		}
		out, err = entries(lines)
		return err
	})
	return out, err
}

// Lines visits the entries from ≤ n < until in order, as of one moment. Its memory is
// that of one entry.
func (s *Service) Lines(ctx context.Context, from, until int64, visit func(Line) error) error {
	return s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		l, err := newest(ctx, tx)
		if err != nil || l.number == 0 {
			return err
		}
		e, err := extentOf(ctx, tx, l)
		if err != nil {
			return err
		}
		for until = min(until, e.entries); from < until; from += chunk {
			err := eachRow(ctx, tx, l, from, min(from+chunk, until), func(r row) error { return visit(r.Line) })
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func entries(lines []Line) ([]Entry, error) {
	out := make([]Entry, len(lines))
	for i, l := range lines {
		var err error
		if out[i], err = l.Entry(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Size gives the number of entries that tx sees.
func (s *Service) Size(ctx context.Context, tx *postgres.Tx) (int64, error) {
	l, err := newest(ctx, tx)
	if err != nil || l.number == 0 {
		return 0, err
	}
	return sizeOf(ctx, tx, l)
}

// Root gives the root of the log's first size entries.
func (s *Service) Root(ctx context.Context, tx *postgres.Tx, size int64) (tlog.Hash, error) {
	l, err := newest(ctx, tx)
	if err != nil {
		return tlog.Hash{}, err
	}
	return rootOf(ctx, tx, l, size)
}

// Opened gives size and root of the log just after a round's opening, which every
// receipt of that round carries: the latest would tell the time. NotFound when it
// has not opened.
func (s *Service) Opened(ctx context.Context, tx *postgres.Tx, consultation uuid.UUID, round int) (int64, tlog.Hash, error) {
	l, err := newest(ctx, tx)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	lines, err := linesOf(ctx, tx, l, consultation)
	if err != nil {
		return 0, tlog.Hash{}, err
	}
	for _, line := range lines {
		e, err := line.Entry()
		if err != nil {
			return 0, tlog.Hash{}, err
		}
		if e.Type != RoundOpened {
			continue
		}
		var body struct{ Round int }
		if err := json.Unmarshal([]byte(e.Body), &body); err != nil {
			return 0, tlog.Hash{}, fmt.Errorf("entry %d: %w", e.Sequence, err)
		}
		if body.Round == round {
			root, err := rootOf(ctx, tx, l, e.Sequence+1)
			return e.Sequence + 1, root, err
		}
	}
	return 0, tlog.Hash{}, fault.New(fault.NotFound, "no_round", "the record has no opening of this round")
}

// write puts an entry at the end of the log, with its words and the hashes that it
// completes. The advisory lock is held.
func write(ctx context.Context, tx *postgres.Tx, l log, e Entry) error {
	words, err := e.words()
	if err != nil {
		return err
	}
	var salt []byte
	if words != "" {
		if salt, err = newSalt(); err != nil {
			return err
		}
	}
	e.Minute = e.Minute.UTC().Truncate(time.Minute)
	text, err := e.text(salt, words)
	if err != nil {
		return err
	}
	return put(ctx, tx, l, e, Line{Text: text, Salt: salt, Words: words})
}

// put is write for a line that stands already; e is what it says.
func put(ctx context.Context, tx *postgres.Tx, l log, e Entry, line Line) error {
	n, err := sizeOf(ctx, tx, l)
	if err != nil {
		return err
	}
	line.N = n
	if err := insertLine(ctx, tx, l, e, line); err != nil {
		return err
	}
	completed, err := tlog.StoredHashes(n, []byte(line.Text), hashes(ctx, tx, l))
	if err != nil {
		return fmt.Errorf("hashes of entry %d: %w", n, missing(err))
	}
	return insertHashes(ctx, tx, l, tlog.StoredHashIndex(0, n), completed)
}

// rootOf computes the root of a log's first size entries from O(log size) stored hashes.
func rootOf(ctx context.Context, tx *postgres.Tx, l log, size int64) (tlog.Hash, error) {
	root, err := tlog.TreeHash(size, hashes(ctx, tx, l))
	return root, missing(err)
}

// missing makes a stored hash that is not there a refusal.
func missing(err error) error {
	if errors.Is(err, errNoHash) {
		return alteredf("%v", err)
	}
	return err
}

// hashes reads the tree's stored hashes through tx.
func hashes(ctx context.Context, tx *postgres.Tx, l log) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		return readHashes(ctx, tx, l, indexes)
	})
}
