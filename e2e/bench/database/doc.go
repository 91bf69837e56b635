// Package database reads from the bench's Postgres what no service tells: how long rows are,
// how many are stored, when a job of the queue began and ended; and it copies and drops whole
// databases. It exists so that what is counted is counted beside the product, not by it.
//
//	Widen ─ a start ─▶ Settings · Clone ─ cases ─▶ BallotsIn, Sessions, Worked, Shown ─▶ Drop
package database
