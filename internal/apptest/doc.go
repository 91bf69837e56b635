// Package apptest is the world of the tests: every service of the composition root on a
// fresh migrated database, with a clock that the test moves, people by name, and a builder
// that brings a consultation to a stage by the use cases of its staff. It exists so that
// no test wires services of its own, and tests run what the server runs.
//
//	New(t) ──▶ World ──Consultation(t)──▶ Builder ── Draft · Announced · Gathering ·
//	             │                                   Answering(n) · Closed(n) · Concluded · Published
//	             ├─ Person(t, "giulia"), Panelist(t, n)
//	             ├─ Clock: the real one until it is set; Pass works the jobs that become due
//	             └─ Beside(t): the services of a second server
//
// A world has one connection to the database, so that a use case that takes a second one
// fails, since it would block those of other people; Pool gives it more. Its consultations
// are cached as in production, unless it is Uncached; Settle returns when the caches hold
// nothing older than the last act.
//
// A room beneath the composition root whose test replaces a neighbour (a list of owners, a
// source of proposals, terms) wires its one service by hand, and so does a test inside a
// package that this one imports.
//
// Only tests import it.
package apptest
