// Package private runs the Postgres cluster that Delfi starts for itself when no
// DATABASE_URL is configured, so that trying Delfi takes one command.
//
//	            ┌── another Delfi holds the folder ──► refused, or borrowed
//	folder ─────┼── of another major version ────────► refused, naming both
//	            ├── empty ── initdb, then renamed ─┐
//	            └── left by a crash ── stale locks ┤
//	                                   removed     ▼
//	                                            running ── Stop, or the parent's
//	                                               │       death: SIGINT
//	                                               ▼
//	                                            stopped
//
// Nobody but the user that runs it can reach it: it listens on a unix socket in
// a folder of mode 0700 and on no address. Its log holds neither statements nor
// parameters nor the rows that broke a constraint (docs/RECORD.md §2).
package private
