package middleware

import (
	"net/http"

	"delfi/internal/fault"
)

// Refusal is a fault with a status that no kind of fault has.
type Refusal struct {
	Status int
	*fault.Fault
}

// Unwrap returns the fault.
func (r Refusal) Unwrap() error { return r.Fault }

// The refusals of this package.
var (
	// ErrBusy is of a request that found no place at work or in memory.
	ErrBusy = fault.New(fault.Unavailable, "busy", "more people are here than the server can serve at once")
	// ErrShare is of an address that holds its share of a quota.
	ErrShare = Refusal{http.StatusTooManyRequests, fault.New(fault.Unavailable, "share", "more is under way from this address than it may take at once")}
	// ErrRate is of a key that did its acts of a minute.
	ErrRate = Refusal{http.StatusTooManyRequests, fault.New(fault.Unavailable, "too_many", "too many requests in a minute")}
)

// TooLarge is the fault of a body above limit bytes.
func TooLarge(limit int64) *fault.Fault {
	return fault.New(fault.TooLarge, "too_large", "more was sent than is accepted").With("max", limit)
}

// BadForm is the fault of a body that is no form.
func BadForm(why string) error { return fault.New(fault.Invalid, "bad_form", why) }
