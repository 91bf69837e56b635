package canonical

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Marshal gives v, of any type that encoding/json writes, in canonical JSON. Numbers
// are as ECMAScript writes them, which is how encoding/json writes a float64; those of
// a json.RawMessage or json.Number keep the digits that they came with.
func Marshal(v any) ([]byte, error) { return Append(nil, v) }

// Append appends v to b in canonical JSON.
func Append(b []byte, v any) ([]byte, error) {
	w := writer{b: b}
	if err := w.any(reflect.ValueOf(v)); err != nil {
		return nil, err
	}
	return w.b, nil
}

// Write writes v in canonical JSON as a stream: no more of it is in memory than a part.
func Write(out io.Writer, v any) error {
	w := writer{out: out}
	if err := w.any(reflect.ValueOf(v)); err != nil {
		return err
	}
	return w.flush(0)
}

// writer writes values: no space, fields sorted by UTF-16 units, the shortest escapes.
type writer struct {
	b   []byte
	out io.Writer // nil to keep everything in b
}

// piece is how many bytes are gathered before they are written.
const piece = 16 << 10

// flush writes what was gathered, when it is longer than most.
func (w *writer) flush(most int) error {
	if w.out == nil || len(w.b) <= most {
		return nil
	}
	_, err := w.out.Write(w.b)
	w.b = w.b[:0]
	return err
}

// any writes a value of any type.
func (w *writer) any(v reflect.Value) error {
	if !v.IsValid() {
		w.null()
		return nil
	}
	return w.value(formOf(v.Type()), v)
}

func (w *writer) null() { w.b = append(w.b, "null"...) }

func (w *writer) value(f *form, v reflect.Value) error {
	if err := w.flush(piece); err != nil {
		return err
	}
	switch k := v.Kind(); k {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		if v.IsNil() {
			w.null()
			return nil
		}
	}
	switch f.shape {
	case dynamic:
		return w.any(v.Elem())
	case pointer:
		return w.value(f.elem, v.Elem())
	case object:
		return w.object(f, v)
	case dict:
		return w.dict(f, v)
	case list:
		return w.list(f, v)
	case truth:
		w.b = strconv.AppendBool(w.b, v.Bool())
	case whole:
		w.b = strconv.AppendInt(w.b, v.Int(), 10)
	case number:
		return w.number(v.Float())
	case text:
		w.text(v.String())
	case digits:
		w.b = append(w.b, v.String()...)
	case bytes64:
		w.b = append(w.b, '"')
		w.b = base64.StdEncoding.AppendEncode(w.b, v.Bytes())
		w.b = append(w.b, '"')
	case spoken:
		b, err := v.Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			return err
		}
		w.text(string(b))
	case raw, own, other:
		loose, err := json.Marshal(v.Interface())
		if err != nil {
			return err
		}
		return w.loose(loose)
	}
	return nil
}

// loose writes JSON that was written in any way.
func (w *writer) loose(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return err
	}
	return w.any(reflect.ValueOf(tree))
}

func (w *writer) object(f *form, v reflect.Value) error {
	w.b = append(w.b, '{')
	first := true
	for _, x := range f.fields {
		value := v.FieldByIndex(x.index)
		if x.omit && empty(value) {
			continue
		}
		if !first {
			w.b = append(w.b, ',')
		}
		first = false
		w.text(x.name)
		w.b = append(w.b, ':')
		if err := w.value(x.form, value); err != nil {
			return err
		}
	}
	w.b = append(w.b, '}')
	return nil
}

// empty tells a value that omitempty leaves out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

func (w *writer) dict(f *form, v reflect.Value) error {
	keys := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		keys = append(keys, k.String())
	}
	slices.SortFunc(keys, units)
	w.b = append(w.b, '{')
	for n, k := range keys {
		if n > 0 {
			w.b = append(w.b, ',')
		}
		w.text(k)
		w.b = append(w.b, ':')
		if err := w.value(f.elem, v.MapIndex(reflect.ValueOf(k).Convert(f.of.Key()))); err != nil {
			return err
		}
	}
	w.b = append(w.b, '}')
	return nil
}

func (w *writer) list(f *form, v reflect.Value) error {
	w.b = append(w.b, '[')
	for n := range v.Len() {
		if n > 0 {
			w.b = append(w.b, ',')
		}
		if err := w.value(f.elem, v.Index(n)); err != nil {
			return err
		}
	}
	w.b = append(w.b, ']')
	return nil
}

// number writes a number as ECMAScript does.
func (w *writer) number(x float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fmt.Errorf("canonical: %v is no number of JSON", x)
	}
	w.b = appendNumber(w.b, x)
	return nil
}

// appendNumber is ECMAScript's Number::toString: the shortest digits, with an exponent
// below 1e-6 and from 1e21.
func appendNumber(b []byte, x float64) []byte {
	format := byte('f')
	if a := math.Abs(x); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	b = strconv.AppendFloat(b, x, format, -1, 64)
	if n := len(b); format == 'e' && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' {
		b = append(b[:n-2], b[n-1]) // e-09 is e-9
	}
	return b
}

func (w *writer) text(s string) { w.b = appendText(w.b, s) }

// appendText writes a text with the shortest escapes; what is no UTF-8 becomes U+FFFD.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	done := 0 // bytes of s
	for n := 0; n < len(s); {
		if c := s[n]; c >= 0x20 && c < utf8.RuneSelf && c != '"' && c != '\\' {
			n++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[n:])
		if r >= utf8.RuneSelf && (r != utf8.RuneError || size > 1) {
			n += size
			continue
		}
		b = append(b, s[done:n]...)
		switch i := strings.IndexRune(escaped, r); {
		case i >= 0:
			b = append(b, '\\', escapes[i])
		case r < 0x20:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
		n += size
		done = n
	}
	return append(append(b, s[done:]...), '"')
}

// The characters that have an escape of their own, and its letter.
const (
	escaped = "\"\\\b\f\n\r\t"
	escapes = `"\bfnrt`
)
