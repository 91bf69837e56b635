package verify

import (
	"fmt"

	"delfi/internal/consultation"
	"delfi/internal/report/schema"
	"delfi/internal/verify/joining"
)

// joined checks the statements that joined after a round.
func (r *reading) joined() error {
	var lists []joining.List
	for _, e := range r.closings {
		lists = append(lists, joining.List{
			Round: e.round.Number, Opened: e.round.Opened.N, File: r.path(fmt.Sprintf("rounds/%d/items.json", e.round.Number)), Items: e.items, Feedback: e.feedback,
		})
	}
	return joining.Check(r.protocol, r.life.Joins, lists)
}

// briefOf puts into a round of the opinion the words that the log says last about it, in each
// language; those that were removed by law stay as the opinion has them.
func (r *reading) briefOf(o *schema.Round) {
	was := o.Brief
	o.Brief = nil
	w := r.life.Rounds[o.Number]
	if w == nil || w.Brief == nil {
		return
	}
	e := w.Brief.Record
	if e.Removed {
		if was != nil && was.Version == w.Brief.Version {
			o.Brief = was
		}
		return
	}
	o.Brief = &schema.Brief{Version: w.Brief.Version, Text: e.Texts["text"]}
	for _, lang := range consultation.Translatable {
		if words := e.Texts["text."+lang]; words != "" {
			if o.Brief.Texts == nil {
				o.Brief.Texts = map[string]string{}
			}
			o.Brief.Texts[lang] = words
		}
	}
}
