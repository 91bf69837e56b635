package consultation

import (
	"delfi/internal/fault"
)

// Text names a text of a consultation that neither the protocol nor the commitment's promise
// binds: it can be corrected after the announcement, in public. Who decides, on what, by when
// and the quoted promise are not among them, nor is anything that the panel is asked.
type Text string

// The texts that can be corrected.
const (
	TitleText      Text = "title"
	QuestionText   Text = "question" // until a round has opened: it is what people write and answer to
	BackgroundText Text = "background"
	ActText        Text = "act" // of the commitment, as the three after it
	SignatoryText  Text = "signatory"
	MoneyText      Text = "money"
	LeftOutText    Text = "left_out"
)

// Texts lists them, in the order of the pages.
var Texts = []Text{TitleText, QuestionText, BackgroundText, ActText, SignatoryText, MoneyText, LeftOutText}

// Target names a text in the record.
func (t Text) Target() string { return "text " + string(t) }

// Field names a text among TextFields.
func (t Text) Field() string {
	switch t {
	case ActText, SignatoryText, MoneyText, LeftOutText:
		return "commitment_" + string(t)
	}
	return string(t)
}

// Words is the place of a text in its consultation; nil for a name that is none's.
func (c *Consultation) Words(t Text) *string {
	switch t {
	case TitleText:
		return &c.Title
	case QuestionText:
		return &c.Question
	case BackgroundText:
		return &c.Background
	case ActText:
		return &c.Commitment.Act
	case SignatoryText:
		return &c.Commitment.Signatory
	case MoneyText:
		return &c.Commitment.Money
	case LeftOutText:
		return &c.Commitment.LeftOut
	}
	return nil
}

// Correctable tells whether a text may be corrected by now: nil, NotFound for a name that is
// no text's, or Conflict "question_asked" for the question once a round has opened. That the
// stage and the role allow it is told by Stage.Step (ActCorrect).
func (c Consultation) Correctable(t Text) error {
	switch {
	case c.Words(t) == nil:
		return fault.New(fault.NotFound, "not_found", "there is no such text")
	case t == QuestionText && c.LastHeld() != nil:
		return fault.New(fault.Conflict, "question_asked", "the question was put to the panel: it stays as it was")
	}
	return nil
}
