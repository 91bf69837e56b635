package draw

import (
	"strconv"

	"delfi/web/page"
)

// nobody says how many tickets have no chance.
func nobody(q *page.Request, without []int) string {
	if len(without) == 0 {
		return q.T("draw.chance.none")
	}
	return q.T("draw.chance.some", "n", len(without))
}

// span says how many people a quota asks for.
func span(q *page.Request, least, most int) string {
	if least == most {
		return strconv.Itoa(least)
	}
	return q.T("draw.span", "least", least, "most", most)
}
