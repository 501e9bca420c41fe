package seal

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// LoadOrCreate reads the ring of a file, or makes one with a new key where there is none. Of several
// processes that make it at once one wins, and all have the same ring.
func LoadOrCreate(path string) (*Ring, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = create(path); err == nil {
			text, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("seal keys: %w", err)
	}
	ring, err := ParseRing(string(text))
	if err != nil {
		return nil, fmt.Errorf("seal keys in %s: %w", path, err)
	}
	return ring, nil
}

// create puts a complete file in place, unless there is one by then.
func create(path string) (err error) {
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	beside, err := os.CreateTemp(filepath.Dir(path), ".seal-*") // readable by its owner alone
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(beside.Name())) }()
	_, err = beside.WriteString("k1:" + base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, beside.Sync(), beside.Close()); err != nil {
		return err
	}
	if err := os.Link(beside.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
