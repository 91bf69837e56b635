package rehearsal

import (
	"errors"
	"strconv"

	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/rehearsal"
	"delfi/web/dossier"
	"delfi/web/page"
	"delfi/web/ui"
)

// sketch is a draft as it would be announced.
type sketch struct {
	dossier.View
	Given []consultation.Item
	Whole bool // its protocol holds
}

// people is how many the form proposes for a group.
const people = 24

func (d room) sketch(q *page.Request) (sketch, error) {
	c, err := d.Consultations.Desk(q.Context(), q.Actor, q.Param("slug"))
	if err != nil {
		return sketch{}, err
	}
	f, err := d.Drafts.Form(q.Context(), q.Actor, c.Slug)
	if err != nil {
		return sketch{}, err
	}
	s := sketch{View: dossier.View{Consultation: c}}
	s.Protocol, s.Given, s.Whole = f.Whole()
	return s, nil
}

// beginView is the form of a play.
type beginView struct {
	sketch
	Manner   string
	Seed     string
	People   []string // by group in protocol order
	Problems ui.Problems
}

// begin asks how to rehearse, and leads to the rehearsal that was asked for.
func (d room) begin(q *page.Request) error {
	s, err := d.sketch(q)
	if err != nil {
		return err
	}
	v := beginView{sketch: s, Seed: "1"}
	asked := q.R.URL.Query().Has("seed")
	if asked {
		v.Manner, v.Seed = q.Query("manner"), q.Query("seed")
	}
	play := rehearsal.Play{Manner: rehearsal.Manner(v.Manner), Seed: number(v.Seed)}
	for n := range s.Protocol.Panel.Groups {
		typed := strconv.Itoa(people)
		if asked {
			typed = q.Query(rehearsal.PeopleField(n))
		}
		v.People = append(v.People, typed)
		play.People = append(play.People, number(typed))
	}
	if !asked || !s.Whole {
		return q.Render(200, beginPage(v))
	}
	var f *fault.Fault
	switch err := play.Check(s.Protocol); {
	case err == nil:
		return q.Redirect("/desk/" + s.Slug + "/rehearsal/" + play.String())
	case !errors.As(err, &f) || f.Kind != fault.Invalid:
		return err
	default:
		v.Problems = ui.ProblemsOf(f).Labelled(v.labels(q))
		return q.Render(422, beginPage(v))
	}
}

// number reads a whole number; what is none is out of every range.
func number(typed string) int {
	n, err := strconv.Atoi(typed)
	if err != nil {
		return -1
	}
	return n
}

func (v beginView) labels(q *page.Request) map[string]string {
	labels := map[string]string{"manner": q.T("rehearsal.manner.title"), "seed": q.T("rehearsal.seed")}
	for n := range v.Protocol.Panel.Groups {
		labels[rehearsal.PeopleField(n)] = v.peopleLabel(q, n)
	}
	return labels
}

// peopleLabel names the field of a group's people.
func (v beginView) peopleLabel(q *page.Request, group int) string {
	return q.T("rehearsal.people", "group", v.GroupName(q, v.Protocol.Panel.Groups[group].ID))
}

func (v beginView) manners(q *page.Request) []ui.Option {
	var all []ui.Option
	for _, m := range rehearsal.Manners {
		all = append(all, ui.Option{Value: string(m), Label: q.T("rehearsal.manner." + string(m)), Hint: q.T("rehearsal.manner." + string(m) + "_hint"), Chosen: v.Manner == string(m)})
	}
	return all
}

func (v beginView) frame(q *page.Request) ui.Frame {
	title := q.T("rehearsal.title")
	return ui.Frame{
		Title: title + " · " + v.Title, Section: ui.Desk, Owner: v.AdministrationName,
		Crumbs: []ui.Crumb{{Label: q.T("staff.desks.title"), Path: "/desk"}, {Label: v.Title, Path: "/desk/" + v.Slug, Lang: v.Language}, {Label: title}},
	}
}
