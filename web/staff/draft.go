package staff

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation/draft"
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
	Form           draft.Form
	Moderators     []account.Person
	Facilitators   []account.Person
	Version        string // of the stored draft that Form was begun from
	Stale          *ui.Staleness
	Fault          *fault.Fault
}

func (d room) newDraft(q *page.Request) error {
	v, err := d.blank(q, uuid.Nil, account.Scope{})
	if err != nil {
		return err
	}
	v.Form = draft.Form{
		Language: q.Lang, GatherDays: "14", AnswerDays: "14", AnswerRounds: "2", CommitmentReplyDays: "30",
		Points: "9", LowLabel: q.T("staff.draft.low"), HighLabel: q.T("staff.draft.high"),
		SharePermille: "750", CannotJudge: "on", GroupName: q.T("staff.draft.group"), AnonymityMode: string(pseudonym.SealedKey),
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
	v, err := d.blank(q, administration, account.Scope{})
	if err != nil {
		return err
	}
	v.Form = readDraft(form)
	c, err := d.Drafts.Create(q.Context(), q.Actor, v.Administration, v.Form)
	if err != nil {
		return d.draftRefused(q, v, err)
	}
	q.Flash("staff.done.stored")
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
	typed := readDraft(form)
	v, err := d.stored(q)
	if err != nil {
		return d.frozen(q, typed, err)
	}
	now := v.Form
	v.Form = typed
	c, err := d.Drafts.Edit(q.Context(), q.Actor, v.Slug, typed, form.Version("version"))
	switch {
	case errors.As(err, &v.Fault) && v.Fault.Code == "draft_changed":
		v.Stale = &ui.Staleness{Fault: v.Fault, Changes: ui.Changes(v.changes(q, now, typed)...), Theirs: "/desk/" + v.Slug + "/edit"}
		return q.Render(409, draftPage(v))
	case fault.KindOf(err) == fault.Conflict:
		return d.frozen(q, typed, err)
	case err != nil:
		v.Version = form.Value("version")
		return d.draftRefused(q, v, err)
	}
	q.Flash("staff.done.stored")
	return q.Redirect("/desk/" + c.Slug)
}

// frozen is the page of an edit that came after the announcement.
func (d room) frozen(q *page.Request, typed draft.Form, err error) error {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Conflict {
		return err
	}
	l := ui.Lost{Frame: draftView{Slug: q.Param("slug")}.frame(q), Fault: f, Next: "/desk/" + q.Param("slug")}
	for _, c := range (draftView{}).changes(q, draft.Form{}, typed) {
		l.Texts = append(l.Texts, ui.Typed{Label: c.Label, Text: c.Mine})
	}
	return q.Render(409, ui.LostPage(l))
}

// changes pairs what stands with what was typed, field by field in the order of the form.
func (v draftView) changes(q *page.Request, theirs, mine draft.Form) []ui.Changed {
	pair := func(name, a, b string) ui.Changed {
		return ui.Changed{Label: q.T("staff.field." + name), Theirs: a, Mine: b}
	}
	return []ui.Changed{
		pair("title", theirs.Title, mine.Title), pair("slug", theirs.Slug, mine.Slug),
		pair("question", theirs.Question, mine.Question), pair("background", theirs.Background, mine.Background),
		{Label: q.T("staff.draft.language"), Theirs: theirs.Language, Mine: mine.Language},
		pair("commitment_quotation", theirs.CommitmentQuotation, mine.CommitmentQuotation),
		pair("commitment_decider", theirs.CommitmentDecider, mine.CommitmentDecider),
		pair("commitment_subject", theirs.CommitmentSubject, mine.CommitmentSubject),
		pair("commitment_decide_by", theirs.CommitmentDecideBy, mine.CommitmentDecideBy),
		pair("commitment_reply_days", theirs.CommitmentReplyDays, mine.CommitmentReplyDays),
		pair("commitment_act", theirs.CommitmentAct, mine.CommitmentAct),
		pair("commitment_signatory", theirs.CommitmentSignatory, mine.CommitmentSignatory),
		pair("commitment_money", theirs.CommitmentMoney, mine.CommitmentMoney),
		pair("commitment_left_out", theirs.CommitmentLeftOut, mine.CommitmentLeftOut),
		pair("moderators", v.named(theirs.Moderators, theirs.Offices), v.named(mine.Moderators, mine.Offices)),
		pair("facilitators", v.named(theirs.Facilitators, theirs.Offices), v.named(mine.Facilitators, mine.Offices)),
		pair("starts_on", theirs.StartsOn, mine.StartsOn), pair("gather_days", theirs.GatherDays, mine.GatherDays),
		pair("answer_rounds", theirs.AnswerRounds, mine.AnswerRounds), pair("answer_days", theirs.AnswerDays, mine.AnswerDays),
		pair("points", theirs.Points, mine.Points), pair("low_label", theirs.LowLabel, mine.LowLabel), pair("high_label", theirs.HighLabel, mine.HighLabel),
		{Label: q.T("staff.draft.cannot_judge"), Theirs: theirs.CannotJudge, Mine: mine.CannotJudge},
		pair("share_permille", theirs.SharePermille, mine.SharePermille), pair("group_name", theirs.GroupName, mine.GroupName),
		pair("anonymity_mode", theirs.AnonymityMode, mine.AnonymityMode),
		pair("protocol", theirs.Protocol, mine.Protocol), pair("items", given(theirs.Items), given(mine.Items)),
	}
}

// named lists people with their offices, one a line.
func (v draftView) named(ids []string, offices map[string]string) string {
	var lines []string
	for _, p := range slices.Concat(v.Moderators, v.Facilitators) {
		if line := strings.TrimSuffix(p.Name+", "+offices[p.ID.String()], ", "); slices.Contains(ids, p.ID.String()) && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
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
	v, err := d.blank(q, c.Administration, c.Scope())
	if err != nil {
		return draftView{}, err
	}
	v.Slug = c.Slug
	if v.Form, err = d.Drafts.Form(q.Context(), q.Actor, c.Slug); err != nil {
		return v, err
	}
	v.Version, err = v.Form.Version()
	return v, err
}

// blank gives the view of a form without words, with who can be chosen as staff: those who
// hold the role in the whole administration, or for this draft.
func (d room) blank(q *page.Request, administration uuid.UUID, scope account.Scope) (draftView, error) {
	v := draftView{Administration: administration}
	all, err := d.Accounts.Administrations(q.Context())
	if err != nil {
		return v, err
	}
	v.Choices = slices.DeleteFunc(all, func(a account.Administration) bool { return !q.Actor.Has(a.ID, account.Scope{}, account.Administrator) })
	if len(v.Choices) == 0 {
		return v, fault.New(fault.Forbidden, "administrator_needed", "only an administrator writes a draft: ask yours for the role")
	}
	if v.Administration == uuid.Nil {
		v.Administration = v.Choices[0].ID
	}
	if v.Moderators, err = d.Accounts.People(q.Context(), q.Actor, v.Administration, scope, account.Moderator); err != nil {
		return v, err
	}
	v.Facilitators, err = d.Accounts.People(q.Context(), q.Actor, v.Administration, scope, account.Facilitator)
	return v, err
}

// modes are the ways to answer, each with what it costs.
func (v draftView) modes(q *page.Request) []ui.Option {
	var all []ui.Option
	for _, m := range []pseudonym.Mode{pseudonym.SealedKey, pseudonym.HeldCode} {
		chosen := v.Form.AnonymityMode == string(m) || v.Form.AnonymityMode == "" && m == pseudonym.SealedKey
		all = append(all, ui.Option{Value: string(m), Label: q.T("staff.mode." + string(m)), Hint: q.T("staff.mode_limits." + string(m)), Chosen: chosen})
	}
	return all
}

// roles is where the administration's roles are given.
func (v draftView) roles() string {
	for _, a := range v.Choices {
		if a.ID == v.Administration {
			return "/administrations/" + a.Slug + "#roles"
		}
	}
	return "/desk"
}

// readDraft takes the form as it was typed: only line ends are unified.
func readDraft(f page.Form) draft.Form {
	text := func(name string) string { return strings.ReplaceAll(f.Value(name), "\r\n", "\n") }
	d := draft.Form{
		Slug: text("slug"), Language: text("language"), Title: text("title"), Question: text("question"), Background: text("background"),
		CommitmentQuotation: text("commitment_quotation"), CommitmentDecider: text("commitment_decider"),
		CommitmentSubject: text("commitment_subject"), CommitmentDecideBy: text("commitment_decide_by"),
		CommitmentReplyDays: text("commitment_reply_days"), CommitmentAct: text("commitment_act"),
		CommitmentSignatory: text("commitment_signatory"), CommitmentMoney: text("commitment_money"), CommitmentLeftOut: text("commitment_left_out"),
		Moderators: f.Values("moderators"), Facilitators: f.Values("facilitators"), Offices: map[string]string{},
		StartsOn: text("starts_on"), GatherDays: text("gather_days"), AnswerDays: text("answer_days"), AnswerRounds: text("answer_rounds"),
		Points: text("points"), LowLabel: text("low_label"), HighLabel: text("high_label"),
		SharePermille: text("share_permille"), CannotJudge: text("cannot_judge"), GroupName: text("group_name"), AnonymityMode: text("anonymity_mode"),
		Protocol: text("protocol"), Items: readItems(text("items")),
	}
	for _, name := range f.Names("office_") {
		if office := text(name); office != "" {
			d.Offices[strings.TrimPrefix(name, "office_")] = office
		}
	}
	return d
}

// readItems reads the statements of a draft, one a line: "kind | words", or words alone.
func readItems(typed string) []draft.Item {
	var out []draft.Item
	for line := range strings.Lines(typed) {
		line = strings.TrimSpace(line)
		if kind, words, parted := strings.Cut(line, "|"); parted && kindID.MatchString(strings.TrimSpace(kind)) {
			out = append(out, draft.Item{Kind: strings.TrimSpace(kind), Text: strings.TrimSpace(words)})
		} else if line != "" {
			out = append(out, draft.Item{Text: line})
		}
	}
	return out
}

// kindID is what the id of a kind looks like.
var kindID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// given is readItems the other way round.
func given(items []draft.Item) string {
	lines := make([]string, len(items))
	for n, i := range items {
		if lines[n] = i.Text; i.Kind != "" {
			lines[n] = i.Kind + " | " + i.Text
		}
	}
	return strings.Join(lines, "\n")
}

// another tells whether the draft has a protocol of its own, or what is wrong with one.
func (v draftView) another() bool {
	if v.Form.Protocol != "" || len(v.Form.Items) > 0 {
		return true
	}
	return v.Fault != nil && slices.ContainsFunc(v.Fault.Fields, func(f fault.Field) bool { return f.Name == "protocol" || f.Name == "items" })
}
