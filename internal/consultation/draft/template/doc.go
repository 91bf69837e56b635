// Package template keeps an administration's own templates of drafts, beside the proposals that
// each variant begins with (package form).
//
//	draft, or consultation ── Save ─► template ── Form ─► the form of a new draft
//	                                     └── Remove ─► (nothing)
//
// A template has the texts, rules, groups and statements of what it was saved from; not its
// address, its dates and the people who steer it. It is never changed: another is saved, and this
// one removed. Drafts that began with it keep nothing of it.
package template
