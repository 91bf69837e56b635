package report

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/consultation/brief"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/feedback"
	"delfi/internal/consultation/feedback/archive"
	"delfi/internal/consultation/joined"
	"delfi/internal/delphi/table"
	"delfi/internal/ledger"
	"delfi/internal/library"
	"delfi/internal/panel/drawing"
	"delfi/internal/platform/postgres"
	"delfi/internal/report/schema"
)

// Sources is everything that an opinion is drawn from.
type Sources struct {
	Consultation  consultation.Consultation
	Items         []consultation.Item
	Documents     []archive.Stored // by round and release
	Closings      []table.Closing  // behind them
	Decisions     []consultation.Decided
	Contributions []contribution.Contribution
	Received      contribution.Counts
	Entries       []ledger.Entry
	Minority      consultation.Minority
	Reading       []library.Document
	Draws         []drawing.Draw
}

// build gathers the sources, all in the one transaction, and draws the document.
func (s *Service) build(ctx context.Context, tx *postgres.Tx, c consultation.Consultation, texts consultation.OpinionTexts) (schema.Opinion, error) {
	src := Sources{Consultation: c}
	var err error
	if src.Items, err = s.consultations.ItemsOf(ctx, tx, c); err != nil {
		return schema.Opinion{}, err
	}
	if src.Documents, err = s.archive.Stored(ctx, tx, c.ID); err != nil {
		return schema.Opinion{}, err
	}
	if src.Closings, err = s.tabulation.Closings(ctx, tx, c.ID); err != nil {
		return schema.Opinion{}, err
	}
	if src.Decisions, err = s.consultations.DecisionsOf(ctx, tx, c.ID); err != nil {
		return schema.Opinion{}, err
	}
	if src.Contributions, src.Received, err = s.contributions.PublicOf(ctx, tx, c); err != nil {
		return schema.Opinion{}, err
	}
	if src.Entries, err = s.record.EntriesOf(ctx, tx, c.ID); err != nil {
		return schema.Opinion{}, err
	}
	if src.Minority, err = s.consultations.MinorityOf(ctx, tx, c.ID); err != nil {
		return schema.Opinion{}, err
	}
	if src.Reading, err = library.Reading(ctx, tx, c.Space); err != nil {
		return schema.Opinion{}, err
	}
	if src.Draws, err = drawing.Held(ctx, tx, c.ID); err != nil {
		return schema.Opinion{}, err
	}
	return src.Opinion(texts), nil
}

// Opinion draws the document; the same sources give the same document.
func (src Sources) Opinion(texts consultation.OpinionTexts) schema.Opinion {
	c, documents := src.Consultation, make([]feedback.Document, len(src.Documents))
	for n, d := range src.Documents {
		documents[n] = d.Document
	}
	f := schema.FiguresOf(c.Protocol, documents, src.Closings)
	o := schema.Opinion{
		Format:       schema.Format,
		Consultation: c.ID, Slug: c.Slug, Title: c.Title, Question: c.Question, Language: c.Language,
		Administration: c.AdministrationName,
		AnnouncedOn:    civiltime.Date(c.AnnouncedAt), ConcludedOn: civiltime.Date(c.ConcludedAt), PublishedOn: civiltime.Date(c.PublishedAt),
		DestroyedOn: civiltime.Date(c.DestroyedAt),
		Protocol:    json.RawMessage(c.Protocol.Canonical()), ProtocolHash: c.ProtocolHash,
		Groups: groups(c.Protocol), Scales: scales(c.Protocol), Staff: []schema.Steward{},
		Rounds: src.rounds(), Items: src.rated(f), Contributions: []schema.Contribution{},
		Received:  schema.Received{All: src.Received.Received, Admitted: src.Received.Admitted, Rejected: src.Received.Rejected, Pending: src.Received.Pending},
		Acts:      acts(src.Entries),
		Attrition: f.Attrition, Deviations: deviations(src.Entries, c.Origin != nil), Suppressed: f.Suppressed, Lists: f.Lists,
		Texts:    schema.Texts{Summary: texts.Summary, Limitations: texts.Limitations},
		Minority: schema.MinorityOf(src.Minority, schema.DissentIn(documents), c.PublishedAt),
	}
	for _, l := range c.Further() {
		if o.Translations == nil {
			o.Translations = map[string]map[string]string{}
		}
		o.Translations[l] = c.Translations[l]
	}
	o.Summary = schema.Summarize(o.Items)
	if c.Origin != nil {
		o.Origin = &schema.Origin{Name: c.Origin.Name, URL: c.Origin.URL, Licence: c.Origin.Licence}
	} else {
		p := c.Commitment
		o.Commitment = &schema.Commitment{
			Quotation: p.Quotation, Decider: p.Decider, Subject: p.Subject, DecideBy: date(p.DecideBy),
			ReplyDays: p.ReplyDays, Act: p.Act, Signatory: p.Signatory, Money: p.Money, LeftOut: p.LeftOut,
		}
		o.DecideBy = date(p.DecideBy)
		if due, owed := c.ReplyDue(); owed {
			o.ReplyDue = civiltime.Date(due)
		}
	}
	o.Staff = append(o.Staff, stewards(c)...)
	for _, d := range src.Reading {
		v := d.Current()
		o.Reading = append(o.Reading, schema.Document{Number: d.Number, Version: v.Number, Title: v.Title, Source: v.Source, Dated: date(v.Dated), Digest: v.Digest()})
	}
	for _, d := range src.Draws {
		o.Draws = append(o.Draws, schema.DrawOf(d.Group, d.Roll, d.Rule, d.Result.Panel))
	}
	for _, e := range src.Entries {
		if e.Type == "act" && e.Kind == string(consultation.ActConclude) {
			o.ConcludedReason = e.Reason
		}
	}
	for _, t := range src.Contributions {
		o.Contributions = append(o.Contributions, schema.Contribution{
			ID: t.ID, Alias: t.Alias.Name, Body: t.Body, State: string(t.State), Reason: t.Reason, Removed: t.Removed, Items: some(t.Items), Language: t.Language,
		})
	}
	// By alias and id: an order of coming would be one more thing to join by.
	slices.SortFunc(o.Contributions, func(a, b schema.Contribution) int {
		return cmp.Or(strings.Compare(a.Alias, b.Alias), strings.Compare(a.ID.String(), b.ID.String()))
	})
	return o
}

