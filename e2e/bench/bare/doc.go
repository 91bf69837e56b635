// Package bare is the limits that Delfi is held against on the same machine: a server of
// finished bytes behind chi, which a second process of the bench runs, and transactions of one
// prepared row through lib/pq alone. It exists so that a limit does what the product must do,
// and nothing that the product could have left out.
//
//	MakeTables ──▶ Serve (a process: pages, and a form after two reads)
//	           └─▶ NewWriters ──▶ Write …, Copy
package bare
