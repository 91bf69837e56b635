package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/report/schema"
	"delfi/internal/verify/replay"
)

// ends closes a round at its deadline.
func (b *book) ends(round int) {
	b.entry("act", map[string]any{"kind": "close", "role": "system", "round": round, "closed_at": b.until.Format(time.RFC3339), "enrolled": []int{60, 60}}, nil)
}

// tells puts into an opinion what the entries before it tell of the consultation's life; it is
// published in the minute of its act, or that is.
func (b *book) tells(o *schema.Opinion) {
	counts := map[schema.ActCount]int{}
	o.Acts, o.Deviations, o.PublishedOn, o.ReplyDue = []schema.ActCount{}, []schema.Deviation{}, civiltime.Date(b.now), civiltime.Date(civiltime.AddDays(b.now, promised.ReplyDays))
	for n := range o.Rounds {
		o.Rounds[n].Extensions = 0
	}
	over := false
	for n, l := range b.lines {
		e, err := leaf.ParseEntry(l.Entry)
		if err != nil {
			b.t.Fatal(err)
		}
		var f struct {
			Kind, Role string
			Round      int
			Version    int
			ClosedAt   time.Time `json:"closed_at"`
		}
		var words replay.Words
		if err := errors.Join(json.Unmarshal([]byte(e.Body), &f), json.Unmarshal(l.Words, &words)); err != nil {
			b.t.Fatal(err)
		}
		day := civiltime.Date(b.written(n))
		switch {
		case e.Type == "opinion":
			over = over || f.Version == o.Version
		case e.Type == "round_opened":
			f.Kind = "open"
			o.Rounds[f.Round-1].OpenedOn = day
		case e.Type == "key_destroyed":
			o.DestroyedOn = day
		case f.Kind == "announce":
			o.AnnouncedOn = day
		case f.Kind == "conclude":
			o.ConcludedOn, o.ConcludedReason = day, words.Reason
		case f.Kind == "minority":
			o.Minority.ShownOn = day
		case f.Kind == "extend":
			o.Rounds[f.Round-1].Extensions++
		case f.Kind == "close":
			o.Rounds[f.Round-1].ClosedOn, o.Rounds[f.Round-1].Reason = civiltime.Date(f.ClosedAt), words.Reason
		case f.Kind == "publish":
			o.PublishedOn, o.ReplyDue = day, civiltime.Date(civiltime.AddDays(b.written(n), promised.ReplyDays))
		}
		if over || !schema.Steers(e.Type) {
			continue
		}
		counts[schema.ActCount{Kind: f.Kind, Role: f.Role}]++
		if schema.Departs(e.Type, f.Kind, f.Role, words.Reason, e.Body, false) {
			o.Deviations = append(o.Deviations, schema.Deviation{On: day, Kind: f.Kind, Target: words.Target, Reason: words.Reason})
		}
	}
	for a, n := range counts {
		a.Count = n
		o.Acts = append(o.Acts, a)
	}
}

// retells brings what the opinion tells into line with acts that were laid before it.
func (b *book) retells() { b.retold(b.tells) }

// opinion publishes version 1.
func (b *book) opinion() {
	b.t.Helper()
	var documents []feedback.Document
	for round := 2; round <= 3; round++ {
		var f feedback.Document
		if err := json.Unmarshal(b.files[fmt.Sprintf("%s/rounds/%d/feedback.json", b.slug, round)].Data, &f); err != nil {
			b.t.Fatal(err)
		}
		documents = append(documents, f)
	}
	f := schema.FiguresOf(b.protocol, documents, b.closings)
	o := schema.Opinion{
		Format: "delfi opinion v1", Version: 1, Consultation: uuid.MustParse(b.id), Slug: b.slug, Title: "I tigli del viale", Question: question, Language: "it", DecideBy: promised.DecideBy, Commitment: &promised, Translations: b.spoken,
		Protocol: b.protocol.Canonical(), ProtocolHash: b.protocol.Hash(), Reading: []schema.Document{{Number: 2, Version: 1, Title: "Rilievo dei tigli", Source: "Comune", Dated: "2026-01-20", Digest: survey}}, Groups: []schema.Group{}, Scales: map[string]schema.Scale{}, Staff: []schema.Steward{},
		Rounds: []schema.Round{{Number: 1, Kind: delphi.Gather, State: "released", Enrolled: 120, Groups: []table.GroupCount{}}}, Items: []schema.Item{},
		Contributions: []schema.Contribution{}, Acts: []schema.ActCount{}, Attrition: f.Attrition, Deviations: []schema.Deviation{}, Suppressed: f.Suppressed, Lists: f.Lists,
		Minority: schema.Minority{State: schema.MinorityShown, Text: minorityText, Days: minorityDays},
	}
	for n, c := range b.closings {
		o.Rounds = append(o.Rounds, schema.Round{
			Number: n + 2, Kind: delphi.AnswerRound, State: "released", Enrolled: c.Counts.Enrolled, Answered: c.Counts.Answered, Groups: c.Counts.Groups,
			Document: leaf.Digest(b.files[fmt.Sprintf("%s/rounds/%d/feedback.json", b.slug, n+2)].Data),
		})
	}
	for _, i := range b.items {
		item := schema.Item{ID: i.Item, Number: i.Number, Text: i.Text, Texts: i.Texts, Kind: i.Kind, State: "settled", SettledIn: 3, ItemFigures: f.Of(i.Item), Parents: []uuid.UUID{}, Contributions: []uuid.UUID{}}
		for n, h := range item.History {
			if h.Round == 3 {
				item.History[n].Decision = &schema.Decision{Proposed: "settle", Decided: "settle"}
			} else if i.Number == 1 {
				item.History[n].Decision = &schema.Decision{Proposed: "go-on", Decided: "reword", Reason: "Ne parliamo ancora.", Against: true}
			}
		}
		o.Items = append(o.Items, item)
	}
	o.Summary = schema.Summarize(o.Items)
	b.tells(&o)
	text := b.canonical(o)
	b.put(b.slug+"/opinion.json", text)
	b.entry("opinion", map[string]any{"role": "system", "version": 1, "hash": leaf.Digest(text), "previous": ""}, nil)
}

// translated enters the translation of a statement.
func (b *book) translated(item, version int, lang, text string) {
	b.entry("act", map[string]any{"kind": "translate", "role": "moderator", "item": item, "version": version, "language": lang}, map[string]string{"name": "Marta", "text": text, "target": fmt.Sprintf("statement %d", item)})
}

// reopinion brings the opinion's entry into line with its file.
func (b *book) reopinion() {
	digest := leaf.Digest(b.files[b.slug+"/opinion.json"].Data)
	b.rewrite(b.find("opinion", 0), func(body map[string]any) { body["hash"] = digest })
}
