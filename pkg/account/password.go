package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// cost is what a password's hash takes: memory in KiB, passes, lanes.
type cost struct {
	memory, time uint32
	threads      uint8
}

// current is the cost of new hashes: argon2id with 19 MiB and two passes, some 40 ms on a village's PC.
func current() cost { return cost{memory: 19 * 1024, time: 2, threads: 1} }

const (
	saltSize = 16
	hashSize = 32
	// maxMemory bounds what a stored hash may ask for, so that a broken one cannot exhaust the machine.
	maxMemory = 256 * 1024
)

// Hasher makes and checks hashes of passwords, so many at once and no more: each takes 19 MiB.
type Hasher struct {
	slots  chan struct{}
	nobody string // a hash that no password has
}

// NewHasher makes a hasher that works on atOnce passwords together.
func NewHasher(atOnce int) *Hasher {
	salt, key := random(saltSize), random(hashSize)
	return &Hasher{slots: make(chan struct{}, atOnce), nobody: format(current(), salt, key)}
}

// Hash is a password as it is kept. The error is that of the context, whose end ends the waiting.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := random(saltSize)
	key, err := h.derive(ctx, current(), password, salt, hashSize)
	if err != nil {
		return "", err
	}
	return format(current(), salt, key), nil
}

// Verify says whether a password is the one of a hash, and whether the hash should be made anew
// because the cost has changed.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (ok, rehash bool, err error) {
	c, salt, want, err := parse(hash)
	if err != nil {
		return false, false, err
	}
	got, err := h.derive(ctx, c, password, salt, uint32(len(want)))
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(got, want) == 1
	return ok, ok && c != current(), nil
}

// VerifyNobody takes as long as Verify: whether an account exists must not show in the time.
func (h *Hasher) VerifyNobody(ctx context.Context, password string) error {
	_, _, err := h.Verify(ctx, h.nobody, password)
	return err
}

// derive waits for its turn and works. The same password typed on different keyboards is the same:
// it is normalised first (NFKC).
func (h *Hasher) derive(ctx context.Context, c cost, password string, salt []byte, size uint32) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err // where a slot is free as well, select would choose either
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, c.time, c.memory, c.threads, size), nil
}

func format(c cost, salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.threads, base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

var errHash = errors.New("kept password hash cannot be read")

func parse(hash string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.threads); err != nil || n != 3 {
		return c, nil, nil, errHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(key) < 16 || c.memory > maxMemory || c.time < 1 || c.time > 16 || c.threads < 1 {
		return c, nil, nil, errHash
	}
	if format(c, salt, key) != hash { // Sscanf leaves what follows the number
		return c, nil, nil, errHash
	}
	return c, salt, key, nil
}

const shortestPassword = 8

// CheckPassword refuses a password that is too easy. The error says in plain Chinese what to do.
func CheckPassword(password string) error {
	password = norm.NFKC.String(password) // as it is hashed: full-width digits are digits
	n := utf8.RuneCountInString(password)
	distinct := map[rune]bool{}
	for _, r := range password {
		distinct[r] = true
	}
	switch {
	case n < shortestPassword:
		return fmt.Errorf("密码至少%d个字符，现在有%d个", shortestPassword, n)
	case len(distinct) < 4:
		return errors.New("密码太简单，请多用几种不同的字符")
	case strings.Contains("01234567890123456789", password) || strings.Contains("98765432109876543210", password) || strings.Contains("abcdefghijklmnopqrstuvwxyz", strings.ToLower(password)):
		return errors.New("密码不能是连续的数字或字母，请换一个")
	}
	return nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
	return b
}
