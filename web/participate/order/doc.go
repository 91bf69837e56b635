// Package order puts a list in order, place by place, as a form that is drawn by the
// server does: a number is typed, or a button pressed, and the others move aside. It exists
// apart from the pages so that the moves can be tried by themselves. It is pure.
//
//	places on the page, numbers typed ─Set─► places ─Up, Down, End─► places
//	items, each place ─Of─► places      └──► Twins: two items of which one place is asked
package order
