package staff

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/brief"
	"delfi/internal/consultation/feedback"
	"delfi/internal/delphi/verdict"
	"delfi/internal/prose"
	"delfi/web/page"
)

// decisions parts the statements of the last round by what waits: undecided ones by
// ascending agreement, those that wait for new words, and the decided.
func (d room) decisions(ctx context.Context, v *deskView) error {
	if v.Consultation.Stage != consultation.Running || len(v.Rounds) == 0 {
		return nil
	}
	items, err := d.Consultations.Items(ctx, v.Consultation.ID)
	if err != nil {
		return err
	}
	last := v.Rounds[len(v.Rounds)-1]
	decided, err := d.Consultations.Decisions(ctx, v.Consultation.ID)
	if err != nil {
		return err
	}
	entries, err := d.Record.Acts(ctx, v.Consultation.ID, string(consultation.ActBrief))
	if err != nil {
		return err
	}
	_, v.Brief = brief.Of(brief.Read(entries), last.Round)
	v.Items, v.Decided = items, map[uuid.UUID]consultation.Decided{}
	for _, one := range decided {
		if one.Round == last.Round {
			v.Decided[one.Item] = one
		}
	}
	for _, it := range items {
		i := slices.IndexFunc(last.Items, func(f feedback.ItemResult) bool { return f.Item == it.ID })
		if i < 0 {
			continue
		}
		now, done := v.Decided[it.ID]
		line := decisionView{it, last.Items[i]}
		switch {
		case done && it.Wordless(now):
			v.Wordless = append(v.Wordless, line)
		case done:
			v.Done = append(v.Done, line)
		case it.State != consultation.ItemLive: // decided after an earlier round
		case line.Feedback.Proposal.Action == verdict.Settle:
			v.Stable = append(v.Stable, line)
		default:
			v.Decisions = append(v.Decisions, line)
		}
	}
	slices.SortFunc(v.Done, func(a, b decisionView) int { return cmp.Compare(a.Item.Number, b.Item.Number) })
	slices.SortStableFunc(v.Decisions, func(a, b decisionView) int {
		x, xok := a.Feedback.Figures.Agreement.Float()
		y, yok := b.Feedback.Figures.Agreement.Float()
		if xok != yok { // what has no measure comes last
			if xok {
				return -1
			}
			return 1
		}
		return cmp.Compare(x, y)
	})
	return nil
}

// undecided counts the statements about which nobody decided.
func (v deskView) undecided() int { return len(v.Decisions) + len(v.Stable) }

// decides tells whether the desk has a form about the statement of an address.
func (v deskView) decides(path string) bool {
	return slices.ContainsFunc(slices.Concat(v.Decisions, v.Stable, v.Wordless, v.Done), func(d decisionView) bool { return path == v.decidePath(d) })
}

func (v deskView) itemPath(d decisionView, act string) string {
	return v.path("/items/" + d.Item.ID.String() + act)
}

func (v deskView) decidePath(d decisionView) string { return v.itemPath(d, "/decide") }

// changes are the decisions that another may still become.
func (v deskView) changes(d decisionView) []verdict.Action {
	now := verdict.Action(v.Decided[d.Item.ID].Decided)
	switch {
	case d.Item.State == consultation.ItemSettled, now == verdict.Drop:
		return []verdict.Action{verdict.GoOn}
	case d.Item.State != consultation.ItemLive || d.Item.Was != "":
		return nil
	}
	return d.others(now)
}

// children are the statements that came out of one.
func (v deskView) children(d decisionView) []consultation.Item {
	return slices.DeleteFunc(slices.Clone(v.Items), func(i consultation.Item) bool { return !slices.Contains(i.Parents, d.Item.ID) })
}

// decidedWords says what is decided about a statement, and by whom.
func (v deskView) decidedWords(q *page.Request, d decisionView) string {
	now := v.Decided[d.Item.ID]
	words := q.T("staff.decide.was_" + string(now.Decided))
	if now.Name != "" {
		words += " · " + now.Name
	}
	return words
}

// just gives the statement that was decided with the reader's last press; false for none.
func (v deskView) just() (decisionView, bool) {
	all := slices.Concat(v.Done, v.Wordless)
	i := slices.IndexFunc(all, func(d decisionView) bool { return d.Item.ID.String() == v.Just })
	if i < 0 {
		return decisionView{}, false
	}
	return all[i], true
}

// made counts the decisions of each kind, for the message after following all proposals.
func (v deskView) made(kind consultation.Decision) int {
	n := 0
	for _, d := range v.Decided {
		if d.Decided == kind {
			n++
		}
	}
	return n
}

