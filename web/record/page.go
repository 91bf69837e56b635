package record

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/account"
	"delfi/internal/consultation"
	"delfi/internal/fault"
	"delfi/internal/ledger"
	"delfi/web/i18n"
	"delfi/web/page"
	"delfi/web/ui"
)

// perPage is how many acts a page of the record shows.
const perPage = 40

// indexView is the server's record.
type indexView struct {
	Size          int64
	Root          string
	Forked        bool // nothing can be signed and no act is possible
	Unchecked     bool // nothing can be signed until all entries have been hashed
	Witnesses     []ledger.Cosigner
	Entries       []ledger.Entry
	Older         int64 // number before which the next page begins; 0 for none
	Consultations []consultation.Consultation
	titles        map[uuid.UUID]consultation.Consultation
}

// index shows the record of the whole server.
func (c room) index(q *page.Request) error {
	v := indexView{titles: map[uuid.UUID]consultation.Consultation{}}
	before := int64(0)
	if text := q.Query("before"); text != "" {
		var err error
		if before, err = strconv.ParseInt(text, 10, 64); err != nil || before < 1 {
			return fault.New(fault.NotFound, "no_page", "there is no such page")
		}
	}
	size, root, err := c.Record.Present(q.Context())
	switch {
	case fault.KindOf(err) == fault.Unavailable:
		// A record that cannot go on is still read.
		v.Unchecked = ledger.IsUnchecked(err)
		v.Forked = !v.Unchecked
	case err != nil:
		return err
	default:
		v.Size, v.Root = size, root
	}
	if v.Witnesses, err = c.Record.Cosigners(q.Context()); err != nil {
		return err
	}
	if v.Entries, err = c.Record.Newest(q.Context(), before, perPage); err != nil {
		return err
	}
	if n := len(v.Entries); n == perPage && v.Entries[n-1].Sequence > 0 {
		v.Older = v.Entries[n-1].Sequence
	}
	if v.Consultations, err = c.Consultations.Listed(q.Context(), account.Actor{}); err != nil {
		return err
	}
	for _, one := range v.Consultations {
		v.titles[one.ID] = one
	}
	return q.Render(http.StatusOK, index(v))
}

// consultationView is the record of one consultation.
type consultationView struct {
	consultation.Consultation
	Entries []ledger.Entry // newest first
	Files   []folder
	Address string // of this record, for programs
}

// folder is a heading with the files beneath it: a round's, or the consultation's own.
type folder struct {
	Round  int // 0 for the consultation's own
	Files  []file
	Leaves []file
	Marks  bool // its marks can be looked through
}

type file struct{ Name, Path string }

// consultation shows the acts of one consultation, and its files.
func (c room) consultation(q *page.Request) error {
	found, err := c.Consultations.Find(q.Context(), account.Actor{}, q.Param("slug"))
	if err != nil {
		return err
	}
	v := consultationView{Consultation: found, Address: c.BaseURL + "/record/" + found.Slug}
	if v.Entries, err = c.Record.Of(q.Context(), found.ID); err != nil {
		return err
	}
	slices.Reverse(v.Entries)
	all, err := c.Reports.Files(q.Context(), found.Slug)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	v.Files = folders(all)
	return q.Render(http.StatusOK, one(v))
}

var ofRound = regexp.MustCompile(`^rounds/(\d+)/(.+)$`)

// folders sorts a consultation's files under their rounds.
func folders(all []string) []folder {
	out := []folder{{}}
	for _, path := range all {
		m := ofRound.FindStringSubmatch(path)
		if m == nil {
			out[0].Files = append(out[0].Files, file{path, path})
			continue
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			continue // no round has a number of twenty digits
		}
		at := slices.IndexFunc(out, func(f folder) bool { return f.Round == n })
		if at < 0 {
			at = len(out)
			out = append(out, folder{Round: n})
		}
		f := &out[at]
		if table, leaves := strings.CutPrefix(m[2], "leaves/"); leaves {
			f.Leaves = append(f.Leaves, file{table, path})
			f.Marks = f.Marks || table == "B"
			continue
		}
		f.Files = append(f.Files, file{m[2], path})
	}
	slices.SortStableFunc(out, func(a, b folder) int { return a.Round - b.Round })
	return slices.DeleteFunc(out, func(f folder) bool { return len(f.Files)+len(f.Leaves) == 0 })
}

