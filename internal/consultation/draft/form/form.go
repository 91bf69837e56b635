package form

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/prose"
	"delfi/internal/pseudonym"
	"delfi/internal/richtext"
)

// DraftForm is all that the drafting form has, as it was typed: a failing form
// comes back with every character. Field names in faults are these keys in
// snake case, e.g. "commitment_quotation", "moderators", "share_permille".
type Form struct {
	Slug, Language, Title, Question, Background                                   string
	CommitmentQuotation, CommitmentDecider, CommitmentSubject, CommitmentDecideBy string // date 2006-01-02
	CommitmentReplyDays, CommitmentAct, CommitmentSignatory                       string
	CommitmentMoney, CommitmentLeftOut                                            string
	Moderators, Facilitators                                                      []string          // ids of officers
	Offices                                                                       map[string]string // id of an officer → office
	StartsOn                                                                      string            // date 2006-01-02
	GatherDays, AnswerDays, AnswerRounds                                          string
	Points, LowLabel, HighLabel                                                   string // 2..11
	SharePermille                                                                 string // ≥ 660
	CannotJudge                                                                   string // "on" or ""
	GroupName                                                                     string // the one group, e.g. "Cittadini"
	AnonymityMode                                                                 string // sealed-key, held-code; "" is sealed-key
	// Protocol is the protocol document as far as it is written (docs/METHOD.md §10), in the
	// place of the fields from GatherDays on; "" where those are used. The consultation's
	// language, the reply's term and, where it is left out, the last day of the key are put
	// into it.
	Protocol string
	Items    []Item // that are given with the protocol, in their order
}

// Document is the draft as it is stored, JSON.
func (f Form) Document() (string, error) {
	b, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("draft: %w", err)
	}
	return string(b), nil
}

// Parse reads a stored draft.
func Parse(document string) (Form, error) {
	var f Form
	if err := json.Unmarshal([]byte(document), &f); err != nil {
		return Form{}, fmt.Errorf("draft: %w", err)
	}
	return f, nil
}

// Version names a draft as it stands; an edit that was begun from another is refused.
func (f Form) Version() (string, error) {
	document, err := f.Document()
	if err != nil {
		return "", err
	}
	return prose.Version(document), nil
}

// Unchanged refuses to store told over a draft that is no longer of a version.
func (f Form) Unchanged(version string, told Form) error {
	now, err := f.Version()
	if err != nil || version == "" || version == now {
		return err
	}
	same, err := told.Version()
	if err != nil || same == now {
		return err
	}
	return fault.New(fault.Conflict, "draft_changed", "somebody has changed this draft meanwhile")
}

// Sketch gives the protocol that a stored draft would freeze; false for one that is not
// valid yet, which is the desk's to name (Missing).
func Sketch(document string) (protocol.Protocol, bool, error) {
	f, err := Parse(document)
	if err != nil {
		return protocol.Protocol{}, false, err
	}
	d, err := f.Read()
	if err != nil || !d.Complete() {
		return protocol.Protocol{}, false, nil
	}
	p, err := d.Protocol()
	return p, err == nil, nil
}

// Missing is one thing that an announcement waits for.
type Missing struct {
	Field, Code, Message string
	Args                 map[string]any // of the words of the code
}

// Draft is a form that was read; what was left blank is zero.
type Draft struct {
	Slug, language, title, question, background string
	Commitment                                  consultation.Commitment
	Moderators, Facilitators                    []office.ID
	offices                                     map[string]string
	startsOn                                    time.Time // midnight UTC of the day
	gatherDays, answerDays, answerRounds        int
	points, share                               int
	low, high, group                            string
	cannotJudge                                 bool
	mode                                        pseudonym.Mode
	document                                    map[string]any // the protocol document; nil where the fields above are used
	Given                                       []Item
}

// reader collects what cannot be stored while a form is read.
type reader struct{ bad []fault.Field }

func (r *reader) fail(name, code, message string, args map[string]any) {
	r.bad = append(r.bad, fault.Field{Name: name, Code: code, Message: message, Args: args})
}

// text reads free text; blank is "".
func (r *reader) text(name, typed string, limit int) string {
	return prose.Field{Name: name, Max: limit}.Read(typed, &r.bad)
}

// markdown reads free text that is shown rendered.
func (r *reader) markdown(name, typed string, limit int) string {
	return prose.Field{Name: name, Max: limit, Rendered: richtext.Words}.Read(typed, &r.bad)
}

// line reads free text of one line.
func (r *reader) line(name, typed string, limit int) string {
	return prose.Field{Name: name, Max: limit, Line: true}.Read(typed, &r.bad)
}

// needed is line for a field that cannot be blank.
func (r *reader) needed(name, typed string, limit int) string {
	return prose.Field{Name: name, Max: limit, Needed: true, Line: true}.Read(typed, &r.bad)
}