// briefPath is the address of the words about the last round.
func (v deskView) briefPath() string {
	return v.path("/rounds/" + strconv.Itoa(v.Rounds[len(v.Rounds)-1].Round) + "/brief")
}

// joined says how many statements joined since the last round, where some may.
func (v deskView) joined(q *page.Request) string {
	n := 0
	for _, i := range v.Items {
		if i.State == consultation.ItemLive && i.Fresh() {
			n++
		}
	}
	return count(q, "staff.waits.joined", n)
}

// waits says in one sentence what the desk waits for between two rounds.
func (v deskView) waits(q *page.Request) string {
	switch {
	case v.Next == nil:
		return q.T("staff.waits.conclude")
	case v.undecided() > 0:
		return q.T("staff.waits.decisions", "n", v.undecided(), "moment", q.Moment(v.Next.PlannedAt), "number", v.Next.Number)
	case len(v.Wordless) > 0:
		return q.T("staff.waits.words", "n", len(v.Wordless), "number", v.Next.Number)
	}
	return q.T("staff.waits.nothing", "number", v.Next.Number)
}

func (d room) decide(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	item, err := uuid.Parse(q.Param("item"))
	if err != nil {
		return notThere()
	}
	slug, decision := q.Param("slug"), consultation.Decision(form.Value("decision"))
	err = d.Consultations.Decide(q.Context(), q.Actor, slug, item, decision, form.Value("reason"), seenOf(form))
	if f := page.Mendable(err); f != nil {
		return d.renderDesk(q, f)
	}
	if err != nil {
		return err
	}
	if decision == consultation.Reword {
		q.Flash("staff.done.held")
		return q.Redirect("/desk/" + slug + "/items/" + item.String() + "/reword#editor")
	}
	return q.Redirect("/desk/" + slug + "?decided=" + item.String())
}

// seenOf is the version of the decision that a form's page showed; "" where nothing was
// decided yet.
func seenOf(form page.Form) string {
	if !form.Has("seen") {
		return prose.Unsaid
	}
	return form.Value("seen")
}

func (d room) decideAll(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Param("slug")
	err = d.Consultations.Seen(form.Version("version")).DecideAsProposed(q.Context(), q.Actor, slug)
	if f := page.Mendable(err); f != nil {
		return d.renderDesk(q, f)
	}
	if err != nil {
		return err
	}
	return q.Redirect("/desk/" + slug + "?decided=all")
}

// undecide takes a decision back, with the words that it brought.
func (d room) undecide(q *page.Request) error {
	form, err := q.Form()
	if err != nil {
		return err
	}
	item, err := uuid.Parse(q.Param("item"))
	if err != nil {
		return notThere()
	}
	slug := q.Param("slug")
	err = d.Facilitation.Undecide(q.Context(), q.Actor, slug, item, seenOf(form))
	if f := page.Mendable(err); f != nil {
		return d.renderDesk(q, f)
	}
	if err != nil {
		return err
	}
	q.Flash("staff.done.undecided")
	return q.Redirect("/desk/" + slug)
}

// item is the statement that the sent form decides about; Nil for another form.
func (v deskView) item() uuid.UUID {
	rest, _ := strings.CutSuffix(strings.TrimPrefix(v.TypedAt, v.path("/items/")), "/decide")
	id, err := uuid.Parse(rest)
	if err != nil {
		return uuid.Nil
	}
	return id
}

// other gives in words what was decided about that statement, and what the sent form
// decides; false where there is nothing to compare.
func (v deskView) other(q *page.Request) (now, mine string, twice bool) {
	d, found := v.Decided[v.item()]
	if !found || !slices.Contains([]string{"settle", "go-on", "reword", "drop"}, v.Typed["decision"]) {
		return "", "", false
	}
	return q.T("staff.decide.follow_" + string(d.Decided)), q.T("staff.decide.follow_" + v.Typed["decision"]), true
}

// wordless gives the statements that a refused opening names, for its links.
func (v deskView) wordless() []decisionView {
	if v.Fault == nil || v.Fault.Code != "words_missing" {
		return nil
	}
	return v.Wordless
}

func itemAnchor(d decisionView) string { return "item-" + strconv.Itoa(d.Item.Number) }

// unfolds tells whether the decided statements stand open: what was pressed is among them.
func (v deskView) unfolds() bool {
	return v.Just == "all" || slices.ContainsFunc(v.Done, func(d decisionView) bool { return v.TypedAt == v.decidePath(d) || v.opened(d) })
}
