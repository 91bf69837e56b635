package main

import (
	"delfi/internal/app"
	"delfi/internal/platform/mail"
	"delfi/internal/platform/postgres"
	"delfi/internal/pseudonym"
)

// services builds the services of a server, and gives what they are built from: the
// demonstration has them once more, with a clock of its own.
func (c *serveCommand) services(db *postgres.DB, keys pseudonym.Keys, sender mail.Sender) (*app.App, app.Options, error) {
	files, err := c.files()
	if err != nil {
		return nil, app.Options{}, err
	}
	parts := app.Options{DB: db, Keys: keys, Files: files, BaseURL: c.BaseURL, Sender: sender, Record: c.recorded(), Beacons: c.Beacons}
	a, err := app.New(parts)
	return a, parts, err
}