// explain returns the words about a file; "" for none.
func (f file) explain(q *page.Request) string {
	name := f.Name
	if strings.HasPrefix(name, "releases/") {
		name = name[strings.LastIndexByte(name, '/')+1:]
	}
	key := "record.file." + strings.TrimSuffix(name, ".json")
	if strings.HasPrefix(name, "draws/") {
		name, _, _ = strings.Cut(name[strings.LastIndexByte(name, '/')+1:], ".")
		key = "record.drawn." + name
	}
	if !i18n.Known(key) {
		return ""
	}
	return q.T(key)
}

// target returns the target of an act in words; "" when it is the subject of the page.
func target(q *page.Request, e ledger.Entry, title string) string {
	if e.Target == title || e.Target == string(e.Type) {
		return ""
	}
	return ui.Target(q, e.Target)
}

// by returns the author of an act, by name and office.
func by(q *page.Request, e ledger.Entry) string {
	office := "record.role." + e.Role
	switch {
	case e.Name != "" && i18n.Known(office):
		return e.Name + ", " + q.T(office)
	case i18n.Known(office):
		return q.T(office)
	}
	return q.T("record.role.system")
}

// frame is the layout's part of a page beneath the server's record.
func frame(q *page.Request, v *consultation.Consultation, title, label string) ui.Frame {
	f := ui.Frame{Title: title, Section: ui.Record, Crumbs: []ui.Crumb{{Label: q.T("record.title"), Path: "/record"}}}
	if v == nil {
		f.Crumbs[0].Path = ""
		return f
	}
	f.Owner = v.AdministrationName
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: v.Title, Lang: v.Language, Path: "/record/" + v.Slug})
	if label == "" {
		f.Crumbs[1].Path = ""
		return f
	}
	f.Crumbs = append(f.Crumbs, ui.Crumb{Label: label})
	return f
}

// marksView is the list of a round's marks, or the way to it.
type marksView struct {
	consultation.Consultation
	Round      int
	Prefix     string // "" on the way
	Marks      []string
	Superseded map[string]bool
}

func (v marksView) path(more string) string {
	return fmt.Sprintf("/record/%s/rounds/%d/marks%s", v.Slug, v.Round, more)
}

// prefixes are the 256 pages of a round's marks.
func prefixes() []string {
	out := make([]string, 256)
	for i := range out {
		out[i] = fmt.Sprintf("%02x", i)
	}
	return out
}

// marks explains how a receipt is checked. It is a static page like those it leads
// to: a form would tell the server which mark is whose.
func (c room) marks(q *page.Request) error {
	v, err := c.round(q)
	if err != nil {
		return err
	}
	// Any of the pages tells whether the round's marks are public.
	if _, _, err := c.Reports.Marks(q.Context(), v.Slug, q.Param("n"), "00"); err != nil {
		return err
	}
	return q.Render(http.StatusOK, marks(v))
}

// prefix lists the marks that begin with two digits.
func (c room) prefix(q *page.Request) error {
	v, err := c.round(q)
	if err != nil {
		return err
	}
	if v.Prefix = q.Param("prefix"); !slices.Contains(prefixes(), v.Prefix) {
		return fault.New(fault.NotFound, "no_page", "there is no such page")
	}
	all, superseded, err := c.Reports.Marks(q.Context(), v.Slug, q.Param("n"), v.Prefix)
	if err != nil {
		return err
	}
	v.Superseded = map[string]bool{}
	for _, m := range superseded {
		v.Superseded[m] = true
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	slices.Sort(all)
	v.Marks = all
	return q.Render(http.StatusOK, marks(v))
}

func (c room) round(q *page.Request) (marksView, error) {
	found, err := c.Consultations.Find(q.Context(), account.Actor{}, q.Param("slug"))
	if err != nil {
		return marksView{}, err
	}
	n, err := strconv.Atoi(q.Param("n"))
	if err != nil || strconv.Itoa(n) != q.Param("n") || found.Round(n) == nil {
		return marksView{}, fault.New(fault.NotFound, "no_round", "this consultation has no such round")
	}
	return marksView{Consultation: found, Round: n}, nil
}
