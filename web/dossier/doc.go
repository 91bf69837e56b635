// Package dossier is what every page about one consultation shares, whoever it is for: how the
// consultation is loaded, the frame and the names of its parts, and how reasons and the
// figures of groups are drawn. It exists because the pages that everybody reads
// (web/public) and those of people who take part (web/participate) show the same things and
// do not import each other.
//
//	View     a consultation as its pages show it
//	Column   the reasons of one side, or of one place where no side was said
//	Display  the language of reasons, and where one is removed by law
//
// It has no route and holds no rule.
package dossier
