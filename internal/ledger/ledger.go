package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// Keys keeps the log's secret outside the database; pseudonym's keys do.
type Keys interface {
	// Create makes 32 random bytes under name unless there are some, and gives them.
	Create(ctx context.Context, name string) ([]byte, error)
	// Read gives them; fault.NotFound when there are none.
	Read(ctx context.Context, name string) ([]byte, error)
}

// Options are what a log is told about itself and its witnesses.
type Options struct {
	// Origin names a log that begins now, e.g. "delfi.example.it/record"; one that
	// began keeps its own. "" is "localhost/record".
	Origin string
	// Keep is the file of the last checkpoint that was signed, outside the database
	// so that a restored one is found out; "" keeps it in memory only.
	Keep string
	// Cosigners are the verifier keys of known witnesses.
	Cosigners []string
}

// Service appends, signs and reads.
type Service struct {
	db        *postgres.DB
	keys      Keys
	origin    string
	keep      keep
	cosigners []note.Verifier
	vkeys     []string
	bad       error // what Options says that cannot be used

	mu     sync.Mutex
	signed checkpoint // the newest, with its note
}

// New makes the service. It does nothing yet: Start, or the first entry, begins the log.
func New(db *postgres.DB, keys Keys, o Options) *Service {
	s := &Service{db: db, keys: keys, origin: o.Origin, keep: keep{path: o.Keep}, vkeys: o.Cosigners}
	if s.origin == "" {
		s.origin = "localhost/record"
	}
	s.cosigners, s.bad = cosigners(o.Cosigners)
	return s
}

// Check says what of the options cannot be used.
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

// Start begins the log on a database that has none, carries over what was written
// before there was one, and refuses (Unavailable, "log_forked" or "log_key") a
// database that is not the log's own or was changed behind the service's back.
func (s *Service) Start(ctx context.Context) error {
	if s.bad != nil {
		return s.bad
	}
	err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		_, err := s.ready(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.Recount(ctx); err != nil {
		return err
	}
	// Signing shows that the key is there, and keeps what is committed.
	_, err = s.Checkpoint(ctx)
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
	if ground == "" {
		return fault.Bad(fault.Field{Name: "ground", Code: "required", Message: "name the law that asks for the removal"})
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
		Consultation: e.Consultation, Type: Removal, Role: "system", Minute: tx.Now,
		Body: Body(map[string]any{"entry": int(sequence), "ground": ground}),
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

// Lines visits the entries from ≤ n < until in order, without holding them all.
func (s *Service) Lines(ctx context.Context, from, until int64, visit func(Line) error) error {
	return s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		l, err := newest(ctx, tx)
		if err != nil || l.number == 0 {
			return err
		}
		return eachLine(ctx, tx, l, from, until, visit)
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
	return tlog.TreeHash(size, hashes(ctx, tx, l))
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
			root, err := tlog.TreeHash(e.Sequence+1, hashes(ctx, tx, l))
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
		return fmt.Errorf("hashes of entry %d: %w", n, err)
	}
	return insertHashes(ctx, tx, l, tlog.StoredHashIndex(0, n), completed)
}

// hashes reads the tree's stored hashes through tx.
func hashes(ctx context.Context, tx *postgres.Tx, l log) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		return readHashes(ctx, tx, l, indexes)
	})
}

// Recount hashes every entry and every stored text again and compares: what was
// changed behind the service's back is named (Unavailable, "log_forked").
func (s *Service) Recount(ctx context.Context) error {
	return s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		l, err := newest(ctx, tx)
		if err != nil || l.number == 0 {
			return err
		}
		size, err := sizeOf(ctx, tx, l)
		if err != nil {
			return err
		}
		var tree []tlog.Hash
		own := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(indexes))
			for i, n := range indexes {
				out[i] = tree[n]
			}
			return out, nil
		})
		if err := eachLine(ctx, tx, l, 0, size, func(line Line) error {
			if err := line.check(); err != nil {
				return forked(err.Error())
			}
			more, err := tlog.StoredHashes(line.N, []byte(line.Text), own)
			tree = append(tree, more...)
			return err
		}); err != nil {
			return err
		}
		stored := make([]int64, len(tree))
		for i := range stored {
			stored[i] = int64(i)
		}
		there, err := readHashes(ctx, tx, l, stored)
		if errors.Is(err, errNoHash) {
			return forked(err.Error())
		}
		if err != nil {
			return err
		}
		for i, h := range there {
			if h != tree[i] {
				level, n := tlog.SplitStoredHashIndex(int64(i))
				return forked(fmt.Sprintf("the stored hash %d of level %d is not that of the entries", n, level))
			}
		}
		return nil
	})
}

// check compares the words of a line with the digest in it.
func (l Line) check() error {
	if l.Words == "" {
		return nil
	}
	lines, err := bodyOf(l)
	if err != nil {
		return err
	}
	if lines["words"] != leaf.WordsDigest(l.Salt, []byte(l.Words)) {
		return fmt.Errorf("entry %d: the words beside it are not those that were written", l.N)
	}
	return nil
}
