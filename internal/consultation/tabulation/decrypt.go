package tabulation

import (
	"context"
	"runtime"
	"sync"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/ballot/payload"
	"delfi/internal/delphi/protocol"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// batchSize is how many ballots are opened at once by one core: enough for handing
// them over to cost nothing, few enough for a megabyte to hold them.
const batchSize = 256

// batch is some ballots of a round on their way from the database to who counts
// them. It is used again, with everything in it.
type batch struct {
	codecs *answer.Set
	opened []opened
	sealed []byte // their blobs, one after the other
	ends   []int
	plain  []byte
	marks  marker
	err    error
}

// decrypt visits the opened ballots of a round, one at a time and in no order that
// means anything: while the database sends the next ones, others are opened on all
// cores. What a ballot holds is good during its visit alone, but for its texts. With
// whole it has its reasons, seed and mark.
func (s *Service) decrypt(ctx context.Context, safe *pseudonym.Safe, p protocol.Protocol, round consultation.Round, whole bool, visit func(*opened) error) error {
	return s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		if err := steady(ctx, tx); err != nil {
			return err
		}
		return decryptEach(ctx, safe, answer.For(p, round.Kind), round, whole, func(ctx context.Context, take visitor) error {
			return eachBallot(ctx, tx, round.Consultation, round.ID, take)
		}, visit)
	})
}

// visitor takes one sealed ballot; it copies what it is given.
type visitor func(p pseudonym.Panelist, group string, sealed []byte) error

// decryptEach visits what read reads, opened.
func decryptEach(ctx context.Context, safe *pseudonym.Safe, codecs *answer.Set, round consultation.Round, whole bool, read func(context.Context, visitor) error, visit func(*opened) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := runtime.GOMAXPROCS(0) + 2 // one fills, one is counted
	// Each channel has room for every batch: giving one back never waits.
	free, done := make(chan *batch, batches), make(chan *batch, batches)
	for range batches {
		free <- &batch{codecs: codecs}
	}
	ended := make(chan error, 1)
	go func() {
		var workers sync.WaitGroup
		var filling *batch
		decrypt := func(p *batch) {
			workers.Go(func() {
				p.decrypt(safe, round, whole)
				done <- p
			})
		}
		err := read(ctx, func(p pseudonym.Panelist, group string, sealed []byte) error {
			if filling == nil {
				select {
				case filling = <-free:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			filling.add(p, group, sealed)
			if len(filling.opened) == batchSize {
				decrypt(filling)
				filling = nil
			}
			return nil
		})
		if filling != nil {
			decrypt(filling)
		}
		workers.Wait()
		close(done)
		ended <- err
	}()
	var failed error
	for p := range done {
		if failed == nil {
			failed = p.visit(visit)
		}
		if failed != nil {
			stop()
		}
		free <- p
	}
	if err := <-ended; failed == nil {
		failed = err
	}
	return failed
}

func (p *batch) add(panelist pseudonym.Panelist, group string, sealed []byte) {
	n := len(p.opened)
	if n < cap(p.opened) {
		p.opened = p.opened[:n+1] // with the memory of the payload that lay there
	} else {
		p.opened = append(p.opened, opened{})
	}
	p.opened[n].panelist, p.opened[n].group, p.opened[n].payload.Codecs = panelist, group, p.codecs
	p.sealed = append(p.sealed, sealed...)
	p.ends = append(p.ends, len(p.sealed))
}

func (p *batch) decrypt(safe *pseudonym.Safe, round consultation.Round, whole bool) {
	opener := safe.Opener(round.ID, pseudonym.BallotBlob)
	from, of := 0, payload.Of(round)
	for i := range p.opened {
		one := &p.opened[i]
		if p.plain, p.err = opener.Open(p.plain[:0], one.panelist, p.sealed[from:p.ends[i]]); p.err != nil {
			return
		}
		if p.err = one.payload.DecodeInto(p.plain, whole); p.err != nil {
			return
		}
		if whole {
			one.draw(&p.marks, of)
		}
		from = p.ends[i]
	}
}

// visit visits the opened ballots, and empties the batch.
func (p *batch) visit(visit func(*opened) error) error {
	err := p.err
	for i := range p.opened {
		if err != nil {
			break
		}
		err = visit(&p.opened[i])
	}
	p.opened, p.sealed, p.ends, p.err = p.opened[:0], p.sealed[:0], p.ends[:0], nil
	return err
}
