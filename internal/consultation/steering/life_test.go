package steering_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/draft/form"
	"delfi/internal/delphi/verdict"
	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// TestWholeLife walks a consultation from draft to published and reads its record.
func TestWholeLife(t *testing.T) {
	h := newTown(t)
	h.announced()
	h.is(consultation.Announced, consultation.RoundPlanned, consultation.RoundPlanned, consultation.RoundPlanned)
	c := h.get()
	if len(c.ProtocolHash) != 64 || c.ProtocolHash != c.Protocol.Hash() {
		t.Errorf("protocol hash %q", c.ProtocolHash)
	}
	same(t, "round 1 opens", c.Rounds[0].PlannedAt, apptest.Rome("2026-03-09 09:00"))
	same(t, "round 1 closes", c.Rounds[0].Deadline, apptest.Rome("2026-03-16 23:59"))
	// A week for the moderators, then the next morning.
	same(t, "round 2 opens", c.Rounds[1].PlannedAt, apptest.Rome("2026-03-24 09:00"))
	same(t, "round 2 closes", c.Rounds[1].Deadline, apptest.Rome("2026-04-03 23:59"))
	same(t, "round 3 opens", c.Rounds[2].PlannedAt, apptest.Rome("2026-04-04 09:00"))
	same(t, "round 3 closes", c.Rounds[2].Deadline, apptest.Rome("2026-04-14 23:59"))
	// 14 April and one extension of each round (7+10+10) and 90 days.
	if got := c.Protocol.Anonymity.LatestKeyDate; got != "2026-08-09" {
		t.Errorf("latest key date %s", got)
	}
	h.recorded("commitment/ administrator Anna: la piazza", "protocol/ administrator Anna: ", "act/announce administrator Anna: La piazza")
	h.beside("commitment", map[string]string{"act": "Delibera n. 1", "decider": "La Giunta comunale", "signatory": "La sindaca"}, `{"decide_by":"2026-12-31","reply_days":30}`)
	h.beside("act", map[string]string{"slug": c.Slug, "question": c.Question, "background": c.Background}, `{"starts_at":"2026-03-09T08:00:00Z"}`)

	h.ok(h.Panel.Enrol(t.Context(), h.carla, c.ID, c.Protocol.Panel.Groups[0].ID))
	h.refused(h.Panel.Enrol(t.Context(), h.marco, c.ID, c.Protocol.Panel.Groups[0].ID), fault.Forbidden, "staff_cannot_enrol")
	h.work("2026-03-09 09:00")
	h.is(consultation.Running, consultation.RoundOpen, consultation.RoundPlanned, consultation.RoundPlanned)
	h.recorded("act/start system : La piazza", "round_opened/open system : round 1")
	if n := h.round(1).People(); n != 1 {
		t.Errorf("%d enrolled", n)
	}

	h.work("2026-03-16 23:59")
	h.is(consultation.Running, consultation.RoundClosed, consultation.RoundPlanned, consultation.RoundPlanned)
	h.recorded("act/close system : round 1")
	two := h.add(2)
	h.ok(h.s.ReleaseRound(t.Context(), h.marco, slug, 1))
	h.recorded("act/release moderator Marco: round 1")
	h.work("2026-03-24 09:00")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundOpen, consultation.RoundPlanned)
	same(t, "deadline", h.round(2).Deadline, apptest.Rome("2026-04-03 23:59"))

	h.work("2026-04-03 23:59")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundPlanned)
	h.recorded("act/close system : round 2", "act/release system : round 2")
	h.ok(h.s.Decide(t.Context(), h.furio, slug, two[0].ID, consultation.Settle, "È già chiaro a tutti.", ""))
	h.recorded("decision/settle facilitator Furio: statement 1")
	// Nobody decides about the second one: it follows the proposal when round 3 opens.
	h.work("2026-04-04 09:00")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundOpen)
	h.recorded("decision/go-on system : statement 2", "round_opened/open system : round 3")
	h.proposed = verdict.Settle
	h.work("2026-04-14 23:59")
	h.is(consultation.Running, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundReleased)
	h.recorded("decision/settle system : statement 2")
	for i, it := range h.items() {
		if it.State != consultation.ItemSettled || it.SettledIn != i+2 {
			t.Errorf("statement %d is %s in round %d", it.Number, it.State, it.SettledIn)
		}
	}

	h.refused(h.Panel.Enrol(t.Context(), h.stranger, c.ID, c.Protocol.Panel.Groups[0].ID), fault.Conflict, "enrolment_closed")
	h.ok(h.s.DecideAsProposed(t.Context(), h.furio, slug)) // nothing is left to decide
	h.ok(h.s.Conclude(t.Context(), h.furio, slug, ""))
	h.recorded("act/conclude facilitator Furio: La piazza")
	h.early(false)
	h.refused(h.s.Publish(t.Context(), h.anna, slug, consultation.OpinionTexts{}), fault.Conflict, "not_destroyed")
	h.drain()
	h.recorded("key_destroyed/ system : La piazza")
	h.ok(h.s.Publish(t.Context(), h.anna, slug, consultation.OpinionTexts{Summary: "Il panel chiede ombra."}))
	h.is(consultation.Published, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundReleased)
	h.recorded("act/publish administrator Anna: La piazza")
	if !slices.Equal(h.opinions, []consultation.OpinionTexts{{Summary: "Il panel chiede ombra."}}) {
		t.Errorf("opinions %+v", h.opinions)
	}
	for _, line := range h.entries() {
		if strings.Contains(line, "Carla") {
			t.Errorf("the record names a participant: %s", line)
		}
	}
	h.work("2026-12-31 12:00") // every late job finds nothing to do
	h.is(consultation.Published, consultation.RoundReleased, consultation.RoundReleased, consultation.RoundReleased)
}

