package contribution

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/delphi/table"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
)

const (
	// gatheredEvery is how often "n people have written" moves.
	gatheredEvery = time.Hour
	// maxReordered is how many authors' rows of an open round are written anew each hour at
	// most: everybody waits meanwhile, and the order of so many tells little.
	maxReordered = 20_000
)

// makeRoom makes the table of a gather round that opens: it is there before the first
// contribution, whose transaction it would tell of.
func (s *Service) makeRoom(ctx context.Context, tx *postgres.Tx, r consultation.Round) error {
	return createSealed(ctx, tx, r.ID)
}

// unseal opens a round that closes: all contributions are written in clear with their
// aliases, in the order of their random ids, and with their languages where enough people
// wrote in them; the sealed rows go with their table. It is all in the closing's
// transaction, so that it happens once, or again. It gives how many people have a row.
func (s *Service) unseal(ctx context.Context, tx *postgres.Tx, r consultation.Round) (people int, err error) {
	pen, err := s.pseudonyms.Pen(ctx, tx, r.Consultation)
	if err != nil {
		return 0, err
	}
	defer pen.Close()
	c, err := lifecycle.Load(ctx, tx, r.Consultation)
	if err != nil {
		return 0, err
	}
	var aliases []pseudonym.Alias
	var list []Contribution
	spoken := table.NewSpoken(c.Protocol)
	err = eachSealed(ctx, tx, r.ID, func(author pseudonym.Author, blob []byte) error {
		people++
		held, err := open(pen, author, r.ID, blob)
		if err != nil || len(held.texts) == 0 {
			return err // all of it was withdrawn: nobody learns whose it was
		}
		alias := pseudonym.Alias{ID: held.alias}
		aliases = append(aliases, alias)
		var in table.Languages
		for _, t := range held.texts {
			in |= spoken.Of(t.lang)
		}
		spoken.Add(in)
		list = append(list, held.contributions(alias)...)
		return nil
	})
	if err != nil {
		return 0, err
	}
	told := spoken.Told()
	for i := range list {
		if !told[list[i].Language] {
			list[i].Language = ""
		}
	}
	if _, err := pseudonym.Claim(ctx, tx, r.Consultation, aliases); err != nil {
		return 0, err
	}
	byID(list)
	if err := s.store(ctx, tx, c, list); err != nil {
		return 0, err
	}
	return people, dropSealed(ctx, tx, r.ID)
}

// store writes pending contributions in clear, in the given order, and puts them in the
// moderators' queue.
func (s *Service) store(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, list []Contribution) error {
	if err := addContributions(ctx, tx, c.ID, list); err != nil {
		return err
	}
	subjects := make([]uuid.UUID, len(list))
	for i, one := range list {
		subjects[i] = one.ID
	}
	return s.moderation.Enqueue(ctx, tx, space.Contribution, c.Space, subjects)
}

// drop lets a round's contributions go unread: it was skipped.
func (s *Service) drop(ctx context.Context, tx *postgres.Tx, r consultation.Round) error {
	return dropSealed(ctx, tx, r.ID)
}

// byID puts contributions in the order of their ids, which tell nothing.
func byID(list []Contribution) {
	slices.SortFunc(list, func(a, b Contribution) int { return bytes.Compare(a.ID[:], b.ID[:]) })
}

// Gathered asks for the hourly count of people who have written in open gather rounds.
type Gathered struct{}

// Kind names the job.
func (Gathered) Kind() string { return "gathered" }

// gathered counts the authors of each open gather round, which is kept rounded down to
// 5, and writes their rows anew in the order of the ids: place and xmin then tell no
// more than who wrote within the last hour.
func (s *Service) gathered(ctx context.Context, _ Gathered) error {
	var rounds []consultation.Round
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		rounds, err = lifecycle.GatheringRounds(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range rounds {
		err := s.db.Transact(ctx, func(ctx context.Context, tx *postgres.Tx) error {
			_, r, err := lifecycle.LockRound(ctx, tx, r.ID) // nobody is writing meanwhile
			if err != nil || r.State != consultation.RoundOpen {
				return err
			}
			authors, writers, err := countSealed(ctx, tx, r.ID)
			if err != nil {
				return err
			}
			if _, err := lifecycle.Count(ctx, tx, r.ID, authors); err != nil {
				return err
			}
			if writers < 2 || authors > maxReordered {
				return nil
			}
			return rewriteSealed(ctx, tx, r.ID)
		})
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return fmt.Errorf("gather round %d: %w", r.Number, err)
		}
	}
	return nil
}
