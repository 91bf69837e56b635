package ledger

// Type is the kind of an entry (docs/RECORD.md §5). Beside the members named here a body
// has "role" and "kind" of the act, and "words": the salted digest of the words beside
// the entry. Texts stand among the words, in parentheses here; bodies of entries that
// earlier programs wrote hold some of them.
type Type string

// The types. Digests are hex SHA-256, roots standard base64.
const (
	// Commitment is what an administration promised before it asked:
	// {decide_by, reply_days} (act, decider, left_out, money, signatory).
	Commitment Type = "commitment"
	// Origin stands in its place for what was held elsewhere: (licence, origin, url).
	Origin Type = "origin"
	// Protocol freezes the rules: {hash, rule version, mode, cosigners, latest_key_date}.
	Protocol Type = "protocol"
	// Roll says how many may take part, and how many of the roll before it no longer: {group,
	// n, left}, its target being who keeps it (left is absent in entries of earlier programs);
	// of a draw {group, n, root, household} of the public list of its pool.
	Roll Type = "roll"
	// Draw commits to a draw before its randomness: {group, roll, rule, portfolio, source,
	// round, guarantors} (guarantor1, guarantor2, guarantor3).
	Draw Type = "draw"
	// Opened is the value of a guarantor of a draw: {group, guarantor, value}.
	Opened Type = "opened"
	// Drawn is what a draw came to: {group, result}.
	Drawn Type = "drawn"
	// RoundOpened opens a round: {round, kind, deadline, enrolled, feedback, items}.
	RoundOpened Type = "round_opened"
	// RoundClosed fixes what a round found: {round, answered, enrolled, counts, heads,
	// root, tally, superseded, items}.
	RoundClosed Type = "round_closed"
	// Feedback fixes the document that the panel is shown: {round, document, tables}.
	Feedback Type = "feedback"
	// Release is an interim release of a standing round: {round, tick, tally, counts,
	// document, items, salted}; its digests have a salt that is public with its files, when
	// the round is released.
	Release Type = "release"
	// Act is what somebody who steers did: the act's own figures (slug of an announcement;
	// left_out, text and was of a statement).
	Act Type = "act"
	// Decision is about one item between rounds: {round, item, proposed, decided}.
	Decision Type = "decision"
	// Opinion publishes a version of the opinion: {version, hash, previous}.
	Opinion Type = "opinion"
	// KeyDestroyed ends the pseudonyms of people: {scope, processes, backups_until}.
	KeyDestroyed Type = "key_destroyed"
	// Audit is a panel's roll asked again by its owner: {asked, confirmed, denied, signature}.
	Audit Type = "audit"
	// Removal says that the words of an entry were removed by law: {entry}, its reason being the ground.
	Removal Type = "removal"
	// Reply is the administration's written answer: {hash}.
	Reply Type = "reply"
	// Succession is the first entry of a log that takes another's place:
	// {origin, size, root} of the last checkpoint that the old one signed.
	Succession Type = "succession"
)

// Types lists every type.
var Types = []Type{
	Commitment, Origin, Protocol, Roll, Draw, Opened, Drawn, RoundOpened, RoundClosed, Feedback, Release,
	Act, Decision, Opinion, KeyDestroyed, Audit, Removal, Reply, Succession,
}

// implied are the kinds of act that a type says by itself. They are not written
// again, since the bodies of some have a "kind" of their own (a round's).
var implied = map[Type]string{
	RoundOpened: "open", RoundClosed: "close", Feedback: "feedback", Release: "tick", Opinion: "opinion",
}
