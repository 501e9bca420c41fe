package docstore

import (
	"bytes"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Memo keeps what was made of some documents, so that making it again is saved while their bytes are
// the same. The documents are read each time: what another process changed is seen at once. Whoever
// gets the value shares it with others and must not change it. The zero Memo is empty; safe for
// concurrent use.
type Memo[V any] struct {
	mu    sync.Mutex
	raws  []bson.Raw
	value V
	full  bool
}

// Of returns what make makes of the documents, or what it made of the same ones before.
func (m *Memo[V]) Of(raws []bson.Raw, make func() (V, error)) (V, error) {
	m.mu.Lock()
	same := m.full && slices.EqualFunc(m.raws, raws, func(a, b bson.Raw) bool { return bytes.Equal(a, b) })
	value := m.value
	m.mu.Unlock()
	if same {
		return value, nil
	}
	value, err := make()
	if err != nil {
		return value, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.raws, m.value, m.full = raws, value, true
	return value, nil
}
