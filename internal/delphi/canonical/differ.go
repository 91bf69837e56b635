package canonical

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Difference is the first place at which a document differs from the one that v writes.
type Difference struct {
	Path        string // of the value: "items[3].text"; "" for the whole
	Found, Want string // the values as they stand, or words for one that is absent
}

// Differ compares a canonical document with the one that Write would write of v, as a
// stream; nil when they are one. Of a value it shows no more than most bytes.
func Differ(found []byte, v any, most int) (*Difference, error) {
	same := &comparer{left: found}
	err := Write(same, v)
	if err == nil && len(same.left) == 0 {
		return nil, nil
	}
	if err != nil && !errors.Is(err, errDiffers) {
		return nil, err
	}
	out, in := io.Pipe()
	go func() { _ = in.CloseWithError(Write(in, v)) }() // it never fails
	defer func() { _ = out.Close() }()                  // nor does this
	d := differ{found: inMemory(found), want: NewReader(out, 1<<62), most: most}
	d.found.canon, d.want.canon = true, true
	there, err := d.value()
	if there == nil && err == nil {
		there = &Difference{Found: "more after its end", Want: "nothing"}
	}
	return there, err
}

// comparer compares what is written with a text.
type comparer struct{ left []byte }

var errDiffers = errors.New("canonical: the documents differ")

// Write takes the next part.
func (c *comparer) Write(b []byte) (int, error) {
	if !bytes.HasPrefix(c.left, b) {
		return 0, errDiffers
	}
	c.left = c.left[len(b):]
	return len(b), nil
}

// differ walks two documents at once.
type differ struct {
	found, want *Reader
	most        int
	path        []string
}

// is is a difference at the value in hand.
func (d *differ) is(found, want string) *Difference {
	return &Difference{Path: strings.TrimPrefix(strings.Join(d.path, ""), "."), Found: found, Want: want}
}

// value compares the next values.
func (d *differ) value() (*Difference, error) {
	f, err := d.found.peek()
	if err != nil {
		return nil, err
	}
	w, err := d.want.peek()
	switch {
	case err != nil:
		return nil, err
	case f == '{' && w == '{':
		return d.objects()
	case f == '[' && w == '[':
		return d.lists()
	}
	found, err := d.found.span()
	if err != nil {
		return nil, err
	}
	want, err := d.want.span()
	if err != nil || bytes.Equal(found, want) {
		return nil, err
	}
	return d.is(d.cut(found), d.cut(want)), nil
}

// cut shows the beginning of a value.
func (d *differ) cut(value []byte) string { return string(value[:min(len(value), d.most)]) }

// span takes a value as it stands; it is valid until more is read.
func (r *Reader) span() ([]byte, error) {
	start := r.Offset()
	r.from = start
	defer func() { r.from = -1 }()
	err := r.any()
	return r.buf[start-r.base : r.Offset()-r.base], err
}

// objects compares two objects, field by field in their order.
func (d *differ) objects() (*Difference, error) {
	f, err := d.found.field('{')
	if err != nil {
		return nil, err
	}
	w, err := d.want.field('{')
	for err == nil && (f != nil || w != nil) {
		order := 0
		if f != nil && w != nil {
			order = units(*f, *w)
		}
		switch {
		case w == nil || order < 0 && f != nil:
			d.path = append(d.path, "."+*f)
			value, err := d.found.span()
			return d.is(d.cut(value), "no such field"), err
		case f == nil || order > 0:
			d.path = append(d.path, "."+*w)
			value, err := d.want.span()
			return d.is("no such field", d.cut(value)), err
		}
		d.path = append(d.path, "."+*f)
		if there, err := d.value(); there != nil || err != nil {
			return there, err
		}
		d.path = d.path[:len(d.path)-1]
		if f, err = d.found.field(','); err == nil {
			w, err = d.want.field(',')
		}
	}
	return nil, err
}

// field gives the name of an object's next field, after the sign before it; nil at its end.
func (r *Reader) field(before byte) (*string, error) {
	b, err := r.peek()
	if err != nil {
		return nil, err
	}
	if b == '}' {
		r.at++
		return nil, nil
	}
	if err := r.sign(before); err != nil {
		return nil, err
	}
	if b, err := r.peek(); err == nil && before == '{' && b == '}' {
		r.at++
		return nil, nil
	}
	name, _, err := r.quoted(true, longestName)
	if err != nil {
		return nil, err
	}
	s := string(name)
	return &s, r.sign(':')
}

// lists compares two lists, entry by entry.
func (d *differ) lists() (*Difference, error) {
	f, err := d.found.entry('[')
	if err != nil {
		return nil, err
	}
	w, err := d.want.entry('[')
	n := 0
	for ; err == nil && f && w; n++ {
		d.path = append(d.path, fmt.Sprintf("[%d]", n))
		if there, err := d.value(); there != nil || err != nil {
			return there, err
		}
		d.path = d.path[:len(d.path)-1]
		if f, err = d.found.entry(','); err == nil {
			w, err = d.want.entry(',')
		}
	}
	if err != nil || !f && !w {
		return nil, err
	}
	longer, more := d.found, n
	if w {
		longer = d.want
	}
	for another := true; another && err == nil; more++ {
		if err = longer.any(); err == nil {
			another, err = longer.entry(',')
		}
	}
	if w {
		return d.is(fmt.Sprintf("%d of them", n), fmt.Sprint(more)), err
	}
	return d.is(fmt.Sprintf("%d of them", more), fmt.Sprint(n)), err
}

// entry tells whether a list has a next entry, after the sign before it.
func (r *Reader) entry(before byte) (bool, error) {
	b, err := r.peek()
	if err != nil {
		return false, err
	}
	if b == ']' {
		r.at++
		return false, nil
	}
	if err := r.sign(before); err != nil {
		return false, err
	}
	if b, err := r.peek(); err == nil && before == '[' && b == ']' {
		r.at++
		return false, nil
	}
	return true, nil
}
