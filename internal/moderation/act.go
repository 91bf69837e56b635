package moderation

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"delfi/internal/fault"
	"delfi/internal/prose"
	"delfi/internal/space"
)

// Verb says what an act does.
type Verb string

// The verbs. The first four are a Source's own.
const (
	Merge   Verb = "merge"   // subjects into one new or reworded text
	Link    Verb = "link"    // subjects approved as they are, into a text that stays
	Reject  Verb = "reject"  // subjects left out
	Reword  Verb = "reword"  // the words of what subjects went into
	Requeue Verb = "requeue" // subjects back in the queue, whatever became of them
	Remove  Verb = "remove"  // a subject's words, by law
	Decide  Verb = "appeal"  // an appeal decided
	Undo    Verb = "undo"    // another act taken back
)

// In tells whether a verb lets a subject in (true) or leaves it out; ok is false for one
// that judges nothing.
func (v Verb) In() (in, ok bool) {
	switch v {
	case Merge, Link:
		return true, true
	case Reject:
		return false, true
	}
	return false, false
}

// Appealable tells whether the author of a subject can appeal against a verb: against what
// judges it. A removal by law is a court's to judge.
func (v Verb) Appealable() bool {
	_, judges := v.In()
	return judges
}

// Undoable tells whether a verb can be undone at all.
func (v Verb) undoable() bool { return v == Merge || v == Link || v == Reject || v == Reword }

// Act is what a member of staff did, once for all of its subjects.
type Act struct {
	ID       uuid.UUID
	Number   int // in its space, from 1
	Space    uuid.UUID
	Kind     space.Kind
	Verb     Verb
	Subjects []uuid.UUID
	Summary  string // names and numbers alone, in no language: "Tiglio 27, Airone 5 → 3"
	Rule     Citation
	Words    string // the public reason; of a removal its ground
	By       Staff
	At       time.Time
	Undoes   uuid.UUID // the act that this one takes back; Nil for others
	Undone   bool
}

// UndoUntil is the instant until which the act can be undone; zero for never.
func (a Act) UndoUntil() time.Time {
	if !a.Verb.undoable() || a.Undone {
		return time.Time{}
	}
	return a.At.Add(undoable)
}

// About tells whether an act has a subject.
func (a Act) About(subject uuid.UUID) bool { return slices.Contains(a.Subjects, subject) }

// Touches tells whether two acts have a subject in common.
func (a Act) Touches(b Act) bool { return slices.ContainsFunc(a.Subjects, b.About) }

// CanUndo refuses to undo an act at an instant: Conflict "act_undone", with who did it and
// when, "act_final" for a verb that is undone by no undo, "undo_over" after ten minutes.
func (a Act) CanUndo(now time.Time) error {
	switch {
	case a.Undone:
		return fault.New(fault.Conflict, "act_undone", "this act was taken back already")
	case !a.Verb.undoable():
		return fault.New(fault.Conflict, "act_final", "this act is changed by another act, not taken back")
	case !now.Before(a.UndoUntil()):
		return fault.New(fault.Conflict, "undo_over", "an act is taken back within ten minutes: put the contributions back in the queue instead").With("until", a.UndoUntil())
	}
	return nil
}

// MaxWords is how long the words of an act may be, in characters.
const MaxWords = 600

// ReadWords reads the public words of an act from a form's field.
func ReadWords(name, typed string, bad *[]fault.Field) string {
	return prose.Field{Name: name, Max: MaxWords, Needed: true, Line: true}.Read(typed, bad)
}
