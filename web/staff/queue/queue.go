package queue

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/contribution"
	"delfi/internal/fault"
	"delfi/internal/moderation"
	"delfi/internal/prose"
	"delfi/web/page"
	"delfi/web/ui"
	"delfi/web/ui/chart"
)

// queueView is the moderators' queue. Contributions are chosen by checkboxes (GET
// ?c=id&c=id), so that they stand side by side without a script.
type queueView struct {
	Consultation consultation.Consultation
	Counts       contribution.Counts
	State        contribution.State // of those that are listed
	Search       string
	Queue        []contribution.Contribution // all of them
	Chosen       []contribution.Contribution
	Items        []consultation.Item
	Acts         []contribution.Act
	Rules        moderation.Rules
	Appeals      int               // that wait
	Looks        []moderation.Look // that the reader judges for the second time
	Form         bool              // the form of an act is shown
	Destination  string
	Item         string
	Text         string
	LeftOut      string
	Rule         string
	Reason       string
	Stale        *ui.Staleness
	Fault        *fault.Fault
	Sent         func(field string) string // versions of a form that is to be filled in better; nil for those of what stands
}

// few is how many contributions stand side by side without a link that leads past them.
const few = 3

// group are contributions that say similar things, or those that stand alone (Number 0).
type group struct {
	Number int
	List   []contribution.Contribution
}

// tabs are the states by which the queue is listed.
var tabs = []contribution.State{contribution.Pending, contribution.Admitted, contribution.Rejected}

// tab gives the state that a query names; else the first under which there is something.
func (v queueView) tab(name string) contribution.State {
	if at := slices.Index(tabs, contribution.State(name)); at >= 0 {
		return tabs[at]
	}
	for _, s := range tabs {
		if v.count(s) > 0 {
			return s
		}
	}
	return tabs[0]
}

// count is the number of contributions under a tab.
func (v queueView) count(s contribution.State) int {
	return map[contribution.State]int{contribution.Pending: v.Counts.Pending, contribution.Admitted: v.Counts.Admitted, contribution.Rejected: v.Counts.Rejected}[s]
}

// groups are those under the tab that hold what is searched for, in the queue's order;
// those that stand alone are one group, the last.
func (v queueView) groups() []group {
	var out []group
	alone := group{}
	want := strings.ToLower(strings.TrimSpace(v.Search))
	for _, c := range v.Queue {
		if c.State != v.State || want != "" && !strings.Contains(strings.ToLower(c.Alias.Name+"\n"+c.Body), want) {
			continue
		}
		switch {
		case c.Similar == 0:
			alone.List = append(alone.List, c)
		case len(out) > 0 && out[len(out)-1].Number == c.Similar:
			out[len(out)-1].List = append(out[len(out)-1].List, c)
		default:
			out = append(out, group{Number: c.Similar, List: []contribution.Contribution{c}})
		}
	}
	if len(alone.List) > 0 {
		out = append(out, alone)
	}
	return out
}

// title says what a group is.
func (g group) title(q *page.Request) string {
	if g.Number == 0 {
		return q.T("staff.queue.alone", "n", len(g.List))
	}
	return q.T("staff.queue.similar", "n", len(g.List))
}

// ids are those of a group.
func (g group) ids() []uuid.UUID { return idsOf(g.List) }

func idsOf(list []contribution.Contribution) []uuid.UUID {
	out := make([]uuid.UUID, len(list))
	for i, c := range list {
		out[i] = c.ID
	}
	return out
}

// claim gives who is at some of a list, and until when; the zero Claim for nobody.
func claim(q *page.Request, list []contribution.Contribution) moderation.Claim {
	for _, c := range list {
		if c.Case.Claim.Held(q.Now) {
			return c.Case.Claim
		}
	}
	return moderation.Claim{}
}

// claimed says who is at some of a list; "" for nobody.
func claimed(q *page.Request, list []contribution.Contribution) string {
	c := claim(q, list)
	switch {
	case c == moderation.Claim{}:
		return ""
	case c.By == q.Actor.Office:
		return q.T("staff.queue.mine", "until", q.Clock(c.Until))
	}
	return q.T("staff.queue.theirs", "name", c.Name, "until", q.Clock(c.Until))
}

// mine tells whether the reader is at some of a list.
func mine(q *page.Request, list []contribution.Contribution) bool {
	return claim(q, list).By == q.Actor.Office
}

// free tells whether the reader may take a list.
func free(q *page.Request, list []contribution.Contribution) bool {
	for _, c := range list {
		if c.State != contribution.Pending || c.Case.CanTake(q.Actor.Office, q.Now) != nil {
			return false
		}
	}
	return len(list) > 0
}

