// Package wording compares the words of a consultation's documents with those that the log
// has. It exists because words stand beside entries, where the law can reach them: what is
// removed is unknown and said to be so, and everything else that an entry has — the promise,
// the announcement, each correction, each new wording and translation of a statement — must
// stand in the opinion and in the lists of the rounds, and nothing else.
//
//	entries ── replay ──► texts by field and language ──┬── opinion.json: promise, texts, translations
//	                      wordings of statements ───────┴── items.json of each round, in their order
//
// A statement that was given with the announcement has no entry of its own: the first list that
// shows it binds its words.
package wording
