package ballot

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot/answer"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/joined"
	"delfi/internal/consultation/lifecycle"
	"delfi/internal/consultation/strongest"
	"delfi/internal/delphi"
	"delfi/internal/ledger"
	"delfi/internal/ledger/leaf"
	"delfi/internal/platform/postgres"
)

// roundContext is what papers, ballots and receipts of one round have in common, read once
// between two changes: what is asked, what answers are checked against, and what
// every receipt says.
type roundContext struct {
	lifecycle.Form
	form       form
	before     *consultation.Round // the answering round before; nil in the first
	earlier    *answer.Set         // its codecs
	checkpoint checkpoint
	cases      []strongest.Case   // that the facilitator marked
	joined     []joined.Statement // statements that the facilitator let join
}

// checkpoint is what the receipts of one round have in common: the same for
// everyone, since a newer checkpoint would tell the time.
type checkpoint struct {
	size int64
	root leaf.Sum
	hand ledger.Hand
}

// contextsKept is how many contexts and how many documents are kept; of the many rounds
// of a server few are looked at between two changes.
const contextsKept = 64

type roundKey struct {
	consultation uuid.UUID
	round        int
}

// context gives a round's context; NotFound when there is no such round.
func (s *Service) context(ctx context.Context, of uuid.UUID, round int) (roundContext, error) {
	key := roundKey{consultation: of, round: round}
	version, told := s.steering.Version()
	if b, ok := s.contexts.Get(version, key); ok && told {
		return b, nil
	}
	var b roundContext
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		if b.Form, err = lifecycle.LoadForm(ctx, tx, of, round); err != nil {
			return err
		}
		if before, ok := Previous(b.Consultation, b.Round); ok {
			b.before, b.earlier = &before, answer.For(b.Consultation.Protocol, before.Kind)
		}
		if !b.Round.Answers() || b.Round.OpenedAt.IsZero() {
			return nil
		}
		if b.form, err = newForm(b.Consultation.Protocol, b.Round.Kind, b.Items); err != nil {
			return err
		}
		if b.cases, err = strongest.Find(ctx, tx, s.record, b.Consultation); err != nil {
			return err
		}
		if b.joined, err = joined.Find(ctx, tx, s.record, b.Consultation); err != nil {
			return err
		}
		if b.checkpoint.size, b.checkpoint.root, err = s.record.Opened(ctx, tx, of, round); err != nil {
			return err
		}
		b.checkpoint.hand, err = s.record.Hand(ctx, tx)
		return err
	})
	if err != nil {
		return roundContext{}, err
	}
	if told {
		s.contexts.Put(version, key, b, contextsKept)
	}
	return b, nil
}

// takes tells whether the round takes answers at an instant, by the same rule as
// consultation's Locked, which is asked again before anything is written.
func (b roundContext) takes(now time.Time) error {
	if !b.Round.Answers() {
		return noBallots()
	}
	return b.Round.Takes(b.Consultation.Suspended != nil, now)
}

// rounds are those of which a paper shows one's own ballot.
func (b roundContext) rounds() rounds {
	if b.before == nil {
		return rounds{now: b.Round.ID}
	}
	return rounds{now: b.Round.ID, before: b.before.ID}
}

// current is the form under the round's lock. Protocol and items are frozen while an
// answer round is open; the items of a standing round may have grown since.
func (b roundContext) current(ctx context.Context, tx *postgres.Tx) (form, error) {
	if b.Round.Kind != delphi.StandingKind {
		return b.form, nil
	}
	items, err := lifecycle.RoundItems(ctx, tx, b.Consultation, b.Round)
	if err != nil {
		return form{}, err
	}
	return newForm(b.Consultation.Protocol, b.Round.Kind, items)
}

// shown gives the feedback document on the round before a context's, or the last release
// of a standing one, decoded once between two changes; nil where there is none.
func (s *Service) shown(ctx context.Context, b roundContext) (*feedback.Document, error) {
	standing := b.Round.Kind == delphi.StandingKind
	of := b.Round.ID
	if !standing {
		if b.before == nil {
			return nil, nil
		}
		of = b.before.ID
	}
	version, told := s.steering.Version()
	if f, ok := s.documents.Get(version, of); ok && told {
		return f, nil
	}
	var f *feedback.Document
	err := s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		if standing {
			f, err = archive.Interim(ctx, tx, of)
		} else {
			f, _, err = archive.Find(ctx, tx, of)
		}
		return err
	})
	if err == nil && told {
		s.documents.Put(version, of, f, contextsKept)
	}
	return f, err
}
