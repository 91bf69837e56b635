package participate

import (
	"testing"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/verdict"
)

// Where one's own answer lies is said only when both are known: never for thirds,
// for "I can't say", or for who missed the round.
func TestWhere(t *testing.T) {
	item := uuid.New()
	figures := verdict.Figures{Q1: stat.Of(5), Q3: stat.Of(7)}
	for _, c := range []struct {
		name    string
		last    map[uuid.UUID]delphi.Answer
		figures verdict.Figures
		want    string
	}{
		{"below", map[uuid.UUID]delphi.Answer{item: {Value: 4}}, figures, "low"},
		{"at the edge", map[uuid.UUID]delphi.Answer{item: {Value: 5}}, figures, "in"},
		{"above", map[uuid.UUID]delphi.Answer{item: {Value: 8}}, figures, "high"},
		{"cannot judge", map[uuid.UUID]delphi.Answer{item: {CannotJudge: true}}, figures, ""},
		{"missed", nil, figures, ""},
		{"undefined", map[uuid.UUID]delphi.Answer{item: {Value: 4}}, verdict.Figures{}, ""},
		{"thirds", map[uuid.UUID]delphi.Answer{item: {Value: 4}}, verdict.Figures{Thirds: true, Q1: stat.Of(5), Q3: stat.Of(7)}, ""},
	} {
		p := &paperView{Paper: ballot.Paper{Last: c.last}}
		if got := p.where(feedback.ItemResult{Item: item, Figures: c.figures}); got != c.want {
			t.Errorf("%s: %q, wants %q", c.name, got, c.want)
		}
	}
}

// The last round's answer is never what the form shows as chosen; the reader's own
// draft is, and one equal to the last is "keep".
func TestNothingIsChosen(t *testing.T) {
	item := uuid.New()
	i := consultation.Item{ID: item, Number: 1}
	p := &paperView{Paper: ballot.Paper{Last: map[uuid.UUID]delphi.Answer{item: {Value: 4}}}}
	if got := p.now(i); got != (typed{}) {
		t.Errorf("without a draft: %+v", got)
	}
	p.Draft = map[uuid.UUID]delphi.Answer{item: {Value: 4, Reason: "perché", Argues: delphi.For}}
	if got := p.now(i); got != (typed{Choice: keep, Reason: "perché", Argues: "for"}) {
		t.Errorf("a draft like the last answer: %+v", got)
	}
	p.Draft[item] = delphi.Answer{Value: 6}
	if got := p.now(i); got.Choice != "6" {
		t.Errorf("a draft unlike it: %+v", got)
	}
	p.Sent = fields{"answer_1": "9", "reason_1": "appena scritto", "argues_1": "against"}
	if got := p.now(i); got != (typed{"9", "appena scritto", "against"}) {
		t.Errorf("what was just sent: %+v", got)
	}
}

// fields are a form that was sent.
type fields map[string]string

func (f fields) Value(name string) string { return f[name] }
