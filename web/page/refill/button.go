package refill

import (
	"bytes"
	"fmt"
	"slices"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Switch is how a page's links to other languages become buttons of a form.
type Switch struct {
	Class  string                           // of the links, and of the buttons
	Field  string                           // carries the language
	Action func(action, lang string) string // address to which the form of an action is sent in a language
}

// formID is the id that a form gets for its button.
const formID = "refill"

// Button returns a page on which the links of s are buttons of the form that was sent, which
// send what stands in it. Where the page has the form no more, the buttons send the values
// of f, without those of the names in without. A page without such a link, and one of a form
// that sent nothing, stays as it is.
func (f Form) Button(page []byte, s Switch, without ...string) ([]byte, error) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	links := findAll(doc, func(n *html.Node) bool { return n.DataAtom == atom.A && attr(n, "class") == s.Class })
	if len(links) == 0 || len(f.Values) == 0 {
		return page, nil
	}
	form := f.choose(doc)
	if form == nil {
		form = f.hidden(append(without, s.Field))
		links[0].Parent.InsertBefore(form, links[0])
	}
	for _, link := range links {
		s.turn(link, form)
	}
	return render(doc)
}

// Offer returns a page that is read with the links of s as buttons of the form into which
// most is typed, the first of several; a page without such a form stays as it is. What is
// typed into other forms of the page is lost, for a button sends one.
//
// Every page that is read comes by, so that no page is parsed: the two tags are found in its
// bytes, as templates write them, and parsed alone.
func Offer(page []byte, s Switch) ([]byte, error) {
	begin, end := spanOf(page, s.Class, 0)
	if end == 0 {
		return page, nil
	}
	from, to := mostTyped(page)
	if to == 0 {
		return page, nil
	}
	form, err := parseTag(page[from:to])
	if err != nil {
		return nil, err
	}
	named := has(form, "id")
	var out bytes.Buffer
	done := 0
	write := func(until int) {
		if at := from + len(formBegin); !named && done <= at && at < until {
			out.Write(page[done:at])
			fmt.Fprintf(&out, ` id="%s"`, formID)
			done = at
		}
		out.Write(page[done:until])
		done = until
	}
	for ; end != 0; begin, end = spanOf(page, s.Class, end) {
		if begin < to && from < end {
			continue // within the tag of the form: no link
		}
		link, err := parseTag(page[begin:end])
		if err != nil {
			return nil, err
		}
		write(begin)
		if err := html.Render(&out, s.button(link, form)); err != nil {
			return nil, err
		}
		done = end
	}
	write(len(page))
	return out.Bytes(), nil
}

const formBegin, linkEnd = "<form", "</a>"

// mostTyped finds the start tag of the form into which most is typed; 0, 0 for none.
func mostTyped(page []byte) (from, to int) {
	type form struct{ from, to, fields int }
	var forms []form
	elsewhere := map[string]int{} // fields that name their form
	open := false
	for at := bytes.IndexByte(page, '<'); at >= 0; {
		tag := page[at:]
		switch {
		case is(tag, formBegin):
			tag = startTag(tag)
			if open = string(value(tag, ` method="`)) == "post"; open {
				forms = append(forms, form{from: at, to: at + len(tag)})
			}
		case is(tag, "</form"):
			open = false
		case is(tag, "<textarea"), is(tag, "<input"):
			tag = startTag(tag)
			if !typed(tag) {
				break
			}
			if id := value(tag, ` form="`); len(id) > 0 {
				elsewhere[string(id)]++
			} else if open {
				forms[len(forms)-1].fields++
			}
		}
		next := bytes.IndexByte(page[at+1:], '<')
		if next < 0 {
			break
		}
		at += 1 + next
	}
	most := 0
	for _, f := range forms {
		if n := f.fields + elsewhere[string(value(page[f.from:f.to], ` id="`))]; n > most {
			from, to, most = f.from, f.to, n
		}
	}
	return from, to
}

// is tells whether an element of a name begins here.
func is(page []byte, tag string) bool { return len(page) >= len(tag) && string(page[:len(tag)]) == tag }

// startTag is the tag that begins here, to its end.
func startTag(page []byte) []byte {
	if end := bytes.IndexByte(page, '>'); end >= 0 {
		return page[:end+1]
	}
	return page
}

// typed tells whether words are typed into a field.
func typed(tag []byte) bool {
	switch string(value(tag, ` type="`)) {
	case "", "text", "email", "url":
		return !bytes.Contains(tag, []byte(" readonly"))
	}
	return false
}

// value is that of an attribute in a start tag, named with the space before and what parts
// it from its value; nil without it.
func value(tag []byte, name string) []byte {
	at := bytes.Index(tag, []byte(name))
	if at < 0 {
		return nil
	}
	v, _, _ := bytes.Cut(tag[at+len(name):], []byte(`"`))
	return v
}

// spanOf finds the next link of a class from a place on, from its start tag to its end tag;
// 0, 0 for none.
func spanOf(page []byte, class string, at int) (from, to int) {
	mark := []byte(` class="` + class + `"`)
	for {
		n := bytes.Index(page[at:], mark)
		if n < 0 {
			return 0, 0
		}
		at += n
		from = bytes.LastIndexByte(page[:at], '<')
		if from >= 0 && is(page[from:], "<a ") {
			length := bytes.Index(page[at:], []byte(linkEnd))
			if length < 0 {
				return 0, 0
			}
			return from, at + length + len(linkEnd)
		}
		at += len(mark) // of something else, a button that is there already
	}
}

// parseTag parses an element that stands alone.
func parseTag(b []byte) (*html.Node, error) {
	all, err := html.ParseFragment(bytes.NewReader(b), element(atom.Body))
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("refill: %d elements in %q", len(all), b)
	}
	return all[0], nil
}

// turn makes a button of the link, which sends a form.
func (s Switch) turn(link, form *html.Node) {
	link.Parent.InsertBefore(s.button(link, form), link)
	link.Parent.RemoveChild(link)
}

// button is a button with what stands in the link, which sends a form; a form without an id
// gets one.
func (s Switch) button(link, form *html.Node) *html.Node {
	if !has(form, "id") {
		set(form, "id", formID)
	}
	lang := attr(link, "lang")
	button := element(atom.Button, "class", s.Class, "type", "submit", "form", attr(form, "id"), "formmethod", "post", "formaction", s.Action(attr(form, "action"), lang),
		"formnovalidate", "", "name", s.Field, "value", lang, "lang", lang)
	for c := link.FirstChild; c != nil; c = link.FirstChild {
		link.RemoveChild(c)
		button.AppendChild(c)
	}
	return button
}

// hidden is a form that nobody sees, with the values but for some names.
func (f Form) hidden(without []string) *html.Node {
	form := element(atom.Form, "method", "post", "hidden", "")
	for _, name := range sortedNames(f.Values) {
		if slices.Contains(without, name) {
			continue
		}
		for _, v := range f.Values[name] {
			form.AppendChild(element(atom.Input, "type", "hidden", "name", name, "value", v))
		}
	}
	return form
}
