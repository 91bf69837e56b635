// Package chart draws the counts of an item as SVG.
//
// A chart is a pure function of counts: the same counts, words and id give the
// same bytes, so that a golden file can hold it. It is drawn with attributes
// and classes only, because pages live under a content policy without inline
// style; it says in its title and description what it shows, because a picture
// that only eyes can read is half a page; and the page sets a table beneath it.
//
// Shape comes before colour (docs/EXPERIENCE.md "Charts"): one's own bar is hatched,
// the median a diamond, the middle half a capped bar. Nothing moves, nothing
// needs a pointer, no axis is cut.
package chart
