// Package space is the ground that consultation and forum share: whose it is,
// whether it is open, and under which kind of name people write in it.
//
// It exists because those two rooms never import each other: a consultation
// plans its space with its draft and opens it in its own transaction, and whoever
// writes there reads it. A role can be granted for one space: its id is the scope.
//
//	drafted        announced         published or withdrawn
//	   │               │                      │
//	   ▼               ▼                      ▼
//	planned ───────► open ──────────────► closed
//	   └─ Drop ─► (nothing, and no role in it)
package space
