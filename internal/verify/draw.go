package verify

import (
	"io"
	"maps"
	"slices"

	"delfi/internal/delphi/protocol"
	"delfi/internal/report/schema"
	"delfi/internal/verify/drawn"
)

// drawnBefore are the draws that had been held before an entry, as its opinion has them.
func (r *reading) drawnBefore(before int64) []schema.Draw {
	var out []schema.Draw
	for _, d := range r.draws {
		if d.Done && d.Entry < before {
			out = append(out, d.Reported)
		}
	}
	return out
}

// draws checks the draws of a consultation's groups.
func (c *check) draws(r *reading) error {
	for _, group := range slices.Sorted(maps.Keys(r.life.Draws)) {
		d := r.life.Draws[group]
		at := slices.IndexFunc(r.protocol.Panel.Groups, func(g protocol.GroupPlan) bool { return g.ID == group })
		if at < 0 || r.protocol.Panel.Groups[at].Access != protocol.AccessDraw {
			return d.Listed.Fault("it fixes a list for a group that the protocol does not draw", group, "a group whose access is draw")
		}
		var root [32]byte
		if d.Entry != nil {
			root = c.log.roots[d.Entry.N]
		}
		dir := r.path("draws/" + group + "/")
		checked, err := drawn.Check(r.slug, dir, group, d, root, func(name string, most int64) ([]byte, error) {
			r.known[dir+name] = true
			f, err := c.open(dir+name, min(most, c.options.Bounds.Document))
			if err != nil {
				return nil, err
			}
			defer f.Close()
			return io.ReadAll(f)
		})
		if err != nil {
			return err
		}
		c.result.Draws = append(c.result.Draws, checked)
		r.draws = append(r.draws, checked)
	}
	return nil
}
