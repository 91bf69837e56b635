package draft

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/fault"
	"delfi/web/dossier"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui"
)

// view is a step as it is shown: stored, or with what was typed and refused.
type view struct {
	Consultation consultation.Consultation // as it is stored
	Step         draft.Step
	Form         draft.Form
	Missing      []draft.Missing // of the stored draft
	Moderators   []account.Person
	Facilitators []account.Person
	Roles        string // where the administration's roles are given
	Version      string // of the stored draft that Form was begun from
	Stale        *ui.Staleness
	Fault        *fault.Fault
	Losing       []string // parts that another variant takes away, which is to be confirmed
	Pasted       string   // statements to be added
	Document     string   // that was brought and refused
	Warnings     []form.Warning
	Preview      templ.Component // of the questions as they are stored; nil where the protocol does not hold yet
}

// step is a form with its fields: of the wizard, or of a new draft.
type step interface {
	form() draft.Form
	problems(q *page.Request) ui.Problems
	lacks(path string) bool // whether something is missing in a field
}

func (v view) form() draft.Form { return v.Form }

func (v view) lacks(path string) bool {
	return slices.ContainsFunc(v.Missing, func(m draft.Missing) bool { return m.Field == path })
}

// field is what a field has in common with all others.
func field(q *page.Request, s step, path string) ui.Field {
	f := s.form()
	p, base, lang := dossier.FieldAt(path)
	u := ui.Field{Name: path, Label: dossier.FieldLabel(q, path, len(f.Plan().Languages())), Short: p.Sort == form.Whole || p.Sort == form.Share || p.Sort == form.Day, Lang: lang}
	_, _, translated := form.Translated(path)
	if hint := "draft.hint." + dossier.FieldKey(base); i18n.Known(hint) && !translated {
		u.Hint = q.T(hint)
	}
	switch path {
	case "title", "question", "background", "commitment_quotation", "commitment_decider", "commitment_subject", "commitment_act", "commitment_signatory", "commitment_money", "commitment_left_out":
		u.Lang = f.Language
	}
	u.Optional = slices.Contains([]string{"background", "commitment_money", "commitment_left_out", "languages", "anonymity.latest_key_date", "anonymity.cosigners"}, base)
	if p.Sort == form.Area {
		u.Rows = 3
	}
	if base == "background" {
		u.Rows = 8
	}
	if path == "document" {
		u.Rows = 14
	}
	return u
}

// options are what a field of one or several values chooses from.
func options(q *page.Request, s step, path string) []ui.Option {
	p, _, _ := dossier.FieldAt(path)
	f := s.form()
	chosen := f.Typed(path)
	var all []ui.Option
	if p.Path == "given[].kind" {
		d := f.Plan()
		for i := range d.Len("item_kinds") {
			id := d.Text(form.In("item_kinds[].id", i))
			name := id + " (" + q.T("draft.option.item_kinds_kind."+cmp.Or(d.Text(form.In("item_kinds[].kind", i)), "scale")) + ")"
			all = append(all, ui.Option{Value: id, Label: name, Chosen: chosen[0] == id || chosen[0] == "" && i == 0})
		}
		return all
	}
	offered := p.Options
	if path == "languages" { // the first is chosen already; one that was brought can be taken away
		offered = slices.DeleteFunc(slices.Concat(offered, chosen), func(l string) bool { return l == "" || l == f.Language })
		slices.Sort(offered)
		offered = slices.Compact(offered)
	}
	for _, o := range offered {
		words := "draft.option." + dossier.FieldKey(p.Path) + "." + o
		if p.Path == "variant" {
			words = "draft.variant." + o + ".name"
		}
		one := ui.Option{Value: o, Label: o, Chosen: slices.Contains(chosen, o)}
		if i18n.Known(words) { // a language that was brought may have no name
			one.Label = q.T(words)
		}
		if hint := "draft.option_hint." + dossier.FieldKey(p.Path) + "." + o; i18n.Known(hint) {
			one.Hint = q.T(hint)
		}
		all = append(all, one)
	}
	return all
}

