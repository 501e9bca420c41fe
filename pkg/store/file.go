package store

import "context"

// KeepFile keeps the bytes of an attachment and gives the hash that finds them. The same bytes are kept once.
func (s *Store) KeepFile(ctx context.Context, data []byte) (string, error) {
	hash, err := s.engine.PutBlob(ctx, data)
	return hash, told(err, "")
}

// File gives the bytes of an attachment; NotFound where the store has none of that hash.
func (s *Store) File(ctx context.Context, hash string) ([]byte, error) {
	data, err := s.engine.GetBlob(ctx, hash)
	return data, told(err, "附件")
}
