package feedback

import (
	"slices"

	"github.com/google/uuid"

	"delfi/internal/delphi"
	"delfi/internal/delphi/table"
	"delfi/internal/delphi/verdict"
)

// Feedback is the stored document about one round, decoded. Every figure in it
// comes from its tables.
type Document struct {
	Format   string       `json:"format"`   // "delfi feedback v1"
	Protocol string       `json:"protocol"` // hash of the frozen protocol
	Round    int          `json:"round"`
	Tick     int          `json:"tick"` // number of the release in a standing round; 0 otherwise
	Enrolled int          `json:"enrolled"`
	Answered int          `json:"answered"`
	Items    []ItemResult `json:"items"`
	Lists    []ListResult `json:"lists,omitempty"` // of the kinds whose items are answered as one list
}

// In gives the document as it is read in a further language: the texts of its items are of that
// language where they have words in it. Nil is nil.
func (d *Document) In(lang string) *Document {
	if d == nil || !slices.ContainsFunc(d.Items, func(i ItemResult) bool { return i.Texts[lang] != "" }) {
		return d
	}
	read := *d
	read.Items = slices.Clone(d.Items)
	for n, i := range read.Items {
		if text := i.Texts[lang]; text != "" {
			read.Items[n].Original, read.Items[n].Text, read.Items[n].Language = i.Text, text, lang
		}
	}
	return &read
}

// ItemResult is what the document says about one item.
type ItemResult struct {
	Item     uuid.UUID        `json:"item"`
	Number   int              `json:"number"`
	Text     string           `json:"text"`
	Kind     string           `json:"kind"`
	Counts   table.ItemCounts `json:"counts"` // of the item, of its deciding criterion, or of its list
	Tables   []table.Table    `json:"tables"` // those that the rule names, but R, and but those of its list
	Figures  verdict.Figures  `json:"figures"`
	Verdict  verdict.Verdict  `json:"verdict"`
	Proposal verdict.Proposal `json:"proposal"`
	Reasons  []Reason         `json:"reasons"`
	Released int              `json:"released"` // standing round: the tick that released these figures; 0 otherwise

	Texts    map[string]string `json:"texts,omitempty"` // Text by further language
	Original string            `json:"-"`               // Text in the first language, where it is read in another (In); ""
	Language string            `json:"-"`               // of Text, where it is read in another than the first; ""

	Criteria []CriterionResult `json:"criteria,omitempty"` // of a criteria item, in the protocol's order
}

// CriterionResult is what the document says about one criterion of an item.
type CriterionResult struct {
	Criterion string           `json:"criterion"`
	Counts    table.ItemCounts `json:"counts"`
	Figures   verdict.Figures  `json:"figures"`
}

// ListResult is what the document says about a list of items that are answered together:
// its figures, verdict and proposal stand with each of its items.
type ListResult struct {
	Kind     string           `json:"kind"` // id of the items' kind
	Items    []uuid.UUID      `json:"items"`
	Counts   table.ItemCounts `json:"counts"`
	Tables   []table.Table    `json:"tables"` // those of the list as a whole, but R
	Reasons  []Reason         `json:"reasons"`
	Released int              `json:"released"` // as an item's
}

// AllReasons gives every reason of the document, in its place.
func (d *Document) AllReasons() []*Reason {
	var out []*Reason
	for i := range d.Items {
		for n := range d.Items[i].Reasons {
			out = append(out, &d.Items[i].Reasons[n])
		}
	}
	for i := range d.Lists {
		for n := range d.Lists[i].Reasons {
			out = append(out, &d.Lists[i].Reasons[n])
		}
	}
	return out
}

// Reason is one panelist's reason, without its author.
type Reason struct {
	Text    string      `json:"text"`
	Removed string      `json:"removed,omitempty"` // digest of a text that was removed by law: a stub stands in its place
	Lang    string      `json:"lang,omitempty"`    // of the text, where it is a further one of the consultation and enough people wrote in it; "" for its first, or not told
	Outside bool        `json:"outside"`           // from outside the middle half that its round shows
	Side    delphi.Side `json:"side"`              // "against", "for" or "neither", as its author said; "" for not said
	Place   table.Place `json:"place"`             // where the answer beside it lies, "low", "middle", "high", "none" (who cannot judge); "" with a side, and where the rule does not tell it
}
