package verify

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"delfi/internal/ledger/leaf"
)

const (
	first  = "11111111-1111-4111-8111-111111111111"
	second = "22222222-2222-4222-8222-222222222222"
)

// tampering is one way to falsify a record, and the words that name it.
type tampering struct {
	name  string
	does  func(b *book)
	with  func(b *book, o *Options) // what the reader brings
	fault string                    // must stand in the words
	place string                    // the file, and the table where one is meant
}

func tamperings() []tampering {
	const three = "tigli/rounds/3/"
	kept := func(b *book, o *Options) { o.Checkpoint = b.checkpoint(len(b.lines) - 1) }
	return append(append(dissentTamperings(), stateTamperings()...), []tampering{
		{
			name: "one answer", place: three + "leaves/A/" + first + ", table A/" + first, fault: "a leaf is not the one that was committed",
			does: func(b *book) { value(b, 3, "A/"+first) },
		},
		{
			name: "one answer, in the place of the old one", place: three + "leaves/A/" + first, fault: "leaves are not in the order of their hashes",
			does: func(b *book) {
				all := b.leaves(3, "A/"+first)
				text := string(b.files[three+"leaves/A/"+first].Data)
				lines := strings.SplitAfter(text, "\n")
				lines[2] = "1" + strings.TrimPrefix(lines[2], all[0].value)
				for n := 2; lines[2] == strings.SplitAfter(text, "\n")[2] || n < 9 && ordered(b, lines); n++ {
					lines[2] = string(rune('0'+n)) + " " + strings.SplitN(lines[2], " ", 2)[1]
				}
				b.put(three+"leaves/A/"+first, []byte(strings.Join(lines, "")))
			},
		},
		{
			name: "one answer, with head, root and tally to fit", place: three + "heads", fault: "the document is not the one that entry",
			does: func(b *book) { value(b, 3, "A/"+first); b.rehead(3, "A/"+first) },
		},
		{
			name: "one answer, with the entries of the log to fit", place: "entries", fault: "an entry is not the one that was signed",
			does: func(b *book) { value(b, 3, "A/"+first); b.rehead(3, "A/"+first); b.record(3); b.entries() },
		},
		{
			name: "one answer, with the log signed anew", place: three + "counts.json, table A/" + first, fault: "of the groups answered",
			does: func(b *book) { value(b, 3, "A/"+first); b.rehead(3, "A/"+first); b.record(3); b.seal() },
		},
		{
			name: "one answer of the panel and of a group, in another class, with the log signed anew", place: three + "counts.json, table T/" + first, fault: "more people went to class 1–3 than answered there",
			does: func(b *book) {
				for _, table := range []string{"A/" + first, "G/" + first + "/ordini"} {
					all := b.leaves(3, table)
					all[slices.IndexFunc(all, func(l leafLine) bool { return l.value == "3" })].value = "9"
					b.relay(3, table, all)
					b.rehead(3, table)
				}
				b.record(3)
				b.seal()
			},
		},
		{
			name: "one answer of the panel and of a group, within its class, with the log signed anew", place: three + "feedback.json", fault: "the document does not say what its tables give, at items[0].figures.",
			does: func(b *book) {
				for _, table := range []string{"A/" + first, "G/" + first + "/ordini"} {
					within(b, table)
					b.rehead(3, table)
				}
				b.record(3)
				b.seal()
			},
		},
		{
			name: "an answer off the scale", place: three + "leaves/A/" + first, fault: `"10" is not on the scale of the table`,
			does: func(b *book) {
				all := b.leaves(3, "A/"+first)
				all[0].value = "10"
				b.relay(3, "A/"+first, all)
			},
		},
		{
			name: "one count", place: three + "counts.json", fault: "the document is not the one that entry",
			does: func(b *book) { b.edit(three+"counts.json", `"answered":120`, `"answered":119`) },
		},
		{
			name: "one count, with the log signed anew", place: three + "counts.json", fault: "those who answered are not the sum of the groups",
			does: func(b *book) {
				b.edit(three+"counts.json", `"answered":120`, `"answered":119`)
				b.record(3)
				b.seal()
			},
		},
		{
			name: "one count of a tally, with the log signed anew", place: three + "tally, table A/" + first, fault: "is not what the leaves say",
			does: func(b *book) {
				tallies, err := leaf.ParseTallies(b.files[three+"tally"].Data)
				if err != nil {
					b.t.Fatal(err)
				}
				from := slices.IndexFunc(tallies[0].Counts, func(n int) bool { return n > 0 })
				tallies[0].Counts[from]--
				tallies[0].Counts[(from+1)%9]++
				b.put(three+"tally", leaf.Tallies(tallies))
				b.record(3)
				b.seal()
			},
		},
		{
			name: "one statistic", place: three + "feedback.json", fault: "the document is not the one that entry",
			does: func(b *book) { b.edit(three+"feedback.json", `"median":`, `"median":1`) },
		},
		{
			name: "one statistic, with the log signed anew", place: three + "feedback.json", fault: "items[0].figures.groups[0].median: found 17, expected 7",
			does: func(b *book) { b.edit(three+"feedback.json", `"median":`, `"median":1`); b.record(3); b.seal() },
		},
		{
			name: "one verdict, with the log signed anew", place: three + "feedback.json", fault: "items[1].verdict.key: found \"consensus\", expected \"bipolarity\"",
			does: func(b *book) {
				b.edit(three+"feedback.json", `"key":"bipolarity"`, `"key":"consensus"`)
				b.record(3)
				b.seal()
			},
		},
		{
			name: "one reason, with the log signed anew", place: three + "feedback.json, table R/" + first, fault: "is not one that a ballot gave: no leaf has its digest, with the side that it is said to argue: found Perché no, 20.",
			does: func(b *book) {
				b.edit(three+"feedback.json", "Perché sì, 20.", "Perché no, 20.")
				b.record(3)
				b.seal()
			},
		},
		{
			name: "a reason that is kept back", place: three + "feedback.json, table R/" + first, fault: "a reason of item 1 is left out",
			does: func(b *book) {
				b.edit(three+"feedback.json", `{"outside":false,"place":"","side":"against","text":"Perché sì, 20."},`, "")
				b.record(3)
				b.seal()
			},
		},
		{
			name: "one verdict of the opinion", place: "tigli/opinion.json", fault: "the document is not the one that entry",
			does: func(b *book) { b.edit("tigli/opinion.json", `"key":"bipolarity"`, `"key":"consensus"`) },
		},
		{
			name: "one verdict of the opinion, with the log signed anew", place: "tigli/opinion.json", fault: "items[1].history[1].verdict.key: found \"consensus\", expected \"bipolarity\"",
			does: func(b *book) {
				b.edit("tigli/opinion.json", `"key":"bipolarity"`, `"key":"consensus"`)
				b.reopinion()
				b.seal()
			},
		},
		{
			name: "the summary of the opinion, with the log signed anew", place: "tigli/opinion.json", fault: "the opinion does not say what the record gives, at summary.",
			does: func(b *book) {
				text := string(b.files["tigli/opinion.json"].Data)
				from := strings.Index(text, `"summary":{"consensus":{"against":`) + len(`"summary":{"consensus":{"against":`)
				b.put("tigli/opinion.json", []byte(text[:from]+"7"+text[from+1:]))
				b.reopinion()
				b.seal()
			},
		},
		{
			name: "one row of the sensitivity table, with the log signed anew", place: "tigli/opinion.json", fault: "the opinion does not say what the record gives, at items[0].sensitivity[0]",
			does: func(b *book) {
				b.edit("tigli/opinion.json", `"sensitivity":[{"defined":true,`, `"sensitivity":[{"defined":false,`)
				b.reopinion()
				b.seal()
			},
		},
		{
			name: "the attrition bounds, with the log signed anew", place: "tigli/opinion.json", fault: "items[1].bounds.leavers: found 9, expected 3",
			does: func(b *book) {
				b.edit("tigli/opinion.json", `"leavers":3`, `"leavers":9`)
				b.reopinion()
				b.seal()
			},
		},
		{
			name: "conformity, with the log signed anew", place: "tigli/opinion.json", fault: "items[0].conformity.n",
			does: func(b *book) {
				b.edit("tigli/opinion.json", `"conformity":{`, `"conformity":{"n":7,"was":{`)
				text := string(b.files["tigli/opinion.json"].Data)
				at := strings.Index(text, `"was":{`)
				end := at + strings.Index(text[at:], `,"n":`)
				rest := text[end+5:]
				_, rest, _ = strings.Cut(rest, ",")
				b.put("tigli/opinion.json", []byte(strings.Replace(text[:end], `"n":7,"was":{`, "", 1)+`,"n":7,`+rest))
				b.reopinion()
				b.seal()
			},
		},
		{
			name: "a decision that nobody took, with the log signed anew", place: "tigli/opinion.json", fault: "items[0].history[0].decision.reason: found \"Basta così.\", expected \"Ne parliamo ancora.\"",
			does: func(b *book) {
				b.edit("tigli/opinion.json", `"proposed":"go-on","reason":"Ne parliamo ancora."`, `"proposed":"go-on","reason":"Basta così."`)
				b.reopinion()
				b.seal()
			},
		},
		{
			name: "one entry", place: "entries", fault: "an entry is not the one that was signed",
			does: func(b *book) {
				b.rewrite(b.find("roll", 0), func(body map[string]any) { body["n"] = 90 })
				b.entries()
			},
		},
		{
			name: "an entry that is left out", place: "entries, line 4", fault: "an entry is out of its place",
			does: func(b *book) { b.lines = slices.Delete(b.lines, 3, 4); b.entries() },
		},
		{
			name: "an act that was not possible, with the log signed anew", place: "entries", fault: "this act was not possible here",
			does: func(b *book) { b.act("start", "administrator", 0, ""); b.seal() },
		},
		{
			name: "an act by somebody without the office, with the log signed anew", place: "entries", fault: "this act was not possible here",
			does: func(b *book) {
				b.rewrite(b.find("act", 0), func(body map[string]any) { body["role"] = "moderator" })
				b.seal()
			},
		},
		{
			name: "a decision in the engine's name that it did not propose, with the log signed anew", place: "entries", fault: "it says another proposal for item 1 than the document of round 2 makes",
			does: func(b *book) {
				b.rewrite(b.find("decision", 0), func(body map[string]any) { body["proposed"] = "reword" })
				b.seal()
			},
		},
		{
			name: "a decision against the proposal without a reason, with the log signed anew", place: "entries", fault: "decided against the proposal without a reason",
			does: func(b *book) {
				n := b.find("decision", 0)
				b.rewrite(n, func(body map[string]any) { delete(body, "words") })
				b.lines[n].Words, b.lines[n].Salt = json.RawMessage("null"), nil
				b.seal()
			},
		},
		{
			name: "a leaf dropped", place: three + "leaves/A/" + first, fault: "leaves were dropped or added: found 119 leaves, expected 120",
			does: func(b *book) { b.relay(3, "A/"+first, b.leaves(3, "A/"+first)[1:]) },
		},
		{
			name: "a leaf dropped, with the log signed anew", place: three + "counts.json, table A/" + first, fault: "the table holds other people than the counts document has valid answers: found 119, expected 120",
			does: func(b *book) {
				b.relay(3, "A/"+first, b.leaves(3, "A/"+first)[1:])
				b.rehead(3, "A/"+first)
				b.record(3)
				b.seal()
			},
		},
		{
			name: "a leaf added", place: three + "leaves/A/" + first, fault: "leaves were added: there are more than the 120 of their head",
			does: func(b *book) {
				b.relay(3, "A/"+first, append(b.leaves(3, "A/"+first), leafLine{value: "9"}))
			},
		},
		{
			name: "a leaf added, with the log signed anew", place: three + "counts.json, table A/" + first, fault: "the table holds other people",
			does: func(b *book) {
				b.relay(3, "A/"+first, append(b.leaves(3, "A/"+first), leafLine{value: "9"}))
				b.rehead(3, "A/"+first)
				b.record(3)
				b.seal()
			},
		},
		{
			name: "a leaf doubled", place: three + "leaves/A/" + first, fault: "the leaf stands twice",
			does: func(b *book) {
				all := b.leaves(3, "A/"+first)
				b.relay(3, "A/"+first, append(all, all[7]))
			},
		},
		{
			name: "a mark added, with the log signed anew", place: three + "counts.json, table B", fault: "there are other marks than people who answered: found 121, expected 120",
			does: func(b *book) {
				b.relay(3, "B", append(b.leaves(3, "B"), leafLine{value: strings.Repeat("ab", 32)}))
				b.rehead(3, "B")
				b.record(3)
				b.seal()
			},
		},
		{
			name: "a table added that the rule forbids", place: "tigli/rounds/2/leaves/D/" + first, fault: "the rule names no such table",
			does: func(b *book) {
				b.put("tigli/rounds/2/leaves/D/"+first, b.files[three+"leaves/D/"+first].Data)
			},
		},
		{
			name: "a table added that the rule forbids, with the log signed anew", place: "tigli/rounds/2/tally, table K/" + first, fault: "the rule names no such table",
			does: func(b *book) {
				id := leaf.ID(b.id, 2, "K/"+first)
				b.put("tigli/rounds/2/tally", append(leaf.Tallies([]leaf.Tally{{Table: id, Values: []string{"1"}, Counts: []int{3}}}), b.files["tigli/rounds/2/tally"].Data...))
				b.record(2)
				b.seal()
			},
		},
		{
			name: "a table missing", place: three + "leaves/G/" + first + "/ordini", fault: "the file is missing",
			does: func(b *book) { delete(b.files, three+"leaves/G/"+first+"/ordini") },
		},
		{
			name: "a table missing, with the log signed anew", place: three + "tally, table G/" + second + "/ordini", fault: "the tables are not those that the rule names, in its order",
			does: func(b *book) {
				for _, file := range []string{"heads", "tally"} {
					text := string(b.files[three+file].Data)
					at := strings.Index(text, "/G/"+second)
					at = strings.LastIndex(text[:at], "delfi t")
					end := at + 1 + strings.Index(text[at+1:], "delfi t")
					b.put(three+file, []byte(text[:at]+text[end:]))
				}
				b.record(3)
				b.seal()
			},
		},
		{
			name: "two rounds swapped", place: "tigli/rounds/2/", fault: "the counts are of another round",
			does: func(b *book) {
				for name := range maps.Clone(b.files) {
					if rest, ok := strings.CutPrefix(name, "tigli/rounds/2/"); ok {
						other := b.files[three+rest]
						b.files[three+rest] = b.files[name]
						delete(b.files, name)
						if other != nil {
							b.files[name] = other
						}
					}
				}
			},
		},
		{
			name: "a protocol changed after freezing", place: "tigli/protocol.json", fault: "the protocol was changed after entry 1 froze it",
			does: func(b *book) { b.edit("tigli/protocol.json", `"permille":750`, `"permille":700`) },
		},
		{
			name: "a protocol changed after freezing, with its entry signed anew", place: "entries", fault: "the log was rewritten since the checkpoint that you kept", with: kept,
			does: func(b *book) {
				b.edit("tigli/protocol.json", `"permille":750`, `"permille":700`)
				hash := leaf.Digest(b.files["tigli/protocol.json"].Data)
				b.rewrite(1, func(body map[string]any) { body["hash"] = hash })
				b.seal()
			},
		},
		{
			name: "a rule that nobody knows yet, with the log signed anew", place: "tigli/protocol.json", fault: "this program computes another version of the rule",
			does: func(b *book) { b.rewrite(1, func(body map[string]any) { body["rule_version"] = 99 }); b.seal() },
		},
		{
			name: "a group above its roll, with the log signed anew", place: "entries, line 10", fault: "of group ordini more people are enrolled than stand on its roll: found 60, expected at most 59",
			does: func(b *book) {
				b.rewrite(b.find("roll", 1), func(body map[string]any) { body["n"] = 59 })
				b.seal()
			},
		},
		{
			name: "a group that grew above its roll, with the log signed anew", place: "tigli/rounds/2/counts.json", fault: "of group ordini more people are enrolled than stand on its roll: found 60, expected at most 59",
			does: func(b *book) {
				b.rewrite(b.find("roll", 1), func(body map[string]any) { body["n"] = 59 })
				for n := range 3 {
					b.rewrite(b.find("round_opened", n), func(body map[string]any) { body["enrolled"] = []int{60, 59} })
				}
				b.seal()
			},
		},
		{
			name: "a roll that more people left than it had, with the log signed anew", place: "entries, line 5", fault: "the roll of group ordini does not follow from the one before it",
			does: func(b *book) {
				b.rewrite(b.find("roll", 1), func(body map[string]any) { body["left"] = 1 })
				b.seal()
			},
		},
		{
			name: "somebody struck off whom the counts do not know, with the log signed anew", place: "tigli/rounds/2/counts.json", fault: "other people were struck off than entry 9 recorded: found 0, expected 1",
			does: func(b *book) {
				b.rewrite(b.find("round_opened", 1), func(body map[string]any) { body["struck_off"] = 1 })
				b.seal()
			},
		},
		{
			name: "a log rewritten since a kept checkpoint", place: "entries", fault: "the log was rewritten since the checkpoint that you kept: the first 26 entries have another root", with: kept,
			does: func(b *book) {
				b.rewrite(b.find("roll", 0), func(body map[string]any) { body["n"] = 90 })
				b.seal()
			},
		},
		{
			name: "a log shorter than a kept checkpoint", place: "checkpoint", fault: "the log is shorter than it was", with: kept,
			does: func(b *book) { b.lines = b.lines[:len(b.lines)-4]; b.seal() },
		},
		{
			name: "a whole record with one other answer, pressed anew", place: "entries", fault: "the log was rewritten since the checkpoint that you kept", with: kept,
			does: func(b *book) {
				other := press(b.t, func(o *book) { o.people[0].answers[1][first] = 1 })
				b.files, b.lines = other.files, other.lines
			},
		},
		{
			name: "a checkpoint that the log's key has not signed", place: "checkpoint", fault: "the key of the log has not signed it",
			does: func(b *book) { b.put("checkpoint", b.signed(b.tree(len(b.lines)).Text(), b.witness)) },
		},
		{
			name: "another key for the log than the one that is known", place: "checkpoint", fault: "the key of the log has not signed it",
			with: func(b *book, o *Options) { o.Key = b.witness.key },
		},
		{
			name: "a missing cosigner", place: "cosigned", fault: "a cosigner is missing, whom the protocol of tigli requires: found no signature of garante.example",
			does: func(b *book) { delete(b.files, "cosigned") },
		},
		{
			name: "a cosigner of another key", place: "cosigned", fault: "a cosigner is missing",
			with: func(b *book, o *Options) {
				o.Cosigners = []string{newSigner(b.t, rand.NewChaCha8([32]byte{9}), "garante.example").key}
			},
			does: func(b *book) {},
		},
		{
			name: "a cosigner who has not seen the protocol", place: "cosigned", fault: "has not signed the log since the protocol of tigli was frozen",
			does: func(b *book) { b.put("cosigned", b.signed(b.tree(1).Text(), b.log, b.witness)) },
		},
		{
			name: "a changed word beside an entry", place: "entries, line 1", fault: "the words beside it are not those that were recorded",
			does: func(b *book) { b.edit("entries", "Ci impegniamo a rispondere.", "Ci impegniamo a leggere.") },
		},
		{
			name: "words taken away in silence", place: "entries, line 1", fault: "the words beside it are gone, and no removal names it",
			does: func(b *book) { b.lines[0].Words = json.RawMessage("null"); b.entries() },
		},
		{
			name: "superseded marks changed", place: three + "superseded", fault: "the document is not the one that entry",
			does: func(b *book) { b.put(three+"superseded", nil) },
		},
		{
			name: "a receipt whose mark is nowhere", place: "receipt", fault: "neither among the counted ballots nor among the superseded",
			with: func(b *book, o *Options) { o.Receipts = map[string][]byte{"receipt": b.receipt} },
			does: func(b *book) {
				// The server drops the ballot and rebuilds everything, the log included,
				// but for the receipt's checkpoint.
				mark := proofOf(b).Mark(leaf.Of(b.id, 3))
				all := slices.DeleteFunc(b.leaves(3, "B"), func(l leafLine) bool { return l.value == mark })
				b.relay(3, "B", append(all, leafLine{value: strings.Repeat("ab", 32)}))
				b.rehead(3, "B")
				b.record(3)
				b.seal()
			},
		},
		{
			name: "a proof with a changed answer", place: "proof", fault: "the answers in the proof file are not those of its receipt",
			with: func(b *book, o *Options) {
				p := proofOf(b)
				p.Answers[0].Value = "1"
				text, err := json.Marshal(p)
				if err != nil {
					b.t.Fatal(err)
				}
				o.Receipts = map[string][]byte{"proof": text}
			},
		},
		{
			name: "a proof whose reason argues another side", place: "proof", fault: "the answers in the proof file are not those of its receipt",
			with: func(b *book, o *Options) {
				p := proofOf(b)
				at := slices.IndexFunc(p.Answers, func(g leaf.Given) bool { return g.Argues == "against" })
				p.Answers[at].Argues = "for"
				text, err := json.Marshal(p)
				if err != nil {
					b.t.Fatal(err)
				}
				o.Receipts = map[string][]byte{"proof": text}
			},
		},
		{
			name: "an answer changed beneath a proof", place: three + "leaves/A/" + second, fault: "the leaf of the proof has another value than its answer: the answer was changed",
			with: func(b *book, o *Options) { o.Receipts = map[string][]byte{"proof": b.proof} },
			does: func(b *book) {
				swap(b, "A/"+second)
				b.rehead(3, "A/"+second)
				b.record(3)
				b.seal()
			},
		},
		{
			name: "a receipt under another key", place: "receipt", fault: "the receipt is not signed by the key of the log",
			with: func(b *book, o *Options) {
				text, _, _ := strings.Cut(string(b.receipt), "\n\n")
				o.Receipts = map[string][]byte{"receipt": b.signed(text+"\n", b.witness)}
			},
		},
	}...)
}
