package report

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/synthesis"
	"delfi/internal/delphi"
	"delfi/internal/ledger"
	"delfi/internal/postgres"
)

// sources is everything that an opinion is drawn from.
type sources struct {
	c             consultation.Consultation
	items         []consultation.Item
	documents     []ballot.Stored  // by round and release
	closings      []delphi.Closing // behind them
	decisions     []consultation.Decided
	contributions []synthesis.Contribution
	received      synthesis.Counts
	entries       []ledger.Entry
}

// build gathers the sources and draws the document.
func (s *Service) build(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, texts consultation.OpinionTexts) (Opinion, error) {
	src := sources{c: c}
	var err error
	if src.items, err = s.cons.Items(ctx, c.ID); err != nil {
		return Opinion{}, err
	}
	if src.documents, err = s.ballots.Stored(ctx, tx, c.ID); err != nil {
		return Opinion{}, err
	}
	if src.closings, err = s.ballots.Closings(ctx, tx, c.ID); err != nil {
		return Opinion{}, err
	}
	if src.decisions, err = s.cons.Decisions(ctx, c.ID); err != nil {
		return Opinion{}, err
	}
	if src.contributions, src.received, err = s.synthesis.Public(ctx, c.ID); err != nil {
		return Opinion{}, err
	}
	if src.entries, err = s.record.Of(ctx, c.ID); err != nil {
		return Opinion{}, err
	}
	return src.opinion(texts), nil
}

// opinion draws the document; the same sources give the same document.
func (src sources) opinion(texts consultation.OpinionTexts) Opinion {
	c := src.c
	o := Opinion{
		Format: "delfi opinion v1", Version: firstVersion,
		Consultation: c.ID, Slug: c.Slug, Title: c.Title, Question: c.Question, Language: c.Language,
		Administration: c.AdministrationName,
		AnnouncedOn:    day(c.AnnouncedAt), ConcludedOn: day(c.ConcludedAt), PublishedOn: day(c.PublishedAt),
		DestroyedOn: day(c.DestroyedAt),
		Protocol:    json.RawMessage(c.Protocol.Canonical()), ProtocolHash: c.ProtocolHash,
		Groups: groups(c.Protocol), Scales: scales(c.Protocol), Staff: []Steward{},
		Rounds: src.rounds(), Items: src.rated(), Contributions: []Contribution{},
		Received:  Received{All: src.received.Received, Admitted: src.received.Admitted, Rejected: src.received.Rejected, Pending: src.received.Pending},
		Acts:      acts(src.entries),
		Attrition: src.attrition(), Deviations: deviations(src.entries), Suppressed: src.suppressed(),
		Texts: Texts{Summary: texts.Summary, Minority: texts.Minority, Limitations: texts.Limitations},
	}
	if c.Origin != nil {
		o.Origin = &Origin{Name: c.Origin.Name, URL: c.Origin.URL, Licence: c.Origin.Licence}
	} else {
		p := c.Commitment
		o.Commitment = &Commitment{
			Quotation: p.Quotation, Decider: p.Decider, Subject: p.Subject, DecideBy: date(p.DecideBy),
			ReplyDays: p.ReplyDays, Act: p.Act, Signatory: p.Signatory, Money: p.Money, LeftOut: p.LeftOut,
		}
		o.DecideBy = date(p.DecideBy)
		if !c.PublishedAt.IsZero() {
			o.ReplyDue = day(c.PublishedAt.In(rome).AddDate(0, 0, p.ReplyDays))
		}
	}
	for _, m := range c.Staff {
		o.Staff = append(o.Staff, Steward{Name: m.Name, Role: string(m.Role), Office: m.Office})
	}
	for _, e := range src.entries {
		if e.Type == "act" && e.Kind == string(consultation.ActConclude) {
			o.ConcludedReason = e.Reason
		}
	}
	for _, t := range src.contributions {
		o.Contributions = append(o.Contributions, Contribution{
			ID: t.ID, Alias: t.Alias.Name, Body: t.Body, State: string(t.State), Reason: t.Reason, Items: some(t.Items),
		})
	}
	// By alias and id: an order of coming would be one more thing to join by.
	slices.SortFunc(o.Contributions, func(a, b Contribution) int {
		return cmp.Or(strings.Compare(a.Alias, b.Alias), strings.Compare(a.ID.String(), b.ID.String()))
	})
	return o
}

