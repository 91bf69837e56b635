// Package postgres connects, transacts, and gives each transaction one instant.
// It knows no table.
//
// A use case is one transaction, and one transaction has one instant: whatever
// it stores is dated by Tx.Now, so that a deadline is compared with the same
// moment that is then written beside it.
//
//	Transact ── begin ── fn(tx) ──┬─ nil ──────────────► commit
//	    ▲                         ├─ error ────────────► rollback, error returned
//	    │                         ├─ panic ────────────► rollback, panic goes on
//	    └──── 40001, 40P01 ◄──────┘  (a few times, after a short random pause)
//
// What reads more than once does so in Read, at one moment; what reads once, in
// ReadOne, without a transaction. Requests of one moment are grouped by package batch,
// which is not entered inside a transaction. Values that are valid until the database notifies of a change are in a cache.Versioned.
//
// Statements with parameters are prepared once per connection by the driver that
// stands in conn.go, so that rooms write plain sqlx and pay for parsing and planning
// once: plans are generic.
package postgres
