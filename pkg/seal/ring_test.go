package seal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/pkg/seal"
)

// key is 32 bytes of one value, in base64.
func key(b byte) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32)) }

func ring(t testing.TB, text string) *seal.Ring {
	t.Helper()
	r, err := seal.ParseRing(text)
	require.NoError(t, err)
	return r
}

func sealed(t require.TestingT, r *seal.Ring, plain, place string) (string, []byte) {
	id, box, err := r.Seal(plain, place)
	require.NoError(t, err)
	return id, box
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	r := ring(t, key(1))
	rapid.Check(t, func(t *rapid.T) {
		plain, place := rapid.String().Draw(t, "plain"), rapid.String().Draw(t, "place")
		id, box := sealed(t, r, plain, place)
		require.Equal(t, "k1", id)
		got, err := r.Open(id, box, place)
		require.NoError(t, err)
		require.Equal(t, plain, got)
		if len(plain) > 3 {
			require.NotContains(t, string(box), plain)
		}
		_, again := sealed(t, r, plain, place)
		require.NotEqual(t, box, again, "equal texts do not look alike")

		_, err = r.Open(id, box, place+"x")
		require.ErrorIs(t, err, seal.ErrBroken)
		bad := bytes.Clone(box)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		_, err = r.Open(id, bad, place)
		require.ErrorIs(t, err, seal.ErrBroken)
		_, err = r.Open(id, box[:rapid.IntRange(0, len(box)-1).Draw(t, "cut")], place)
		require.ErrorIs(t, err, seal.ErrBroken)
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	old := ring(t, "a:"+key(1))
	id, box := sealed(t, old, "330681199001011234", "case/idNumber")
	for _, test := range []struct {
		name  string
		ring  *seal.Ring
		keyID string
		box   []byte
		place string
		want  error // nil where it opens
	}{
		{"as it was", old, id, box, "case/idNumber", nil},
		{"the same key in another ring", ring(t, "a:"+key(1)), id, box, "case/idNumber", nil},
		{"another field", old, id, box, "case/phone", seal.ErrBroken},
		{"another case", old, id, box, "other/idNumber", seal.ErrBroken},
		{"no place", old, id, box, "", seal.ErrBroken},
		{"another key of that name", ring(t, "a:"+key(2)), id, box, "case/idNumber", seal.ErrBroken},
		{"the key under another name", ring(t, "b:"+key(1)), id, box, "case/idNumber", seal.ErrNoKey},
		{"the box said to be of another key", ring(t, "a:"+key(1)+" b:"+key(1)), "b", box, "case/idNumber", seal.ErrBroken},
		{"no box", old, id, nil, "case/idNumber", seal.ErrBroken},
		{"no name", old, "", box, "case/idNumber", seal.ErrNoKey},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := test.ring.Open(test.keyID, test.box, test.place)
			if test.want == nil {
				require.NoError(t, err)
				require.Equal(t, "330681199001011234", got)
				return
			}
			require.ErrorIs(t, err, test.want)
			require.Empty(t, got)
		})
	}
}

// A key is added behind the others: what was sealed before opens, what is sealed now is sealed with
// the new one, and look-ups go on as they were.
func TestRotation(t *testing.T) {
	t.Parallel()
	const number = "330681199001011234"
	old := ring(t, "2026:"+key(1))
	rotated := ring(t, "2026:"+key(1)+"\n2027:"+key(2)+"\n")
	id, box := sealed(t, old, number, "place")
	got, err := rotated.Open(id, box, "place")
	require.NoError(t, err)
	require.Equal(t, number, got)

	newID, newBox := sealed(t, rotated, number, "place")
	require.Equal(t, "2027", newID)
	got, err = rotated.Open(newID, newBox, "place")
	require.NoError(t, err)
	require.Equal(t, number, got)
	_, err = old.Open(newID, newBox, "place")
	require.ErrorIs(t, err, seal.ErrNoKey)

	require.Equal(t, old.Index(number), rotated.Index(number))
	require.NotEqual(t, old.Index(number), ring(t, "2027:"+key(2)).Index(number), "the digest is keyed")
	require.NotEqual(t, old.Index(number), ring(t, "2027:"+key(2)+" 2026:"+key(1)).Index(number), "the oldest comes first")
}

