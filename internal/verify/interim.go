package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"delfi/internal/delphi/table"
	"delfi/internal/ledger/leaf"
	"delfi/internal/verify/replay"
	"delfi/internal/verify/source"
)

// coarse is what every number of an interim release is a multiple of.
const coarse = 5

// interim checks one release of a standing round before its deadline: it has
// rounded counts and tallies, and no leaves.
func (c *check) interim(r *reading, w *replay.Round, tick int) error {
	c.step(4)
	e := w.Releases[tick-1]
	dir := fmt.Sprintf("rounds/%d/releases/%d/", w.Number, tick)
	now := closing{round: w, tick: tick}
	items, err := c.asked(r, dir, &now)
	if err != nil {
		return err
	}
	counts, err := c.documentOf(r, dir+"counts.json", &now.Counts)
	if err != nil {
		return err
	}
	named, most, err := r.named(dir, &now)
	if err != nil {
		return err
	}
	tally, err := c.linesOf(r, dir+"tally", tallyLines*(len(named)+1), most)
	if err != nil {
		return err
	}
	digest := leaf.Digest
	if e.Salted {
		salt, err := c.salt(r, dir)
		if err != nil {
			return err
		}
		digest = func(text []byte) string { return leaf.WordsDigest(salt, text) }
	}
	for _, d := range []struct{ file, found, want string }{
		{"items.json", digest(items), e.Items}, {"counts.json", digest(counts), e.Counts}, {"tally", digest(tally), e.Tally},
	} {
		if err := c.recorded(r, dir+d.file, d.found, d.want, e.Record); err != nil {
			return err
		}
	}
	if err := r.statements.List(r.path(dir+"items.json"), r.life, now.items, e.Record.N); err != nil {
		return err
	}
	if !now.Counts.Interim {
		return &source.Fault{File: r.path(dir + "counts.json"), What: "an interim release has exact counts", Found: "exact", Expected: "interim"}
	}
	if err := c.tallies(r, dir, tally, named, &now); err != nil {
		return err
	}
	if err := c.rounded(r, dir, now.Closing); err != nil {
		return err
	}
	c.step(7)
	c.result.Releases++
	return c.feedback(r, dir, &now, e.Record, e.Document, digest)
}

// salt reads the salt of an interim release's digests.
func (c *check) salt(r *reading, dir string) ([]byte, error) {
	name := dir + "salt"
	r.known[r.path(name)] = true
	text, err := c.small(r.path(name), 2*sha256.Size)
	if err != nil {
		return nil, err
	}
	salt, err := hex.DecodeString(string(text))
	if err != nil || len(salt) != sha256.Size {
		return nil, &source.Fault{File: r.path(name), What: "no salt", Found: source.Short(string(text)), Expected: fmt.Sprintf("%d hex digits", 2*sha256.Size)}
	}
	return salt, nil
}

// rounded sees that nothing finer than five people is told.
func (c *check) rounded(r *reading, dir string, now table.Closing) error {
	people := []int{now.Counts.Enrolled, now.Counts.Answered, now.Counts.StruckOff}
	for _, g := range now.Counts.Groups {
		people = append(people, g.Enrolled, g.Answered)
	}
	for _, i := range now.Counts.Items {
		people = append(people, i.Valid, i.CannotJudge, i.Incomplete, i.Paired, i.LeftBefore, i.LeftAfter, i.Leavers, i.Confident, i.Reasons)
		people = append(people, i.ByGroup...)
	}
	for _, n := range people {
		if n%coarse != 0 {
			return &source.Fault{File: r.path(dir + "counts.json"), What: "an interim release tells of fewer than five people", Found: fmt.Sprint(n), Expected: fmt.Sprintf("a multiple of %d", coarse)}
		}
	}
	for _, t := range now.Tables {
		for i, n := range t.Counts {
			if n%coarse != 0 {
				return &source.Fault{File: r.path(dir + "tally"), Table: t.ID, What: fmt.Sprintf("an interim tally of %q tells of fewer than five people", t.Values[i]), Found: fmt.Sprint(n), Expected: fmt.Sprintf("a multiple of %d", coarse)}
			}
		}
	}
	return nil
}
