// Package migrations brings a database to the shape that this build expects.
//
// There is one line of migrations, by number: NNNN_name.sql files, embedded, and
// a few written in Go where SQL in one transaction cannot do it. They only go up;
// a mistake is mended by the next number. Two servers that start at once do not
// meet: a session lock lets one migrate while the other waits.
package migrations
