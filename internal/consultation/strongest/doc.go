// Package strongest has the strongest case of each side: of the arguments for and against an
// option that the panel gave, the facilitator marks one of each side, with a public reason
// (docs/METHOD.md §2, policy: the strongest opposing cases are what such a panel is held for).
//
//	arguments of a released round ── Mark, with a reason ──▶ case of a side ── Mark ──▶ another, or none
//	     (reasons with a side)             act of the record          │
//	                                                                  ▼
//	                                       first under the option: form of the next rounds, opinion
//
// A mark is its entry in the record and nothing else: option, side, round, and the digest of the
// argument, whose words stand in the round's document. Where the law removes them there, nothing
// is left to be shown. The newest entry of an option and side holds.
package strongest
