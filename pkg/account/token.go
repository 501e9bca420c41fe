package account

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// NewToken makes a token of 256 random bits for its holder, and the hash by which it is kept: who
// reads the store cannot log in with what is there.
func NewToken() (token, hash string) {
	token = base64.RawURLEncoding.EncodeToString(random(32))
	return token, HashToken(token)
}

// HashToken is the hash by which a token is kept.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
