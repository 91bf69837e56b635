package verify

import (
	"slices"
	"strings"
)

// dissentTamperings falsify the sides of reasons and the report of the dissent.
func dissentTamperings() []tampering {
	const three = "tigli/rounds/3/"
	return []tampering{
		{
			name: "the side that an author said, with the log signed anew", place: three + "feedback.json, table R/" + first, fault: "no leaf has its digest, with the side that it is said to argue: found Perché sì, 20.",
			does: func(b *book) {
				b.edit(three+"feedback.json", `"side":"against","text":"Perché sì, 20."`, `"side":"for","text":"Perché sì, 20."`)
				b.record(3)
				b.seal()
			},
		},
		{
			name: "a side that an author did not say, with the log signed anew", place: three + "feedback.json, table R/" + first, fault: "no leaf has its digest, with the side that it is said to argue: found Perché sì, 30.",
			does: func(b *book) {
				b.edit(three+"feedback.json", `"side":"","text":"Perché sì, 30."`, `"side":"neither","text":"Perché sì, 30."`)
				b.record(3)
				b.seal()
			},
		},
		{
			name: "the side of a reason in its table, with the log signed anew", place: three + "counts.json, table R/" + first + "/against", fault: "the table holds other people than the counts document says argue so",
			does: func(b *book) {
				// A leaf that says for is laid among those against, with a salt of its own.
				all := b.leaves(3, "R/"+first+"/against")
				b.relay(3, "R/"+first+"/against", append(all, leafLine{value: all[0].value}))
				b.rehead(3, "R/"+first+"/against")
				b.record(3)
				b.seal()
			},
		},
		{
			name: "a reason moved to the other column of the dissent, with the log signed anew", place: "tigli/opinion.json", fault: "items[0].dissent.against[",
			does: func(b *book) {
				b.edit("tigli/opinion.json", `"dissent":{"against":[{"outside":`, `"dissent":{"against":[{"outside":true,"x":`)
				text := string(b.files["tigli/opinion.json"].Data)
				from := strings.Index(text, `"x":`)
				end := from + strings.IndexByte(text[from:], ',')
				b.put("tigli/opinion.json", []byte(text[:from-1]+text[end:]))
				b.reopinion()
				b.seal()
			},
		},
		{
			name: "other words of the minority report, with the log signed anew", place: "tigli/opinion.json", fault: "the minority report is not the one that the panel read",
			does: func(b *book) {
				b.edit("tigli/opinion.json", "Chi è contro chiede **tempo**.", "Nessuno è contro.")
				b.reopinion()
				b.seal()
			},
		},
		{
			name: "a minority report that the panel had no time to read, with the log signed anew", place: "entries", fault: "an opinion is published by hand before the panel has read the minority report for seven days",
			does: func(b *book) {
				n := slices.IndexFunc(b.lines, func(l entryLine) bool { return strings.Contains(l.Entry, `"minority"`) })
				b.rewrite(n, func(body map[string]any) { body["until"] = "2027-06-01T10:00:00Z" })
				b.edit("tigli/opinion.json", `"state":"shown","text":"Chi`, `"state":"short","text":"Chi`)
				b.reopinion()
				b.seal()
			},
		},
		{
			name: "dissent that is left out in silence, with the log signed anew", place: "entries", fault: "an opinion with dissent is published by hand without a report of it",
			does: func(b *book) {
				n := slices.IndexFunc(b.lines, func(l entryLine) bool { return strings.Contains(l.Entry, `"minority"`) })
				b.rewrite(n, func(body map[string]any) {
					body["kind"], body["role"] = "merge", "moderator" // an act on something else
					delete(body, "text")
					delete(body, "until")
				})
				b.edit("tigli/opinion.json", `"state":"shown","text":"Chi è contro chiede **tempo**."`, `"state":"unwritten","text":""`)
				b.reopinion()
				b.seal()
			},
		},
	}
}
