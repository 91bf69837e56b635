package feedback

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// feedbackFormat names the document's shape, so that it can change.
const feedbackFormat = "delfi feedback v1"

// Asked is one item of a round as items.json lists it.
type Asked struct {
	Item    uuid.UUID `json:"item"`
	Kind    string    `json:"kind"` // id of its item kind
	New     bool      `json:"new"`  // not in the answering round before
	Number  int       `json:"number"`
	Text    string    `json:"text"`
	Version int       `json:"version"`

	Texts map[string]string `json:"texts,omitempty"` // Text by further language
}

// engine is the item as the engine knows it.
func (a Asked) engine() delphi.Item {
	return delphi.Item{ID: a.Item.String(), Kind: a.Kind, New: a.New}
}

// List gives the items of a round as items.json lists them.
func List(items []consultation.Item) []Asked {
	out := make([]Asked, len(items))
	for n, i := range items {
		out[n] = Asked{Item: i.ID, Kind: i.Kind, New: i.New, Number: i.Number, Text: i.Text, Version: i.Version, Texts: i.Texts()}
	}
	return out
}

// Engine gives the items as the engine knows them.
func Engine(items []Asked) []delphi.Item {
	out := make([]delphi.Item, len(items))
	for n, i := range items {
		out[n] = i.engine()
	}
	return out
}

// Of computes the document about the last of closings: every figure,
// verdict and proposal in it, from what is public and from nothing else, so that
// whoever checks a record calls exactly this. closings are those of the answering
// rounds so far, oldest first (of a standing round: its releases), with their
// roots; items are the round's items.json; reasons are those published, by the name of
// their tables (an item's id, or that of a list's kind), and pass through as they are.
func Of(p protocol.Protocol, items []Asked, closings []table.Closing, reasons map[string][]Reason) Document {
	now := closings[len(closings)-1].Counts
	f := Document{
		Format: feedbackFormat, Protocol: p.Hash(),
		Round: now.Round, Enrolled: now.Enrolled, Answered: now.Answered,
		Items: make([]ItemResult, 0, len(items)),
	}
	var shown map[string]int
	if p.Round(now.Round).Kind == delphi.StandingKind {
		f.Tick, shown = len(closings), LastShown(closings)
	}
	narrowing := verdict.Narrowing(p, closings[len(closings)-1])
	for _, i := range items {
		subject := subjectOf(p, i, now.Round)
		if subject == i.Kind {
			f.list(i, subject, closings, shown, reasons[subject])
		}
		if shown != nil && shown[subject] == 0 {
			f.Items = append(f.Items, unshown(i))
			continue
		}
		out := itemFeedback(p, i, subject, closings)
		out.Released = shown[subject]
		if n, selected := narrowing[subject]; selected {
			out.Verdict, out.Proposal = n.Verdict, n.Proposal
		}
		if told := reasons[i.Item.String()]; told != nil {
			out.Reasons = told
		}
		f.Items = append(f.Items, out)
	}
	return f
}

// subjectOf names what an item's counts are about in a round: itself where a ranking is
// first selected.
func subjectOf(p protocol.Protocol, i Asked, round int) string {
	k, _ := p.Kind(i.Kind)
	if k.In(p.Round(round).Kind) == delphi.SelectionForm {
		return i.Item.String()
	}
	return table.Subject(p, i.engine())
}

// list adds an item to its list.
func (d *Document) list(i Asked, kind string, closings []table.Closing, shown map[string]int, reasons []Reason) {
	at := slices.IndexFunc(d.Lists, func(l ListResult) bool { return l.Kind == kind })
	if at < 0 {
		at = len(d.Lists)
		now := lastOf(kind, closings)
		counts := countsOf(kind, now.Counts)
		l := ListResult{Kind: kind, Counts: counts, Tables: tablesOf(kind, counts, now.Tables), Reasons: []Reason{}, Released: shown[kind]}
		if reasons != nil {
			l.Reasons = reasons
		}
		d.Lists = append(d.Lists, l)
	}
	d.Lists[at].Items = append(d.Lists[at].Items, i.Item)
}

// unshown is an item of a standing round that no release has shown yet.
func unshown(i Asked) ItemResult {
	return ItemResult{
		Item: i.Item, Number: i.Number, Text: i.Text, Texts: i.Texts, Kind: i.Kind,
		Counts: table.ItemCounts{Item: i.Item.String(), Kind: i.Kind}, Tables: []table.Table{}, Reasons: []Reason{},
		Verdict: verdict.Verdict{Key: verdict.Open, Direction: verdict.NoDirection, Side: delphi.NoSide, IfDirection: verdict.NoDirection, IfSide: delphi.NoSide},
	}
}

func itemFeedback(p protocol.Protocol, i Asked, subject string, closings []table.Closing) ItemResult {
	item := i.engine()
	now := lastOf(subject, closings)
	out := ItemResult{
		Item: i.Item, Number: i.Number, Text: i.Text, Texts: i.Texts, Kind: i.Kind,
		Counts: countsOf(subject, now.Counts), Tables: tablesOf(i.Item.String(), table.ItemCounts{}, now.Tables),
		Figures: verdict.Measure(p, item, closings),
		Reasons: []Reason{},
	}
	if k, ok := p.Kind(i.Kind); ok {
		for _, c := range k.Criteria {
			out.Criteria = append(out.Criteria, CriterionResult{
				Criterion: c, Counts: countsOf(item.ID+"/"+c, now.Counts), Figures: verdict.MeasureOn(p, item, c, closings),
			})
		}
	}
	left := p.Answering(now.Counts.Round)
	if now.Counts.Interim {
		left = 1 // the deadline's release is still to come
	}
	out.Verdict, out.Proposal = verdict.Judge(p, item, closings, left)
	return out
}

