package command

import (
	"errors"

	"delfi/internal/fault"
)

// The exit statuses of every command; README has the same table. A unit starts a
// server again after 1, and leaves it after 2.
const (
	Done    = 0
	Failed  = 1 // it may succeed when it is tried again; or a record does not hold
	Refused = 2 // a setting or an input has to be mended first
)

// refusal is a setting or an input that cannot work, however often it is tried.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// Refuse marks an error as a refusal: status 2.
func Refuse(err error) error { return refusal{err} }

// Status is the one table from an error to the exit status.
func Status(err error) int {
	var r refusal
	switch {
	case err == nil:
		return Done
	case errors.As(err, &r) || fault.KindOf(err) == fault.Invalid:
		return Refused
	}
	return Failed
}
