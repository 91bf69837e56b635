// Package prose reads free text that people wrote: every field of every form, and every
// import, passes through it before anything is stored.
//
//	typed ── one kind of line break ── no invisible steering ── normal form C ──► Clean
//	Clean ── something to see ── one line where one is asked ── short enough ──► Field
//
// It is pure, and knows no markup: a field of Markdown says how its text is rendered.
package prose
