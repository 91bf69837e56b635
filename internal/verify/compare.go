package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"delfi/internal/delphi/canonical"
	"delfi/internal/verify/source"
)

func keysOf[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// same compares a document as it was published with the one that was computed
// again. The fault names the first field that differs.
func (c *check) same(name string, found []byte, computed any, what string) error {
	want, err := canonical.Marshal(computed)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	c.result.Figures += numbers(want)
	if bytes.Equal(found, want) {
		return nil
	}
	f := differing(name, found, want)
	if f == nil {
		return &source.Fault{File: name, What: "the document is not canonical JSON"}
	}
	f.What = what + " " + f.What
	return f
}

// numbers counts the figures of a canonical document.
func numbers(document []byte) int {
	d := json.NewDecoder(bytes.NewReader(document))
	n := 0
	for {
		t, err := d.Token()
		if err != nil {
			return n
		}
		if _, is := t.(float64); is {
			n++
		}
	}
}

// treesMost is up to how many bytes two documents are compared field by field.
const treesMost = 32 << 20

// differing finds the first place at which two documents differ; its words are
// the path of the field. nil when they say the same.
func differing(name string, found, want []byte) *source.Fault {
	if len(found)+len(want) > treesMost {
		n := 0
		for n < min(len(found), len(want)) && found[n] == want[n] {
			n++
		}
		return &source.Fault{File: name, What: fmt.Sprintf("byte %d", n+1), Found: source.UpTo(string(found[n:min(len(found), n+4*source.Shortest)]), source.Shortest), Expected: source.UpTo(string(want[n:min(len(want), n+4*source.Shortest)]), source.Shortest)}
	}
	a, aerr := tree(found)
	b, berr := tree(want)
	if aerr != nil || berr != nil {
		return &source.Fault{File: name, What: "the document", Found: source.Short(string(found)), Expected: source.Short(string(want))}
	}
	return apart(name, "", a, b)
}

func tree(document []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

func apart(name, at string, found, want any) *source.Fault {
	switch w := want.(type) {
	case map[string]any:
		f, ok := found.(map[string]any)
		if !ok {
			break
		}
		names := maps.Clone(w)
		maps.Copy(names, f)
		for _, k := range slices.Sorted(keysOf(names)) {
			_, has := f[k]
			_, should := w[k]
			here := strings.TrimPrefix(at+"."+k, ".")
			if has != should {
				out := &source.Fault{File: name, What: here}
				if has {
					out.Found, out.Expected = written(f[k]), "no such field"
				} else {
					out.Found, out.Expected = "no such field", written(w[k])
				}
				return out
			}
			if d := apart(name, here, f[k], w[k]); d != nil {
				return d
			}
		}
		return nil
	case []any:
		f, ok := found.([]any)
		if !ok {
			break
		}
		for i := range min(len(f), len(w)) {
			if d := apart(name, fmt.Sprintf("%s[%d]", at, i), f[i], w[i]); d != nil {
				return d
			}
		}
		if len(f) != len(w) {
			return &source.Fault{File: name, What: at, Found: fmt.Sprintf("%d of them", len(f)), Expected: fmt.Sprint(len(w))}
		}
		return nil
	default:
		if _, object := found.(map[string]any); object {
			break
		}
		if _, list := found.([]any); !list && found == want {
			return nil
		}
	}
	return &source.Fault{File: name, What: at, Found: written(found), Expected: written(want)}
}

// written is a value as a fault shows it.
func written(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return source.Short(string(b))
}