// rated draws every item with its history.
func (src Sources) rated(f schema.Figures) []schema.Item {
	out, late := make([]schema.Item, 0, len(src.Items)), joined.Read(src.Entries)
	for _, i := range src.Items {
		item := schema.Item{
			ID: i.ID, Number: i.Number, Text: i.Text, Texts: i.Texts(), Kind: i.Kind, State: string(i.State), SettledIn: i.SettledIn,
			ItemFigures: f.Of(i.ID), Parents: some(i.Parents), Contributions: []uuid.UUID{},
		}
		src.decide(i.ID, item.History)
		if n := slices.IndexFunc(late, func(j joined.Statement) bool { return j.Number == i.Number }); n >= 0 {
			item.Joined = &schema.Joined{Round: late[n].Round, Said: late[n].Digest, Reason: late[n].Entry.Reason}
		}
		for _, t := range src.Contributions {
			if slices.Contains(t.Items, i.ID) {
				item.Contributions = append(item.Contributions, t.ID)
			}
		}
		slices.SortFunc(item.Contributions, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
		out = append(out, item)
	}
	slices.SortStableFunc(out, func(a, b schema.Item) int { return cmp.Compare(a.Number, b.Number) })
	return out
}

// decide puts what was decided about an item beside the rounds that it followed;
// in a standing round nothing is decided in between.
func (src Sources) decide(item uuid.UUID, history []schema.ItemRound) {
	for _, x := range src.Decisions {
		if x.Item != item {
			continue
		}
		for n := range history {
			if history[n].Round == x.Round && !src.Consultation.Protocol.Standing() {
				history[n].Decision = &schema.Decision{
					Proposed: string(x.Proposed), Decided: string(x.Decided), Reason: x.Reason, Against: x.Proposed != x.Decided,
				}
			}
		}
	}
}

// rounds draws the participation in each round.
func (src Sources) rounds() []schema.Round {
	out, briefs := make([]schema.Round, 0, len(src.Consultation.Rounds)), brief.Read(src.Entries)
	for _, r := range src.Consultation.Rounds {
		p := schema.Round{
			Number: r.Number, Kind: r.Kind, State: string(r.State), OpenedOn: civiltime.Date(r.OpenedAt), ClosedOn: civiltime.Date(r.ClosedAt),
			Extensions: r.Extensions, Reason: r.Reason, Enrolled: r.People(), Groups: []table.GroupCount{},
		}
		if b, found := brief.Of(briefs, r.Number); found && !b.Entry.Removed {
			p.Brief = &schema.Brief{Version: b.Version, Text: b.Text, Texts: b.Texts}
		}
		// A standing round's last release is the one that stays.
		for n, d := range src.Documents {
			if d.Round == r.Number {
				p.Enrolled, p.Answered, p.Document = d.Enrolled, d.Answered, d.Hash
				p.Groups = src.Closings[n].Counts.Groups
			}
		}
		out = append(out, p)
	}
	return out
}
