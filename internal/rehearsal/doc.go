// Package rehearsal runs a draft through with invented answers, so that those who write it
// see every page of its life before anybody else sees one.
//
// A rehearsal is no consultation: it is worked out anew for each page, from the draft's
// protocol and a Play, by the functions that count consultations. It has no database: no list,
// search, feed, letter, count, record or verifier can come upon it. All that is kept of it is
// the address of its pages, which spells the Play.
//
//	Play + draft ─ Run ─► round open ─► released ─► next round open … ─► opinion
//	                        │    ▲                                         ▲
//	                        └────┘ tick (standing)    the rule stops ──────┘
//
// The same Play gives the same Rehearsal. A consultation of it has the mark Rehearsal,
// another id than the draft, and no administration, so that nobody holds an office in it.
// Undecided items follow the engine's proposals, and where the stopping rule is met nobody
// holds another round: no facilitator is invented.
package rehearsal
