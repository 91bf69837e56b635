package verify

import (
	"encoding/json"
	"strings"

	"delfi/internal/report/schema"
)

// redrawn changes the opinion, counts its items again, and brings the log into line.
func (b *book) redrawn(change func(o *schema.Opinion)) {
	b.t.Helper()
	var o schema.Opinion
	if err := json.Unmarshal(b.files["tigli/opinion.json"].Data, &o); err != nil {
		b.t.Fatal(err)
	}
	change(&o)
	o.Summary = schema.Summarize(o.Items)
	b.put("tigli/opinion.json", b.canonical(o))
	b.reopinion()
	b.seal()
}

// stateTamperings falsify where items stand.
func stateTamperings() []tampering {
	other := strings.Repeat("0", 64)
	const opinion, differs = "tigli/opinion.json", "the opinion does not say what the record gives, at "
	return []tampering{
		{
			name: "a document that the panel was not given, with the log signed anew", place: opinion, fault: differs + `reading[0].digest: found "` + other + `", expected "` + survey + `"`,
			does: func(b *book) {
				b.redrawn(func(o *schema.Opinion) { o.Reading[0].Digest = other })
			},
		},
		{
			name: "a document left out, with the log signed anew", place: opinion, fault: differs + "reading",
			does: func(b *book) {
				b.redrawn(func(o *schema.Opinion) { o.Reading = nil })
			},
		},
		{
			name: "a document more, with the log signed anew", place: opinion, fault: differs + "reading",
			does: func(b *book) {
				b.redrawn(func(o *schema.Opinion) {
					o.Reading = append(o.Reading, schema.Document{Number: 3, Version: 1, Title: "Altro"})
				})
			},
		},
		{
			name: "a draw that was not held, with the log signed anew", place: opinion, fault: differs + "draws",
			does: func(b *book) {
				b.redrawn(func(o *schema.Opinion) { o.Draws = []schema.Draw{{Group: "cittadini", Pool: 90, Panel: 9}} })
			},
		},
		{
			name: "an item that nobody dropped, with the summary to fit and the log signed anew", place: opinion, fault: differs + `items[1].state: found "dropped", expected "settled"`,
			does: func(b *book) {
				b.redrawn(func(o *schema.Opinion) { o.Items[1].State = "dropped" })
			},
		},
		{
			name: "an item that nobody merged, with the summary to fit and the log signed anew", place: opinion, fault: differs + `items[0].state: found "superseded", expected "settled"`,
			does: func(b *book) {
				b.redrawn(func(o *schema.Opinion) { o.Items[0].State = "superseded" })
			},
		},
		{
			name: "an item settled after another round, with the log signed anew", place: opinion, fault: differs + "items[0].settled_in: found 2, expected 3",
			does: func(b *book) {
				b.redrawn(func(o *schema.Opinion) { o.Items[0].SettledIn = 2 })
			},
		},
		{
			name: "an item whose settling the log was made to forget, with the log signed anew", place: opinion, fault: differs + `items[1].state: found "settled", expected "live"`,
			does: func(b *book) {
				n := b.find("decision", 2)
				b.lines = append(b.lines[:n:n], b.lines[n+1:]...)
				for at := range b.lines {
					b.lines[at].N = at
				}
				b.redrawn(func(o *schema.Opinion) { o.Items[1].History[1].Decision, o.Items[1].SettledIn = nil, 0 })
			},
		},
		{
			name: "the numbers of two items exchanged, with the log signed anew", place: opinion, fault: differs + "items[0].number: found 2, expected 1",
			does: func(b *book) {
				b.redrawn(func(o *schema.Opinion) { o.Items[0].Number, o.Items[1].Number = 2, 1 })
			},
		},
		{
			name: "an item that stands twice, with the log signed anew", place: opinion, fault: "two items of the opinion have one number",
			does: func(b *book) {
				b.redrawn(func(o *schema.Opinion) { o.Items = append(o.Items, o.Items[1]) })
			},
		},
		{
			name: "an item dropped after it was settled, with the log signed anew", place: "entries", fault: "this decision was not possible here",
			does: func(b *book) {
				b.rewrite(b.find("decision", 2), func(body map[string]any) { body["item"] = 1; body["kind"] = "drop"; body["role"] = "moderator" })
				b.redrawn(func(*schema.Opinion) {})
			},
		},
	}
}
