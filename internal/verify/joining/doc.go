// Package joining checks the statements that joined after a round against what the record shows
// of them. It exists because an entry may say that a statement joined, in which words and on
// what it rests, and a list, a feedback document or an opinion say something else.
//
//	entries ── replay ──► joins ──┬── protocol: after which round, under which numbers
//	                              ├── items.json: asked next, as new, in these words; never before
//	                              ├── feedback.json of its round: the reason that it rests on
//	                              └── opinion.json: all of them, with how they joined
package joining