// TestAnnouncementNamesWhatIsMissing tries each gate alone.
func TestAnnouncementNamesWhatIsMissing(t *testing.T) {
	h := newTown(t)
	h.draft()
	marco, mirta, furio := h.marco.Office.String(), h.mirta.Office.String(), h.furio.Office.String()
	for name, tc := range map[string]struct {
		change func(*draft.Form)
		want   []string
	}{
		"question":    {func(f *draft.Form) { f.Question = "" }, []string{"question:required"}},
		"quotation":   {func(f *draft.Form) { f.CommitmentQuotation = " " }, []string{"commitment_quotation:required"}},
		"decider":     {func(f *draft.Form) { f.CommitmentDecider = "" }, []string{"commitment_decider:required"}},
		"subject":     {func(f *draft.Form) { f.CommitmentSubject = "" }, []string{"commitment_subject:required"}},
		"decide by":   {func(f *draft.Form) { f.CommitmentDecideBy = "" }, []string{"commitment_decide_by:required"}},
		"too early":   {func(f *draft.Form) { f.CommitmentDecideBy = "2026-03-09" }, []string{"commitment_decide_by:too_early"}},
		"act":         {func(f *draft.Form) { f.CommitmentAct = "" }, []string{"commitment_act:required"}},
		"signatory":   {func(f *draft.Form) { f.CommitmentSignatory = "" }, []string{"commitment_signatory:required"}},
		"start":       {func(f *draft.Form) { f.StartsOn = "" }, []string{"starts_on:required"}},
		"in the past": {func(f *draft.Form) { f.StartsOn = "2026-03-01" }, []string{"starts_on:in_the_past"}},
		"group":       {func(f *draft.Form) { *f = f.Type("panel.groups[0].name.it", nil) }, []string{"panel.groups[0].name.it:required"}},
		"points":      {func(f *draft.Form) { *f = f.Type("consensus.share.to", []string{"5"}) }, []string{"consensus.share:share_window"}},
		"moderators":  {func(f *draft.Form) { f.Moderators = []string{marco} }, []string{"moderators:too_few_moderators"}},
		"twice":       {func(f *draft.Form) { f.Moderators = []string{marco, marco} }, []string{"moderators:too_few_moderators"}},
		"facilitator": {func(f *draft.Form) { f.Facilitators = nil }, []string{"facilitators:too_few_facilitators"}},
		"same person": {func(f *draft.Form) { f.Facilitators = []string{furio, mirta} }, []string{"facilitators:not_in_role", "facilitators:same_person"}},
		"not in role": {func(f *draft.Form) { f.Facilitators = []string{h.anna.Office.String()} }, []string{"facilitators:not_in_role"}},
		"several":     {func(f *draft.Form) { f.CommitmentAct, f.Moderators = "", nil }, []string{"commitment_act:required", "moderators:too_few_moderators"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := h.form()
			tc.change(&f)
			_, err := h.Drafts.Edit(t.Context(), h.anna, slug, form.StepQuestion, f, "")
			h.ok(err)
			err = h.s.Announce(t.Context(), h.anna, slug)
			if got := fields(err); fault.KindOf(err) != fault.Invalid || !slices.Equal(got, tc.want) {
				t.Errorf("announce: %v (%v); want %v", got, err, tc.want)
			}
			missing, err := h.Drafts.Missing(t.Context(), h.anna, slug)
			h.ok(err)
			var got []string
			for _, m := range missing {
				got = append(got, m.Field+":"+m.Code)
			}
			slices.Sort(got)
			if !slices.Equal(got, tc.want) {
				t.Errorf("missing: %v; want %v", got, tc.want)
			}
		})
	}
	if len(h.entries()) != 0 {
		t.Errorf("a draft has a record: %v", h.entries())
	}
}

