package steer

import (
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/pseudonym"
	"delfi/web/page"
	"delfi/web/ui"
)

// draftView is the drafting form as it is shown: empty, stored, or refused.
type draftView struct {
	Slug           string // of the stored draft; "" for a new one
	Administration uuid.UUID
	Choices        []account.Administration // where the actor is an administrator
	Form           consultation.DraftForm
	Moderators     []account.Person
	Facilitators   []account.Person
	Fault          *fault.Fault
}

func (d room) newDraft(q *page.Request) error {
	v, err := d.blank(q, uuid.Nil)
	if err != nil {
		return err
	}
	v.Form = consultation.DraftForm{
		Language: q.Lang, GatherDays: "14", AnswerDays: "14", AnswerRounds: "2", CommitmentReplyDays: "30",
		Points: "9", LowLabel: q.T("steer.draft.low"), HighLabel: q.T("steer.draft.high"),
		SharePermille: "750", CannotJudge: "on", GroupName: q.T("steer.draft.group"), AnonymityMode: string(pseudonym.SealedKey),
	}
	return q.Render(200, draftPage(v))
}

func (d room) create(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	administration, err := uuid.Parse(form.Value("administration"))
	if err != nil {
		administration = uuid.Nil // blank chooses the only one, or refuses
	}
	v, err := d.blank(q, administration)
	if err != nil {
		return err
	}
	v.Form = readDraft(form)
	c, err := d.Consultations.Create(q.Context(), q.Actor, v.Administration, v.Form)
	if err != nil {
		return d.draftRefused(q, v, err)
	}
	q.Flash("steer.done.stored")
	return q.Redirect("/desk/" + c.Slug)
}

func (d room) edit(q *page.Request) error {
	v, err := d.stored(q)
	if err != nil {
		return err
	}
	return q.Render(200, draftPage(v))
}

func (d room) store(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	v, err := d.stored(q)
	if err != nil {
		return err
	}
	v.Form = readDraft(form)
	c, err := d.Consultations.Edit(q.Context(), q.Actor, v.Slug, v.Form)
	if err != nil {
		return d.draftRefused(q, v, err)
	}
	q.Flash("steer.done.stored")
	return q.Redirect("/desk/" + c.Slug)
}

func (d room) draftRefused(q *page.Request, v draftView, err error) error {
	if !errors.As(err, &v.Fault) || v.Fault.Kind != fault.Invalid {
		return err
	}
	return q.Render(422, draftPage(v))
}

// stored gives the view of the draft that the address names.
func (d room) stored(q *page.Request) (draftView, error) {
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return draftView{}, err
	}
	v, err := d.blank(q, c.Administration)
	if err != nil {
		return draftView{}, err
	}
	v.Slug = c.Slug
	v.Form, err = d.Consultations.Form(q.Context(), q.Actor, c.Slug)
	return v, err
}

// blank gives the view of a form without words, with who can be chosen as staff.
func (d room) blank(q *page.Request, administration uuid.UUID) (draftView, error) {
	v := draftView{Administration: administration}
	all, err := d.Accounts.Administrations(q.Context())
	if err != nil {
		return v, err
	}
	v.Choices = slices.DeleteFunc(all, func(a account.Administration) bool { return !q.Actor.Has(a.ID, account.Administrator) })
	if len(v.Choices) == 0 {
		return v, fault.New(fault.Forbidden, "administrator_needed", "only an administrator writes a draft: ask yours for the role")
	}
	if v.Administration == uuid.Nil {
		v.Administration = v.Choices[0].ID
	}
	if v.Moderators, err = d.Accounts.People(q.Context(), q.Actor, v.Administration, account.Moderator); err != nil {
		return v, err
	}
	v.Facilitators, err = d.Accounts.People(q.Context(), q.Actor, v.Administration, account.Facilitator)
	return v, err
}

// modes are the ways to answer, each with what it costs.
func (v draftView) modes(q *page.Request) []ui.Option {
	var all []ui.Option
	for _, m := range []pseudonym.Mode{pseudonym.SealedKey, pseudonym.HeldCode} {
		chosen := v.Form.AnonymityMode == string(m) || v.Form.AnonymityMode == "" && m == pseudonym.SealedKey
		all = append(all, ui.Option{Value: string(m), Label: q.T("steer.mode." + string(m)), Hint: q.T("steer.mode_limits." + string(m)), Chosen: chosen})
	}
	return all
}

// readDraft takes the form as it was typed: only line ends are unified.
func readDraft(f page.Form) consultation.DraftForm {
	text := func(name string) string { return strings.ReplaceAll(f.Value(name), "\r\n", "\n") }
	d := consultation.DraftForm{
		Slug: text("slug"), Language: text("language"), Title: text("title"), Question: text("question"), Background: text("background"),
		CommitmentQuotation: text("commitment_quotation"), CommitmentDecider: text("commitment_decider"),
		CommitmentSubject: text("commitment_subject"), CommitmentDecideBy: text("commitment_decide_by"),
		CommitmentReplyDays: text("commitment_reply_days"), CommitmentAct: text("commitment_act"),
		CommitmentSignatory: text("commitment_signatory"), CommitmentMoney: text("commitment_money"), CommitmentLeftOut: text("commitment_left_out"),
		Moderators: f.Values("moderators"), Facilitators: f.Values("facilitators"), Offices: map[string]string{},
		StartsOn: text("starts_on"), GatherDays: text("gather_days"), AnswerDays: text("answer_days"), AnswerRounds: text("answer_rounds"),
		Points: text("points"), LowLabel: text("low_label"), HighLabel: text("high_label"),
		SharePermille: text("share_permille"), CannotJudge: text("cannot_judge"), GroupName: text("group_name"), AnonymityMode: text("anonymity_mode"),
	}
	for _, id := range slices.Concat(d.Moderators, d.Facilitators) {
		d.Offices[id] = text("office_" + id)
	}
	return d
}
