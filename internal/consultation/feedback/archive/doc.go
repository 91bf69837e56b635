// Package archive reads the stored feedback documents of released rounds, and redacts
// reasons that the law removes. It owns the reads of table feedback; a closing writes its
// document with its tables (package tabulation).
package archive
