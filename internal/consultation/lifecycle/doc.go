// Package lifecycle loads, locks and saves the consultation aggregate in the caller's
// transaction. It owns the tables of consultation, commitment, suspension, round, item,
// decision and minority report, and reads the staff of the space (package space); the
// rules stand in package consultation.
//
//	Lock, LockRound ─► Consultation with its rounds ─► Step (package consultation)
//	                                                     │
//	    the caller's transaction commits ◄── Save, SaveRound, SaveItem
//
// An act loads a consultation once, under its lock, and passes it on: no use case reads
// it again by id in the same transaction. Locks are always taken in this order, so that
// acts queue instead of deadlocking: the consultation's row, the round's advisory lock
// and row, keys of single ballots, the record. A ballot takes the round's lock shared
// (ShareRound) and no row of it (docs/adr/0003-advisory-round-lock.md).
//
// Reader has the queries of pages, and the cache of consultations that the process'
// readers share. It stands here because the cache holds aggregates and is dropped by
// their changes; package steering embeds it, so that rooms above see one service and
// only the rooms beneath consultation import this one.
package lifecycle
