// Package answer encodes, checks, reads and writes answers, with one codec for each kind
// of item (docs/METHOD.md §1). It exists so that an answer is one type, delphi.Answer,
// from the form to the tables, and so that a new kind of item is one file here.
//
//	form fields ─Read─► delphi.Answer ─Check─► Encode ─► Width bytes in a sealed payload
//	                          ▲                                │
//	                          └────────────Decode──────────────┘
//	delphi.Answer ─Text─► what marks and proofs bind ─Parse─► delphi.Answer
//
// Bytes have a fixed width that follows from the protocol alone, so that no ballot's
// length tells what is in it (docs/adr/0005-padding.md); tabulation keeps its columns in
// them too. A codec encodes what is answered; the item, and the reason, its side and the
// confidence beside the answer, are the payload's. The package is pure.
package answer
