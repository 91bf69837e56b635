package participate

import (
	"strconv"
	"time"

	"delfi/internal/consultation"
	"delfi/web/page"
)

// focus is the button with which a ranking was changed, so that the page that comes after
// it begins there. It travels in a sealed cookie for one page: an address would leave
// moves in the lines of whatever stands before the server.
type focus struct {
	Round int
	Verb  string
	Item  int // number
}

const (
	focusKind = "place"
	focusName = "order"
	focusLife = time.Minute
)

// leaveFocus keeps the button for the next page.
func (p *paperView) leaveFocus(q *page.Request, b press) error {
	item, _ := strconv.Atoi(b.about)
	return q.Cookies.Seal(focusKind, focusName, focus{p.Round.Number, b.verb, item}, focusLife)
}

// takeFocus is what the page before left.
func (p *paperView) takeFocus(q *page.Request) (f focus) {
	if !q.Cookies.Open(focusKind, focusName, &f) || f.Round != p.Round.Number {
		return focus{}
	}
	return f
}

// on tells whether the page begins at a button.
func (f focus) on(verb string, i consultation.Item) bool { return f.Verb == verb && f.Item == i.Number }

// button tells whether it was a button beside one item.
func (f focus) button() bool { return f.Verb == "up" || f.Verb == "down" || f.Verb == "end" }
