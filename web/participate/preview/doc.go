// Package preview draws the questions of a draft as the panel will first find them, by the
// templates of the form itself (package participate): each kind of question in each form that it
// takes from round to round, after the form for contributions where the protocol has one. Fields
// are disabled and stand in no form, so that nothing can be sent.
package preview