// problems name each field as the step does.
func (v view) problems(q *page.Request) ui.Problems { return v.offices(q, named(q, v.Form, v.Fault)) }

func named(q *page.Request, f draft.Form, why *fault.Fault) ui.Problems {
	if why == nil {
		return ui.Problems{}
	}
	p := ui.ProblemsOf(why)
	for _, field := range why.Fields {
		p = p.Label(field.Name, dossier.FieldName(q, field.Name, len(f.Plan().Languages())))
	}
	return p
}

// offices name the fields of people's offices.
func (v view) offices(q *page.Request, p ui.Problems) ui.Problems {
	for _, one := range slices.Concat(v.Moderators, v.Facilitators) {
		p = p.Label("office_"+one.ID.String(), q.T("draft.office", "name", one.Name))
	}
	return p
}

func (v view) path(step draft.Step) string {
	return "/desk/" + v.Consultation.Slug + "/draft/" + string(step)
}

// lacking are the things that a step lacks.
func (v view) lacking(step draft.Step) []draft.Missing {
	var out []draft.Missing
	for _, m := range v.Missing {
		if m.Step == step {
			out = append(out, m)
		}
	}
	return out
}

// state says of a step whether something is missing.
func (v view) state(step draft.Step) string {
	switch {
	case step == v.Step:
		return "here"
	case len(v.lacking(step)) > 0, step == form.StepSummary && len(v.Missing) > 0:
		return "missing"
	}
	return "done"
}

// number is the place of the step among all.
func (v view) number() int { return slices.Index(form.Steps, v.Step) + 1 }

// next is the step after this one; the last is its own.
func (v view) next() draft.Step { return form.Steps[min(v.number(), len(form.Steps)-1)] }

// before is the step before this one; "" for the first.
func (v view) before() draft.Step {
	if v.number() < 2 {
		return ""
	}
	return form.Steps[v.number()-2]
}

// lacks puts what is missing in words.
func lacks(q *page.Request, m draft.Missing) string {
	return q.Field(fault.Field{Name: m.Field, Code: m.Code, Message: m.Message, Args: m.Args})
}

func (v view) frame(q *page.Request) ui.Frame {
	title := q.T("draft.step." + string(v.Step))
	return ui.Frame{
		Title: title + " · " + v.Consultation.Title, Section: ui.Desk, Owner: v.Consultation.AdministrationName,
		Crumbs: []ui.Crumb{
			{Label: q.T("staff.desks.title"), Path: "/desk"},
			{Label: v.Consultation.Title, Path: "/desk/" + v.Consultation.Slug, Lang: v.Consultation.Language},
			{Label: title},
		},
	}
}

