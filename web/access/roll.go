package access

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"delfi/internal/consultation"
	"delfi/internal/consultation/access"
	"delfi/internal/delphi/claim"
	"delfi/internal/delphi/protocol"
	"delfi/internal/fault"
	"delfi/internal/panel/roll"
	"delfi/web/page"
	"delfi/web/ui"
)

// deskView is the desk of a consultation's groups.
type deskView struct {
	access.Desk
	Group    string // whose form was sent; "" for none
	Owner    string // as typed
	Found    roll.Sheet
	Problems ui.Problems
	Fault    *fault.Fault // why nothing was put in force
}

// path is the desk's address.
func (v deskView) path() string { return "/desk/" + v.Slug + "/rolls" }

// frame is the frame of the page.
func (v deskView) frame(q *page.Request) ui.Frame { return framed(q, v.Consultation) }

// framed is the frame of a page of a desk's groups, of one beneath them where more is given.
func framed(q *page.Request, c consultation.Consultation, more ...ui.Crumb) ui.Frame {
	crumbs := []ui.Crumb{
		{Label: q.T("staff.desks.title"), Path: "/desk"},
		{Label: c.Title, Lang: c.Language, Path: "/desk/" + c.Slug},
		{Label: q.T("access.title"), Path: "/desk/" + c.Slug + "/rolls"},
	}
	crumbs = append(crumbs, more...)
	last := &crumbs[len(crumbs)-1]
	last.Path = ""
	return ui.Frame{Title: last.Label + " · " + c.Title, Section: ui.Desk, Owner: c.AdministrationName, Crumbs: crumbs}
}

func (c room) at(q *page.Request) (deskView, error) {
	d, err := c.Access.Desk(q.Context(), q.Actor, q.Param("slug"))
	return deskView{Desk: d}, err
}

// group is the group of a roll that the address names, on the desk of who may change it, before
// a byte of a form is read: a stranger's file takes no place of those that are awaited.
func (c room) group(q *page.Request) (deskView, error) {
	v, err := c.at(q)
	if err != nil {
		return v, err
	}
	v.Group = q.Param("group")
	if !slices.ContainsFunc(v.listed(), func(g protocol.GroupPlan) bool { return g.ID == v.Group }) {
		return v, fault.New(fault.NotFound, "no_roll_group", "there is no group of a list here")
	}
	return v, nil
}

func (c room) rolls(q *page.Request) error {
	v, err := c.at(q)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, rolls(v))
}

// check reads a file. With flaws the page comes back with them, and with what they are; a
// whole one is staged, and the next page says what it would change.
func (c room) check(q *page.Request) error {
	v, err := c.group(q)
	if err != nil {
		return err
	}
	form, err := q.Form()
	if err != nil {
		return err
	}
	v.Owner = form.Value("owner")
	var file io.Reader
	if up := q.Uploaded(); up != nil && up.Name != "" {
		file = up
	}
	found, err := c.Access.Check(q.Context(), q.Actor, v.Slug, v.Group, v.Owner, file)
	switch {
	case fault.KindOf(err) == fault.Invalid:
		v.Problems = ui.ProblemsOf(err).Labelled(map[string]string{"owner": q.T("access.owner"), "file": q.T("access.file")}).In(v.Group)
		return q.Render(http.StatusUnprocessableEntity, rolls(v))
	case err != nil:
		return err
	case found.Sheet.Bad > 0:
		v.Found = found.Sheet
		return q.Render(http.StatusUnprocessableEntity, rolls(v))
	case found.Same:
		q.Flash("access.same")
		return q.Redirect(v.path())
	}
	q.Flash("access.checked")
	return q.Redirect(v.path())
}

// take puts a staged roll in force.
func (c room) take(q *page.Request) error {
	v, err := c.group(q)
	if err != nil {
		return err
	}
	form, err := q.Form()
	if err != nil {
		return err
	}
	id, _ := uuid.Parse(form.Value("staged")) // none is of nothing that is staged
	_, err = c.Access.Import(q.Context(), q.Actor, v.Slug, v.Group, id)
	if fault.KindOf(err) == fault.Conflict {
		if errors.As(err, &v.Fault) && v.Fault.Code == "roll_gone" {
			return q.Render(http.StatusConflict, rolls(v))
		}
	}
	if err != nil {
		return err
	}
	q.Flash("access.imported")
	return q.Redirect(v.path())
}

// listed are the groups of a roll.
func (v deskView) listed() []protocol.GroupPlan {
	return slices.DeleteFunc(slices.Clone(v.Protocol.Panel.Groups), func(g protocol.GroupPlan) bool { return g.Access != protocol.AccessRoll })
}

func (v deskView) name(q *page.Request, g protocol.GroupPlan) string {
	return nameOf(q, v.Consultation, g)
}

// nameOf is a group's name in the reader's language, else in the consultation's.
func nameOf(q *page.Request, c consultation.Consultation, g protocol.GroupPlan) string {
	if words := g.Name[q.Lang]; words != "" {
		return words
	}
	return g.Name[c.Language]
}

// domiciled tells whether a group's rule asks for a domicile, which is declared and no proof.
func domiciled(g protocol.GroupPlan) bool {
	rule, err := claim.Parse(g.Rule)
	return g.Access == protocol.AccessClaim && err == nil && len(rule.Places) > 0
}

// ownerOf is the owner in a group's form: as typed, else of the roll in force.
func (v deskView) ownerOf(g protocol.GroupPlan) string {
	if v.Group == g.ID && v.Owner != "" {
		return v.Owner
	}
	if s, ok := v.Staged[g.ID]; ok {
		return s.Owner
	}
	return v.InForce[g.ID].Owner
}

// flawWords says what is wrong with a field, and what to do.
func flawWords(q *page.Request, f roll.FlawAt) string {
	switch f.Flaw {
	case roll.FlawStatus:
		if f.Hint != "" {
			return q.T("access.flaw.status_unknown_hint", "hint", f.Hint)
		}
	case roll.FlawSerial:
		if day, err := time.Parse(time.DateOnly, f.Hint); err == nil {
			return q.T("access.flaw.date_serial", "day", q.Day(day))
		}
	case roll.FlawTwice:
		return q.T("access.flaw.twice", "line", f.Hint)
	}
	return q.T("access.flaw." + string(f.Flaw))
}

// separator says a separator.
func separator(q *page.Request, c rune) string {
	if c == '\t' {
		return q.T("access.tab")
	}
	return "«" + string(c) + "»"
}

// readAs says how a file was read.
func readAs(q *page.Request, s roll.Sheet) string {
	return q.T("access.layout."+string(s.Layout)) + ", " + separator(q, s.Separator) + ", " + s.Encoding
}

func lineOf(f roll.FlawAt) string { return strconv.Itoa(f.Line) }
