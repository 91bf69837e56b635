package canonical

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"
)

// shape is how the values of a Go type stand in JSON.
type shape int

const (
	object  shape = iota // a struct
	dict                 // a map with texts as keys
	list                 // a slice, or an array of a fixed length
	pointer              // a value or null
	text                 // a string
	truth                // true or false
	whole                // an integer
	number               // a float64
	bytes64              // a []byte, as base64
	digits               // a json.Number, with the digits that it came with
	raw                  // a json.RawMessage: any value
	dynamic              // an interface: whichever value it holds
	spoken               // a type that writes its own text: encoding.TextMarshaler
	own                  // a type that writes its own JSON: json.Marshaler
	other                // anything else, written by encoding/json
)

// words name a shape for who reads a fault.
func (s shape) words() string {
	switch s {
	case object, dict:
		return "an object"
	case list:
		return "a list"
	case truth:
		return "true or false"
	case whole:
		return "a whole number"
	case number, digits:
		return "a number"
	case text, bytes64, spoken:
		return "a text"
	}
	return "a value"
}

// form is the JSON of a Go type, as encoding/json has it.
type form struct {
	shape  shape
	of     reflect.Type
	fields []field // of an object, in canonical order
	elem   *form   // of a list, dict or pointer

	untagged string // a field without a name of its own in JSON; "" for none
}

// field is one field of an object.
type field struct {
	name  string
	index []int
	omit  bool // left out while empty
	form  *form
}

// find gives the place of a field by its name, or -1.
func (f *form) find(name []byte) int {
	n, found := slices.BinarySearchFunc(f.fields, name, func(x field, name []byte) int { return units(x.name, string(name)) })
	if !found {
		return -1
	}
	return n
}

// units compares two texts by their UTF-16 units, as RFC 8785 sorts fields.
func units(x, y string) int {
	for n := range min(len(x), len(y)) {
		if x[n] >= 0x80 || y[n] >= 0x80 {
			return slices.Compare(utf16.Encode([]rune(x)), utf16.Encode([]rune(y)))
		}
		if x[n] != y[n] {
			return cmp.Compare(x[n], y[n])
		}
	}
	return cmp.Compare(len(x), len(y))
}

// forms caches the form of each type.
var forms sync.Map // reflect.Type → *form

func formOf(t reflect.Type) *form {
	if f, ok := forms.Load(t); ok {
		return f.(*form)
	}
	f := build(t, map[reflect.Type]*form{})
	forms.Store(t, f)
	return f
}

var (
	marshaler     = reflect.TypeFor[json.Marshaler]()
	unmarshaler   = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// build makes the form of a type; begun holds those under way, for types that hold
// themselves.
func build(t reflect.Type, begun map[reflect.Type]*form) *form {
	if f, ok := begun[t]; ok {
		return f
	}
	f := &form{of: t}
	begun[t] = f
	to := reflect.PointerTo(t)
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		f.shape = raw
	case t == reflect.TypeFor[json.Number]():
		f.shape = digits
	case t.Kind() == reflect.Interface:
		f.shape = dynamic
	case t.Kind() == reflect.Pointer:
		f.shape, f.elem = pointer, build(t.Elem(), begun)
		if f.elem.shape == other {
			f.shape = other
		}
	case t.Implements(marshaler):
		f.shape = own
	case to.Implements(marshaler) || to.Implements(unmarshaler):
		f.shape = other // by the address alone: no document has one
	case t.Implements(textMarshaler):
		f.shape = spoken
	default:
		f.ordinary(begun)
	}
	return f
}

// ordinary is the form of a type without methods of its own for JSON.
func (f *form) ordinary(begun map[reflect.Type]*form) {
	t := f.of
	switch t.Kind() {
	case reflect.Bool:
		f.shape = truth
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		f.shape = whole
	case reflect.Float64:
		f.shape = number
	case reflect.String:
		f.shape = text
	case reflect.Slice, reflect.Array:
		if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
			f.shape = bytes64
			return
		}
		f.shape, f.elem = list, build(t.Elem(), begun)
	case reflect.Map:
		if t.Key().Kind() != reflect.String || t.Key().Implements(textMarshaler) {
			f.shape = other
			return
		}
		f.shape, f.elem = dict, build(t.Elem(), begun)
	case reflect.Struct:
		f.shape = object
		if f.collect(t, nil, begun); len(f.fields) > mostFields {
			panic(fmt.Sprintf("canonical: %s has more than %d fields", t, mostFields))
		}
		slices.SortFunc(f.fields, func(x, y field) int { return units(x.name, y.name) })
		for n := 1; n < len(f.fields); n++ {
			if f.fields[n].name == f.fields[n-1].name {
				panic(fmt.Sprintf("canonical: %s has the field %q twice", t, f.fields[n].name))
			}
		}
	default:
		f.shape = other
	}
}

// mostFields is how many fields a struct may have.
const mostFields = 128

// collect gathers the fields of a struct and of those that it embeds.
func (f *form) collect(t reflect.Type, above []int, begun map[reflect.Type]*form) {
	for n := range t.NumField() {
		x := t.Field(n)
		tag, tagged := x.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		index := append(slices.Clone(above), n)
		switch {
		case tag == "-":
		case x.Anonymous && name == "" && x.Type.Kind() == reflect.Struct && !x.Type.Implements(marshaler):
			f.collect(x.Type, index, begun)
		case !x.IsExported():
		default:
			if !tagged || name == "" {
				name, f.untagged = x.Name, x.Name
			}
			if options != "" && options != "omitempty" {
				panic(fmt.Sprintf("canonical: %s.%s has the option %q", t, x.Name, options))
			}
			f.fields = append(f.fields, field{name: name, index: index, omit: options == "omitempty", form: build(x.Type, begun)})
		}
	}
}