func (r *reader) number(name, typed string, low, high int) int {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	if err != nil {
		r.fail(name, "not_a_number", "is not a whole number", nil)
		return 0
	}
	if n < low || n > high {
		r.fail(name, "out_of_range", fmt.Sprintf("is not between %d and %d", low, high), map[string]any{"min": low, "max": high})
	}
	return n
}

func (r *reader) date(name, typed string) time.Time {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, typed)
	if err != nil || t.Year() < 2000 || t.Year() > 2199 {
		r.fail(name, "not_a_date", "is not a date like 2026-04-20", nil)
		return time.Time{}
	}
	return t
}

func (r *reader) people(name string, typed []string) []office.ID {
	var out []office.ID
	for _, t := range typed {
		if strings.TrimSpace(t) == "" {
			continue
		}
		id, err := uuid.Parse(t)
		if err != nil {
			r.fail(name, "unknown_person", "names a person who is not known here", nil)
			return nil
		}
		if id := office.ID(id); !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Read gives the form's values, or Invalid with every field that cannot be
// stored. Blank is storable, but for address and title.
func (f Form) Read() (Draft, error) {
	var r reader
	d := Draft{
		Slug:       r.line("slug", f.Slug, 80),
		language:   strings.TrimSpace(f.Language),
		title:      r.needed("title", f.Title, 200),
		question:   r.line("question", f.Question, 400),
		background: r.markdown("background", f.Background, 20000),
		Commitment: consultation.Commitment{
			Quotation: r.text("commitment_quotation", f.CommitmentQuotation, 1000),
			Decider:   r.line("commitment_decider", f.CommitmentDecider, 200),
			Subject:   r.line("commitment_subject", f.CommitmentSubject, 400),
			DecideBy:  r.date("commitment_decide_by", f.CommitmentDecideBy),
			ReplyDays: r.number("commitment_reply_days", f.CommitmentReplyDays, 1, 365),
			Act:       r.line("commitment_act", f.CommitmentAct, 200),
			Signatory: r.line("commitment_signatory", f.CommitmentSignatory, 200),
			Money:     r.line("commitment_money", f.CommitmentMoney, 1000),
			LeftOut:   r.line("commitment_left_out", f.CommitmentLeftOut, 1000),
		},
		Moderators:   r.people("moderators", f.Moderators),
		Facilitators: r.people("facilitators", f.Facilitators),
		startsOn:     r.date("starts_on", f.StartsOn),
		gatherDays:   r.number("gather_days", f.GatherDays, 1, 120),
		answerDays:   r.number("answer_days", f.AnswerDays, 1, 120),
		answerRounds: r.number("answer_rounds", f.AnswerRounds, 2, 9),
		points:       r.number("points", f.Points, 2, 11),
		share:        r.number("share_permille", f.SharePermille, 660, 1000),
		low:          r.line("low_label", f.LowLabel, 80),
		high:         r.line("high_label", f.HighLabel, 80),
		group:        r.line("group_name", f.GroupName, 80),
		cannotJudge:  f.CannotJudge != "",
		mode:         pseudonym.Mode(f.AnonymityMode),
	}
	switch d.mode {
	case "":
		d.mode = pseudonym.SealedKey
	case pseudonym.SealedKey, pseudonym.HeldCode:
	default:
		r.fail("anonymity_mode", "unknown_mode", "choose sealed-key or held-code", nil)
	}
	r.document(&d, f.Protocol)
	r.items(&d, f.Items)
	d.offices = make(map[string]string, len(f.Offices))
	for id, office := range f.Offices {
		d.offices[id] = r.line("office_"+id, office, 200)
	}
	if d.Slug == "" {
		r.fail("slug", "required", "give the consultation an address", nil)
	} else {
		r.bad = append(r.bad, consultation.CheckSlug(d.Slug)...)
	}
	if d.language != "it" && d.language != "en" {
		r.fail("language", "unknown_language", "choose it or en", nil)
	}
	if len(r.bad) > 0 {
		return Draft{}, fault.Bad(r.bad...)
	}
	return d, nil
}

// StartsAt is the instant at which round 1 opens by itself; zero without a date.
func (d Draft) StartsAt() time.Time {
	if d.startsOn.IsZero() {
		return time.Time{}
	}
	y, m, day := d.startsOn.Date()
	return time.Date(y, m, day, consultation.OpeningHour, 0, 0, 0, civiltime.Rome).UTC()
}

// Required lists what is blank and must not be when the consultation is announced.
func (d Draft) Required() []Missing {
	var out []Missing
	need := func(blank bool, field, message string) {
		if blank {
			out = append(out, Missing{Field: field, Code: "required", Message: message})
		}
	}
	c := d.Commitment
	need(d.question == "", "question", "the question is missing")
	need(c.Quotation == "", "commitment_quotation", "the sentence in which the administration commits itself is missing")
	need(c.Decider == "", "commitment_decider", "who decides is missing")
	need(c.Subject == "", "commitment_subject", "what is decided is missing")
	need(c.DecideBy.IsZero(), "commitment_decide_by", "by when it is decided is missing")
	need(c.ReplyDays == 0, "commitment_reply_days", "within how many days the administration replies is missing")
	need(c.Act == "", "commitment_act", "the act by which the administration commits itself is missing")
	need(c.Signatory == "", "commitment_signatory", "who signs the commitment is missing")
	need(d.startsOn.IsZero(), "starts_on", "the day on which the first round opens is missing")
	if d.document != nil {
		return out
	}
	need(d.gatherDays == 0, "gather_days", "how long contributions are gathered is missing")
	need(d.answerDays == 0, "answer_days", "how long a round of answers lasts is missing")
	need(d.answerRounds == 0, "answer_rounds", "how many rounds of answers there are is missing")
	need(d.points == 0, "points", "the points of the scale are missing")
	need(d.low == "", "low_label", "the words for the scale's low end are missing")
	need(d.high == "", "high_label", "the words for the scale's high end are missing")
	need(d.share == 0, "share_permille", "the share that makes a consensus is missing")
	need(d.group == "", "group_name", "the name of the group is missing")
	return out
}

// Dated lists what is wrong with the dates on the day now.
func (d Draft) Dated(now time.Time) []Missing {
	var out []Missing
	if !d.startsOn.IsZero() && d.StartsAt().Before(consultation.Morning(now, 0)) {
		out = append(out, Missing{Field: "starts_on", Code: "in_the_past", Message: "the first round would open in the past"})
	}
	if by := d.Commitment.DecideBy; !by.IsZero() && !d.startsOn.IsZero() && !by.After(d.startsOn) {
		out = append(out, Missing{Field: "commitment_decide_by", Code: "too_early", Message: "it would be decided before the panel has answered"})
	}
	return out
}

// Complete tells whether the form holds all that a protocol is made from.
func (d Draft) Complete() bool {
	if d.document != nil {
		return !d.startsOn.IsZero() && d.Commitment.ReplyDays > 0
	}
	return !d.startsOn.IsZero() && d.gatherDays > 0 && d.answerDays > 0 && d.answerRounds > 0 &&
		d.points > 0 && d.share > 0 && d.Commitment.ReplyDays > 0 && d.low != "" && d.high != "" && d.group != ""
}

// panelGroup is the id of the one group of a drafted panel.
const panelGroup = "panel"

// Protocol builds the protocol of the classical variant that a complete form
// asks for. Its latest key date is the earliest that the plan allows. A round may
// be closed by hand on any day: the public reason is the guard against haste.
func (d Draft) Protocol() (protocol.Protocol, error) {
	if d.document != nil {
		return d.written()
	}
	asked := protocol.ClassicalPlan{
		Language: d.language, GroupID: panelGroup, GroupName: d.group,
		Points: d.points, Low: d.low, High: d.high, CannotJudge: d.cannotJudge,
		GatherDays: d.gatherDays, AnswerDays: d.answerDays, AnswerRounds: d.answerRounds,
		SharePermille: d.share, ReplyDays: d.Commitment.ReplyDays,
		// Any date will do for a sketch; the real one follows from its rounds.
		LatestKeyDate: d.startsOn.Format(time.DateOnly),
	}
	sketch, err := protocol.Classical(asked)
	if err != nil {
		return protocol.Protocol{}, err
	}
	asked.LatestKeyDate = consultation.KeyDate(sketch, consultation.Plan(uuid.Nil, sketch, d.StartsAt())).Format(time.DateOnly)
	p, err := protocol.Classical(asked)
	p.Anonymity.Mode = string(d.mode)
	for i := range p.Rounds {
		p.Rounds[i].MinDays = 0
	}
	return p, err
}

// Unfit turns the engine's refusal of a protocol into what the draft misses; any
// other error stays one.
func Unfit(err error) ([]Missing, error) {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		return nil, err
	}
	var out []Missing
	for _, field := range f.Fields {
		where := field.Name + ": " + field.Message
		out = append(out, Missing{Field: "protocol", Code: "protocol_unfit", Message: where, Args: map[string]any{"where": where}})
	}
	return out, nil
}

// Fill takes over what a form says.
func Fill(c *consultation.Consultation, f Form, d Draft) error {
	document, err := f.Document()
	if err != nil {
		return err
	}
	c.Form = document
	c.Slug, c.Language, c.Title, c.Question, c.Background = d.Slug, d.language, d.title, d.question, d.background
	c.StartsAt, c.Commitment = d.StartsAt(), d.Commitment
	c.Protocol = protocol.Protocol{}
	if d.Complete() {
		if p, err := d.Protocol(); err == nil {
			c.Protocol = p
		}
	}
	return nil
}
