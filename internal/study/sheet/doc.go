// Package sheet writes the results of a measured study as one HTML page that stands
// by itself: no script, no request, its style and its pictures inside.
package sheet
