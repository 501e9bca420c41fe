package models

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
)

func TestSlipCodeComesBack(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range slipPapers() {
		require.Len(t, p.letter, 1)
		require.Contains(t, slipLetters, p.letter)
		require.False(t, seen[p.letter], "letter %s stands for two papers", p.letter)
		require.True(t, HasCode(AttachmentKinds(), p.attachment), p.paper)
		seen[p.letter] = true
		code := SlipCode{Paper: p.paper, Index: 3, Key: RandomSlipKey()}
		require.Equal(t, p.attachment, code.AttachmentKind())
		for _, text := range []string{code.String(), code.Square(), strings.ToLower(code.String()), " " + strings.ReplaceAll(code.String(), "-", "") + " ", strings.ReplaceAll(code.String(), "-", "－")} {
			got, err := ParseSlipCode(text)
			require.NoError(t, err, text)
			require.Equal(t, code, got)
		}
		found, ok := FindSlipCode([]string{"https://example.com", code.Square()})
		require.True(t, ok)
		require.Equal(t, code, found)
	}
	code := SlipCode{Paper: "sitting", Key: "00110011"}
	got, err := ParseSlipCode(strings.NewReplacer("0", "O", "1", "l").Replace(code.String()))
	require.NoError(t, err, "letters that look like digits")
	require.Equal(t, code, got)
}

// TestAWrongLetterIsSeen: whoever types one letter wrong, or two the wrong way round, is told so and does not
// reach another case.
func TestAWrongLetterIsSeen(t *testing.T) {
	t.Parallel()
	plain := SlipCode{Paper: "register", Key: "7K3F9QXM"}.plain()
	for i := range len(plain) {
		for _, r := range slipLetters {
			if wrong := plain[:i] + string(r) + plain[i+1:]; wrong != plain {
				_, err := ParseSlipCode(wrong)
				require.Error(t, err, wrong)
			}
		}
		if i > 0 && plain[i] != plain[i-1] {
			_, err := ParseSlipCode(plain[:i-1] + plain[i:i+1] + plain[i-1:i] + plain[i+1:])
			require.Error(t, err)
		}
	}
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "  ", "请输入"}, {"Chinese", "编码A7K3F9QXM4", "只有数字和字母"}, {"too short", "A7K3-F9QX", "这里是8位"}, {"wrong", plain[:11] + "0", "逐位核对"},
	} {
		_, err := ParseSlipCode(tt.text)
		told := AsError(err)
		require.Equal(t, Invalid, told.Kind, tt.name)
		require.Equal(t, "code", told.Fields[0].Field)
		require.Contains(t, told.Fields[0].Message, tt.want, tt.name)
	}
	_, ok := FindSlipCode([]string{plain, "FQ:123"})
	require.False(t, ok, "a code without our mark, and one that is broken")
}

func TestSlipKeysTellNothing(t *testing.T) {
	t.Parallel()
	id := bson.NewObjectID()
	require.Equal(t, CaseSlipKey(id, 0), CaseSlipKey(id, 0))
	require.NotEqual(t, CaseSlipKey(id, 0), CaseSlipKey(id, 1))
	require.NotEqual(t, CaseSlipKey(id, 0), CaseSlipKey(bson.NewObjectID(), 0))
	require.Len(t, RandomSlipKey(), slipKey)
	require.NotEqual(t, RandomSlipKey(), RandomSlipKey())
}

func TestWhoMayUseAFormFromStock(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, printed, user string
		want                bool
	}{
		{"the same village", "990101001001", "990101001001", true}, {"the township's, in a village", "990101001", "990101001001", true},
		{"a village's, at the township", "990101001001", "990101001", true}, {"the next village's", "990101001002", "990101001001", false}, {"nobody's", "", "990101001001", false},
	} {
		require.Equal(t, tt.want, (&Slip{Region: tt.printed}).Usable(Actor{Region: tt.user}), tt.name)
	}
}
