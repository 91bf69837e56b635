package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/fault"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

const (
	// chunk bounds the entries that one transaction of a check reads.
	chunk = 4096
	// unsignedMost bounds the entries that a signature hashes first; a longer part is
	// left to Recount.
	unsignedMost = 4096
)

// unchecked is the code of a checkpoint that needs Recount first.
const unchecked = "log_unchecked"

// IsUnchecked reports whether err refuses a checkpoint only until Recount has hashed the
// entries that no signature covers.
func IsUnchecked(err error) bool {
	var f *fault.Fault
	return errors.As(err, &f) && f.Code == unchecked
}

// altered is the cause of a refusal that a check of entries found: it is stored, so
// that every server refuses.
type altered struct{ what string }

func (a altered) Error() string { return a.what }

// alteredf is the refusal with its cause.
func alteredf(format string, args ...any) error {
	return refused(altered{fmt.Sprintf(format, args...)})
}

// prefix is the beginning of a log whose entries were hashed: its size and the roots of
// its whole subtrees by level, of which those count where size has that bit.
type prefix struct {
	log  int
	size int64
	full []tlog.Hash
}

// add hashes the next entry and returns the stored hashes that it completes, its own
// first.
func (p *prefix) add(text string) []tlog.Hash {
	h := tlog.RecordHash([]byte(text))
	completed := []tlog.Hash{h}
	level := 0
	for ; p.size>>level&1 == 1; level++ {
		h = tlog.NodeHash(p.full[level], h)
		completed = append(completed, h)
	}
	if level == len(p.full) {
		p.full = append(p.full, h)
	}
	p.full[level] = h
	p.size++
	return completed
}

func (p prefix) clone() prefix {
	p.full = slices.Clone(p.full)
	return p
}

// prefixAt reads the prefix of a size from the stored hashes, whose root the caller has
// compared with a signed one.
func prefixAt(ctx context.Context, tx *postgres.Tx, l log, size int64) (prefix, error) {
	p := prefix{log: l.number, size: size}
	var levels []int
	var indexes []int64
	for level := 0; size>>level > 0; level++ {
		p.full = append(p.full, tlog.Hash{})
		if size>>level&1 == 1 {
			levels, indexes = append(levels, level), append(indexes, tlog.StoredHashIndex(level, size>>level-1))
		}
	}
	found, err := readHashes(ctx, tx, l, indexes)
	for i, h := range found {
		p.full[levels[i]] = h
	}
	return p, missing(err)
}

