// Package moderation is the room of those whom moderation is about: everybody, who sees the
// acts in a space by rule and how appeals against them end, and the author of a contribution,
// who reads what was decided about it and appeals. Moderators work in web/staff.
//
//	/consultations/{slug}/moderation       acts, fifty a page, rules, appeals, agreement:
//	                                       anonymous and cached
//	/consultations/{slug}/moderation.csv   all acts as a table, likewise
//	/consultations/{slug}/appeals          one's own contributions with the acts on them, and
//	                                       the form of an appeal: quiet, it leaves no log line
package moderation
