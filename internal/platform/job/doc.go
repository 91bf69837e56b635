// Package job runs durable background work, enqueued inside the caller's
// transaction. It is the one home of River.
//
// An act that needs something done later (close this round at its deadline, count
// it, send that mail) stores the job with itself: both are there or neither is.
// Every job can run twice and be worked by any of several servers; what it finds
// already done it leaves.
//
//	Enqueue ── scheduled ──(its instant)── available ── running ── completed
//	                                           ▲            │
//	                                           └─ retryable ┘ (an error: later again)
//
// Who works jobs keeps a beacon: an advisory lock that ends with their connection.
// A job that is running under no beacon was abandoned by a killed server, and is
// available again within seconds. River itself would wait for its timeout.
//
// Drain works what is due by the database's clock in the caller's own time: the
// demonstration and tests move that clock across deadlines.
package job