// extend hashes the entries from p's end to size, and compares each with its row, with
// the digest of its words and with the stored hashes that it completes. Its memory is
// that of one chunk of hashes and one entry.
func extend(ctx context.Context, tx *postgres.Tx, l log, p *prefix, size int64) error {
	for p.size < size {
		to := min(p.size+chunk, size)
		first := tlog.StoredHashIndex(0, p.size)
		stored, err := hashRange(ctx, tx, l, first, tlog.StoredHashIndex(0, to))
		if err != nil {
			return err
		}
		err = eachRow(ctx, tx, l, p.size, to, func(r row) error {
			if r.N != p.size {
				return alteredf("entry %d is missing", p.size)
			}
			if err := r.check(); err != nil {
				return err
			}
			at := tlog.StoredHashIndex(0, r.N)
			for i, h := range p.add(r.Text) {
				if at+int64(i) >= first+int64(len(stored)) || stored[at+int64(i)-first] != h {
					level, n := tlog.SplitStoredHashIndex(at + int64(i))
					return alteredf("entry %d is not the one that was recorded, or the stored hash %d of level %d is not that of its entries", r.N, n, level)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if p.size < to {
			return alteredf("entry %d is missing", p.size)
		}
	}
	return nil
}

// row is an entry as it is stored: the line, and the columns that repeat it for lists.
type row struct {
	Line
	kind, consultation, minute string
}

// check compares the columns with the line, and the words with the digest in it.
func (r row) check() error {
	e, err := leaf.ParseEntry(r.Text)
	if err != nil {
		return alteredf("entry %d: %v", r.N, err)
	}
	if e.Type != r.kind || e.Consultation != r.consultation || e.Minute != r.minute {
		return alteredf("entry %d: the columns of its row are not those of its text", r.N)
	}
	return r.checkWords()
}

// checkWords compares the words of a line with the digest in it. Words that the law
// removed leave their salt.
func (l Line) checkWords() error {
	e, err := leaf.ParseEntry(l.Text)
	if err != nil {
		return alteredf("entry %d: %v", l.N, err)
	}
	body, err := figures(e.Body)
	if err != nil {
		return alteredf("entry %d: %v", l.N, err)
	}
	digest, worded := body["words"]
	switch {
	case worded && l.Salt == nil:
		return alteredf("entry %d: the row of its words is missing", l.N)
	case l.Words != "" && digest != leaf.WordsDigest(l.Salt, []byte(l.Words)):
		return alteredf("entry %d: the words beside it are not those that were written", l.N)
	}
	return nil
}

// Recount hashes the whole log again in short transactions and compares it with its
// stored tree, rows and words. A difference is stored and returned (Unavailable,
// "log_forked"): from then on every server refuses to sign and to append. Without one,
// a difference that an earlier check stored is deleted.
func (s *Service) Recount(ctx context.Context) error {
	var p prefix
	var before log // as the check began, with the finding of an earlier one
	for done := false; !done; {
		next := p
		err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			l, err := newest(ctx, tx)
			if err != nil {
				return err
			}
			if next = p.clone(); l.number != p.log {
				before, next = l, prefix{log: l.number}
			}
			if l.number == 0 {
				done = true
				return nil
			}
			size, err := sizeOf(ctx, tx, l)
			if err != nil {
				return err
			}
			if size < next.size {
				return alteredf("entry %d is missing", size)
			}
			to := min(next.size+chunk, size)
			done = to == size
			return extend(ctx, tx, l, &next, to)
		})
		if err != nil {
			return errors.Join(err, s.store(ctx, before, err))
		}
		p = next
		s.checked.Store(p.size)
	}
	s.mu.Lock()
	if s.hashed.log != p.log || s.hashed.size < p.size {
		s.hashed = p
	}
	s.mu.Unlock()
	if before.finding == "" {
		return nil
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return deleteFinding(ctx, tx, before)
	})
}

// Checked returns how many entries Recount has hashed since the start.
func (s *Service) Checked() int64 { return s.checked.Load() }

// store stores a difference that a check found in a log; other errors are not stored.
func (s *Service) store(ctx context.Context, l log, err error) error {
	var a altered
	if l.number == 0 || !errors.As(err, &a) || l.finding == a.what {
		return nil
	}
	return s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		return putFinding(ctx, tx, l, a.what)
	})
}

// Sound returns nil, or the refusal that every act meets.
func (s *Service) Sound(ctx context.Context) error {
	stored, err := s.file.read()
	if err != nil {
		return err
	}
	return s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		l, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		return consistent(ctx, tx, l, stored)
	})
}

// hash hashes the entries of l that no signature and no check has covered, before c is
// signed. Unavailable "log_unchecked" when they are too many for one request.
func (s *Service) hash(ctx context.Context, tx *postgres.Tx, l log, stored, c checkpoint) (prefix, error) {
	s.mu.Lock()
	p, signed := s.hashed.clone(), s.signed.Text() == c.Text()
	s.mu.Unlock()
	if signed {
		return p, nil
	}
	if p.log != l.number || p.size > c.Size {
		p = prefix{log: l.number}
	}
	if stored.Origin == l.origin && stored.Size > p.size {
		var err error
		if p, err = prefixAt(ctx, tx, l, stored.Size); err != nil {
			return p, err
		}
	}
	if c.Size-p.size > unsignedMost {
		return p, fault.New(fault.Unavailable, unchecked, "the public record is signed when all its entries have been hashed: ask again in a minute")
	}
	return p, extend(ctx, tx, l, &p, c.Size)
}
