package oversight_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation"
	"delfi/internal/consultation/draft"
	"delfi/internal/consultation/oversight"
	"delfi/internal/fault"
	"delfi/internal/panel"
)

func slug(name string) func(*draft.Form) { return func(f *draft.Form) { f.Slug, f.Title = name, name } }

// rank is the place of a line in the order of a desk, read off its wait alone.
func rank(l oversight.Line) string {
	w, due := l.Wait, l.Wait.Due
	group := 1
	switch {
	case w.For == "":
		group = 4
	case w.For == consultation.PendingAnnouncement:
		group = 2
	case w.Who != account.Administrator:
		group = 3
	case w.For == consultation.PendingResumption:
		due = l.Consultation.Suspended.Since
	}
	if due.IsZero() {
		return fmt.Sprint(group, " z")
	}
	return fmt.Sprint(group, " ", due.UTC().Format(time.RFC3339))
}

// TestADeskInOrder: the order of the statement is that of who acts next, on every stage;
// nobody but the administration's administrators reads it.
func TestADeskInOrder(t *testing.T) {
	w := apptest.New(t, apptest.At("2026-03-02 10:00"))
	riva := w.Found(t)
	giulia := w.Person(t, "giulia")
	w.Consultation(t, slug("pubblicata")).Panel(1).Statements(1).Published()
	w.Consultation(t, slug("in-ritardo")).Panel(1).Statements(1).Concluded()
	w.Consultation(t, slug("conclusa")).Panel(1).Statements(1).Concluded()
	w.Consultation(t, slug("bozza"), func(f *draft.Form) { f.StartsOn, f.CommitmentAct = "", "" }).Draft()
	w.Consultation(t, slug("bozza-pronta")).Draft()
	w.Consultation(t, slug("annunciata")).Panel(7).Announced()
	w.Consultation(t, slug("raccolta")).Panel(2).Gathering()
	stopped := w.Consultation(t, slug("sospesa")).Announced()
	if err := w.Consultations.Suspend(t.Context(), giulia, stopped.Slug, "manca una carta"); err != nil {
		t.Fatal(err)
	}
	gone := w.Consultation(t, slug("ritirata")).Announced()
	if err := w.Consultations.Withdraw(t.Context(), giulia, gone.Slug, "non si fa"); err != nil {
		t.Fatal(err)
	}

	got, err := w.Oversight.Desk(t.Context(), giulia, riva, 1)
	if err != nil {
		t.Fatal(err)
	}
	var names, ranks []string
	mine := 0
	for _, l := range got.Lines {
		names, ranks = append(names, l.Consultation.Slug), append(ranks, rank(l))
		if l.Wait.Who == account.Administrator {
			mine++
		}
	}
	if !slices.IsSorted(ranks) || len(names) != 9 || got.All != 9 || got.Pages != 1 || got.Waits != mine || mine != 6 {
		t.Errorf("%q by %q, %d of %d wait for administrators", names, ranks, got.Waits, got.All)
	}
	if names[len(names)-1] != "ritirata" {
		t.Errorf("what is over is not last: %q", names)
	}
	for _, l := range got.Lines {
		if incomplete := l.Consultation.Slug == "bozza"; incomplete != (len(l.Missing) > 0) {
			t.Errorf("%s: missing are %+v", l.Consultation.Slug, l.Missing)
		}
		want := panel.Headcount{} // of seven who have just enrolled nobody is counted before the hour is full
		if l.Consultation.Stage == consultation.Concluded || l.Consultation.Stage == consultation.Published {
			want = panel.Headcount{People: 1, Exact: true}
		}
		if l.Consultation.Stage == consultation.Withdrawn {
			want.Exact = true
		}
		if l.Panel != want {
			t.Errorf("%s: %+v enrolled, wants %+v", l.Consultation.Slug, l.Panel, want)
		}
	}

	for name, who := range map[string]account.Actor{"nobody": {}, "a participant": w.Person(t, "anna"), "a moderator": w.Person(t, "marta"), "another administration": w.Person(t, "elena")} {
		if _, err := w.Oversight.Desk(t.Context(), who, riva, 1); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s reads the desk: %v", name, err)
		}
	}
	for _, page := range []int{-1, 0, 2} {
		if _, err := w.Oversight.Desk(t.Context(), giulia, riva, page); fault.KindOf(err) != fault.NotFound {
			t.Errorf("page %d: %v", page, err)
		}
	}
}

// TestPagesOfADesk: every consultation stands on one page, and each page knows them all.
func TestPagesOfADesk(t *testing.T) {
	w := apptest.New(t)
	riva := w.Found(t)
	giulia, elena := w.Person(t, "giulia"), w.Person(t, "elena")
	const n = oversight.Size + 3
	for i := range n {
		if _, err := w.Drafts.Create(t.Context(), giulia, riva, draft.Form{Slug: fmt.Sprintf("bozza-%02d", i), Language: "it", Title: "Bozza"}); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for page, size := range map[int]int{1: oversight.Size, 2: 3} {
		got, err := w.Oversight.Desk(t.Context(), giulia, riva, page)
		if err != nil || len(got.Lines) != size || got.All != n || got.Waits != n || got.Pages != 2 || got.Page != page {
			t.Fatalf("page %d: %d lines of %d, %d wait, %d pages, %v", page, len(got.Lines), got.All, got.Waits, got.Pages, err)
		}
		for _, l := range got.Lines {
			seen[l.Consultation.Slug] = true
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d stand on a page", len(seen), n)
	}
	if _, err := w.Oversight.Desk(t.Context(), giulia, riva, 3); fault.KindOf(err) != fault.NotFound {
		t.Errorf("page 3: %v", err)
	}
	empty, err := w.Oversight.Desk(t.Context(), elena, elena.Grants[0].Administration, 1)
	if err != nil || len(empty.Lines) != 0 || empty.Pages != 1 || empty.Waits != 0 {
		t.Errorf("a desk without consultations: %+v, %v", empty, err)
	}
}
