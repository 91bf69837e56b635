// Package space is the ground that consultation and forum share: whose it is,
// whether it is open, and under which kind of name people write in it.
//
// It exists because those two rooms never import each other: a consultation
// opens its space in its own transaction, and whoever writes there reads it.
//
//	consultation announced          published or withdrawn
//	          │                              │
//	          ▼                              ▼
//	        open ──────────────────────► closed
package space
