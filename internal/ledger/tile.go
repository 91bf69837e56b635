package ledger

import (
	"context"
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"delfi/internal/fault"
	"delfi/internal/platform/postgres"
)

// tileHeight is the height of the tiles that are served.
const tileHeight = 8

// Tile gives the hashes of a tile by its path, e.g. "tile/8/0/000.p/5", and whether
// it is full; NotFound for what the log does not hold (yet).
func (s *Service) Tile(ctx context.Context, path string) (data []byte, full bool, err error) {
	none := fault.New(fault.NotFound, "no_tile", "the record has no such tile")
	t, err := tlog.ParseTilePath(path)
	if err != nil || t.H != tileHeight || t.L < 0 || t.L > 7 {
		return nil, false, none
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *postgres.Tx) error {
		l, err := newest(ctx, tx)
		if err != nil {
			return err
		}
		data, err = tlog.ReadTileData(t, hashes(ctx, tx, l))
		if errors.Is(err, errNoHash) {
			return none.Because(err)
		}
		return err
	})
	return data, t.W == 1<<tileHeight, err
}
