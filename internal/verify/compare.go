package verify

import (
	"fmt"
	"iter"
	"maps"

	"delfi/internal/delphi/canonical"
	"delfi/internal/verify/source"
)

func keysOf[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

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
	c.result.Figures += numbers(found)
	return nil
}

// numbers counts the figures of a canonical document.
func numbers(document []byte) int {
	n := 0
	quoted, within := false, false // a text, a number
	for i := 0; i < len(document); i++ {
		b := document[i]
		switch {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		}
		figure := !quoted && (b >= '0' && b <= '9' || b == '-')
		if figure && !within {
			n++
		}
		within = figure || within && !quoted && (b == '.' || b == 'e' || b == '+')
	}
	return n
}
