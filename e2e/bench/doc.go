// Command bench measures Delfi and, in the same run on the same machine, the
// limits that it is held against. It is `make bench`; README.md beside it is
// written by it.
//
// Words: a case is one thing that people or the server do; its limit is the
// least that anybody's program would have to do for the same bytes (a bare chi
// handler, a bare prepared transaction, a bare COPY); the ratio of the two is what
// the goals are about, because it survives a change of machine. A limit is
// measured in the same round as its case, just before it, so that what else the
// machine does falls on both.
//
//	bench ──▶ a fresh Postgres (internal/platform/postgres/private, fsync on)
//	  │          ▲                        ▲
//	  ├─ seeds ──┘ by exported use cases  │
//	  ├─ bare server  (bare: this program again, as a process of its own)
//	  ├─ identity provider (internal/login/devidp, with people enough)
//	  └─ bin/delfi serve ─────────────────┘   asked over HTTP, as browsers do
//
// The generator (load) is bounded (so many workers, so many requests or seconds),
// checks status and body of every answer, and counts in the database afterwards
// what it was told was stored. It shares the machine's cores with what it
// measures; so does the load on the limits.
//
// What may change in Delfi without bench meaning anything else by it (addresses,
// fields, constructors) stands in product.go alone.
package main