// changes pairs what stands with what was typed, field by field.
func (v view) changes(q *page.Request, theirs draft.Form) []ui.Changed {
	var out []ui.Changed
	languages := len(v.Form.Plan().Languages())
	paths := v.Form.Fields(v.Step)
	for _, path := range theirs.Fields(v.Step) {
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	say := func(f draft.Form, path string) string {
		typed := f.Typed(path)
		if path == "moderators" || path == "facilitators" {
			typed = v.people(typed, f.Offices)
		}
		return strings.Join(typed, "\n")
	}
	for _, path := range paths {
		out = append(out, ui.Changed{Label: dossier.FieldName(q, path, languages), Theirs: say(theirs, path), Mine: say(v.Form, path)})
	}
	return out
}

// people names accounts with their offices.
func (v view) people(ids []string, offices map[string]string) []string {
	var lines []string
	for _, p := range slices.Concat(v.Moderators, v.Facilitators) {
		line := strings.TrimSuffix(p.Name+", "+offices[p.ID.String()], ", ")
		if slices.Contains(ids, p.ID.String()) && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// has tells whether a field is offered in the form as it is.
func has(s step, path string) bool {
	f := s.form()
	p, _, _ := dossier.FieldAt(path)
	_, known := form.At(p.Path)
	return !known || slices.Contains(f.Fields(p.Step), path)
}

// within tells whether a field is a part of an object.
func within(path, object string) bool { return strings.HasPrefix(path, object+".") }

// rule says the rule in words, with its figures as they are typed; "" where it has none.
func (v view) rule(q *page.Request) string {
	at := func(path string) string { return v.Form.Value("consensus." + path) }
	rule := at("rule")
	if rule == "" {
		return ""
	}
	who := q.T("draft.said.judged")
	if at("denominator") == "answered" {
		who = q.T("draft.said.answered")
	}
	if at("scope") == "each-group" {
		who += q.T("draft.said.each_group")
	}
	key := "draft.rule." + rule
	if rule == "share" && at("share.from") == "" {
		key = "draft.rule.share_list"
	}
	return q.T(key, "who", who, "share", at("share.permille"), "from", at("share.from"), "to", at("share.to"),
		"median", at("median_iqr.median_min"), "width", cmp.Or(at("median_iqr.iqr_max"), at("iqr")), "in", at("comet.in"), "against", at("comet.against"),
		"a", at("agreement"), "cns", at("cns"), "relative", at("relative_iqr"), "iqr", at("iqr"), "w", at("w"))
}

// lap is one round of the plan.
type lap struct {
	Number   int
	Kind     string
	From, To time.Time
}

// laps are the rounds as they are planned; none without a day to begin on.
func (v view) laps() []lap {
	if v.Consultation.StartsAt.IsZero() {
		return nil
	}
	var out []lap
	for _, r := range consultation.Plan(uuid.Nil, v.Consultation.Protocol, v.Consultation.StartsAt) {
		out = append(out, lap{Number: r.Number, Kind: string(r.Kind), From: r.PlannedAt, To: r.Deadline})
	}
	return out
}

// keyDay is the day on which the key dies at the latest.
func (v view) keyDay(q *page.Request) string {
	day, err := time.Parse(time.DateOnly, v.Consultation.Protocol.Anonymity.LatestKeyDate)
	if err != nil {
		return v.Consultation.Protocol.Anonymity.LatestKeyDate
	}
	return q.Date(day)
}

// whole tells whether the draft's protocol holds as it is.
func (v view) whole() bool { return v.Consultation.Protocol.Version != 0 }

// document is what the summary's field of the whole document has.
func (v view) document() string { return cmp.Or(v.Document, v.Form.Plan().Indented()) }

// administered are the administrations for which the reader may write drafts.
func (d room) administered(q *page.Request) ([]account.Administration, error) {
	all, err := d.Accounts.Administrations(q.Context())
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(a account.Administration) bool { return !q.Actor.Has(a.ID, account.Scope{}, account.Administrator) })
	if len(all) == 0 {
		return nil, fault.New(fault.Forbidden, "administrator_needed", "only an administrator writes a draft: ask yours for the role")
	}
	return all, nil
}

// stored gives the view of a step of the draft that the address names.
func (d room) stored(q *page.Request, step draft.Step) (view, error) {
	v := view{Step: step}
	if !slices.Contains(form.Steps, v.Step) {
		return v, fault.New(fault.NotFound, "not_found", "there is no such step")
	}
	var err error
	if v.Consultation, err = d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug")); err != nil {
		return v, err
	}
	own, err := d.administered(q)
	if err != nil {
		return v, err
	}
	for _, a := range own {
		if a.ID == v.Consultation.Administration {
			v.Roles = "/administrations/" + a.Slug + "#roles"
		}
	}
	if v.Form, err = d.Drafts.Form(q.Context(), q.Actor, v.Consultation.Slug); err != nil {
		return v, err
	}
	if v.Version, err = v.Form.Version(); err != nil {
		return v, err
	}
	if v.Missing, err = d.Drafts.Missing(q.Context(), q.Actor, v.Consultation.Slug); err != nil {
		return v, err
	}
	if v.Step == form.StepItems || v.Step == form.StepSummary {
		v.Preview = d.previewed(q, v)
	}
	if v.Step == form.StepSummary {
		if v.Warnings, err = v.Form.Warnings(); err != nil {
			return v, err
		}
	}
	if v.Step == form.StepStaff || v.Step == form.StepSummary {
		return v, d.colleagues(q, &v, v.Consultation.Administration)
	}
	return v, nil
}

// samples is how many entries of a list are shown in a preview that the draft does not give.
const samples = 4

// previewed draws each kind of question with the statements of the draft, or with words that
// stand for them; nil where the protocol does not hold yet.
func (d room) previewed(q *page.Request, v view) templ.Component {
	p, given, whole := v.Form.Whole()
	if !whole {
		return nil
	}
	var items []consultation.Item
	for _, k := range p.ItemKinds {
		most := 1
		if k.Kind.Listed() {
			most = max(samples, k.K)
		}
		mine := slices.DeleteFunc(slices.Clone(given), func(i consultation.Item) bool { return i.Kind != k.ID || i.Text == "" })
		if !k.Kind.Listed() {
			mine = mine[:min(len(mine), most)]
		}
		for n := len(mine); n < most; n++ {
			mine = append(mine, consultation.Item{Kind: k.ID, Text: q.T("draft.preview_sample", "n", n+1)})
		}
		items = append(items, mine...)
	}
	for i := range items {
		items[i].ID, items[i].Number = uuid.New(), i+1
	}
	c := v.Consultation
	c.Protocol = p
	return d.Preview(c, items)
}

// colleagues sets who can be chosen as staff: those who hold the role in the whole
// administration, or for this draft.
func (d room) colleagues(q *page.Request, v *view, administration uuid.UUID) error {
	var err error
	if v.Moderators, err = d.Accounts.People(q.Context(), q.Actor, administration, v.Consultation.Scope(), account.Moderator); err != nil {
		return err
	}
	v.Facilitators, err = d.Accounts.People(q.Context(), q.Actor, administration, v.Consultation.Scope(), account.Facilitator)
	return err
}

// worded is a field's value in words, for the summary; "" for none.
func (v view) worded(q *page.Request, path string) string {
	p, _, _ := dossier.FieldAt(path)
	typed := v.Form.Typed(path)
	switch {
	case path == "moderators" || path == "facilitators":
		return strings.Join(v.people(typed, v.Form.Offices), "; ")
	case p.Path == "given[].kind":
		return typed[0]
	case p.Sort == form.Switch && typed[0] == "true":
		return q.T("draft.yes")
	case p.Sort == form.Switch:
		return q.T("draft.no")
	case p.Sort == form.Share && typed[0] != "":
		return typed[0] + " %"
	case p.Sort == form.One || p.Sort == form.Several:
		var words []string
		for _, o := range options(q, v, path) {
			if o.Chosen {
				words = append(words, o.Label)
			}
		}
		return strings.Join(words, ", ")
	}
	return strings.Join(typed, ", ")
}

// variantName is the name of a draft's variant.
func variantName(q *page.Request, f draft.Form) string {
	if variant := f.Value("variant"); i18n.Known("draft.variant." + variant + ".name") {
		return q.T("draft.variant." + variant + ".name")
	}
	return q.T("draft.none")
}

// warned are the things to think about in the words of a statement, in each language.
func warned(f draft.Form, n int) []form.Warning {
	out := form.Heard(f.Items[n].Text, f.Language)
	for _, l := range f.Plan().Further() {
		out = append(out, form.Heard(f.Items[n].In[l], l)...)
	}
	return out
}

// warning puts one in words.
func warning(q *page.Request, w form.Warning) string {
	day := ""
	if !w.Day.IsZero() {
		day = q.Date(w.Day)
	}
	return q.T("draft.warned."+w.Code, "word", w.Word, "n", w.N, "day", day)
}
