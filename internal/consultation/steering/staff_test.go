package steering_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/consultation/steering"
	"delfi/internal/fault"
)

// place is the number of the appointment by which somebody serves.
func (h *town) place(who account.Actor) int {
	h.Helper()
	for _, m := range h.get().Appointed {
		if m.Is(who) && m.Until.IsZero() {
			return m.Place
		}
	}
	h.Fatalf("%s is not appointed", who.Name)
	return 0
}

// steers are the names of who serves.
func (h *town) steers() string {
	h.Helper()
	var names []string
	for _, m := range h.get().Staff {
		names = append(names, m.Name)
	}
	return strings.Join(names, " ")
}

// TestReplaceAMemberOfStaff: one goes, one comes, in public; who comes acts and does not
// answer, who goes acts no more.
func TestReplaceAMemberOfStaff(t *testing.T) {
	h := newTown(t)
	h.announced()
	fiona, ctx := h.Newcomer(h, "Fiona", "riva/facilitator"), t.Context()
	carla := h.Newcomer(h, "Carla")
	group := h.get().Protocol.Panel.Groups[0].ID
	h.ok(h.Panel.Enrol(ctx, carla, h.get().ID, group))
	r := steering.Replacement{Place: h.place(h.furio), Person: fiona.Office.String(), Office: " Urbanistica ", From: "2026-03-02", Reason: "È in congedo."}
	h.ok(h.s.ReplaceStaff(ctx, h.anna, slug, r))
	h.recorded("act/replace administrator Anna: Furio → Fiona")
	if got := h.steers(); got != "Marco Mirta Fiona" {
		t.Errorf("who steers: %s", got)
	}
	entries, err := h.Record.Of(ctx, h.get().ID)
	h.ok(err)
	if last := entries[len(entries)-1]; last.Reason != "È in congedo." || last.Body != `{"from":"2026-03-02","office":"facilitator"}` {
		t.Errorf("recorded is %+v", last)
	}
	came := h.get().Staff[2]
	if came.Office != "Urbanistica" || came.Role != account.Facilitator || came.Since.Format(time.DateOnly) != "2026-03-02" {
		t.Errorf("came %+v", came)
	}

	// Pressed twice it is done once; another reason, or another person, is another act.
	h.ok(h.s.ReplaceStaff(ctx, h.anna, slug, r))
	other := r
	other.Reason = "Non è in congedo."
	h.refused(h.s.ReplaceStaff(ctx, h.anna, slug, other), fault.Conflict, "staff_replaced")
	other = r
	other.Person = h.Newcomer(h, "Franco", "riva/facilitator").Office.String()
	h.refused(h.s.ReplaceStaff(ctx, h.anna, slug, other), fault.Conflict, "staff_replaced")
	if again, err := h.Record.Of(ctx, h.get().ID); err != nil || len(again) != len(entries) {
		t.Errorf("%d entries, then %d, %v", len(entries), len(again), err)
	}

	h.work("2026-03-09 09:00")
	h.refused(h.s.ExtendRound(ctx, h.furio, slug, 1, 1, "Perché."), fault.Forbidden, "wrong_role")
	h.ok(h.s.ExtendRound(ctx, fiona, slug, 1, 1, "Neve."))
	for _, who := range []account.Actor{h.furio, fiona} {
		h.refused(h.Panel.Enrol(ctx, who, h.get().ID, group), fault.Forbidden, "staff_cannot_enrol")
	}
	// Whoever answered and is appointed afterwards answers no more.
	h.ok(consultation.CanAnswer(carla, h.get()))
	_, err = h.Accounts.GrantRole(ctx, "riva", account.Moderator, h.get().Scope(), carla.Account.String())
	h.ok(err)
	carla = h.Newcomer(h, "Carla") // with her office
	h.ok(h.s.ReplaceStaff(ctx, h.anna, slug, steering.Replacement{Place: h.place(h.mirta), Person: carla.Office.String(), From: "2026-03-20", Reason: "Trasferita."}))
	h.refused(consultation.CanAnswer(carla, h.get()), fault.Forbidden, "staff_cannot_answer")
	h.refused(consultation.CanAnswer(h.furio, h.get()), fault.Forbidden, "staff_cannot_answer")
	h.ok(consultation.CanAnswer(account.Actor{}, h.get())) // by a code, which tells nobody

	// From the day on, not before; who goes serves until then, and is asked to stay.
	h.at("2026-03-19 23:59")
	if got := h.steers(); got != "Marco Mirta Fiona" {
		t.Errorf("the evening before: %s", got)
	}
	for who, want := range map[string]int{"mirta": 1, "carla": 1, "furio": 0} {
		steered, err := h.s.Steers(ctx, map[string]account.Actor{"mirta": h.mirta, "carla": carla, "furio": h.furio}[who])
		if err != nil || len(steered) != want {
			t.Errorf("%s steers %d, %v", who, len(steered), err)
		}
	}
	h.at("2026-03-20 00:00")
	if got := h.steers(); got != "Marco Fiona Carla" {
		t.Errorf("on the day: %s", got)
	}
	if steered, err := h.s.Steers(ctx, h.mirta); err != nil || len(steered) != 0 {
		t.Errorf("who went steers %d, %v", len(steered), err)
	}
	// Who was replaced can come back.
	h.ok(h.s.ReplaceStaff(ctx, h.anna, slug, steering.Replacement{Place: h.place(fiona), Person: h.furio.Office.String(), From: "2026-03-20", Reason: "È tornato."}))
	if got := h.steers(); got != "Marco Carla Furio" || len(h.get().Appointed) != 6 {
		t.Errorf("who came back: %s of %d", got, len(h.get().Appointed))
	}
}

