package main

import (
	"errors"

	"delfi/internal/fault"
)

// The exit statuses of every command; README has the same table. A unit starts a
// server again after 1, and leaves it after 2.
const (
	statusDone    = 0
	statusFailed  = 1 // it may succeed when it is tried again; or a record does not hold
	statusRefused = 2 // a setting or an input has to be mended first
)

// refusal is a setting or an input that cannot work, however often it is tried.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// status is the one table from an error to the exit status.
func status(err error) int {
	var r refusal
	switch {
	case err == nil:
		return statusDone
	case errors.As(err, &r) || fault.KindOf(err) == fault.Invalid:
		return statusRefused
	}
	return statusFailed
}
