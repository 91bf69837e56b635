package moderation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/civiltime"
	"delfi/internal/fault"
	"delfi/internal/moderation"
)

// fate gives what an author sees of an act on a subject.
func (h *town) fate(act, subject uuid.UUID) moderation.Fate {
	h.Helper()
	list, err := h.s.Fates(h.Context(), post, h.space(), []uuid.UUID{subject})
	h.ok(err)
	at := slices.IndexFunc(list, func(f moderation.Fate) bool { return f.Act.ID == act && f.Subject == subject })
	if at < 0 {
		return moderation.Fate{}
	}
	return list[at]
}

// page gives what is public.
func (h *town) page() moderation.Page {
	h.Helper()
	p, err := h.s.Public(h.Context(), post, h.space(), 0, 2)
	h.ok(err)
	return p
}

// settle decides an appeal.
func (h *town) settle(who account.Actor, act, subject uuid.UUID, o moderation.Outcome, words string) error {
	return h.s.Settle(h.Context(), who, post, h.space(), act, subject, o, words)
}

// An appeal is its author's, one for each act, of 500 characters, within seven days.
func TestWhoAppealsAndWhen(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a := h.rejects(h.byTiglio, h.byAirone)
	f := h.fate(a.ID, h.byTiglio)
	if !f.Appeals || f.Appeal != nil || civiltime.Date(f.Until) != "2026-03-09" || f.Act.Words != "Fuori tema." || f.Rule.Number != 3 {
		t.Errorf("the author sees %+v", f)
	}
	if len(f.Deciders) != 2 || f.Deciders[0].Name != "Mirta" || f.Deciders[1].Name != "Olga" {
		t.Errorf("decided by %+v", f.Deciders)
	}
	h.refused(h.s.Raise(ctx, h.tiglio, a.ID, h.byTiglio, " \u200b "), fault.Invalid, "words:invisible")
	h.refused(h.s.Raise(ctx, h.tiglio, a.ID, h.byTiglio, ""), fault.Invalid, "words:required")
	h.refused(h.s.Raise(ctx, h.tiglio, a.ID, h.byTiglio, strings.Repeat("é", 501)), fault.Invalid, "words:too_long")
	h.refused(h.s.Raise(ctx, h.airone, a.ID, h.byTiglio, "È in tema."), fault.NotFound, "no_act")
	h.refused(h.s.Raise(ctx, h.gheppio, a.ID, h.other, "È in tema."), fault.NotFound, "no_act")
	h.refused(h.s.Raise(ctx, h.tiglio, uuid.New(), h.byTiglio, "È in tema."), fault.NotFound, "no_act")

	h.pass(f.Until.Sub(h.clock()))
	words := strings.Repeat("é", 500)
	for range 2 { // pressed twice
		h.ok(h.s.Raise(ctx, h.tiglio, a.ID, h.byTiglio, words))
	}
	h.refused(h.s.Raise(ctx, h.tiglio, a.ID, h.byTiglio, "Altro."), fault.Conflict, "appeal_made")
	h.pass(time.Minute)
	h.refused(h.s.Raise(ctx, h.airone, a.ID, h.byAirone, "È in tema."), fault.Conflict, "appeal_over")
	if f = h.fate(a.ID, h.byTiglio); f.Appeal == nil || f.Appeal.Words != words || f.Appeals || civiltime.Date(f.Appeal.Due()) != "2026-03-16" {
		t.Errorf("the author sees %+v", f)
	}
	if h.fate(a.ID, h.byAirone).Appeals {
		t.Error("an appeal is offered after its last day")
	}

	// An act that was taken back, and a removal by law, take none.
	b := h.rejects(h.other)
	h.ok(h.s.Undo(ctx, h.marco, post, h.space(), b.ID))
	h.refused(h.s.Raise(ctx, h.gheppio, b.ID, h.other, "Perché?"), fault.Conflict, "act_undone")
	removed, err := h.does(h.marco, moderation.Remove, nil, h.other)
	h.ok(err)
	h.refused(h.s.Raise(ctx, h.gheppio, removed.ID, h.other, "Perché?"), fault.Conflict, "no_appeal_here")
	if f := h.fate(removed.ID, h.other); f.Act.ID != removed.ID || f.Appeals {
		t.Errorf("the author sees %+v", f)
	}
}

