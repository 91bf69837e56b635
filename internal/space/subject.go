package space

import "github.com/google/uuid"

// Kind says which kind of object a subject is.
type Kind string

// The kinds of objects in a space.
const (
	Consultation Kind = "consultation"
	Item         Kind = "item"
	Contribution Kind = "contribution"
	Opinion      Kind = "opinion"
	Document     Kind = "document" // of the library
)

// Kinds lists them in the order in which pages do.
var Kinds = []Kind{Consultation, Item, Contribution, Opinion, Document}

// Subject names an object of a space to the rooms that both consultation and forum stand
// on: they know nothing else of it.
type Subject struct {
	Kind  Kind
	ID    uuid.UUID
	Space uuid.UUID
}
