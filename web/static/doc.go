// Package static serves what a browser loads beside a page: our own style sheets
// and pictures, which are tracked, and packages from npm, which are not.
//
//	assets/css, assets/img    tracked, ours
//	assets/vendor/            ignored by git, filled by `make assets` from the lockfile
//	assets.sum                tracked: path and SHA-256 of each file in vendor/
//
// Everything is embedded, so that the binary is whole by itself; Verify compares
// vendor/ with the list at start. A build without npm embeds no vendor/ and works
// for tests, which ask for addresses and never for their contents.
package static