// The seven days begin when authors are told, if that is later than the act.
func TestAppealBeforeAuthorsAreTold(t *testing.T) {
	h := newTown(t)
	h.notes.told = time.Time{}
	a := h.rejects(h.byTiglio)
	h.pass(30 * 24 * time.Hour)
	if f := h.fate(a.ID, h.byTiglio); !f.Appeals || !f.Until.IsZero() {
		t.Errorf("not told: %+v", f)
	}
	h.notes.told = h.clock()
	if f := h.fate(a.ID, h.byTiglio); !f.Appeals || civiltime.Date(f.Until) != "2026-04-08" {
		t.Errorf("told: %+v", f)
	}
}

// An appeal ends in one of three ways, by another moderator than the one who acted; its
// author sees each.
func TestAppealsEnd(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	for _, o := range moderation.Outcomes {
		id := h.writes(h.tiglio, "Una fontana: "+string(o))
		a := h.rejects(id)
		h.raises(h.tiglio, a.ID, id, "È in tema.")
		h.refused(h.settle(h.marco, a.ID, id, o, "No."), fault.Forbidden, "own_act")
		h.refused(h.settle(person("Berta"), a.ID, id, o, "No."), fault.Forbidden, "wrong_role")
		h.refused(h.settle(h.mirta, a.ID, h.other, o, "No."), fault.NotFound, "no_appeal")
		h.refused(h.settle(h.mirta, a.ID, id, "", " "), fault.Invalid, "outcome:required words:required")
		h.pass(time.Hour)
		for range 2 { // pressed twice
			h.ok(h.settle(h.mirta, a.ID, id, o, "Parla di "+string(o)+"."))
		}
		args := h.refused(h.settle(h.olga, a.ID, id, moderation.Dismissed, "Altro."), fault.Conflict, "appeal_decided")
		if args["name"] != "Mirta" {
			t.Errorf("says %v", args)
		}
		seen := h.fate(a.ID, id)
		if seen.Appeal == nil || seen.Appeal.Outcome != o || seen.Appeal.Decision.Words != "Parla di "+string(o)+"." || seen.Appeal.Decision.By.Name != "Mirta" {
			t.Errorf("%s: the author sees %+v", o, seen.Appeal)
		}
		c, want := h.of(id), o == moderation.Upheld
		if c.Waiting != want || h.notes.hidden[id] == want || want && c.Priority != 1 {
			t.Errorf("%s: the case is %+v, hidden %v", o, c, h.notes.hidden[id])
		}
	}
	entries, err := h.record.Of(ctx, h.notes.record)
	h.ok(err)
	n := 0
	for _, e := range entries {
		if e.Kind == "appeal" {
			n++
			if strings.Contains(e.Body+e.Target+e.Reason, "È in tema") || !strings.Contains(e.Body, `"reversed":`) {
				t.Errorf("the record says %+v", e)
			}
		}
	}
	if n != 3 {
		t.Errorf("%d decisions in the record", n)
	}
}

// Once nothing can be examined any more an appeal that is upheld changes nothing but what is said.
func TestAppealUpheldTooLate(t *testing.T) {
	h := newTown(t)
	a := h.rejects(h.byTiglio)
	h.raises(h.tiglio, a.ID, h.byTiglio, "È in tema.")
	h.notes.over = fault.New(fault.Conflict, "synthesis_over", "over")
	h.ok(h.settle(h.mirta, a.ID, h.byTiglio, moderation.Upheld, "Ha ragione."))
	if c := h.of(h.byTiglio); c.Waiting || c.Version != 1 || !h.notes.hidden[h.byTiglio] {
		t.Errorf("the case is %+v", c)
	}
	if f := h.fate(a.ID, h.byTiglio); f.Appeal.Outcome != moderation.Upheld {
		t.Errorf("the author sees %+v", f.Appeal)
	}
}

