// Package correction has the act by which an administrator corrects a text of an announced
// consultation, and the list of what was corrected.
//
// It exists because a wrong hour in the background must not stand for three weeks, and must
// not change unseen either: what a text said, what it says, why, and who changed it in which
// role are one entry of the record, and a later correction is another one. Nothing is
// stored beside the record but the text as it reads now.
//
//	announced, running, concluded ── Correct ──► the same stage, one text with other words,
//	                                             in each language of the consultation
//
// What the protocol or the promise binds is no text of this room (consultation.Texts);
// documents are the library's, dates are moved by extending a round, staff by replacing.
package correction