// rated draws every item with its history.
func (src sources) rated() []Item {
	out := make([]Item, 0, len(src.items))
	for _, i := range src.items {
		item := Item{
			ID: i.ID, Number: i.Number, Text: i.Text, Kind: i.Kind, State: string(i.State), SettledIn: i.SettledIn,
			History: src.history(i.ID), Sensitivity: []delphi.Sensitivity{}, Dissent: []ballot.Reason{},
			Parents: some(i.Parents), Contributions: []uuid.UUID{},
		}
		if last, ok := item.Last(); ok {
			item.Verdict = last.Verdict
			item.Pile = PileOf(last.Verdict.Key)
			of, closings := delphi.Item{ID: i.ID.String(), Kind: i.Kind}, src.closingsOf(i.ID)
			item.Sensitivity = delphi.Sensitive(src.c.Protocol, of, closings)
			item.Bounds = delphi.Attrition(src.c.Protocol, of, closings)
			if f, ok := delphi.Conformity(src.c.Protocol, of, closings); ok {
				item.Conformity = &f
			}
		}
		for n := len(item.History) - 1; n >= 0; n-- {
			for _, r := range item.History[n].Reasons {
				if r.Outside {
					item.Dissent = append(item.Dissent, r)
				}
			}
		}
		for _, t := range src.contributions {
			if slices.Contains(t.Items, i.ID) {
				item.Contributions = append(item.Contributions, t.ID)
			}
		}
		slices.SortFunc(item.Contributions, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
		out = append(out, item)
	}
	slices.SortStableFunc(out, func(a, b Item) int { return cmp.Compare(a.Number, b.Number) })
	return out
}

// history lists what each round, or each release that showed it, said of an item.
func (src sources) history(item uuid.UUID) []ItemRound {
	out := []ItemRound{}
	for _, d := range src.documents {
		for _, f := range d.Items {
			if f.Item != item || d.Tick > 0 && f.Released != d.Tick {
				continue
			}
			r := ItemRound{
				Round: d.Round, Text: f.Text, Counts: f.Counts, Tables: f.Tables, Figures: f.Figures,
				Verdict: f.Verdict, Proposal: f.Proposal, Reasons: f.Reasons,
			}
			if d.Tick > 0 {
				r.Round = d.Tick
			}
			for _, x := range src.decisions {
				if x.Round == d.Round && x.Item == item && d.Tick == 0 {
					r.Decision = &Decision{
						Proposed: string(x.Proposed), Decided: string(x.Decided), Reason: x.Reason, Against: x.Proposed != x.Decided,
					}
				}
			}
			out = append(out, r)
		}
	}
	return out
}

// closingsOf gives the closings up to the last in which an item was rated, as
// the engine wants them.
func (src sources) closingsOf(item uuid.UUID) []delphi.Closing {
	for n := len(src.closings); n > 0; n-- {
		if slices.ContainsFunc(src.closings[n-1].Counts.Items, func(c delphi.ItemCounts) bool { return c.Item == item.String() }) {
			return src.closings[:n]
		}
	}
	return nil
}

// rounds draws the participation in each round.
func (src sources) rounds() []Round {
	out := make([]Round, 0, len(src.c.Rounds))
	for _, r := range src.c.Rounds {
		p := Round{
			Number: r.Number, Kind: r.Kind, State: string(r.State), OpenedOn: day(r.OpenedAt), ClosedOn: day(r.ClosedAt),
			Extensions: r.Extensions, Reason: r.Reason, Enrolled: r.People(), Groups: []delphi.GroupCount{},
		}
		// A standing round's last release is the one that stays.
		for n, d := range src.documents {
			if d.Round == r.Number {
				p.Enrolled, p.Answered, p.Document = d.Enrolled, d.Answered, d.Hash
				p.Groups = src.closings[n].Counts.Groups
			}
		}
		out = append(out, p)
	}
	return out
}

// attrition counts, round by round, who answered and who stopped.
func (src sources) attrition() []Attrition {
	out := []Attrition{}
	for n, d := range src.documents {
		if d.Tick > 0 {
			continue // in a standing round nobody stops: answers stand
		}
		a := Attrition{Round: d.Round, Answered: d.Answered, Items: []ItemLeavings{}}
		if n > 0 {
			a.Previous, a.Before = src.documents[n-1].Round, src.documents[n-1].Answered
		}
		for _, f := range d.Items {
			a.Items = append(a.Items, ItemLeavings{
				Item: f.Item, Valid: f.Counts.Valid, CannotJudge: f.Counts.CannotJudge, Paired: f.Counts.Paired,
				LeftBefore: f.Counts.LeftBefore, LeftAfter: f.Counts.LeftAfter,
			})
		}
		out = append(out, a)
	}
	return out
}

// suppressed names what the disclosure rule kept back, so that nobody takes a
// gap for an oversight.
func (src sources) suppressed() []SuppressedTable {
	out := []SuppressedTable{}
	for _, d := range src.documents {
		for _, f := range d.Items {
			if d.Tick > 0 && f.Released != d.Tick {
				continue
			}
			has := func(kind string) bool {
				return slices.ContainsFunc(f.Tables, func(t delphi.Table) bool { return strings.HasPrefix(t.ID, kind+"/") })
			}
			if !has("A") {
				out = append(out, SuppressedTable{Round: d.Round, Item: f.Item, What: "answers"})
			}
			for _, g := range f.Figures.Groups {
				if g.Withheld {
					out = append(out, SuppressedTable{Round: d.Round, Item: f.Item, What: "group/" + g.Group})
				}
			}
			if f.Counts.Paired > 0 && !has("D") {
				out = append(out, SuppressedTable{Round: d.Round, Item: f.Item, What: "shift"})
			}
		}
	}
	return out
}
