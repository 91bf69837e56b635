package template_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/apptest"
	"delfi/internal/consultation/draft/template"
	"delfi/internal/fault"
)

// TestATemplate has what a draft says, but for its address, its dates and its people.
func TestATemplate(t *testing.T) {
	w := apptest.New(t)
	c := w.Consultation(t).Draft()
	giulia := w.Person(t, "giulia")
	kept, err := w.Templates.Save(t.Context(), giulia, c.Slug, "  Piazze ")
	if err != nil {
		t.Fatal(err)
	}
	all, err := w.Templates.Listed(t.Context(), giulia, c.Administration)
	if err != nil || len(all) != 1 || all[0].ID != kept.ID || all[0].Name != "Piazze" {
		t.Fatalf("%+v, %v", all, err)
	}
	f, err := w.Templates.Form(t.Context(), giulia, kept.ID, "Un'altra piazza", "altra")
	if err != nil {
		t.Fatal(err)
	}
	was := w.Form(t)
	if f.Question != was.Question || f.CommitmentAct != was.CommitmentAct || f.Value("consensus.rule") != was.Value("consensus.rule") {
		t.Errorf("it lost words: %+v", f)
	}
	if f.Title != "Un'altra piazza" || f.Slug != "altra" || f.StartsOn != "" || f.CommitmentDecideBy != "" || len(f.Moderators)+len(f.Facilitators)+len(f.Offices) > 0 {
		t.Errorf("it keeps what is of one draft: %+v", f)
	}
	if _, err := w.Drafts.Create(t.Context(), giulia, c.Administration, f); err != nil {
		t.Errorf("a draft does not begin with it: %v", err)
	}
	if err := w.Templates.Remove(t.Context(), giulia, c.Administration, kept.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Templates.Find(t.Context(), giulia, kept.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("removed, it is found: %v", err)
	}
}

// TestNobodyElse: a template is of those who write drafts for its administration.
func TestNobodyElse(t *testing.T) {
	w := apptest.New(t)
	c := w.Consultation(t).Draft()
	kept, err := w.Templates.Save(t.Context(), w.Person(t, "giulia"), c.Slug, "Piazze")
	if err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]fault.Kind{"paolo": fault.Forbidden, "elena": fault.NotFound, "anna": fault.NotFound} {
		actor := w.Person(t, name)
		if _, err := w.Templates.Save(t.Context(), actor, c.Slug, "Altro"); fault.KindOf(err) != kind {
			t.Errorf("%s keeps: %v", name, err)
		}
		if all, err := w.Templates.Listed(t.Context(), actor, c.Administration); err != nil || len(all) > 0 {
			t.Errorf("%s lists %v, %v", name, all, err)
		}
		if _, err := w.Templates.Form(t.Context(), actor, kept.ID, "T", "t"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s begins with it: %v", name, err)
		}
		if err := w.Templates.Remove(t.Context(), actor, c.Administration, kept.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s removes it: %v", name, err)
		}
	}
	// An administrator elsewhere does not remove it by its id.
	elena := w.Person(t, "elena")
	if err := w.Templates.Remove(t.Context(), elena, own(t, elena), kept.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Templates.Find(t.Context(), w.Person(t, "giulia"), kept.ID); err != nil {
		t.Errorf("it was removed by another administration: %v", err)
	}
}

func own(t *testing.T, a account.Actor) uuid.UUID {
	t.Helper()
	for _, g := range a.Grants {
		if g.Role == account.Administrator {
			return g.Administration
		}
	}
	t.Fatal("no administrator")
	return uuid.Nil
}

// TestTheShelfIsBounded: so many and no more; names are one administration's own.
func TestTheShelfIsBounded(t *testing.T) {
	w := apptest.New(t)
	c := w.Consultation(t).Draft()
	giulia := w.Person(t, "giulia")
	for n := range template.Most {
		if _, err := w.Templates.Save(t.Context(), giulia, c.Slug, fmt.Sprintf("Modello %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Templates.Save(t.Context(), giulia, c.Slug, "Uno di troppo"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("one too many: %v", err)
	}
	if _, err := w.Templates.Save(t.Context(), giulia, c.Slug, "Modello 1"); err != nil {
		t.Errorf("again the same: %v", err)
	}
}