// Everybody sees an appeal from the day after it was raised, and that it is overdue from
// the day after it was due; what it says is for moderators alone.
func TestAppealIsPublic(t *testing.T) {
	h := newTown(t)
	ctx := h.Context()
	a := h.rejects(h.byTiglio, h.byAirone)
	h.raises(h.tiglio, a.ID, h.byTiglio, "È in tema.")
	if p := h.page(); p.Waiting != 0 || len(p.Acts) != 1 || len(p.Acts[0].Appeals) != 0 {
		t.Errorf("on its day: %+v", p)
	}
	h.pass(24 * time.Hour)
	if p := h.page(); p.Waiting != 1 || p.Overdue != 0 || len(p.Acts[0].Appeals) != 1 {
		t.Errorf("a day later: %+v", p)
	}
	h.pass(6 * 24 * time.Hour)
	if p := h.page(); p.Overdue != 0 {
		t.Errorf("on the last day: %+v", p)
	}
	h.pass(24 * time.Hour)
	p := h.page()
	if p.Waiting != 1 || p.Overdue != 1 || p.Raised() != 1 {
		t.Errorf("after it: %+v", p)
	}
	if l := p.Acts[0]; !slices.Equal(l.Names, []string{"Airone 5", "Tiglio 27"}) || l.Cites.Number != 3 {
		t.Errorf("the line is %+v", l)
	}
	list, err := h.s.Pleas(ctx, h.marco, post, h.space())
	h.ok(err)
	if len(list) != 1 || !list[0].Own || list[0].Words != "È in tema." || list[0].Text.Body != "Più ombra." || !list[0].Overdue(h.clock()) {
		t.Errorf("Marco reads %+v", list)
	}
	_, err = h.s.Pleas(ctx, person("Berta"), post, h.space())
	h.refused(err, fault.Forbidden, "wrong_role")

	h.ok(h.settle(h.olga, a.ID, h.byTiglio, moderation.Partly, "In parte."))
	p = h.page()
	at := slices.IndexFunc(p.Tallies, func(t moderation.Tally) bool { return t.Rule.Number == 3 })
	if p.Waiting != 0 || p.Partly != 1 || p.Tallies[at].Acts != 1 || p.Tallies[at].Partly != 1 {
		t.Errorf("decided: %+v", p)
	}
	// An act that was taken back takes its appeal along.
	b := h.rejects(h.other)
	h.raises(h.gheppio, b.ID, h.other, "Perché?")
	h.ok(h.s.Undo(ctx, h.marco, post, h.space(), b.ID))
	h.refused(h.settle(h.mirta, b.ID, h.other, moderation.Upheld, "Sì."), fault.Conflict, "act_undone")
	h.pass(10 * 24 * time.Hour)
	if p := h.page(); p.Waiting != 0 || len(p.Acts) != 2 || !p.Acts[0].Undone || len(p.Acts[0].Appeals) != 0 {
		t.Errorf("taken back: %+v", p)
	}
	// It does not vanish: the author and the moderators read that it was taken back, and by
	// whom, also when she acts alike again.
	h.rejects(h.other)
	fates, err := h.s.Fates(ctx, post, h.space(), []uuid.UUID{h.other})
	h.ok(err)
	at = slices.IndexFunc(fates, func(f moderation.Fate) bool { return f.Act.ID == b.ID })
	if at < 0 || fates[at].Appeal == nil || fates[at].Appeal.Outcome != moderation.Moot || fates[at].Appeal.Decision.By.Name != "Marco" || fates[at].Appeals {
		t.Errorf("its author reads %+v", fates)
	}
	list, err = h.s.Pleas(ctx, h.mirta, post, h.space())
	h.ok(err)
	if !slices.ContainsFunc(list, func(p moderation.Plea) bool { return p.Act.ID == b.ID && p.Outcome == moderation.Moot && !p.Open() }) {
		t.Errorf("Mirta reads %+v", list)
	}
}

