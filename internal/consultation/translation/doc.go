// Package translation has the words of a consultation in its further languages: it binds
// those of the announcement in the record, has the moderator write those of statements, and
// lets no round open while a statement lacks some. A consultation held in two languages is
// one question to one panel: one table, one verdict.
//
//	written in the first language        draft (form.Translated)   Further() of the consultation
//	   title, commitment … ── announced ──▶ entries commitment, announce: "title.en" beside target
//	   group, scale, unit, rule ──────────▶ the protocol itself, by its hash
//	   a given statement ── announced ────▶ item_translation of version 1
//	   admitted, merged, reworded ────────▶ version without words ── Translate ──▶ item_translation,
//	                                                                  entry translate: text, was
//	   all that are in play have words ── Worded ──▶ the round opens: items.json, feedback.json
//	                                                 and opinion.json have "texts" by language
//
// A translation belongs to a version of its statement: new words in the first language need
// new ones in each other. Words that no round has shown are mended in their version; once one
// has, new words in one language make a new version for all, editorial and with a reason. A
// change of the question itself is a rewording of the statement (package facilitation).
// Reasons and contributions stay in the language of their author.
package translation
