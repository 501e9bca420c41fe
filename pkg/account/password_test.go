package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"
)

const rightPassword = "枫桥-2026-好"

func TestHashIsReadByOthers(t *testing.T) {
	t.Parallel()
	h := NewHasher(1)
	hash, err := h.Hash(t.Context(), rightPassword)
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, hash)
	another, err := h.Hash(t.Context(), rightPassword)
	require.NoError(t, err)
	require.NotEqual(t, hash, another, "each has its own salt")

	c, salt, key, err := parse(hash)
	require.NoError(t, err)
	require.Equal(t, argon2.IDKey([]byte(rightPassword), salt, c.time, c.memory, c.threads, uint32(len(key))), key)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	h := NewHasher(2)
	made := func(c cost, password string) string {
		salt := random(saltSize)
		key, err := h.derive(t.Context(), c, password, salt, hashSize)
		require.NoError(t, err)
		return format(c, salt, key)
	}
	cheap := cost{memory: 64, time: 1, threads: 1}
	for _, test := range []struct {
		name       string
		hash       string
		password   string
		ok, rehash bool
	}{
		{"right", made(current(), rightPassword), rightPassword, true, false},
		{"wrong", made(current(), rightPassword), rightPassword + " ", false, false},
		{"other case", made(cheap, "Fengqiao1"), "fengqiao1", false, false},
		{"right, of another cost", made(cheap, rightPassword), rightPassword, true, true},
		{"right, of other passes", made(cost{memory: current().memory, time: 3, threads: 1}, rightPassword), rightPassword, true, true},
		{"wrong, of another cost", made(cheap, rightPassword), "x", false, false},
		{"typed in full width", made(cheap, "Fengqiao2026"), "Ｆｅｎｇｑｉａｏ２０２６", true, true},
		{"typed composed, kept decomposed", made(cheap, "cafe\u0301-2026"), "caf\u00e9-2026", true, true},
		{"nobody's", h.nobody, rightPassword, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ok, rehash, err := h.Verify(t.Context(), test.hash, test.password)
			require.NoError(t, err)
			require.Equal(t, test.ok, ok)
			require.Equal(t, test.rehash, rehash)
		})
	}
}

func TestBrokenHashesAreRefused(t *testing.T) {
	t.Parallel()
	h := NewHasher(1)
	good, err := h.Hash(t.Context(), rightPassword)
	require.NoError(t, err)
	replaced := func(old, new string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	for _, test := range []struct{ name, hash string }{
		{"empty", ""},
		{"plain text", rightPassword},
		{"another algorithm", replaced("argon2id", "argon2i")},
		{"another version", replaced("v=19", "v=16")},
		{"no cost", replaced("m=19456,t=2,p=1", "")},
		{"a cost with a tail", replaced("p=1", "p=1x")},
		{"no passes", replaced("t=2", "t=0")},
		{"passes without end", replaced("t=2", "t=4000000000")},
		{"no lanes", replaced("p=1", "p=0")},
		{"lanes without end", replaced("p=1", "p=256")},
		{"all the memory", replaced("m=19456", "m=4294967295")},
		{"no salt in base64", good[:strings.LastIndex(good, "$")-22] + "!" + good[strings.LastIndex(good, "$")-21:]},
		{"a key that is cut off", good[:len(good)-30]},
		{"something behind it", good + "$"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ok, rehash, err := h.Verify(t.Context(), test.hash, rightPassword)
			require.ErrorIs(t, err, errHash)
			require.False(t, ok)
			require.False(t, rehash)
			require.NotContains(t, err.Error(), "$", "the error carries nothing of the hash")
		})
	}
}

// TestHasherWorksOnSoManyAtOnce: the one too many waits, and goes on when a place is free.
func TestHasherWorksOnSoManyAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(2)
		h.slots <- struct{}{}
		h.slots <- struct{}{}
		var hash string
		var err error
		go func() { hash, err = h.Hash(t.Context(), rightPassword) }()
		synctest.Wait()
		require.Empty(t, hash, "both places are taken")
		<-h.slots
		synctest.Wait()
		require.NoError(t, err)
		require.NotEmpty(t, hash)
		require.Len(t, h.slots, 1, "it gives its place back")
	})
}

// TestHasherStopsWaiting when the context ends; one that has ended already gets nothing done.
func TestHasherStopsWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(1)
		h.slots <- struct{}{}
		ctx, cancel := context.WithCancel(t.Context())
		errs := make([]error, 3)
		go func() { _, errs[0] = h.Hash(ctx, rightPassword) }()
		go func() { _, _, errs[1] = h.Verify(ctx, h.nobody, rightPassword) }()
		go func() { errs[2] = h.VerifyNobody(ctx, rightPassword) }()
		synctest.Wait()
		require.Equal(t, []error{nil, nil, nil}, errs, "they wait")
		cancel()
		synctest.Wait()
		for _, err := range errs {
			require.ErrorIs(t, err, context.Canceled)
		}
		<-h.slots
		for range 20 {
			_, err := h.Hash(ctx, rightPassword)
			require.ErrorIs(t, err, context.Canceled, "also where a place is free")
		}
		require.Empty(t, h.slots)
	})
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	const short, simple, row = "密码至少8个字符，现在有%d个", "密码太简单，请多用几种不同的字符", "密码不能是连续的数字或字母，请换一个"
	for _, test := range []struct{ name, password, refused string }{
		{"a good one", "fengqiao-2026", ""},
		{"a sentence", "北坡村 三组 的 老槐树", ""},
		{"just long enough", "abcd1357", ""},
		{"eight characters of Chinese", "枫溪镇北坡村三组", ""},
		{"four different ones", "aabbccdd", ""},
		{"empty", "", fmt.Sprintf(short, 0)},
		{"seven characters", "abcd135", fmt.Sprintf(short, 7)},
		{"seven characters of Chinese", "枫溪镇北坡三组", fmt.Sprintf(short, 7)},
		{"one character only", "aaaaaaaaaaaa", simple},
		{"three different ones", "abcabcabc", simple},
		{"digits in a row", "12345678", row},
		{"digits in a row, from the middle and round", "67890123", row},
		{"digits backwards", "98765432", row},
		{"letters in a row", "abcdefgh", row},
		{"letters in a row, in upper case", "STUVWXYZ", row},
		{"full-width digits in a row", "１２３４５６７８", row},
		{"a row with something else", "12345678a", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := CheckPassword(test.password)
			if test.refused == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.refused)
		})
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	var seen []string
	for range 100 {
		token, hash := NewToken()
		require.Regexp(t, `^[A-Za-z0-9_-]{43}$`, token)
		require.Regexp(t, `^[0-9a-f]{64}$`, hash)
		require.Equal(t, hash, HashToken(token))
		require.NotContains(t, hash, token)
		seen = append(seen, token, hash)
	}
	slices.Sort(seen)
	require.Len(t, slices.Compact(seen), 200)
}
