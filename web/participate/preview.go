package participate

import (
	"slices"

	"github.com/a-h/templ"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/web/dossier"
)

// Preview draws items as the panel of a consultation is asked about them in its first round of
// answers, by the templates of the form itself. It has no form around it: nothing is sent.
func Preview(c consultation.Consultation, items []consultation.Item) templ.Component {
	p := &paperView{view: view{dossier.View{Consultation: c}}, sheet: &sheet{}}
	n := slices.IndexFunc(c.Protocol.Rounds, func(r protocol.RoundPlan) bool { return r.Kind != delphi.Gather })
	p.Paper = ballot.Paper{Items: items, Round: consultation.Round{Number: n + 1, Kind: c.Protocol.Round(n + 1).Kind}}
	return preview(p)
}