// An appeal stores its day, and nothing of who raised it.
func TestAppealStoresTheDayAlone(t *testing.T) {
	h := newTown(t)
	a := h.rejects(h.byTiglio)
	h.pass(3*time.Hour + 17*time.Minute)
	before := h.marks()
	h.raises(h.tiglio, a.ID, h.byTiglio, "È in tema.")
	var columns []string
	h.ok(h.db.Pool().Select(&columns, `
		SELECT column_name::text || ' ' || data_type
		FROM information_schema.columns
		WHERE table_schema = 'civic' AND table_name = 'moderation_appeal'
		ORDER BY ordinal_position`))
	want := []string{"act uuid", "subject uuid", "words text", "raised_on date", "outcome text", "decision uuid"}
	if !slices.Equal(columns, want) {
		t.Errorf("the table has %v", columns)
	}
	// The row that an appeal is about keeps no trace of the transaction that appealed.
	if after := h.marks(); !slices.Equal(before, after) {
		t.Errorf("rows were marked %v, and are %v", before, after)
	}
}

// marks gives the transactions that stand in rows of staff.
func (h *town) marks() []string {
	h.Helper()
	var marks []string
	h.ok(h.db.Pool().Select(&marks, `
		SELECT xmin::text || ' ' || xmax::text FROM civic.moderation_act
		UNION ALL SELECT xmin::text || ' ' || xmax::text FROM civic.moderation_case
		UNION ALL SELECT xmin::text || ' ' || xmax::text FROM civic.space
		ORDER BY 1`))
	return marks
}

// The acts of the public page are read in parts, from the newest on; its figures are those
// of all, on every part.
func TestPublicInParts(t *testing.T) {
	h := newTown(t)
	var want []uuid.UUID
	for range 7 {
		want = append(want, h.rejects(h.writes(h.tiglio, "Più ombra.")).ID)
	}
	undone := h.rejects(h.byAirone)
	want = append(want, undone.ID)
	h.ok(h.s.Undo(t.Context(), h.marco, post, h.space(), undone.ID))
	slices.Reverse(want)
	var got []uuid.UUID
	for before, parts := 0, 0; ; parts++ {
		p, err := h.s.Public(t.Context(), post, h.space(), before, 3)
		h.ok(err)
		if p.Total != 7 || p.Undone != 1 || len(p.Acts) > 3 || parts > 2 {
			t.Fatalf("part %d: %d acts of %d", parts, len(p.Acts), p.Total)
		}
		for _, l := range p.Acts {
			got = append(got, l.ID)
			// Of an act that was taken back nothing is told but that.
			if l.Undone != (l.ID == undone.ID) || l.Undone && (l.Words != "" || l.Summary != "" || l.By != (moderation.Staff{}) || len(l.Names) != 0 || len(l.Subjects) != 0) {
				t.Errorf("line %+v", l)
			}
		}
		if before = p.Older; before == 0 {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
	if p, err := h.s.Public(t.Context(), post, h.space(), 1, 3); err != nil || len(p.Acts) != 0 || p.Older != 0 || p.Total != 7 {
		t.Errorf("before the first act: %+v, %v", p, err)
	}
	if p, err := h.s.Public(t.Context(), post, h.space(), 0, 0); err != nil || len(p.Acts) != 8 || p.Older != 0 {
		t.Errorf("all of them: %d, older before %d, %v", len(p.Acts), p.Older, err)
	}
}
