// Package migrations holds the database's shape, one goose file a step. A file
// that has landed is frozen; a change is a new file.
package migrations

import "embed"

// Files are the migrations in order, for goose.
//
//go:embed *.sql
var Files embed.FS