// AddReasons puts the reasons of a closing, each the words of an answer to an item, beside
// their items, or their list: those whose digests are leaves of its tables R, with the
// side that was said, else with the place where the rule names places, and with its language
// where spoken, the count of all who gave one in the round, lets it be told.
func (d *Document) AddReasons(p protocol.Protocol, round uuid.UUID, closing table.Closing, reasons map[uuid.UUID][]delphi.Answer, spoken *table.Spoken) {
	if !ShowsReasons(p) && !slices.ContainsFunc(p.ItemKinds, func(k delphi.ItemKind) bool { return k.Kind == delphi.TextForm }) {
		return
	}
	told := func(name string) bool {
		return slices.ContainsFunc(closing.Tables, func(t table.Table) bool { return strings.HasPrefix(t.ID, "R/"+name+"/") })
	}
	languages := spoken.Told()
	for n := range d.Items {
		i := &d.Items[n]
		if told(i.Item.String()) {
			i.Reasons = reasonsOf(p, *i, i.Item.String(), round, reasons[i.Item], languages)
		}
	}
	for n := range d.Lists {
		l := &d.Lists[n]
		var all []delphi.Answer
		for _, item := range l.Items {
			all = append(all, reasons[item]...)
		}
		if told(l.Kind) {
			l.Reasons = reasonsOf(p, ItemResult{Kind: l.Kind, Counts: l.Counts}, l.Kind, round, all, languages)
		}
	}
}

// lastOf gives the last closing in which an item was rated: the last of all but
// for an item of a standing round that its newest release did not show.
func lastOf(subject string, closings []table.Closing) table.Closing {
	for n := len(closings) - 1; n >= 0; n-- {
		if slices.ContainsFunc(closings[n].Counts.Items, func(c table.ItemCounts) bool { return c.Item == subject }) {
			return closings[n]
		}
	}
	return table.Closing{}
}

func countsOf(subject string, c table.Counts) table.ItemCounts {
	for _, n := range c.Items {
		if n.Item == subject {
			return n
		}
	}
	return table.ItemCounts{Item: subject}
}

// tablesOf picks the tables of an item or a list: "A/<item>", "G/<item>/<group>" … Those
// of reasons are not repeated: they hold the digests of the reasons beside. A ranking's
// ties are those of its list, which a round has but one of.
func tablesOf(name string, counts table.ItemCounts, tables []table.Table) []table.Table {
	own := []table.Table{}
	for _, t := range tables {
		if parts := strings.Split(t.ID, "/"); len(parts) > 1 && (parts[1] == name && parts[0] != "R" || t.ID == table.TiesID && counts.List != nil) {
			own = append(own, t)
		}
	}
	return own
}

// reasonsOf puts reasons in the document's order, which is that of a digest: it
// comes from the words and the round alone, so it repeats after a crash and says
// nothing about who wrote when; languages are those that are told.
func reasonsOf(p protocol.Protocol, i ItemResult, name string, round uuid.UUID, reasons []delphi.Answer, languages map[string]bool) []Reason {
	type placed struct {
		digest [32]byte
		Reason
	}
	all := make([]placed, len(reasons))
	for n, r := range reasons {
		all[n] = placed{
			digest: sha256.Sum256([]byte("reason order v1" + round.String() + name + r.Reason)),
			Reason: Reason{Text: r.Reason, Outside: p.Feedback.Reasons == "outside-first" && outside(p, i, r)},
		}
		if languages[r.Language] {
			all[n].Lang = r.Language
		}
		if all[n].Side = r.Argues; all[n].Side == "" && len(i.Counts.Places) > 0 {
			all[n].Place = table.PlaceOf(p, i.Kind, r)
		}
	}
	slices.SortFunc(all, func(a, b placed) int {
		if c := bytes.Compare(a.digest[:], b.digest[:]); c != 0 {
			return c
		}
		// Equal words from two people: what differs is told, not who came first.
		if c := cmp.Or(cmp.Compare(a.Side, b.Side), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Lang, b.Lang)); c != 0 {
			return c
		}
		if a.Outside != b.Outside && a.Outside {
			return -1
		}
		if a.Outside != b.Outside {
			return 1
		}
		return 0
	})
	out := make([]Reason, len(all))
	for n, r := range all {
		out[n] = r.Reason
	}
	return out
}

// outside tells whether an answer lies outside the middle half of its round, where one
// is shown at all: neither of thirds nor of two camps.
func outside(p protocol.Protocol, i ItemResult, a delphi.Answer) bool {
	q1, ok1 := i.Figures.Q1.Float()
	q3, ok3 := i.Figures.Q3.Float()
	k, known := p.Kind(i.Kind)
	value, counted := k.Counted(a)
	if i.Figures.Thirds || i.Figures.Camps(i.Verdict) || !ok1 || !ok3 || !known || !counted {
		return false
	}
	return value < q1 || value > q3
}

// LastShown gives the number of each item's last release; releases are numbered
// from 1, and 0 is none yet.
func LastShown(releases []table.Closing) map[string]int {
	ticks := map[string]int{}
	for n, r := range releases {
		for _, i := range r.Counts.Items {
			ticks[i.Item] = n + 1
		}
	}
	return ticks
}

// ShowsReasons tells whether the protocol's feedback shows reasons.
func ShowsReasons(p protocol.Protocol) bool { return p.Feedback.Reasons != "none" }
