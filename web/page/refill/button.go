package refill

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Switch is how a page's link to another language becomes a button of a form.
type Switch struct {
	Class  string                           // of the link, and of the button
	Field  string                           // carries the language
	Action func(action, lang string) string // address to which the form of an action is sent in a language
}

// formID is the id that a form gets for its button.
const formID = "refill"

// Button returns a page on which the link of s is a button of the form that was sent, which
// sends what stands in it. Where the page has the form no more, the button sends the values
// of f, without those of the names in without. A page without such a link, and one of a form
// that sent nothing, stays as it is.
func (f Form) Button(page []byte, s Switch, without ...string) ([]byte, error) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	link := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.A && attr(n, "class") == s.Class })
	if link == nil || len(f.Values) == 0 {
		return page, nil
	}
	form := f.choose(doc)
	if form == nil {
		form = f.hidden(append(without, s.Field))
		link.Parent.InsertBefore(form, link)
	}
	s.turn(link, form)
	return render(doc)
}

// Offer returns a page that is read with the link of s as a button of the form into which
// most is typed, the first of several; a page without such a form stays as it is. What is
// typed into other forms of the page is lost, for a button sends one.
func Offer(page []byte, s Switch) ([]byte, error) {
	if !bytes.Contains(page, []byte(`method="post"`)) {
		return page, nil
	}
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, err
	}
	link := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.A && attr(n, "class") == s.Class })
	var form *html.Node
	most := 0
	for _, f := range findAll(doc, func(n *html.Node) bool {
		return n.DataAtom == atom.Form && strings.EqualFold(attr(n, "method"), "post")
	}) {
		fields := 0
		for _, c := range controls(doc, f) {
			if kind := kindOf(c); !has(c, "readonly") && (kind == "textarea" || kind == "text" || kind == "email" || kind == "url") {
				fields++
			}
		}
		if fields > most {
			form, most = f, fields
		}
	}
	if link == nil || form == nil {
		return page, nil
	}
	s.turn(link, form)
	return render(doc)
}

// turn makes a button of the link, which sends a form.
func (s Switch) turn(link, form *html.Node) {
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
	link.Parent.InsertBefore(button, link)
	link.Parent.RemoveChild(link)
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
