package canonical

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

// charge counts the memory of values.
func (r *Reader) charge(n int) error {
	r.spent += int64(n)
	if most := free + factor*(r.Offset()-r.since); r.spent > most {
		return r.fault(Cost, "the values take more memory than any of a text of this length may")
	}
	return nil
}

// value reads a value into v, or only sees that it is sound where v is not valid. It
// tells whether the value is one that omitempty leaves out.
func (r *Reader) value(f *form, v reflect.Value) (bool, error) {
	b, err := r.peek()
	if err != nil {
		return false, err
	}
	if b == 'n' && f.shape != raw {
		return r.null(f, v)
	}
	switch f.shape {
	case pointer:
		if err := r.charge(int(f.elem.of.Size())); err != nil {
			return false, err
		}
		if v.IsValid() {
			v.Set(reflect.New(f.elem.of))
			v = v.Elem()
		}
		_, err := r.value(f.elem, v)
		return false, err
	case object:
		return false, r.object(f, v)
	case dict:
		return r.dict(f, v)
	case list:
		return r.list(f, v)
	case truth:
		if b != 't' && b != 'f' {
			return false, r.wrong(f.shape, b)
		}
		if v.IsValid() {
			v.SetBool(b == 't')
		}
		return b == 'f', r.literal(map[byte]string{'t': "true", 'f': "false"}[b])
	case whole, number:
		return r.figure(f, v, b)
	case text:
		if b != '"' {
			return false, r.wrong(f.shape, b)
		}
		s, n, err := r.quoted(v.IsValid(), r.most)
		if err != nil {
			return false, err
		}
		if v.IsValid() {
			v.SetString(string(s))
		}
		return n == 0, r.charge(int(n))
	case bytes64, spoken, own:
		return false, r.unit(f, v, b)
	case raw:
		return false, r.raw(v)
	}
	panic(fmt.Sprintf("canonical: nothing is read into a %s", f.of))
}

// null reads a null, which stands for a value that is absent.
func (r *Reader) null(f *form, v reflect.Value) (bool, error) {
	if err := r.literal("null"); err != nil {
		return false, err
	}
	switch f.of.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if v.IsValid() {
			v.SetZero()
		}
		return true, nil
	}
	if f.shape == own {
		return false, r.apart(f, v, []byte("null"))
	}
	if r.canon && !r.some {
		return false, r.wrong(f.shape, 'n')
	}
	return true, nil
}

// object reads an object into a struct. A canonical one has the fields of the struct in
// their order, all but those that may be left out while they are empty.
func (r *Reader) object(f *form, v reflect.Value) error {
	if f.untagged != "" {
		panic(fmt.Sprintf("canonical: %s.%s has no name in JSON", f.of, f.untagged))
	}
	if err := r.must(object, '{'); err != nil {
		return err
	}
	due, strict := 0, r.canon && !r.some
	var seen [2]uint64
	var last []byte // name, where others are passed over
	err := r.members(func(name []byte) error {
		at := f.find(name)
		if r.canon && r.some {
			if last != nil && units(string(last), string(name)) >= 0 {
				return r.fault(Form, "the field %q is out of order, or given twice", shortened(name))
			}
			last = append(last[:0:0], name...)
		}
		switch {
		case at < 0 && r.some:
			return r.any()
		case at < 0:
			return r.fault(Unknown, "unknown field %q", shortened(name))
		case seen[at/64]&(1<<(at%64)) != 0:
			return r.fault(Form, "the field %q is given twice", shortened(name))
		case strict && at < due:
			return r.fault(Form, "the field %q is out of order", shortened(name))
		}
		seen[at/64] |= 1 << (at % 64)
		x := &f.fields[at]
		for ; strict && due < at; due++ {
			if !f.fields[due].omit {
				return r.fault(Form, "fields are missing: %q", f.fields[due].name)
			}
		}
		due = at + 1
		r.path = append(r.path, step{name: x.name, n: -1})
		inner := reflect.Value{}
		if v.IsValid() {
			inner = v.FieldByIndex(x.index)
		}
		left, err := r.value(x.form, inner)
		if err == nil && strict && x.omit && left {
			err = r.fault(Form, "the field is given although it is empty")
		}
		if err == nil {
			r.path = r.path[:len(r.path)-1]
		}
		return err
	})
	if err != nil {
		return err
	}
	for ; strict && due < len(f.fields); due++ {
		if !f.fields[due].omit {
			return r.fault(Form, "fields are missing: %q", f.fields[due].name)
		}
	}
	return nil
}