// path is the address of the queue, with what is searched for and some contributions chosen.
func (v queueView) path(chosen ...uuid.UUID) string {
	return queuePath(v.Consultation.Slug, v.Search, chosen...)
}

// work is the address of the form of an act on some contributions: whoever uses the
// keyboard begins there, and not before the list.
func (v queueView) work(chosen ...uuid.UUID) string { return v.path(chosen...) + "#work" }

// claims is the address at which contributions are taken and given up.
func (v queueView) claims() string {
	path := "/desk/" + v.Consultation.Slug + "/claims"
	if v.Search != "" {
		path += "?" + url.Values{"q": {v.Search}}.Encode()
	}
	return path
}

func queuePath(slug, search string, chosen ...uuid.UUID) string {
	path, values := "/desk/"+slug+"/contributions", url.Values{}
	if search != "" {
		values.Set("q", search)
	}
	for _, id := range chosen {
		values.Add("c", id.String())
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// next are those of the first group that waits, among those searched for, and that no
// colleague is at; of those that stand alone, one.
func (v queueView) next(q *page.Request) []uuid.UUID {
	for _, g := range v.groups() {
		list := g.List
		if g.Number == 0 {
			list = slices.DeleteFunc(slices.Clone(list), func(c contribution.Contribution) bool { return !free(q, []contribution.Contribution{c}) })
			list = list[:min(1, len(list))]
		}
		if free(q, list) {
			return idsOf(list)
		}
	}
	return nil
}

// tabPath is the address of a tab, with what is searched for.
func (v queueView) tabPath(s contribution.State) string {
	values := url.Values{"state": {string(s)}}
	if v.Search != "" {
		values.Set("q", v.Search)
	}
	return "/desk/" + v.Consultation.Slug + "/contributions?" + values.Encode()
}

func (v queueView) lead(q *page.Request) string {
	if v.Counts.Pending == 0 {
		return q.T("staff.synthesis.done")
	}
	return q.T("staff.synthesis.lead", "n", v.Counts.Pending)
}

// nothing stands where the form of an act would.
func (v queueView) nothing(q *page.Request) string {
	if v.Counts.Pending == 0 {
		return q.T("staff.synthesis.done")
	}
	return q.T("staff.synthesis.choose")
}

func (v queueView) chosen(c contribution.Contribution) bool {
	return slices.ContainsFunc(v.Chosen, func(o contribution.Contribution) bool { return o.ID == c.ID })
}

// examined tells whether one of those chosen was examined already: it is put back first.
func (v queueView) examined() bool {
	return slices.ContainsFunc(v.Chosen, func(c contribution.Contribution) bool { return c.State != contribution.Pending })
}

// acts tells whether the form of an act is shown: it stays where one was refused, with what
// was typed.
func (v queueView) acts(q *page.Request) bool { return v.over(q) == "" || v.Fault != nil }

// over says why nothing can be examined any more; "" while it can.
func (v queueView) over(q *page.Request) string {
	var f *fault.Fault
	if err := contribution.CanExamine(v.Consultation); errors.As(err, &f) {
		return q.Fault(f)
	}
	return ""
}

// merges tells whether the form of a merge is shown: not for what was left out, which goes
// into no statement before it is put back, unless words for one were typed already.
func (v queueView) merges() bool {
	return v.Fault != nil || !slices.ContainsFunc(v.Chosen, func(c contribution.Contribution) bool { return c.State == contribution.Rejected })
}

// problems are those of the form that was sent.
func (v queueView) problems(q *page.Request) ui.Problems { return problems(q, v.Fault) }

// refused says why an act was not done: who was quicker, with what, and when.
func (v queueView) refused(q *page.Request) string { return conflict(q, v.Fault) }

// conflict says a fault, and of an act of a colleague what it was and when.
func conflict(q *page.Request, f *fault.Fault) string {
	text := q.Fault(f)
	at, dated := instant(f, "at")
	verb, acted := f.Args["verb"].(string)
	switch {
	case acted && dated:
		text += " " + q.T("staff.queue.did", "what", ui.Moderated(q, moderation.Verb(verb)), "at", q.Moment(at))
	case dated:
		text += " " + q.T("staff.queue.at", "at", q.Moment(at))
	}
	if until, ok := instant(f, "until"); ok {
		text += " " + q.T("staff.queue.until", "at", q.Moment(until))
	}
	return text
}

// destinations are the places that contributions go to.
func (v queueView) destinations(q *page.Request) []ui.Option {
	var all []ui.Option
	for _, d := range []contribution.Destination{contribution.Fresh, contribution.Existing, contribution.Said} {
		if d != contribution.Fresh && len(v.live()) == 0 {
			continue
		}
		all = append(all, ui.Option{Value: string(d), Label: q.T("staff.synthesis.to_" + string(d)), Chosen: v.Destination == string(d)})
	}
	return all
}

// choices are the statements that contributions can go into, with how many are in each.
func (v queueView) choices(q *page.Request) []ui.Option {
	var all []ui.Option
	for _, it := range v.live() {
		all = append(all, ui.Option{
			Value: it.ID.String(), Label: strconv.Itoa(it.Number) + ". " + it.Text, Lang: v.Consultation.Language,
			Hint: q.T("staff.synthesis.contributions", "n", len(v.within(it.ID))), Chosen: v.Item == it.ID.String(),
		})
	}
	return all
}

// within are the contributions that are in a statement.
func (v queueView) within(item uuid.UUID) []contribution.Contribution {
	var out []contribution.Contribution
	for _, c := range v.Queue {
		if slices.Contains(c.Items, item) {
			out = append(out, c)
		}
	}
	return out
}

// was is the present wording of the chosen statement.
func (v queueView) was() string {
	for _, it := range v.Items {
		if it.ID.String() == v.Item {
			return it.Text
		}
	}
	return ""
}

// seenField and versionField name what the form carries of the page that it stood on: the
// versions of a contribution and of a statement.
func seenField(id uuid.UUID) string { return "seen_" + id.String() }

func versionField(item string) string { return "version_" + item }

// versions are the fields of the form that say what its page showed, in pairs.
func (v queueView) versions() [][2]string {
	var all [][2]string
	for _, c := range v.Chosen {
		all = append(all, [2]string{seenField(c.ID), strconv.Itoa(c.Case.Version)})
	}
	if v.merges() {
		for _, it := range v.live() {
			all = append(all, [2]string{versionField(it.ID.String()), prose.Version(it.Text)})
		}
	}
	if v.Sent != nil {
		for i, f := range all {
			all[i][1] = v.Sent(f[0])
		}
	}
	return all
}

func (v queueView) live() []consultation.Item {
	var out []consultation.Item
	for _, it := range v.Items {
		if it.State == consultation.ItemLive || it.State == consultation.ItemCandidate {
			out = append(out, it)
		}
	}
	return out
}

// lineage draws where the words of the chosen statement come from, if the act is done.
func (v queueView) lineage(q *page.Request) chart.Lineage {
	l := chart.Lineage{ID: "lineage", Title: q.T("staff.synthesis.lineage"), Target: q.T("staff.synthesis.new_statement")}
	for _, c := range v.Chosen {
		l.Sources = append(l.Sources, c.Alias.Name)
	}
	earlier := 0
	for _, it := range v.live() {
		if it.ID.String() != v.Item || v.Destination == string(contribution.Fresh) {
			continue
		}
		l.Target = q.T("staff.synthesis.statement", "number", it.Number)
		for _, c := range v.within(it.ID) {
			if !v.chosen(c) {
				l.Sources = append(l.Sources, c.Alias.Name)
				earlier++
			}
		}
	}
	l.Caption = q.T("staff.synthesis.contributions", "n", len(v.Chosen)+earlier)
	return l
}

// latest is the newest act of the reader's that can be undone.
func (v queueView) latest(q *page.Request) (contribution.Act, bool) {
	at := slices.IndexFunc(v.Acts, func(a contribution.Act) bool { return a.Undoable && a.By.ID == q.Actor.Office })
	if at < 0 {
		return contribution.Act{}, false
	}
	return v.Acts[at], true
}

// rule says under which rule an act was done, or on what ground of law.
func (v queueView) rule(q *page.Request, a contribution.Act) string {
	if !a.Rule.Cited() {
		return q.T("staff.queue.by_law")
	}
	for _, r := range v.Rules.List {
		if r.Citation == a.Rule {
			return ui.RuleTitle(q, r)
		}
	}
	return q.T("staff.queue.rule_of", "number", a.Rule.Number, "version", a.Rule.Version)
}

func (v queueView) frame(q *page.Request) ui.Frame {
	return ui.Frame{
		Title: q.T("staff.synthesis.title"), Section: ui.Desk, Owner: v.Consultation.AdministrationName,
		Crumbs: deskCrumbs(q, v.Consultation, q.T("staff.synthesis.title")),
	}
}

// deskCrumbs lead from the desks to a page of one consultation's.
func deskCrumbs(q *page.Request, c consultation.Consultation, label string) []ui.Crumb {
	return []ui.Crumb{
		{Label: q.T("staff.desks.title"), Path: "/desk"},
		{Label: c.Title, Lang: c.Language, Path: "/desk/" + c.Slug},
		{Label: label},
	}
}
