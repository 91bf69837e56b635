// Package translation is where a consultation's moderators give statements their words in
// its further languages: each statement in play beside its translations, those that lack some
// first. A form is one statement, worked by keyboard: what is saved leads to the next field
// that is empty.
//
//	/desk/{slug}/translations          the statements, and what keeps the next round shut
//	/desk/{slug}/translations/{item}   the words of one
package translation