// TestRoleTakenAwayStopsTheAnnouncement: what counts is who holds the role today.
func TestRoleTakenAwayStopsTheAnnouncement(t *testing.T) {
	h := newTown(t)
	h.draft()
	h.mirta = h.Newcomer(h, "Mirta") // signs in without the group
	if got := fields(h.s.Announce(t.Context(), h.anna, slug)); !slices.Equal(got, []string{"moderators:not_in_role"}) {
		t.Errorf("announce: %v", got)
	}
}

// TestAFieldOfOneLineTakesNoSecond, seen or unseen; where lines are many it may.
func TestAFieldOfOneLineTakesNoSecond(t *testing.T) {
	h := newTown(t)
	f := h.form()
	f.Title = "I tigli\n  - ricevuta a: la sua scheda è fra quelle contate nel turno 3"
	f.CommitmentDecider, f.CommitmentSubject = "Giunta\x1b[2J", "Il\u202e viale"
	f.Offices = map[string]string{h.marco.Office.String(): "Urp\r\nUfficio"}
	f.Background, f.CommitmentQuotation = "Una riga.\n\nUn’altra.", "Ci impegniamo\na rispondere."
	_, err := h.Drafts.Create(t.Context(), h.anna, h.id, f)
	want := []string{"commitment_decider:not_one_line", "commitment_subject:not_one_line", "office_" + h.marco.Office.String() + ":not_one_line", "title:not_one_line"}
	if got := fields(err); !slices.Equal(got, want) {
		t.Errorf("%v; want %v", got, want)
	}
}

// TestDraftThatCannotBeStored names every field and keeps nothing.
func TestDraftThatCannotBeStored(t *testing.T) {
	h := newTown(t)
	f := h.form()
	f.Slug, f.Title, f.Language = "La Piazza", "", "de"
	f.StartsOn, f.Moderators, f.CommitmentMoney = "domani", []string{"x"}, strings.Repeat("è", 1001)
	_, err := h.Drafts.Create(t.Context(), h.anna, h.id, f)
	want := []string{"commitment_money:too_long", "language:unknown_language", "moderators:unknown_person",
		"slug:slug_form", "starts_on:not_a_date", "title:required"}
	if got := fields(err); !slices.Equal(got, want) {
		t.Errorf("%v; want %v", got, want)
	}
	for _, name := range []string{"new", "consultations", "tile"} {
		f = h.form()
		f.Slug = name
		_, err = h.Drafts.Create(t.Context(), h.anna, h.id, f)
		if got := fields(err); !slices.Equal(got, []string{"slug:slug_reserved"}) {
			t.Errorf("a consultation called %s: %v", name, got)
		}
	}
	f = h.form()
	f.Facilitators = []string{h.foreignModerator.Office.String()} // somebody else's people are unknown here
	_, err = h.Drafts.Create(t.Context(), h.anna, h.id, f)
	if got := fields(err); !slices.Equal(got, []string{"facilitators:unknown_person"}) {
		t.Errorf("foreign staff: %v", got)
	}
	h.draft()
	_, err = h.Drafts.Create(t.Context(), h.anna, h.id, h.form())
	h.ok(err) // pressed twice
	f = h.form()
	f.Title = "Un’altra piazza"
	_, err = h.Drafts.Create(t.Context(), h.anna, h.id, f)
	if got := fields(err); !slices.Equal(got, []string{"slug:slug_taken"}) {
		t.Errorf("second with the slug: %v", got)
	}
}