// shortened is a name as a fault shows it.
func shortened(name []byte) []byte { return name[:min(len(name), 80)] }

// dict reads an object into a map; a canonical one is sorted.
func (r *Reader) dict(f *form, v reflect.Value) (bool, error) {
	if err := r.must(dict, '{'); err != nil {
		return false, err
	}
	if v.IsValid() {
		v.Set(reflect.MakeMap(f.of))
	}
	n, last := 0, ""
	size := 2 * int(f.of.Key().Size()+f.elem.of.Size()) // a map is never full
	err := r.members(func(name []byte) error {
		key := string(name)
		if n++; r.canon && n > 1 && units(last, key) >= 0 {
			return r.fault(Form, "the field %q is out of order, or given twice", shortened(name))
		}
		last = key
		if err := r.charge(size + len(key)); err != nil {
			return err
		}
		r.path = append(r.path, step{name: key, n: -1})
		inner := reflect.Value{}
		if v.IsValid() {
			inner = reflect.New(f.elem.of).Elem()
		}
		if _, err := r.value(f.elem, inner); err != nil {
			return err
		}
		r.path = r.path[:len(r.path)-1]
		if v.IsValid() {
			at := reflect.ValueOf(key).Convert(f.of.Key())
			if v.MapIndex(at).IsValid() {
				return r.fault(Form, "the field %q is given twice", shortened(name))
			}
			v.SetMapIndex(at, inner)
		}
		return nil
	})
	return n == 0, err
}

// short is how long a list grows before it is given its whole length at once.
const short = 16

// list reads a list into a slice or an array.
func (r *Reader) list(f *form, v reflect.Value) (bool, error) {
	if err := r.must(list, '['); err != nil {
		return false, err
	}
	fixed := f.of.Kind() == reflect.Array
	if v.IsValid() && !fixed {
		v.Set(reflect.MakeSlice(f.of, 0, 0))
	}
	n, long := 0, -1
	size := int(f.elem.of.Size())
	err := r.entries(func(at int) error {
		if n++; fixed && n > f.of.Len() {
			return r.fault(Form, "the list has more than %d entries", f.of.Len())
		}
		if err := r.charge(size); err != nil {
			return err
		}
		if n == short && !fixed {
			switch {
			case r.first:
				long = len(r.sizes)
				r.sizes = append(r.sizes, 0)
			case len(r.sizes) > 0:
				grown := reflect.MakeSlice(f.of, v.Len(), r.sizes[0])
				reflect.Copy(grown, v)
				v.Set(grown)
				r.sizes = r.sizes[1:]
			}
		}
		inner := reflect.Value{}
		if v.IsValid() {
			if !fixed {
				if v.Len() == v.Cap() {
					v.Grow(1)
				}
				v.SetLen(at + 1)
			}
			inner = v.Index(at)
		}
		_, err := r.value(f.elem, inner)
		return err
	})
	if long >= 0 {
		r.sizes[long] = n
	}
	if err == nil && fixed && n != f.of.Len() {
		err = r.fault(Form, "the list has %d entries instead of %d", n, f.of.Len())
	}
	return n == 0, err
}

// figure reads a number.
func (r *Reader) figure(f *form, v reflect.Value, b byte) (bool, error) {
	if begins(b) != "a number" {
		return false, r.wrong(f.shape, b)
	}
	d, err := r.digits()
	if err != nil {
		return false, err
	}
	var again []byte
	zero := false
	if f.shape == whole {
		i, perr := strconv.ParseInt(string(d), 10, f.of.Bits())
		if perr != nil {
			err := r.wrong(f.shape, b)
			err.What, err.Found = fmt.Sprintf("must be a whole number, not %s", d), "the number "+string(d)
			return false, err
		}
		var room [24]byte
		again, zero = strconv.AppendInt(room[:0], i, 10), i == 0
		if v.IsValid() {
			v.SetInt(i)
		}
	} else {
		x, perr := strconv.ParseFloat(string(d), 64)
		if perr != nil {
			return false, r.fault(Syntax, "%s is no number that can be counted with", d)
		}
		var room [32]byte
		again, zero = appendNumber(room[:0], x), x == 0
		if v.IsValid() {
			v.SetFloat(x)
		}
	}
	if r.canon && !r.some && !bytes.Equal(d, again) {
		return false, r.fault(Form, "%s is not how canonical JSON writes %s", d, again)
	}
	return zero, nil
}

