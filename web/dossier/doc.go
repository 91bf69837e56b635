// Package dossier has the parts that all pages about one consultation share: the loading of
// the consultation, the frame and the names of its parts, and the drawing of reasons and of
// the figures of groups. It exists because the pages that everybody reads
// (web/public) and those of people who take part (web/participate) show the same things and
// do not import each other.
//
//	View     a consultation as its pages show it
//	Column   the reasons of one side, or of one place where no side was said
//	Display  the language of reasons, and where one is removed by law
//
// It has no route and holds no rule.
package dossier
