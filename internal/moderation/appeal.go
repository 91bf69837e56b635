package moderation

import (
	"time"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// Outcome is how an appeal ends.
type Outcome string

// The outcomes.
const (
	Waiting   Outcome = ""
	Upheld    Outcome = "upheld"    // the act is taken back for this subject, while that is possible
	Partly    Outcome = "partly"    // the act stands; the words say what of it was wrong
	Dismissed Outcome = "dismissed" // the act stands
	// Moot is the outcome of an appeal that waited when the act was taken back: nothing is
	// decided, and its author and the moderators see who took it back.
	Moot Outcome = "moot"
)

// Outcomes lists those that a decision may have.
var Outcomes = []Outcome{Upheld, Partly, Dismissed}

const (
	// appealDays is for how many days an act can be appealed against.
	appealDays = 7
	// decideDays is within how many days an appeal is decided.
	decideDays = 7
	// publicFrom is at which hour of the day after it was raised an appeal is public: those
	// of the evening have been opened by then, and none appears by itself.
	publicFrom = 2
	// MaxAppeal is how long an appeal may be, in characters.
	MaxAppeal = 500
)

// Appeal is what the author of a subject says against an act on it.
type Appeal struct {
	Act      Act
	Subject  uuid.UUID
	Words    string
	Raised   time.Time // the day alone
	Outcome  Outcome
	Decision Act // zero while it waits
}

// Due is the end of the day until which an appeal is to be decided.
func (a Appeal) Due() time.Time { return civiltime.At(a.Raised, decideDays, 23, 59) }

// Open tells whether an appeal is to be decided.
func (a Appeal) Open() bool { return a.Outcome == Waiting }

// Overdue tells whether an appeal should have been decided by an instant.
func (a Appeal) Overdue(now time.Time) bool { return a.Open() && now.After(a.Due()) }

// Public tells whether an appeal is shown to everybody: from the day after it was raised,
// two o'clock at night, since the moment at which a page changes would tell when somebody
// came.
func (a Appeal) Public(now time.Time) bool {
	return !a.Act.Undone && !now.Before(civiltime.At(a.Raised, 1, publicFrom, 0))
}

// CanDecide refuses whoever acted: Forbidden "own_act".
func (a Appeal) CanDecide(by Staff) error {
	if a.Act.By.is(by) {
		return errOwnAct
	}
	return nil
}

// AppealUntil is the end of the day until which the author of one of its subjects can
// appeal against an act: 7 days after it, or after authors were told, whichever is later.
// It is zero while they were not told, since the 7 days have not begun.
func (a Act) AppealUntil(told time.Time) time.Time {
	if told.IsZero() {
		return time.Time{}
	}
	if told.Before(a.At) {
		told = a.At
	}
	return civiltime.At(told, appealDays, 23, 59)
}

// CanAppeal refuses an appeal against an act at an instant: Conflict "no_appeal_here" for
// an act that takes none, "act_undone" for one that was taken back, "appeal_over" after its
// last day.
func (a Act) CanAppeal(told, now time.Time) error {
	until := a.AppealUntil(told)
	switch {
	case !a.Verb.Appealable():
		return fault.New(fault.Conflict, "no_appeal_here", "no appeal is made against this act here")
	case a.Undone:
		return fault.New(fault.Conflict, "act_undone", "this act was taken back already")
	case !until.IsZero() && now.After(until):
		return fault.New(fault.Conflict, "appeal_over", "the days for an appeal are over").With("until", until)
	}
	return nil
}

// readAppeal reads an appeal's words.
func readAppeal(typed string) (string, error) {
	var bad []fault.Field
	words := prose.Field{Name: "words", Max: MaxAppeal, Needed: true}.Read(typed, &bad)
	if len(bad) > 0 {
		return "", fault.Bad(bad...)
	}
	return words, nil
}