// unit reads a value that its type reads by itself.
func (r *Reader) unit(f *form, v reflect.Value, b byte) error {
	if f.shape != own && b != '"' {
		return r.wrong(f.shape, b)
	}
	start, outer := r.Offset(), r.from
	if outer < 0 {
		r.from = start
	}
	defer func() { r.from = outer }()
	if f.shape == own {
		outer := r.within(longestUnit)
		err := r.any()
		if r.bound = outer; err != nil {
			return err
		}
		text := r.buf[start-r.base : r.Offset()-r.base]
		if len(text) > longestUnit {
			return r.fault(Cost, "the value is longer than %d bytes", longestUnit)
		}
		return r.apart(f, v, text)
	}
	content, _, err := r.quoted(true, longestUnit)
	if err != nil {
		return err
	}
	return r.apart(f, v, content)
}

// apart has a type read its own JSON, or its text; a canonical one is what the type writes.
func (r *Reader) apart(f *form, v reflect.Value, text []byte) error {
	if !v.IsValid() {
		v = reflect.New(f.of).Elem()
	}
	var again []byte
	var err error
	switch f.shape {
	case bytes64:
		b := make([]byte, 0, base64.StdEncoding.DecodedLen(len(text)))
		if b, err = base64.StdEncoding.AppendDecode(b, text); err == nil {
			v.SetBytes(b)
			again = base64.StdEncoding.AppendEncode(nil, b)
		}
	case spoken:
		p, ok := v.Addr().Interface().(encoding.TextUnmarshaler)
		if !ok {
			panic(fmt.Sprintf("canonical: nothing is read into a %s", f.of))
		}
		if err = p.UnmarshalText(text); err == nil {
			again, err = v.Interface().(encoding.TextMarshaler).MarshalText()
		}
	default:
		p, ok := v.Addr().Interface().(json.Unmarshaler)
		if !ok {
			panic(fmt.Sprintf("canonical: nothing is read into a %s", f.of))
		}
		if err = p.UnmarshalJSON(text); err == nil {
			again, err = Append(nil, v.Interface())
		}
	}
	switch {
	case err != nil:
		return r.fault(Form, "%v", err)
	case r.canon && !r.some && !bytes.Equal(text, again):
		return r.fault(Form, "%s is not written as its form asks: %s", shortened(text), shortened(again))
	}
	return r.charge(int(f.of.Size()))
}

// raw reads any value as it stands.
func (r *Reader) raw(v reflect.Value) error {
	start, outer := r.Offset(), r.from
	if v.IsValid() && outer < 0 {
		r.from = start
	}
	defer func() { r.from = outer }()
	if err := r.any(); err != nil {
		return err
	}
	if v.IsValid() {
		v.SetBytes(bytes.Clone(r.buf[start-r.base : r.Offset()-r.base]))
	}
	return r.charge(int(r.Offset() - start))
}

// any reads over a value of any shape.
func (r *Reader) any() error {
	b, err := r.peek()
	if err != nil {
		return err
	}
	switch b {
	case '{':
		if err := r.open(); err != nil {
			return err
		}
		first := true
		var last []byte
		return r.members(func(name []byte) error {
			if r.canon {
				if !first && units(string(last), string(name)) >= 0 {
					return r.fault(Form, "the field %q is out of order, or given twice", shortened(name))
				}
				first, last = false, append(last[:0], name...)
			}
			return r.any()
		})
	case '[':
		if err := r.open(); err != nil {
			return err
		}
		return r.entries(func(int) error { return r.any() })
	case '"':
		_, _, err := r.quoted(false, r.most)
		return err
	case 't':
		return r.literal("true")
	case 'f':
		return r.literal("false")
	case 'n':
		return r.literal("null")
	}
	if begins(b) == "" {
		return r.fault(Syntax, "expected a value, found %q", b)
	}
	_, err = r.digits()
	return err
}
