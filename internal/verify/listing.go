package verify

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"delfi/internal/delphi/canonical"
	"delfi/internal/verify/source"
)

// Listed is one line of the record's list of consultations. The id joins a folder to
// the entries of the log, since two consultations may have equal rules. Title and slug
// are bound by the announcement's words or by the opinion; where neither has them, the
// ending says that the list alone calls a consultation so.
type Listed struct {
	ID       string `json:"id"`
	Opinion  bool   `json:"opinion"`  // one is published
	Protocol string `json:"protocol"` // hash of the frozen rules, hex
	Slug     string `json:"slug"`     // name of the folder
	Stage    string `json:"stage"`
	Title    string `json:"title"`
}

// Line writes the line: canonical JSON and a line feed.
func (l Listed) Line() ([]byte, error) {
	b, err := canonical.Marshal(l)
	return append(b, '\n'), err
}

// String names the consultation as people may choose it.
func (l Listed) String() string { return l.Slug + " (" + l.ID + ")" }

// listedMost bounds a line of the list, in bytes.
const listedMost = 8 << 10

// listFile is the name of the file of listed consultations.
const listFile = "consultations"

// slugForm is how consultations name their folders.
var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// listing reads the list, and compares each line with the log.
func (c *check) listing() ([]Listed, error) {
	bad := func(line int, what, found, expected string) error {
		return &source.Fault{File: listFile, Line: line, What: what, Found: source.Short(found), Expected: expected}
	}
	var out []Listed
	listed := map[string]Listed{} // by id and by slug
	err := c.lines(listFile, listedMost, func(n int, line string) error {
		var l Listed
		if _, err := canonical.Read(strings.NewReader(line), listedMost, &l); err != nil {
			return bad(n, "the line is no consultation: "+err.Error(), line, `{"id","opinion","protocol","slug","stage","title"}`)
		}
		if id, err := uuid.Parse(l.ID); err != nil || id.String() != l.ID || !slugForm.MatchString(l.Slug) {
			return bad(n, "the line names no consultation", l.String(), "an id and a folder")
		}
		for _, name := range []string{l.ID, l.Slug} {
			if o, twice := listed[name]; twice {
				return bad(n, "the consultation is listed twice", l.String(), "another than "+o.String())
			}
			listed[name] = l
		}
		if err := c.logged(n, l); err != nil {
			return err
		}
		out = append(out, l)
		return nil
	})
	return out, err
}

// logged compares a line of the list with the entries of its consultation.
func (c *check) logged(line int, l Listed) error {
	bad := func(what, found, expected string) error {
		return &source.Fault{File: listFile, Line: line, What: what, Found: found, Expected: expected}
	}
	life := c.log.acts.Lives[l.ID]
	if life == nil {
		return bad("no entry of the log speaks of this consultation", l.ID, "one of the log's")
	}
	var f struct {
		Hash string `json:"hash"`
	}
	if life.Protocol != nil {
		if err := life.Protocol.Figures(&f); err != nil {
			return err
		}
	}
	switch {
	case f.Hash != l.Protocol:
		return bad("the list names other rules than the log froze", source.OrNothing(l.Protocol), source.OrNothing(f.Hash))
	case string(life.Stage) != l.Stage:
		return bad("the consultation stands elsewhere than its acts lead", source.OrNothing(l.Stage), source.OrNothing(string(life.Stage)))
	case life.Title != "" && l.Title != life.Title:
		return bad("the list gives the consultation another title than its announcement", source.Short(l.Title), source.Short(life.Title))
	case life.Slug != "" && l.Slug != life.Slug:
		return bad("the list gives the consultation another folder than its announcement", l.Slug, source.Short(life.Slug))
	case l.Opinion != (len(life.Opinions) > 0):
		return bad("the list and the log differ on whether there is an opinion", fmt.Sprint(l.Opinion), fmt.Sprint(!l.Opinion))
	}
	return nil
}

// chosen gives the consultations to check: those that the reader names by slug or id,
// otherwise all whose files are there. The others of the list go into the result.
func (c *check) chosen() ([]Listed, error) {
	all, err := c.listing()
	if _, folders := c.files.(fs.ReadDirFS); missing(err) && !folders {
		return nil, ErrNoRecord
	}
	if err != nil {
		return nil, err
	}
	var out []Listed
	if len(c.options.Consultations) == 0 {
		out, err = c.held(all)
	} else {
		out, err = pick(all, c.options.Consultations)
	}
	chosen := map[string]bool{}
	for _, l := range out {
		chosen[l.ID] = true
	}
	for _, l := range all {
		if !chosen[l.ID] {
			c.result.Others = append(c.result.Others, l)
		}
	}
	return out, err
}

// pick finds consultations of the list by slug or id.
func pick(all []Listed, names []string) ([]Listed, error) {
	var out []Listed
	for _, name := range names {
		at := slices.IndexFunc(all, func(l Listed) bool { return l.Slug == name || l.ID == name })
		if at < 0 {
			return nil, &Misuse{fmt.Errorf("%q is neither slug nor id of a consultation of this record, which lists: %s", name, source.OrNothing(named(all)))}
		}
		if !slices.Contains(out, all[at]) {
			out = append(out, all[at])
		}
	}
	return out, nil
}

// named lists consultations in words, at most twenty.
func named(all []Listed) string {
	const most = 20
	var words []string
	for _, l := range all[:min(most, len(all))] {
		words = append(words, l.String())
	}
	if more := len(all) - most; more > 0 {
		words = append(words, fmt.Sprintf("… (+%d)", more))
	}
	return strings.Join(words, ", ")
}

// held gives those of the list whose folders are there; at an address, where folders
// cannot be looked through, all. A folder that the list does not name is a fault: the
// log cannot say which consultation it shows.
func (c *check) held(all []Listed) ([]Listed, error) {
	dirs, ok := c.files.(fs.ReadDirFS)
	if !ok {
		return all, nil
	}
	found, err := dirs.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("the consultations of the record: %w", err)
	}
	bySlug := make(map[string]int, len(all))
	for n, l := range all {
		bySlug[l.Slug] = n
	}
	var out []Listed
	for _, d := range found {
		if _, listed := bySlug[d.Name()]; listed && !d.IsDir() {
			return nil, source.Irregular(d.Name()) // a link in a folder's place would pass for files that are not there
		}
		if !d.IsDir() {
			continue
		}
		_, err := fs.Stat(c.files, d.Name()+"/protocol.json")
		if source.Absent(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		at, listed := bySlug[d.Name()]
		if !listed {
			return nil, &source.Fault{File: d.Name(), What: "the record's list names no consultation of this folder", Found: "nothing", Expected: "a line of the file " + listFile}
		}
		out = append(out, all[at])
	}
	return out, nil
}
