package verify

import (
	"fmt"

	"delfi/internal/delphi/canonical"
	"delfi/internal/verify/source"
)

// same compares a document as it was published with the one that was computed
// again. The fault names the first field that differs.
func (c *check) same(name string, found []byte, computed any, what string) error {
	d, err := canonical.Differ(found, computed, 4*source.Shortest)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	case d != nil:
		return &source.Fault{File: name, What: what + " " + d.Path, Found: source.Short(d.Found), Expected: source.Short(d.Want)}
	}
	c.result.Figures += canonical.Numbers(found)
	return nil
}
