package lifecycle

import (
	"context"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/platform/postgres"
	"delfi/internal/space"
)

// Reader has the queries of pages and of what is made of a consultation: none of them
// locks or writes. There is one in a process, since it has the process' cache.
type Reader struct {
	db     *postgres.DB
	latest latest
}

// NewReader makes the reader of a process.
func NewReader(db *postgres.DB) *Reader { return &Reader{db: db} }

// ByID gives a consultation inside the caller's transaction.
func (r *Reader) ByID(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (consultation.Consultation, error) {
	return Load(ctx, tx, id)
}

// Listed gives what a page lists: public ones, newest first, and for staff
// (actor) the drafts of their administration, or those that their role is for.
func (r *Reader) Listed(ctx context.Context, actor account.Actor) ([]consultation.Consultation, error) {
	own, parts := []uuid.UUID{}, []uuid.UUID{}
	for _, g := range actor.Grants {
		switch {
		case !actor.Staff(g.Administration, g.Scope):
		case g.Scope.Whole():
			own = append(own, g.Administration)
		default:
			parts = append(parts, uuid.UUID(g.Scope))
		}
	}
	var out []consultation.Consultation
	err := r.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		ids, err := listed(ctx, tx, own, parts)
		if err != nil {
			return err
		}
		out, err = LoadAll(ctx, tx, ids)
		return err
	})
	return out, err
}

// Find gives one by slug; a draft is NotFound to all but its administration's staff and its own.
func (r *Reader) Find(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error) {
	return Find(ctx, r.db, actor, slug)
}

// Desk gives one by slug to its administration's administrators and its own
// moderators and facilitators; Forbidden to others.
func (r *Reader) Desk(ctx context.Context, actor account.Actor, slug string) (consultation.Consultation, error) {
	return Desk(ctx, r.db, actor, slug)
}

// Items lists the items that are or were in play, by number, dropped ones last.
func (r *Reader) Items(ctx context.Context, id uuid.UUID) ([]consultation.Item, error) {
	var out []consultation.Item
	err := r.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		c, err := Load(ctx, tx, id)
		if err != nil {
			return err
		}
		out, err = Items(ctx, tx, c)
		return err
	})
	return out, err
}

// ItemsOf is Items inside the caller's transaction.
func (r *Reader) ItemsOf(ctx context.Context, tx *postgres.Tx, c consultation.Consultation) ([]consultation.Item, error) {
	return Items(ctx, tx, c)
}

// Decisions lists what was decided about items between rounds, by round and
// number of the item.
func (r *Reader) Decisions(ctx context.Context, id uuid.UUID) ([]consultation.Decided, error) {
	var out []consultation.Decided
	err := r.db.ReadOne(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		out, err = Decisions(ctx, tx, id)
		return err
	})
	return out, err
}

// DecisionsOf is Decisions inside the caller's transaction.
func (r *Reader) DecisionsOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) ([]consultation.Decided, error) {
	return Decisions(ctx, tx, id)
}

// Steers lists the announced and running consultations whose staff the actor is or is to be:
// who steers one cannot leave before somebody else does.
func (r *Reader) Steers(ctx context.Context, actor account.Actor) ([]consultation.Consultation, error) {
	var out []consultation.Consultation
	err := r.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		spaces, err := space.ServedBy(ctx, tx, actor.Office, tx.Now)
		if err != nil || len(spaces) == 0 {
			return err
		}
		ids, err := live(ctx, tx, spaces)
		if err != nil || len(ids) == 0 {
			return err
		}
		out, err = LoadAll(ctx, tx, ids)
		return err
	})
	return out, err
}

// Some gives consultations by id.
func (r *Reader) Some(ctx context.Context, ids []uuid.UUID) ([]consultation.Consultation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var out []consultation.Consultation
	err := r.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) (err error) {
		out, err = LoadAll(ctx, tx, ids)
		return err
	})
	return out, err
}

// AnsweringRounds lists the open rounds that take ballots, for the hourly turnout.
func AnsweringRounds(ctx context.Context, tx *postgres.Tx) ([]consultation.Round, error) {
	return openRounds(ctx, tx, string(delphi.AnswerRound), string(delphi.Select), string(delphi.StandingKind))
}

// GatheringRounds lists the open rounds that take contributions, for the hourly turnout.
func GatheringRounds(ctx context.Context, tx *postgres.Tx) ([]consultation.Round, error) {
	return openRounds(ctx, tx, string(delphi.Gather))
}

// Minority gives a consultation's; the zero one where nobody wrote anything. Its
// draft is for the desk alone.
func (r *Reader) Minority(ctx context.Context, id uuid.UUID) (consultation.Minority, error) {
	var m consultation.Minority
	err := r.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		var err error
		m, err = Minority(ctx, tx, id)
		return err
	})
	return m, err
}

// MinorityOf is Minority inside the caller's transaction.
func (r *Reader) MinorityOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (consultation.Minority, error) {
	return Minority(ctx, tx, id)
}
