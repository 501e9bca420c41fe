package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const keySize = 32

// Ring is a list of keys. It never changes; safe for concurrent use. It is never printed.
type Ring struct {
	boxes  map[string]cipher.AEAD
	newest string
	digest []byte
}

// ErrNoKey says that a text was sealed with a key that the ring does not have.
var ErrNoKey = errors.New("the key that sealed this is not in the ring")

// ErrBroken says that a sealed text was changed, or taken from another place.
var ErrBroken = errors.New("sealed text is broken or was moved")

// ParseRing reads keys, the oldest first, separated by white space or commas: each is NAME:BASE64
// of 32 bytes, or BASE64 alone where there is only one. No error carries a part of a key.
func ParseRing(text string) (*Ring, error) {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
	if len(words) == 0 {
		return nil, errors.New("no seal key was given")
	}
	r := &Ring{boxes: map[string]cipher.AEAD{}}
	for i, word := range words {
		name, encoded, named := strings.Cut(word, ":")
		if !named {
			name, encoded = "k1", word
		}
		if name == "" || !named && len(words) > 1 {
			return nil, fmt.Errorf("seal key %d has no name: write NAME:BASE64", i+1)
		}
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(key) != keySize {
			return nil, fmt.Errorf("seal key %d is not %d bytes in base64", i+1, keySize)
		}
		if _, twice := r.boxes[name]; twice {
			return nil, fmt.Errorf("seal key %d has the name of another", i+1)
		}
		if err := r.add(name, key); err != nil {
			return nil, fmt.Errorf("seal key %d: %w", i+1, err)
		}
	}
	return r, nil
}

func (r *Ring) add(name string, key []byte) error {
	sealing, err := hkdf.Key(sha256.New, key, nil, "fengqiao seal", keySize)
	if err != nil {
		return err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return err
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		return err
	}
	if r.digest == nil {
		if r.digest, err = hkdf.Key(sha256.New, key, nil, "fengqiao index", keySize); err != nil {
			return err
		}
	}
	r.boxes[name], r.newest = box, name
	return nil
}

// Seal encrypts a text for one place. place is not secret; Open must name the same one. It returns
// the name of the key and the box.
func (r *Ring) Seal(plain, place string) (keyID string, box []byte, err error) {
	aead := r.boxes[r.newest]
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return "", nil, err
	}
	return r.newest, aead.Seal(nonce, nonce, []byte(plain), bound(r.newest, place)), nil
}

// Open decrypts a box. Errors are ErrNoKey and ErrBroken.
func (r *Ring) Open(keyID string, box []byte, place string) (string, error) {
	aead, ok := r.boxes[keyID]
	if !ok {
		return "", ErrNoKey
	}
	if len(box) < aead.NonceSize() {
		return "", ErrBroken
	}
	plain, err := aead.Open(nil, box[:aead.NonceSize()], box[aead.NonceSize():], bound(keyID, place))
	if err != nil {
		return "", ErrBroken
	}
	return string(plain), nil
}

func bound(keyID, place string) []byte { return []byte(keyID + "\x00" + place) }

// Index is the keyed digest of a text: 128 bits in hex. Equal texts have equal digests; without the
// key nobody can try out which text it is.
func (r *Ring) Index(plain string) string {
	mac := hmac.New(sha256.New, r.digest)
	mac.Write([]byte(plain))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

const redacted = "[redacted]"

// Format prints nothing of the ring, whatever the verb.
func (Ring) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String and LogValue print nothing of it either.
func (Ring) String() string       { return redacted }
func (Ring) LogValue() slog.Value { return slog.StringValue(redacted) }