// TestAReplacementNamesWhatToMend, field by field, and stores nothing.
func TestAReplacementNamesWhatToMend(t *testing.T) {
	h := newTown(t)
	ctx := t.Context()
	h.draft()
	fiona, mia := h.Newcomer(h, "Fiona", "riva/facilitator"), h.Newcomer(h, "Mia", "riva/moderator")
	right := steering.Replacement{Place: h.place(h.furio), Person: fiona.Office.String(), From: "2026-03-02", Reason: "Perché."}
	h.refused(h.s.ReplaceStaff(ctx, h.anna, slug, right), fault.Conflict, "wrong_stage") // its form says who
	h.ok(h.s.Announce(ctx, h.anna, slug))
	lent := h.Newcomer(h, "Lino")
	_, err := h.Accounts.GrantRole(ctx, "riva", account.Facilitator, account.Scope(uuid.New()), lent.Account.String())
	h.ok(err)
	lent = h.Newcomer(h, "Lino") // with his office
	for name, x := range map[string]struct {
		change func(*steering.Replacement)
		want   []string
	}{
		"nothing":                  {func(r *steering.Replacement) { *r = steering.Replacement{Place: r.Place} }, []string{"from:not_a_date", "person:required", "reason:required"}},
		"a stranger":               {func(r *steering.Replacement) { r.Person = uuid.NewString() }, []string{"person:staff_no_role"}},
		"a citizen":                {func(r *steering.Replacement) { r.Person = h.carla.Office.String() }, []string{"person:staff_no_role"}},
		"of another role":          {func(r *steering.Replacement) { r.Person = mia.Office.String() }, []string{"person:staff_no_role"}},
		"of another consultation":  {func(r *steering.Replacement) { r.Person = lent.Office.String() }, []string{"person:staff_no_role"}},
		"oneself":                  {func(r *steering.Replacement) { r.Person = h.furio.Office.String() }, []string{"person:staff_already"}},
		"yesterday":                {func(r *steering.Replacement) { r.From = "2026-03-01" }, []string{"from:from_past"}},
		"a year ahead":             {func(r *steering.Replacement) { r.From = "2027-03-02" }, []string{"from:from_far"}},
		"no day":                   {func(r *steering.Replacement) { r.From = "2 marzo" }, []string{"from:not_a_date"}},
		"words that show nothing":  {func(r *steering.Replacement) { r.Reason = "\u200b" }, []string{"reason:invisible"}},
		"an office of two lines":   {func(r *steering.Replacement) { r.Office = "a\nb" }, []string{"office:not_one_line"}},
		"somebody who steers here": {func(r *steering.Replacement) { r.Place = h.place(h.mirta); r.Person = h.marco.Office.String() }, []string{"person:staff_already"}},
	} {
		r := right
		x.change(&r)
		if got := fields(h.s.ReplaceStaff(ctx, h.anna, slug, r)); !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
	wrong := right
	wrong.Place = 17
	h.refused(h.s.ReplaceStaff(ctx, h.anna, slug, wrong), fault.Conflict, "staff_replaced")
	if got := h.steers(); got != "Marco Mirta Furio" {
		t.Errorf("who steers: %s", got)
	}
	// A member who is to come is replaced from their first day on at the earliest.
	later := right
	later.From = "2026-03-10"
	h.ok(h.s.ReplaceStaff(ctx, h.anna, slug, later))
	again := steering.Replacement{Place: h.place(fiona), Person: h.Newcomer(h, "Franco", "riva/facilitator").Office.String(), From: "2026-03-05", Reason: "Perché."}
	if got := fields(h.s.ReplaceStaff(ctx, h.anna, slug, again)); !slices.Equal(got, []string{"from:from_before"}) {
		t.Errorf("before the first day: %v", got)
	}
	// The desk that was seen is not the one that stands.
	version, err := h.s.StateVersion(ctx, h.get())
	h.ok(err)
	again.From = "2026-03-10"
	h.ok(h.s.ReplaceStaff(ctx, h.anna, slug, again))
	h.refused(h.s.Seen(version).Withdraw(ctx, h.anna, slug, "Perché."), fault.Conflict, "moved_on")
	h.ok(h.s.Withdraw(ctx, h.anna, slug, "Perché."))
	h.refused(h.s.ReplaceStaff(ctx, h.anna, slug, steering.Replacement{Place: h.place(h.mirta), Person: mia.Office.String(), From: "2026-03-02", Reason: "Perché."}), fault.Conflict, "wrong_stage")
}
