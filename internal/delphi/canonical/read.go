package canonical

import (
	"encoding/json"
	"io"
	"reflect"
	"slices"
)

// A document may take so many bytes of values for each byte of its text, beside a free
// amount: one whose text says little of each value is refused before it is read into any.
const (
	free   = 8 << 20
	factor = 3
)

// Read reads a document of at most so many bytes into v, and gives its text. It must be
// written as Write writes v: in canonical form, with each field of v and no other, so
// that no two readers see two documents in it. The text is read once as a stream and
// seen to be sound, then read into values; memory is bounded by its length.
func Read(in io.Reader, most int64, v any) ([]byte, error) {
	f, target := target(v)
	r := &Reader{in: in, most: most, from: -1, all: true, canon: true}
	if err := r.sound(f); err != nil {
		return nil, err
	}
	text := slices.Concat(append(r.kept, r.buf)...)
	r.again(text)
	_, err := r.value(f, target)
	return text, err
}

// Some reads those fields of a canonical document that v has, and passes over others.
func Some(text []byte, v any) error {
	return twice(text, v, func(r *Reader) { r.canon, r.some = true, true })
}

// Loose reads a document that others wrote, in any order of fields, into v; a field that
// v does not have is a fault.
func Loose(text []byte, v any) error { return twice(text, v, func(*Reader) {}) }

// twice reads a text that is at hand whole, once to see that it is sound.
func twice(text []byte, v any, set func(r *Reader)) error {
	f, target := target(v)
	r := inMemory(text)
	set(r)
	if err := r.sound(f); err != nil {
		return err
	}
	r.again(text)
	_, err := r.value(f, target)
	return err
}

// sound reads a whole text into nothing: what it would take is counted, and the lengths
// of its long lists are kept.
func (r *Reader) sound(f *form) error {
	r.first = true
	if _, err := r.value(f, reflect.Value{}); err != nil {
		return err
	}
	return r.End()
}

func target(v any) (*form, reflect.Value) {
	p := reflect.ValueOf(v)
	return formOf(p.Type().Elem()), p.Elem()
}

// within bounds the next value, and gives the bound that held before.
func (r *Reader) within(most int64) (outer int64) {
	outer = r.bound
	if end := r.Offset() + most; outer == 0 || end < outer {
		r.bound = end
	}
	return outer
}

// Value reads the next value into v.
func (r *Reader) Value(v any) error {
	r.since, r.spent = r.Offset(), 0
	outer := r.within(longestPart)
	defer func() { r.bound = outer }()
	f, target := target(v)
	_, err := r.value(f, target)
	return err
}

// Next steps to the beginning of the next value.
func (r *Reader) Next() error {
	_, err := r.peek()
	return err
}

// Raw reads the next value as it stands; one of more than most bytes is a fault.
func (r *Reader) Raw(most int64) (json.RawMessage, error) {
	if err := r.Next(); err != nil {
		return nil, err
	}
	var raw json.RawMessage
	outer := r.within(most)
	defer func() { r.bound = outer }()
	err := r.raw(reflect.ValueOf(&raw).Elem())
	return raw, err
}

// Object reads an object, field by field: each reads the value of the one that is named.
func (r *Reader) Object(each func(name string) error) error {
	if err := r.must(object, '{'); err != nil {
		return err
	}
	return r.members(func(name []byte) error {
		key := string(name)
		r.path = append(r.path, step{name: key, n: -1})
		if err := each(key); err != nil {
			return err
		}
		r.path = r.path[:len(r.path)-1]
		return nil
	})
}

// List reads a list, entry by entry.
func (r *Reader) List(each func(n int) error) error {
	if err := r.must(list, '['); err != nil {
		return err
	}
	return r.entries(each)
}

// must enters a list or an object, which begins with a sign.
func (r *Reader) must(s shape, sign byte) error {
	b, err := r.peek()
	if err != nil {
		return err
	}
	if b != sign {
		return r.wrong(s, b)
	}
	return r.open()
}

// wrong is the fault of a value of another shape than s.
func (r *Reader) wrong(s shape, b byte) *Fault {
	found := begins(b)
	if found == "" {
		return r.fault(Syntax, "expected a value, found %q", b)
	}
	err := r.fault(Type, "must be %s, not %s", s.words(), found)
	err.Want, err.Found = s.words(), found
	return err
}

// members reads the fields of an object that was entered.
func (r *Reader) members(each func(name []byte) error) error {
	defer func() { r.depth-- }()
	switch b, err := r.peek(); {
	case err != nil:
		return err
	case b == '}':
		r.at++
		return nil
	}
	for {
		name, _, err := r.quoted(true, longestName)
		if err != nil {
			return err
		}
		// The name is gone with the next byte that is read.
		for len(r.names) <= r.depth {
			r.names = append(r.names, nil)
		}
		r.names[r.depth] = append(r.names[r.depth][:0], name...)
		if err := r.sign(':'); err != nil {
			return err
		}
		if err := each(r.names[r.depth]); err != nil {
			return err
		}
		if end, err := r.next('}'); err != nil || end {
			return err
		}
	}
}

// entries reads the entries of a list that was entered.
func (r *Reader) entries(each func(n int) error) error {
	defer func() { r.depth-- }()
	switch b, err := r.peek(); {
	case err != nil:
		return err
	case b == ']':
		r.at++
		return nil
	}
	for n := 0; ; n++ {
		r.path = append(r.path, step{n: n})
		if err := each(n); err != nil {
			return err
		}
		r.path = r.path[:len(r.path)-1]
		if end, err := r.next(']'); err != nil || end {
			return err
		}
	}
}
