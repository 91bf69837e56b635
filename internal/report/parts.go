package report

import (
	"cmp"
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

// acts counts what the staff and the system did, by office and kind.
func acts(entries []ledger.Entry) []schema.ActCount {
	out := []schema.ActCount{}
	for _, e := range entries {
		if !schema.Steers(string(e.Type)) {
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

// deviations lists the acts that departed from the plan or from the engine's
// proposal; those that have a reason to give, gave it.
func deviations(entries []ledger.Entry, imported bool) []schema.Deviation {
	out := []schema.Deviation{}
	for _, e := range entries {
		if schema.Departs(string(e.Type), e.Kind, e.Role, e.Reason, e.Body, imported) {
			out = append(out, schema.Deviation{On: civiltime.Date(e.Minute), Kind: e.Kind, Target: e.Target, Reason: e.Reason})
		}
	}
	return out
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
