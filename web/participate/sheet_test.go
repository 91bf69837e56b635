package participate

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/ballot"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi"
	"delfi/internal/delphi/stat"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui"
)

// A form drawn from pieces that others' forms left is, byte by byte, the form that
// nobody was before: whatever was answered last time, is chosen now, was taken out,
// or is wrong with what was sent, in both languages and both layouts.
func TestPiecesShowNobodyElses(t *testing.T) {
	items := []consultation.Item{{ID: uuid.New(), Number: 1, Text: "La via chiude.", Kind: "k"}, {ID: uuid.New(), Number: 2, Text: "La via resta <aperta>.", Was: "La via è aperta.", Kind: "k"}}
	document := &feedback.Document{Round: 2}
	for _, i := range items {
		document.Items = append(document.Items, feedback.ItemResult{
			Item: i.ID, Number: i.Number, Kind: "k",
			Figures: verdict.Figures{N: 40, Histogram: []int{1, 2, 3, 4, 10, 10, 5, 3, 2}, Q1: stat.Of(4), Median: stat.Of(5), Q3: stat.Of(7)},
			Reasons: []feedback.Reason{{Text: "perché sì", Outside: true, Side: "for"}, {Text: "perché no", Side: "against"}},
		})
	}
	var v view
	v.Slug, v.Language = "x", "it"
	v.Protocol.ItemKinds = []delphi.ItemKind{{ID: "k", Points: 9, CannotJudge: true}}
	v.Protocol.Feedback.AskReasonOutsideIQR = true
	var shared sheets
	var first *feedback.Document
	n := 0
	for _, feedback := range []*feedback.Document{document, first} {
		for _, lang := range i18n.Languages {
			for last := -1; last <= 10; last++ {
				for now := 0; now <= 10; now += 2 {
					p := &paperView{view: v, Paper: ballot.Paper{Items: items, Feedback: feedback, Shuffle: fmt.Append(nil, last), Draft: map[uuid.UUID]delphi.Answer{}}}
					p.All, p.At = now%4 == 0, 1+n%2
					answer := func(value int) delphi.Answer {
						if value == 10 {
							return delphi.Answer{CannotJudge: true}
						}
						return delphi.Answer{Value: value}
					}
					if last >= 0 && feedback != nil {
						p.Last = map[uuid.UUID]delphi.Answer{}
						if last > 0 {
							p.Last[items[n%2].ID] = answer(last)
						}
					}
					if now > 0 {
						a := answer(now)
						a.Reason = strings.Repeat("mio ", n%2)
						p.Draft[items[0].ID] = a
					}
					if n%5 == 0 {
						p.Sent = fields{"answer_1": "12", "reason_1": "x"}
						p.Problems = ui.ProblemsOf(fault.Bad(fault.Field{Name: "answer_1", Code: "out_of_scale", Message: "choose", Args: map[string]any{"min": 1, "max": 9}}))
					}
					q := &page.Request{Printer: i18n.Printer{Lang: lang}}
					draw := func(from *sheets) string {
						p.sheet = sheetOf(from, p.Consultation, p.Paper, lang)
						var b bytes.Buffer
						for _, s := range p.shown() {
							if err := p.own(s.Items[0]).Render(page.With(t.Context(), q), &b); err != nil {
								t.Fatal(err)
							}
						}
						return b.String()
					}
					if warm, cold := draw(&shared), draw(&sheets{}); warm != cold {
						t.Fatalf("%s, last %d, now %d:\n%s\ninstead of\n%s", lang, last, now, warm, cold)
					}
					n++
				}
			}
		}
	}
	// What was sent is drawn for its sender alone: it may be anything, and fills no cache.
	sent := &paperView{view: v, All: true, Paper: ballot.Paper{Items: items, Feedback: document}, Sent: fields{"answer_1": strings.Repeat("0", 1<<20) + "5"}}
	sent.sheet = sheetOf(&shared, v.Consultation, sent.Paper, "it")
	before := sent.sheet.Len()
	for _, i := range items {
		if err := sent.own(i).Render(page.With(t.Context(), &page.Request{Printer: i18n.Printer{Lang: "it"}}), io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	if sent.sheet.Len() != before {
		t.Errorf("%d pieces are kept of what was sent", sent.sheet.Len()-before)
	}
	if n := sheetOf(&shared, consultation.Consultation{}, ballot.Paper{Items: items, Feedback: document}, "it").Len(); n < 30 {
		t.Errorf("%d pieces are kept", n)
	}
}

// What one reader's form of 20 statements costs to draw, a hundred reasons about
// each and every reader with other answers.
func BenchmarkForm(b *testing.B) {
	document := &feedback.Document{Round: 2}
	var items []consultation.Item
	for n := range 20 {
		i := consultation.Item{ID: uuid.New(), Number: n + 1, Text: "La via chiude.", Kind: "k"}
		f := feedback.ItemResult{
			Item: i.ID, Number: i.Number, Kind: "k",
			Figures: verdict.Figures{N: 40, Histogram: []int{1, 2, 3, 4, 10, 10, 5, 3, 2}, Q1: stat.Of(4), Median: stat.Of(5), Q3: stat.Of(7)},
		}
		for r := range 100 {
			f.Reasons = append(f.Reasons, feedback.Reason{Text: fmt.Sprint("perché la via è stretta ", r), Outside: r%3 == 0})
		}
		items, document.Items = append(items, i), append(document.Items, f)
	}
	var v view
	v.Slug, v.Language = "x", "it"
	v.Protocol.ItemKinds = []delphi.ItemKind{{ID: "k", Points: 9, CannotJudge: true}}
	var shared sheets
	q := &page.Request{Printer: i18n.Printer{Lang: "it"}}
	ctx := page.With(b.Context(), q)
	var out bytes.Buffer
	reader := 0
	b.ReportAllocs()
	for b.Loop() {
		reader++
		p := &paperView{view: v, All: true, Paper: ballot.Paper{Items: items, Feedback: document, Shuffle: fmt.Append(nil, reader), Last: map[uuid.UUID]delphi.Answer{}}}
		for k, i := range items {
			p.Last[i.ID] = delphi.Answer{Value: 1 + (reader+k)%9}
		}
		p.sheet = sheetOf(&shared, p.Consultation, p.Paper, "it")
		out.Reset()
		for _, i := range items {
			if err := p.own(i).Render(ctx, &out); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(out.Len()), "bytes")
}
