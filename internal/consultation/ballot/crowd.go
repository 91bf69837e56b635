package ballot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"delfi/internal/consultation/lifecycle"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// Ballots of one round are committed by a crowd (postgres.Crowd), since a commit costs
// one write to the disk whatever it holds. A batch is worked in the order of panelists'
// ids and never in that of arrival (docs/RECORD.md §2), and has each ballot once. What is
// wrong with one is told to its owner alone.

// most is how many ballots one transaction writes.
const most = 128

// entrant is one request for a ballot, and what it is told.
type entrant struct {
	seat pseudonym.Seat
	in   hand
	told outcome
}

// outcome is what a request is told.
type outcome struct {
	board  *board // the batch's
	stands sheet
	err    error
}

// enter waits until the ballot is committed, or was refused. Who gives up waiting
// is not told; the ballot may be committed all the same, as with any answer that
// is lost on its way.
func (s *Service) enter(ctx context.Context, seat pseudonym.Seat, round int, in hand) (*board, sheet, error) {
	e := &entrant{seat: seat, in: in}
	if err := s.crowd.Join(ctx, roundKey{consultation: seat.Consultation, round: round}, seat.Panelist, e); err != nil {
		return nil, sheet{}, err
	}
	return e.told.board, e.told.stands, e.told.err
}

// lockOf is the key by which one transaction at a time works on a ballot, also while it
// has no row and whichever server it is of. Two ballots may share one.
func lockOf(seat pseudonym.Seat, round int) int64 {
	h := sha256.New()
	h.Write(seat.Consultation[:])
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(round)))
	h.Write(seat.Panelist[:])
	return int64(binary.BigEndian.Uint64(h.Sum(nil)))
}

// locks are the keys of a batch, ascending.
func locks(of roundKey, batch []*entrant) []int64 {
	keys := make([]int64, len(batch))
	for i, e := range batch {
		keys[i] = lockOf(e.seat, of.round)
	}
	slices.Sort(keys)
	return keys
}

// commit is the one transaction of a batch. It begins after the seats are
// resolved and the key is read, locks the round and its ballots, and writes nothing but
// panel.*: no session, job, counter or record stands beside the rows with the
// same xmin.
func (s *Service) commit(ctx context.Context, of roundKey, batch []*entrant) error {
	batch = slices.SortedFunc(slices.Values(batch), func(a, b *entrant) int { return bytes.Compare(a.seat.Panelist[:], b.seat.Panelist[:]) })
	safe, err := s.bridge.Safe(ctx, of.consultation)
	if err != nil {
		return err
	}
	defer safe.Close()
	b, err := s.board(ctx, of.consultation, of.round)
	if err != nil {
		return err
	}
	act := func(ctx context.Context, tx *postgres.Tx) error {
		r, err := lifecycle.ShareRound(ctx, tx, of.consultation, of.round, locks(of, batch)...)
		if err != nil {
			return err
		}
		if !r.Answers() {
			return noBallots()
		}
		b.Round = r
		f, err := b.current(ctx, tx)
		if err != nil {
			return err
		}
		return s.write(ctx, tx, safe, f, &b, batch)
	}
	return s.db.Transact(ctx, act)
}

// write changes the batch's rows under their round's lock, and notes what each
// request is told.
func (s *Service) write(ctx context.Context, tx *postgres.Tx, safe *pseudonym.Safe, f form, b *board, batch []*entrant) error {
	ids := make([][]byte, len(batch))
	for i, e := range batch {
		ids[i] = e.seat.Panelist[:]
	}
	rows, err := findBallots(ctx, tx, b.Round.ID, ids)
	if err != nil {
		return err
	}
	var changed []seated
	for _, e := range batch {
		c, err := f.compose(safe, e.seat, b.Round, rows[e.seat.Panelist], e.in)
		e.told = outcome{board: b, stands: c.stands, err: err}
		if err == nil && c.writes {
			changed = append(changed, seated{seat: e.seat, row: c.row, born: c.born})
		}
	}
	return saveBallots(ctx, tx, b.Round, changed)
}
