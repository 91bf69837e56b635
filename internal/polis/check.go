package polis

import (
	"errors"
	"fmt"
	"time"

	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/consultation/steering"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/richtext"
)

// Check refuses options that cannot work (Invalid, by field).
func (o Options) Check() error {
	var bad []fault.Field
	if o.Rounds < 1 || o.Rounds > MaxRounds {
		bad = append(bad, fault.Field{Name: "--rounds", Code: "out_of_range", Message: fmt.Sprintf("must be 1 to %d", MaxRounds), Args: map[string]any{"min": 1, "max": MaxRounds}})
	}
	if _, ok := labels[o.Language]; !ok {
		bad = append(bad, fault.Field{Name: "--language", Code: "unknown_language", Message: "must be it or en"})
	}
	if len(bad) > 0 {
		return fault.Bad(bad...)
	}
	return nil
}

// Check refuses a conversation that an import on the given day could not store whole:
// texts, their number and the options, by the rules of those who will store them. It
// names file, line and column.
func (c *Conversation) Check(o Options, now time.Time) error {
	if err := o.Check(); err != nil {
		return err
	}
	plan, err := c.plan(o, now)
	if err != nil {
		return err
	}
	var admitted []Comment
	for _, one := range c.Comments {
		if !one.Rejected {
			admitted = append(admitted, one)
			plan.Statements = append(plan.Statements, one.contribution().Statement())
		}
	}
	var f *fault.Fault
	if err := plan.Check(); errors.As(err, &f) {
		return c.placed(f, admitted)
	} else if err != nil {
		return err
	}
	for _, one := range admitted {
		if err := one.contribution().Check(); errors.As(err, &f) {
			return broken(one.place(), "%s", f.Fields[0].Message)
		}
	}
	return nil
}

// most is how many places a refusal names.
const most = 10

// placed says where in the export or the options the fields of a plan come from.
func (c *Conversation) placed(f *fault.Fault, admitted []Comment) error {
	places := map[string]string{
		"title":          place{file: summaryFile, column: "topic"}.String(),
		"question":       place{file: summaryFile, column: "conversation-description"}.String(),
		"origin_url":     place{file: summaryFile, column: "url"}.String(),
		"origin_licence": "--licence",
		"statements":     commentsFile,
	}
	for i, one := range admitted {
		places[fmt.Sprintf("statements[%d]", i)] = one.place().String()
	}
	out := fault.Bad()
	out.Message = "the conversation cannot be imported"
	for n, field := range f.Fields {
		if n == most {
			out.Message += fmt.Sprintf(" (the first %d of %d places)", most, len(f.Fields))
			break
		}
		if at := places[field.Name]; at != "" {
			field.Name = at
		}
		if field.Code == "too_many_items" {
			field.Message = fmt.Sprintf("has %d comments that were not rejected: at most %d can be imported", len(admitted), field.Args["max"])
		}
		out.Fields = append(out.Fields, field)
	}
	return out
}

// place is where a comment's text stands.
func (c Comment) place() place { return place{commentsFile, c.line, "comment-body"} }

// contribution is what a comment becomes, under no name yet.
func (c Comment) contribution() contribution.Foreign { return contribution.Foreign{Body: c.Body} }

// shown tells whether a rejected comment can stand among those that were not admitted:
// one without text or author, or longer than any contribution, is counted and no more.
func (c Comment) shown() bool { return c.Author != "" && c.contribution().Check() == nil }

// plan is what is known of the consultation before anything is stored.
func (c *Conversation) plan(o Options, now time.Time) (steering.ImportPlan, error) {
	protocol, err := protocol.Standing(protocol.StandingPlan{
		Language: o.Language, GroupName: labels[o.Language].group, Days: 1,
		LatestKeyDate: now.AddDate(1, 0, 0).Format(time.DateOnly),
	})
	if err != nil {
		return steering.ImportPlan{}, fmt.Errorf("polis: protocol: %w", err)
	}
	question := richtext.Plain(c.Description, 300)
	if question == "" {
		question = c.Title
	}
	address := c.URL
	if address == "" {
		address = "https://compdemocracy.org/polis"
	}
	return steering.ImportPlan{
		Title: c.Title, Question: question, Language: o.Language,
		Origin: consultation.Origin{Name: "Polis", URL: address, Licence: o.Licence}, Protocol: protocol,
	}, nil
}
