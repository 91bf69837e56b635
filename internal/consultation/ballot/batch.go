package ballot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// Ballots of one round are committed by group commit (batch.Batcher), since a commit costs
// one write to the disk whatever it holds. A batch is worked in the order of panelists'
// ids and never in that of arrival (docs/RECORD.md §2), and has each ballot once. What is
// wrong with one is told to its owner alone.

// most is how many ballots one transaction writes.
const maxBatch = 128

// request is one request for a ballot, and what it is told.
type request struct {
	seat   pseudonym.Seat
	in     submission
	result result
}

// outcome is what a request is told.
type result struct {
	round  *roundContext // the batch's
	stands payload.Payload
	err    error
}

// enter waits until the ballot is committed, or was refused. Who gives up waiting
// is not told; the ballot may be committed all the same, as with any answer that
// is lost on its way.
func (s *Service) submit(ctx context.Context, seat pseudonym.Seat, round int, in submission) (*roundContext, payload.Payload, error) {
	e := &request{seat: seat, in: in}
	if err := s.batches.Do(ctx, roundKey{consultation: seat.Consultation, round: round}, seat.Panelist, e); err != nil {
		return nil, payload.Payload{}, err
	}
	return e.result.round, e.result.stands, e.result.err
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
func locks(of roundKey, batch []*request) []int64 {
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
func (s *Service) commit(ctx context.Context, of roundKey, batch []*request) error {
	batch = slices.SortedFunc(slices.Values(batch), func(a, b *request) int { return bytes.Compare(a.seat.Panelist[:], b.seat.Panelist[:]) })
	safe, err := s.pseudonyms.Safe(ctx, of.consultation)
	if err != nil {
		return err
	}
	defer safe.Close()
	b, err := s.context(ctx, of.consultation, of.round)
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
func (s *Service) write(ctx context.Context, tx *postgres.Tx, safe *pseudonym.Safe, f form, b *roundContext, batch []*request) error {
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
		e.result = result{round: b, stands: c.stands, err: err}
		if err == nil && c.writes {
			changed = append(changed, seated{seat: e.seat, row: c.row, born: c.born})
		}
	}
	return saveBallots(ctx, tx, b.Round, changed)
}
