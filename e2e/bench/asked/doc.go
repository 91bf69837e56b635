// Package asked is what the bench's people answer, by kind of answer: from one value for each
// item to the ballot of the use case and to the form of a browser. It exists because a bench
// that asks for one kind tells nothing of the others.
//
//	values ──▶ Kind ──▶ Paper (ballot.Answers)
//	                └─▶ Form (the body of a browser's request)
package asked
