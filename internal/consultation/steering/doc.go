// Package steering performs the acts of staff and of the clock on a consultation, each in
// one transaction with its entry in the record.
//
//	a person's act ── lifecycle.Act ──┐
//	                                  ├─► step and guard (package consultation) ─► save,
//	a job at its instant ── on ───────┘   jobs of the next instants, record, notices
//
// Jobs open, close, release, conclude, publish and resume at their instants (job.go). A
// job names a row and not a result: it looks at the row under its lock and at the clock,
// so that a round closes once, at its deadline's instant, whether no server was up or two.
// A button that is pressed twice ends as it did at first (repeat.go).
//
// Steering asks rooms that stand on it through hooks that they set in their New (hook.go),
// and they call back with the aggregate that they have loaded (Tabulated, Ticked,
// Destroyed, AddItem). Requests to them are jobs (request.go).
package steering
