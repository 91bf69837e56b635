// Package protocol is the frozen rules of a consultation as a document (docs/METHOD.md
// §10). It exists so that a panel agrees to rules that are complete before the first
// answer, and so that their hash names them for ever: defaults are filled in when a
// document is read, every constraint is checked, and the same rules always give the
// same bytes.
//
//	bytes ── parseDocument ── nodes ── reader ── Protocol ── faults, promises ── checked
//	                                               │  ▲
//	                                    Canonical ─┘  └─ Classical, Standing, Study
//	                                        │
//	                                      Hash
//
// A study that others held is read by ParseStudy: what a consultation promises its
// panel in advance does not bind it.
package protocol
