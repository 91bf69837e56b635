package refill

import (
	"bytes"
	"slices"
	"strings"

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
	links := s.links(doc)
	if len(links) == 0 || len(f.Values) == 0 {
		return page, nil
	}
	form := f.choose(doc)
	if form == nil {
		form = f.hidden(append(without, s.Field))
		links[0].Parent.InsertBefore(form, links[0])
	}
	s.turn(links, form)
	return render(doc)
}

// Offer returns a page that is read with the links of s as buttons of the form into which
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
	links := s.links(doc)
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
	if len(links) == 0 || form == nil {
		return page, nil
	}
	s.turn(links, form)
	return render(doc)
}

// links are a page's links to other languages.
func (s Switch) links(doc *html.Node) []*html.Node {
	return findAll(doc, func(n *html.Node) bool { return n.DataAtom == atom.A && attr(n, "class") == s.Class })
}

// turn makes buttons of the links, which send a form.
func (s Switch) turn(links []*html.Node, form *html.Node) {
	if !has(form, "id") {
		set(form, "id", formID)
	}
	for _, link := range links {
		s.button(link, form)
	}
}

// button takes the place of a link.
func (s Switch) button(link, form *html.Node) {
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
