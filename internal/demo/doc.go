// Package demo fills an empty server with five consultations that a
// person can walk through, made through the exported use cases alone.
//
// It exists because nobody judges a Delphi server by an empty page: a mayor wants
// to see an opinion, a moderator a queue, a panelist a form with feedback. History
// lies in the past, so the services that seed it stand on a clock that moves:
//
//	moved clock:  create ─ announce ─ start ─ contribute ─ deadline ─ merge ─ release
//	              ─ answer ─ deadline ─ decide ─ answer ─ deadline ─ conclude ─ publish
//	                                                                            │
//	today's clock: what the server finds ◄──────────────────────────────────────┘
//
// The same synthetic panel answers when somebody presses "let the panel answer".
// Its answers come from a hash of (consultation, panelist, statement, round): the
// same server seeded twice shows the same figures.
package demo
