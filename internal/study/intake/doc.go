// Package intake reads a study from its files. It exists apart from the measures so
// that each choice that was not declared (which column names the panelist, which texts
// are no answer, which scale holds the answers) is made in one place, and is said.
//
//	sheets ── header ── reader: the texts of each item ── sort, infer ── study.Study
//	codebook, options ──────────────────────────────────────┘  │
//	JSON document ── ReadJSON ─────────────────────────────────┘
//
// A table is read row by row and a cell is kept as the code of its text; the meaning
// of a text is found once, when all tables are read.
package intake
