package form

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account/office"
	"delfi/internal/civiltime"
	"delfi/internal/consultation"
	"delfi/internal/delphi"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/prose"
)

// Form is a draft as it was typed: what is refused comes back with every character. Fields
// in faults are these names in snake case ("commitment_quotation", "moderators"), those of the
// protocol are paths into its document ("rounds[1].days").
type Form struct {
	Slug, Language, Title, Question, Background                                   string
	CommitmentQuotation, CommitmentDecider, CommitmentSubject, CommitmentDecideBy string // date 2006-01-02
	CommitmentAct, CommitmentSignatory                                            string
	CommitmentMoney, CommitmentLeftOut                                            string
	Moderators, Facilitators                                                      []string          // ids of officers
	Offices                                                                       map[string]string // id of an officer → office
	StartsOn                                                                      string            // date 2006-01-02
	// Translations of the texts by further language and field (consultation.TextFields).
	Translations map[string]map[string]string `json:",omitempty"`
	// Protocol is the protocol document as far as it is written (docs/METHOD.md §10). Its first
	// language is Language; the last day of the key may be left out, and follows from the rounds.
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

// Parse reads a stored draft. One that was stored with fields of its own for a classical
// question is read into a protocol document, whole.
func Parse(document string) (Form, error) {
	var f Form
	if err := json.Unmarshal([]byte(document), &f); err != nil {
		return Form{}, fmt.Errorf("draft: %w", err)
	}
	var old flat
	if err := json.Unmarshal([]byte(document), &old); err != nil {
		return Form{}, fmt.Errorf("draft: %w", err)
	}
	if old != (flat{}) {
		if d := old.document(f); d.root != nil {
			f.Protocol = d.String()
		}
	}
	return f, nil
}

// Plan is the protocol document of the draft, as far as it can be read.
func (f Form) Plan() Document {
	d, err := decode(f.Protocol)
	if err != nil {
		return Document{}
	}
	return d
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

// Whole gives the protocol and the items of a draft, with or without a day to begin on; false
// where the document does not hold yet.
func (f Form) Whole() (protocol.Protocol, []consultation.Item, bool) {
	d, err := f.Read()
	if err != nil {
		return protocol.Protocol{}, nil, false
	}
	p, err := d.Protocol()
	if err != nil {
		return protocol.Protocol{}, nil, false
	}
	return p, d.Items(p), true
}

// Draft is a form that was read; what was left blank is zero.
type Draft struct {
	Slug, language, title, question, background string
	Commitment                                  consultation.Commitment
	Moderators, Facilitators                    []office.ID
	offices                                     map[string]string
	startsOn                                    time.Time // midnight UTC of the day
	document                                    Document
	Given                                       []Item
	texts                                       map[string]string            // those around the protocol, by field
	translations                                map[string]map[string]string // of them, by further language
}

// reader collects what cannot be stored while a form is read.
type reader struct{ bad []fault.Field }

func (r *reader) fail(name, code, message string, args map[string]any) {
	r.bad = append(r.bad, fault.Field{Name: name, Code: code, Message: message, Args: args})
}

// line reads free text of one line.
func (r *reader) line(name, typed string, limit int) string {
	return prose.Field{Name: name, Max: limit, Line: true}.Read(typed, &r.bad)
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
	typed := map[string]string{}
	for _, field := range consultation.TextFields {
		typed[field] = r.words(field, field, *f.own(field))
	}
	d := Draft{
		Slug:       r.line("slug", f.Slug, 80),
		language:   strings.TrimSpace(f.Language),
		title:      typed["title"],
		question:   typed["question"],
		background: typed["background"],
		Commitment: consultation.Commitment{
			Quotation: typed["commitment_quotation"],
			Decider:   typed["commitment_decider"],
			Subject:   typed["commitment_subject"],
			DecideBy:  r.date("commitment_decide_by", f.CommitmentDecideBy),
			Act:       typed["commitment_act"],
			Signatory: typed["commitment_signatory"],
			Money:     typed["commitment_money"],
			LeftOut:   typed["commitment_left_out"],
		},
		texts:        typed,
		Moderators:   r.people("moderators", f.Moderators),
		Facilitators: r.people("facilitators", f.Facilitators),
		startsOn:     r.date("starts_on", f.StartsOn),
	}
	document, bad := ReadDocument(f.Protocol)
	if bad != nil {
		if bad.Code == codeLong {
			bad.Name = cmp.Or(f.Plan().longest(), bad.Name)
		}
		r.bad = append(r.bad, *bad)
	}
	d.document = document
	d.Commitment.ReplyDays = d.replyDays()
	r.items(&d, f.Items)
	r.translations(f, &d)
	d.offices = make(map[string]string, len(f.Offices))
	for id, office := range f.Offices {
		d.offices[id] = r.line("office_"+id, office, 200)
	}
	if d.Slug == "" {
		r.fail("slug", "required", "give the consultation an address", nil)
	} else {
		r.bad = append(r.bad, consultation.CheckSlug(d.Slug)...)
	}
	if !slices.Contains(consultation.Languages, d.language) {
		r.fail("language", "unknown_language", "choose "+strings.Join(consultation.Languages, " or "), nil)
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
	need(c.Act == "", "commitment_act", "the act by which the administration commits itself is missing")
	need(c.Signatory == "", "commitment_signatory", "who signs the commitment is missing")
	need(d.startsOn.IsZero(), "starts_on", "the day on which the first round opens is missing")
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

// Complete tells whether the form holds all that the dates of a protocol follow from.
func (d Draft) Complete() bool { return !d.startsOn.IsZero() }

// replyDays is the reply's term in days; 0 where the document counts months.
func (d Draft) replyDays() int {
	if unit := d.document.Text("reply.unit"); unit != "" && unit != delphi.UnitDay {
		return 0
	}
	if d.document.Value("reply.n") == nil {
		return replyTerm
	}
	n, _ := strconv.Atoi(d.document.Text("reply.n"))
	return max(0, min(n, 365))
}

// replyTerm is the term of a document that says none, in days.
const replyTerm = 30

// Protocol gives the protocol that the draft's document makes. The last day of its key is the
// earliest that the plan allows, unless the document says another.
func (d Draft) Protocol() (protocol.Protocol, error) {
	document := d.document.With("version", json.Number("1"))
	languages := slices.DeleteFunc(document.Languages(), func(l string) bool { return l == d.language })
	document = document.Spoken(append([]string{d.language}, languages...))
	dated := document.Value("anonymity.latest_key_date") != nil
	if !dated { // any date will do for a sketch; the real one follows from its rounds
		document = document.With("anonymity.latest_key_date", time.Unix(0, 0).UTC().Format(time.DateOnly))
	}
	p, err := protocol.Parse([]byte(document.String()))
	if err != nil || dated || d.startsOn.IsZero() {
		return p, err
	}
	day := consultation.KeyDate(p, consultation.Plan(uuid.Nil, p, d.StartsAt()))
	return protocol.Parse([]byte(document.With("anonymity.latest_key_date", day.Format(time.DateOnly)).String()))
}

// Fill takes over what a form says.
func Fill(c *consultation.Consultation, f Form, d Draft) error {
	document, err := f.Document()
	if err != nil {
		return err
	}
	c.Form = document
	c.Slug, c.Language, c.Title, c.Question, c.Background = d.Slug, d.language, d.title, d.question, d.background
	c.StartsAt, c.Commitment, c.Translations = d.StartsAt(), d.Commitment, d.translations
	c.Protocol = protocol.Protocol{}
	if d.Complete() {
		if p, err := d.Protocol(); err == nil {
			c.Protocol = p
		}
	}
	return nil
}