// TestDraftComesBackAsTyped keeps every character, also of what is not valid yet.
func TestDraftComesBackAsTyped(t *testing.T) {
	h := newTown(t)
	f := draft.Form{Slug: slug, Language: "it", Title: "  La piazza ", CommitmentMoney: " 890.000 € ", Offices: map[string]string{"a": " b "}}
	_, err := h.Drafts.Create(t.Context(), h.anna, h.id, f)
	h.ok(err)
	got, err := h.Drafts.Form(t.Context(), h.anna, slug)
	h.ok(err)
	if got.Title != f.Title || got.CommitmentMoney != f.CommitmentMoney || got.Offices["a"] != " b " {
		t.Errorf("the form came back as %+v", got)
	}
}

// TestDraftIsItsAdministrationsOwn: to everybody else it is not there.
func TestDraftIsItsAdministrationsOwn(t *testing.T) {
	h := newTown(t)
	h.draft()
	for _, c := range []struct {
		who        account.Actor
		see, steer bool
	}{
		{h.anna, true, true}, {h.marco, true, true}, {h.furio, true, true}, {h.Newcomer(h, "Mino", "riva/moderator"), true, false},
		{h.carla, false, false}, {h.council, false, false}, {h.stranger, false, false}, {h.foreignModerator, false, false}, {account.Actor{}, false, false},
	} {
		all, err := h.s.Listed(t.Context(), c.who)
		h.ok(err)
		if (len(all) == 1) != c.see {
			t.Errorf("%q has %d consultations listed", c.who.Name, len(all))
		}
		_, err = h.s.Find(t.Context(), c.who, slug)
		if (err == nil) != c.see || err != nil && fault.KindOf(err) != fault.NotFound {
			t.Errorf("find by %q: %v", c.who.Name, err)
		}
		_, err = h.s.Desk(t.Context(), c.who, slug)
		want := fault.NotFound
		switch {
		case !c.who.SignedIn():
			want = fault.Unauthenticated
		case c.see:
			want = fault.Forbidden
		}
		if (err == nil) != c.steer || err != nil && fault.KindOf(err) != want {
			t.Errorf("desk by %q: %v", c.who.Name, err)
		}
	}
}

// TestDelete removes a draft and nothing else.
func TestDelete(t *testing.T) {
	h := newTown(t)
	h.draft()
	h.refused(h.Drafts.Delete(t.Context(), h.marco, slug, ""), fault.Forbidden, "wrong_role")
	h.ok(h.Drafts.Delete(t.Context(), h.anna, slug, ""))
	_, err := h.s.Find(t.Context(), h.anna, slug)
	h.refused(err, fault.NotFound, "not_found")
	h.announced()
	h.refused(h.Drafts.Delete(t.Context(), h.anna, slug, ""), fault.Conflict, "wrong_stage")
	_, err = h.Drafts.Edit(t.Context(), h.anna, slug, form.StepQuestion, h.form(), "")
	h.refused(err, fault.Conflict, "wrong_stage")
}

// TestRecordOnlyGrows: also whoever reaches the database with the server's rights
// cannot quietly rewrite an entry.
func TestRecordOnlyGrows(t *testing.T) {
	h := newTown(t)
	h.announced()
	before := h.entries()
	for _, attack := range []string{
		`UPDATE record.entry SET text = 'another'`, `DELETE FROM record.entry`, `TRUNCATE record.entry`,
	} {
		err := h.DB.Transact(t.Context(), func(ctx context.Context, tx *postgres.Tx) error {
			_, err := tx.ExecContext(ctx, attack)
			return err
		})
		if err == nil {
			t.Errorf("%s went through", attack)
		}
	}
	if !slices.Equal(h.entries(), before) {
		t.Error("the record changed")
	}
}
