package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/delphi/protocol"
	"delfi/internal/ledger"
	"delfi/internal/report/schema"
)

func groups(p protocol.Protocol) []schema.Group {
	out := make([]schema.Group, len(p.Panel.Groups))
	for n, g := range p.Panel.Groups {
		out[n] = schema.Group{ID: g.ID, Name: g.Name}
	}
	return out
}

func scales(p protocol.Protocol) map[string]schema.Scale {
	out := make(map[string]schema.Scale, len(p.ItemKinds))
	for _, k := range p.ItemKinds {
		out[k.ID] = schema.Scale{Points: k.Points, Low: k.Low, High: k.High, Classes: k.Classes}
	}
	return out
}

// stewards lists everybody who has steered until the publication, once each in a role.
func stewards(c consultation.Consultation) []schema.Steward {
	var out []schema.Steward
	for _, m := range c.Appointed {
		one := schema.Steward{Name: m.Name, Role: string(m.Role), Office: m.Office}
		if (c.PublishedAt.IsZero() || !m.Since.After(civiltime.Midnight(c.PublishedAt))) && !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

// Steers tells whether an entry of a type is an act of somebody; the others
// (documents, hashes) follow from acts.
func Steers(t ledger.Type) bool {
	return t == ledger.Act || t == ledger.Decision || t == ledger.RoundOpened
}

// acts counts what the staff and the system did, by office and kind.
func acts(entries []ledger.Entry) []schema.ActCount {
	out := []schema.ActCount{}
	for _, e := range entries {
		if !Steers(e.Type) {
			continue
		}
		n := slices.IndexFunc(out, func(a schema.ActCount) bool { return a.Kind == e.Kind && a.Role == e.Role })
		if n < 0 {
			out = append(out, schema.ActCount{Kind: e.Kind, Role: e.Role})
			n = len(out) - 1
		}
		out[n].Count++
	}
	slices.SortFunc(out, func(a, b schema.ActCount) int {
		return cmp.Or(strings.Compare(a.Role, b.Role), strings.Compare(a.Kind, b.Kind))
	})
	return out
}

// departures are the acts that change what was announced, whoever took them.
var departures = []consultation.Act{
	consultation.ActPostpone, consultation.ActExtend, consultation.ActClose, consultation.ActSuspend,
	consultation.ActSkip, consultation.ActReopen, consultation.ActDrop, consultation.ActForgo, consultation.ActReplace,
	consultation.ActCorrect,
}

// deviations lists the acts that departed from the plan or from the engine's
// proposal; those that have a reason to give, gave it.
func deviations(entries []ledger.Entry, imported bool) []schema.Deviation {
	out := []schema.Deviation{}
	for _, e := range entries {
		if imported && e.Kind == string(consultation.ActClose) {
			continue // it had no deadline: its end is that of the conversation
		}
		if Steers(e.Type) && departs(e) || against(e) {
			out = append(out, schema.Deviation{On: civiltime.Date(e.Minute), Kind: e.Kind, Target: e.Target, Reason: e.Reason})
		}
	}
	return out
}

// departs tells whether an act departs from what was announced. A round that the
// system closes ended at its deadline, unless a reason says otherwise, and a
// conclusion is ordinary unless the stopping rule asked for more.
func departs(e ledger.Entry) bool {
	act := consultation.Act(e.Kind)
	if act == consultation.ActConclude {
		var body struct{ Early bool }
		return json.Unmarshal([]byte(e.Body), &body) == nil && body.Early
	}
	if act == consultation.ActClose && e.Role == string(consultation.System) {
		return e.Reason != ""
	}
	return slices.Contains(departures, act)
}

// against tells whether an entry is a decision against the engine's proposal: one
// that follows it may carry a reason too.
func against(e ledger.Entry) bool {
	var body struct{ Proposed, Decided string }
	return e.Type == ledger.Decision && json.Unmarshal([]byte(e.Body), &body) == nil && body.Proposed != body.Decided
}

// date writes a date that was stored as UTC midnight; "" for none.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// some makes an empty list of a nil one: the document has lists, not nulls.
func some(ids []uuid.UUID) []uuid.UUID {
	if ids == nil {
		return []uuid.UUID{}
	}
	return ids
}
