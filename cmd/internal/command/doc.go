// Package command holds the code that the programs share: exit statuses, signals,
// complaints, the progress bar, and the command that checks a public record.
//
// The verifier alone (cmd/delfi-verify) links it, and with it no database, no web and no
// job queue.
package command
