// Package facilitation has the acts by which a facilitator works on what the panel is asked
// between two rounds, beyond the decisions that steering takes: new words for a statement,
// and taking a decision back.
//
// It exists so that "reword" means that somebody writes the words: the decision and the new
// words are one act, and no round opens while a statement that is decided to be reworded has
// none (consultation.Item.Wordless).
//
//	proposed ── Reword, editorial ────► the same statement, next version; answers stay paired
//	         ── Reword, substantive ──► superseded; new statements with it as their parent
//	decided  ── Undecide ─────────────► undecided, with its own words, until the next round opens
//
// Each act is one transaction with its entries in the record; who merges statements decides
// about each of them.
package facilitation