func TestIndex(t *testing.T) {
	t.Parallel()
	r := ring(t, key(1))
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringMatching(`[0-9]{0,18}`).Draw(t, "a"), rapid.StringMatching(`[0-9]{0,18}`).Draw(t, "b")
		require.Equal(t, a == b, r.Index(a) == r.Index(b))
		require.Regexp(t, `^[0-9a-f]{32}$`, r.Index(a))
	})
}

func TestParseRing(t *testing.T) {
	t.Parallel()
	short := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 31))
	for _, test := range []struct {
		name, text, newest, says string
	}{
		{"one without a name", key(7), "k1", ""},
		{"one with a name", "a:" + key(7), "a", ""},
		{"lines", "a:" + key(7) + "\r\nb:" + key(8) + "\n", "b", ""},
		{"commas and blanks", " a:" + key(7) + ",b:" + key(8) + " ,\tc:" + key(9) + " ", "c", ""},
		{"nothing", " \n", "", "no seal key was given"},
		{"a name missing", key(7) + " b:" + key(8), "", "seal key 1 has no name: write NAME:BASE64"},
		{"the second name missing", "a:" + key(7) + " " + key(8), "", "seal key 2 has no name: write NAME:BASE64"},
		{"an empty name", ":" + key(7), "", "seal key 1 has no name: write NAME:BASE64"},
		{"too short", "a:" + short, "", "seal key 1 is not 32 bytes in base64"},
		{"no base64", "a:" + key(7) + " b:" + key(8)[:42] + "!!", "", "seal key 2 is not 32 bytes in base64"},
		{"a name twice", "a:" + key(7) + " a:" + key(8), "", "seal key 2 has the name of another"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := seal.ParseRing(test.text)
			if test.says != "" {
				require.EqualError(t, err, test.says)
				require.Nil(t, r)
				return
			}
			require.NoError(t, err)
			id, _ := sealed(t, r, "x", "place")
			require.Equal(t, test.newest, id)
		})
	}
}

// What is printed, logged or told in an error says nothing of a key, in no notation.
func TestKeysAreNeverPrinted(t *testing.T) {
	t.Parallel()
	secret := []byte("0123456789abcdefABCDEF9876543210")
	encoded := base64.StdEncoding.EncodeToString(secret)
	r := ring(t, "a:"+encoded)
	var printed []string
	add := func(format string, args ...any) { printed = append(printed, fmt.Sprintf(format, args...)) }
	type holder struct{ Ring *seal.Ring }
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%c"} {
		add(verb, r)
		add(verb, *r)
		add(verb, holder{r})
		add(verb, &holder{r})
		add(verb, []*seal.Ring{r})
	}
	add("%s", r.String())
	raw, err := json.Marshal(holder{r})
	require.NoError(t, err)
	add("%s", raw)
	var log bytes.Buffer
	for _, logger := range []*slog.Logger{slog.New(slog.NewTextHandler(&log, nil)), slog.New(slog.NewJSONHandler(&log, nil))} {
		logger.Info("ring", "ring", r, "value", *r, "inside", holder{r})
	}
	require.Contains(t, log.String(), "[redacted]")
	printed = append(printed, log.String())
	for _, broken := range []string{"a:" + encoded + "x", encoded + " " + encoded, "a:" + encoded[:20], ":" + encoded, "a:" + encoded + " a:" + encoded, "a-" + encoded + ":x"} {
		_, err := seal.ParseRing(broken)
		require.Error(t, err)
		add("%v %+v %#v", err, err, err)
	}
	_, box := sealed(t, r, "text", "place")
	_, err = r.Open("b", box, "place")
	add("%+v", err)
	_, err = r.Open("a", box, "elsewhere")
	add("%+v", errors.Join(err, seal.ErrBroken))

	digest := r.Index("")
	for _, text := range printed {
		for _, part := range []string{encoded[:8], string(secret[:8]), hex.EncodeToString(secret[:4]), fmt.Sprint(secret[:4])[1:12], digest[:8]} {
			require.NotContains(t, strings.ToLower(text), strings.ToLower(part))
		}
	}
	require.Equal(t, "[redacted]", fmt.Sprintf("%d", r), "nor any other part of the ring")
}
