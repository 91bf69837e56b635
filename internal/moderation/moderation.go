package moderation

import (
	"context"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
	"delfi/internal/space"
)

// Staff is a member of staff as an act names them: publicly, by name and office. The zero
// ID is the system, or somebody whose id was not stored.
type Staff struct {
	ID   account.OfficeID
	Name string
	Role account.Role
}

// is tells whether two are the same person. Acts of before there was this room have names
// alone.
func (s Staff) is(other Staff) bool {
	if s.system() || other.system() {
		return s.Name != "" && s.Name == other.Name
	}
	return s.ID == other.ID
}

func (s Staff) system() bool { return s.ID == account.OfficeID{} }

// Ground is what a Source says of a space.
type Ground struct {
	Record     uuid.UUID // the consultation in whose record its acts stand; Nil for the server's
	Moderators []Staff
	Told       time.Time // when authors were told what became of what they wrote; zero: not yet
	Over       error     // the fault for which nothing is examined there any more; nil while it is
}

// Text is a subject's words as a moderator reads them.
type Text struct {
	Author   string // alias, or a staff member's name
	Body     string // Markdown; "" when removed
	Language string // of Body; "" for that of its space
	Removed  string // the legal ground; "" while the words stand
}

// Source owns the subjects of one kind: their words, and what an act does to them. Its
// methods work in the caller's transaction.
type Source interface {
	// Enter locks what the acts in a space depend on, and gives who moderates there; the
	// fault says why somebody does not.
	Enter(ctx context.Context, tx *postgres.Tx, actor account.Actor, of uuid.UUID) (Staff, Ground, error)
	// Sit is Enter for a moderator who reads: nothing is locked.
	Sit(ctx context.Context, tx *postgres.Tx, actor account.Actor, of uuid.UUID) (Staff, Ground, error)
	// Ground is what anybody may know of a space.
	Ground(ctx context.Context, tx *postgres.Tx, of uuid.UUID) (Ground, error)
	// Texts gives subjects' words; one that is gone is left out.
	Texts(ctx context.Context, tx *postgres.Tx, subjects []uuid.UUID) (map[uuid.UUID]Text, error)
	// Wrote tells whether an alias wrote a subject.
	Wrote(ctx context.Context, tx *postgres.Tx, alias pseudonym.Alias, subject uuid.UUID) (bool, error)
	// Undo takes an act back, and gives those of its subjects that wait again; Conflict
	// when a later act builds on it. The space is locked by Enter.
	Undo(ctx context.Context, tx *postgres.Tx, a Act) (waiting []uuid.UUID, err error)
	// Uphold takes an act back for one subject, whose author's appeal is upheld, and tells
	// whether it waits again. The space is locked by Enter.
	Uphold(ctx context.Context, tx *postgres.Tx, a Act, subject uuid.UUID) (waits bool, err error)
}

// Case is a subject with its place in the queue.
type Case struct {
	space.Subject
	Version  int  // number of acts on it
	Priority int  // higher comes first; 0 for most
	Waiting  bool // to be examined
	Claim    Claim
}

// Claim says who is at a case, and until when; the zero Claim is nobody's.
type Claim struct {
	By    account.OfficeID
	Name  string
	Until time.Time
}

const (
	// claimed is how long a claim holds.
	claimed = 15 * time.Minute
	// undoable is how long an act can be undone.
	undoable = 10 * time.Minute
	// priorityAppeal is the priority of a subject that an appeal put back.
	priorityAppeal = 1
)

// Held tells whether somebody is at a case at an instant.
func (c Claim) Held(now time.Time) bool { return c.By != account.OfficeID{} && now.Before(c.Until) }

// CanTake refuses a case that a colleague is at: Conflict "claimed", with name and until.
func (c Case) CanTake(by account.OfficeID, now time.Time) error {
	if c.Claim.Held(now) && c.Claim.By != by {
		return fault.New(fault.Conflict, "claimed", "a colleague is examining this at the moment").
			With("name", c.Claim.Name).With("until", c.Claim.Until)
	}
	return nil
}
