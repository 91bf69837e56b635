// Package draft is the wizard with which an administrator writes a draft: eight pages over the
// protocol document (docs/METHOD.md §10) and the words around it, each saved by itself and in
// any order.
//
//	/desk/new                        what is to be found out: a variant, or a document that is there already
//	/desk/{slug}/draft/{step}        one step; its form goes back to the same address
//	    variant → question → panel → items → rounds → feedback → staff → summary
//	/desk/{slug}/protocol.json       the document, to be downloaded
//	/desk/{slug}/duplicate           another draft with the same words and rules
//	/desk/{slug}/template            it is kept as a template of its administration
//	/administrations/{slug}/templates   those templates, to begin with or to be removed
//
// A field has the name of its path in the document ("rounds[1].days"), and a fault of the
// protocol has it too: which step a path stands on is said once, in package
// internal/consultation/draft/form. What is typed and wrong comes back (422); what is not
// written yet, or what other steps decide, is stored and listed as missing on every page, with
// a link into its field. Rows are added, taken away and moved by buttons that save.
package draft
