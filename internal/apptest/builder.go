package apptest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi/protocol"
)

// Slug is the address of a consultation whose builder says no other.
const Slug = "piazza"

// Builder brings a consultation to a stage by the use cases of its staff: Giulia
// administers, Marta and Davide moderate, Paolo facilitates. Each stage goes through
// those before it; a builder builds one consultation.
type Builder struct {
	w       *World
	t       testing.TB
	changes []func(*draft.Form)
	people  []account.Actor
	texts   int
}

// Consultation begins a consultation; changes are made to the form of its draft.
func (w *World) Consultation(t testing.TB, changes ...func(*draft.Form)) *Builder {
	return &Builder{w: w, t: t, changes: changes}
}

// People enrols panelists in the first group as soon as it is announced.
func (b *Builder) People(all ...account.Actor) *Builder {
	b.people = append(b.people, all...)
	return b
}

// Panel enrols the first n of the synthetic panel.
func (b *Builder) Panel(n int) *Builder {
	b.t.Helper()
	for i := range n {
		b.people = append(b.people, b.w.Panelist(b.t, i))
	}
	return b
}

// Statements gives n statements to the round that asks after one that gathered: each is
// written by a panelist and admitted.
func (b *Builder) Statements(n int) *Builder {
	b.texts = n
	return b
}

// Form is a draft to which nothing is missing; its consultation starts in seven days, gathers
// for seven, and asks in two rounds of seven.
func (w *World) Form(t testing.TB) draft.Form {
	t.Helper()
	w.Found(t)
	marta, davide, paolo := w.Person(t, "marta").Office.String(), w.Person(t, "davide").Office.String(), w.Person(t, "paolo").Office.String()
	now := w.DB.Now()
	return draft.Form{
		Slug: Slug, Language: "it", Title: "La piazza", Question: "Che cosa deve diventare la piazza?", Background: "Testo.",
		CommitmentQuotation: "Decideremo tenendo conto del parere.", CommitmentDecider: "La Giunta comunale", CommitmentSubject: "la piazza",
		CommitmentDecideBy: now.AddDate(1, 0, 0).Format(time.DateOnly), CommitmentAct: "Delibera n. 1", CommitmentSignatory: "La sindaca",
		Moderators: []string{marta, davide}, Facilitators: []string{paolo}, Offices: map[string]string{marta: "URP", davide: "URP", paolo: "Urbanistica"},
		StartsOn: now.AddDate(0, 0, 7).Format(time.DateOnly),
		Protocol: draft.Classical(protocol.ClassicalPlan{
			Language: "it", Low: "Per niente", High: "Del tutto", GroupName: "Cittadini", GatherDays: 7, AnswerDays: 7, AnswerRounds: 2, Points: 9, SharePermille: 750, CannotJudge: true,
		}),
	}
}

// Spoken gives a form further languages, with words of the language's name and the field's.
func Spoken(languages ...string) func(f *draft.Form) {
	return func(f *draft.Form) {
		*f = f.Type("languages", languages)
		for _, l := range languages {
			for _, field := range consultation.TextFields {
				if f.Value(field) != "" {
					*f = f.Type(form.Translation(field, l), []string{l + " " + field})
				}
			}
			for _, field := range []string{"panel.groups[0].name", "item_kinds[0].low", "item_kinds[0].high"} {
				*f = f.Type(field+"."+l, []string{l + " " + field})
			}
		}
	}
}

// Draft stores the draft.
func (b *Builder) Draft() consultation.Consultation {
	b.t.Helper()
	f := b.w.Form(b.t)
	for _, change := range b.changes {
		change(&f)
	}
	c, err := b.w.Drafts.Create(b.t.Context(), b.w.Person(b.t, "giulia"), b.w.Found(b.t), f)
	b.must(err)
	return c
}

// Announced announces it and enrols its panel.
func (b *Builder) Announced() consultation.Consultation {
	b.t.Helper()
	c := b.Draft()
	b.must(b.w.Consultations.Announce(b.t.Context(), b.w.Person(b.t, "giulia"), c.Slug))
	c = b.w.Reread(b.t, c)
	for _, p := range b.people {
		b.must(b.w.Panel.Enrol(b.t.Context(), p, c.ID, c.Protocol.Panel.Groups[0].ID))
	}
	return c
}

// Started opens the first round, whatever it asks for.
func (b *Builder) Started() consultation.Consultation {
	b.t.Helper()
	c := b.Announced()
	b.must(b.w.Consultations.Start(b.t.Context(), b.w.Person(b.t, "giulia"), c.Slug))
	b.w.Drain(b.t)
	return b.w.Reread(b.t, c)
}

// Gathering opens the round that gathers contributions.
func (b *Builder) Gathering() consultation.Consultation {
	b.t.Helper()
	c := b.Started()
	if c.Rounds[0].Answers() {
		b.t.Fatalf("%s gathers nothing", c.Slug)
	}
	return c
}

// Answering opens a round that takes answers; those before it are closed without any.
func (b *Builder) Answering(round int) consultation.Consultation {
	b.t.Helper()
	c := b.Started()
	for n := 1; n < round; n++ {
		c = b.next(c, n)
	}
	if !c.Rounds[round-1].Answers() {
		b.t.Fatalf("round %d of %s takes no answers", round, c.Slug)
	}
	return c
}

// Closed closes a round that takes answers, and works its tabulation.
func (b *Builder) Closed(round int) consultation.Consultation {
	b.t.Helper()
	return b.w.Close(b.t, b.Answering(round), round)
}

// Concluded closes every round without an answer, and concludes.
func (b *Builder) Concluded() consultation.Consultation {
	b.t.Helper()
	c := b.Started()
	for n := range c.Rounds {
		c = b.next(c, n+1)
	}
	return b.w.Conclude(b.t, c)
}

// Published publishes its opinion.
func (b *Builder) Published() consultation.Consultation {
	b.t.Helper()
	c := b.Concluded()
	b.must(b.w.Consultations.Publish(b.t.Context(), b.w.Person(b.t, "giulia"), c.Slug, consultation.OpinionTexts{}))
	b.w.Drain(b.t)
	return b.w.Reread(b.t, c)
}

// next goes on from a round to the one after it; a round that gathers gets its statements
// first.
func (b *Builder) next(c consultation.Consultation, round int) consultation.Consultation {
	b.t.Helper()
	if c.Rounds[round-1].Answers() {
		return b.w.Next(b.t, c, round)
	}
	ctx := b.t.Context()
	var written []uuid.UUID
	for i := range b.texts {
		alias, err := b.w.Panel.Alias(ctx, b.people[i%len(b.people)], c.ID)
		b.must(err)
		made, err := b.w.Contributions.Contribute(ctx, alias, c.ID, fmt.Sprintf("Affermazione %d.", i+1), "")
		b.must(err)
		written = append(written, made.ID)
	}
	b.w.Close(b.t, c, round)
	for i, id := range written {
		_, err := b.w.Contributions.Merge(ctx, b.w.Person(b.t, "marta"), c.Slug, contribution.Merge{
			Contributions: []uuid.UUID{id}, Destination: contribution.Fresh, Text: fmt.Sprintf("Affermazione %d.", i+1), Rule: "1.6", Reason: "è una proposta",
		})
		b.must(err)
	}
	return b.w.open(b.t, c, round)
}

func (b *Builder) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}
