// Package moderation is the queue of what waits for a moderator in a space, the acts on it
// under the rules of the house, and the appeals against them. It exists beneath
// consultation and forum so that both have one queue: it knows a space.Subject by kind, id and
// space, and asks the Source of its kind for its words and for the effect of an act.
//
// A subject in the queue is a Case:
//
//	Enqueue          Take, Turn.Do                    Undo, 10 minutes
//	   │                  │                                 │
//	   ▼                  ▼                                 ▼
//	waiting ──Claim──▶ examined (version + 1) ──Requeue──▶ waiting (version + 1)
//	   ▲ 15 minutes │         │                                 ▲
//	   └────────────┘         └── Appeal, Decide: upheld ───────┘
//
// A claim lapses by its own instant; nothing runs for it. An act on another version than
// the one that the moderator saw is a Conflict that says who did what when. Every act cites
// a rule of the house, or the ground of a removal by law; has words, which are public and
// are read by who wrote the subject; and is an entry of the public record, without the
// subject's words. To undo an act is a second act.
//
// An appeal is raised by an alias, whose subject it has to be:
//
//	act ──7 days──▶ sealed ──Opening, hourly──▶ appeal ──▶ upheld | partly | dismissed
//	        cover ────┴──▶ dropped                 │        by another moderator
//	                                               └── overdue, publicly, 7 days after its day
//
// No table here has an alias or an account of who wrote something: the Source tells whether
// an alias wrote a subject. But a subject leads to its alias, and people do something else
// under their account in the same sitting. So an appeal is sealed until the hour, under a
// key outside the database, in a row that looks like cover; a server writes one such row
// every three seconds, whether or not somebody appeals (Cover). All that wait are opened in
// one transaction, in the order of their ids. An appeal has a day and no instant, notifies
// nothing, and is public from the next day on (docs/RECORD.md §2).
//
// One in twenty judgements, drawn by a key outside the database, is shown to a second
// moderator without the first one's decision; Cohen's κ of the pairs is public from 30 on.
package moderation
