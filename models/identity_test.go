package models_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
)

func TestCheckIDNumber(t *testing.T) {
	t.Parallel()
	const wrong, born, last = "证件号码不正确：身份证为18位，请照证件逐位核对", "证件号码中的出生日期不正确，请照证件逐位核对", "证件号码的最后一位对不上，可能有一位输错，请照证件逐位核对"
	for _, test := range []struct {
		name, typed, want, message string
	}{
		{"example of GB 11643", "11010519491231002X", "11010519491231002X", ""},
		{"another", "440524188001010014", "440524188001010014", ""},
		{"small x", "11010519491231002x", "11010519491231002X", ""},
		{"full-width", "１１０１０５１９４９１２３１００２ｘ", "11010519491231002X", ""},
		{"blanks and dashes", " 110105 1949-1231　002X ", "11010519491231002X", ""},
		{"leap day", "330681200002290018", "330681200002290018", ""},
		{"fifteen digits become eighteen", "110105491231002", "11010519491231002X", ""},
		{"fifteen digits, full-width", "１１０１０５４９１２３１００２", "11010519491231002X", ""},
		{"residence permit of Hong Kong", "810000199408230021", "810000199408230021", ""},
		{"residence permit of Taiwan", "830000199201300022", "830000199201300022", ""},
		{"permit of a foreigner", "911124198108030024", "911124198108030024", ""},
		{"travel permit of Hong Kong", "h12345678", "H12345678", ""},
		{"older travel permit of Macao", "M1234567890", "M1234567890", ""},
		{"travel permit of Taiwan", "12345678", "12345678", ""},
		{"passport", "E12345678", "E12345678", ""},
		{"passport of two letters", "ea1234567", "EA1234567", ""},

		{"empty", "", "", wrong},
		{"seventeen", "11010519491231002", "", wrong},
		{"nineteen", "11010519491231002X0", "", wrong},
		{"a letter inside", "1101O519491231002X", "", wrong},
		{"X inside", "1101051949123100X2", "", wrong},
		{"Chinese digits", "一一零一零五一九四九一二三一零零二", "", wrong},
		{"sixteen bytes and a character", "110105194912310字", "", wrong},
		{"too many digits of a permit of nobody", "E1234567890", "", wrong},
		{"two letters and ten digits", "HM1234567890", "", wrong},
		{"three letters", "ABC1234567", "", wrong},
		{"nine digits", "123456789", "", wrong},
		{"no such month", "110105194913310022", "", born},
		{"no such day", "110105194902300021", "", born},
		{"no leap day in that year", "110105190002290021", "", born},
		{"fifteen digits of no birthday", "110105491331002", "", born},
		{"born too early", "110105184912310021", "", born},
		{"wrong checksum", "110105194912310021", "", last},
		{"X where a digit belongs", "44052418800101001X", "", last},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := models.CheckIDNumber(test.typed)
			if test.message != "" {
				require.EqualError(t, err, test.message)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			again, err := models.CheckIDNumber(got)
			require.NoError(t, err)
			require.Equal(t, got, again, "what was tidied is tidy")
		})
	}
}

func TestCheckCreditCode(t *testing.T) {
	t.Parallel()
	const short, odd, last = "统一社会信用代码应为18位，请照证书逐位核对", "统一社会信用代码里有不会出现的字符，请照证书逐位核对", "统一社会信用代码的最后一位对不上，可能有一位输错，请照证书逐位核对"
	for _, test := range []struct {
		name, typed, want, message string
	}{
		{"example of GB 32100", "91350100M000100Y43", "91350100M000100Y43", ""},
		{"a company", "9144030071526726XG", "9144030071526726XG", ""},
		{"small letters", "9144030071526726xg", "9144030071526726XG", ""},
		{"full-width, with blanks", "９１３５０１００　Ｍ０００１００Ｙ４３", "91350100M000100Y43", ""},
		{"empty", "", "", short},
		{"seventeen", "91350100M000100Y4", "", short},
		{"the letter O", "9135O100M000100Y43", "", odd},
		{"a Chinese character", "91350100M000100字", "", odd},
		{"wrong checksum", "91350100M000100Y44", "", last},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := models.CheckCreditCode(test.typed)
			if test.message != "" {
				require.EqualError(t, err, test.message)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

// TestOneWrongCharacterIsSeen: the checksums see every single wrong character and every swap of
// neighbours that differ.
func TestOneWrongCharacterIsSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.SampledFrom([]string{"11010519491231002X", "440524188001010014", "810000199408230021"}).Draw(t, "number")
		check, alphabet := models.CheckIDNumber, "0123456789X"
		if rapid.Bool().Draw(t, "credit code") {
			number = rapid.SampledFrom([]string{"91350100M000100Y43", "9144030071526726XG"}).Draw(t, "code")
			check, alphabet = models.CheckCreditCode, "0123456789ABCDEFGHJKLMNPQRTUWXY"
		}
		typed := []byte(number)
		i := rapid.IntRange(0, 16).Draw(t, "place")
		if rapid.Bool().Draw(t, "swap") {
			typed[i], typed[i+1] = typed[i+1], typed[i]
		} else {
			typed[i] = alphabet[rapid.IntRange(0, len(alphabet)-1).Draw(t, "character")]
		}
		_, err := check(string(typed))
		require.Equal(t, string(typed) == number, err == nil, "%s typed as %s", number, typed)
	})
}

func TestCheckPhone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, typed, want string }{
		{"mobile", "13800138000", "13800138000"},
		{"mobile with blanks", " 138 0013 8000", "13800138000"},
		{"mobile with dashes", "138-0013-8000", "13800138000"},
		{"mobile, full-width", "１３８００１３８０００", "13800138000"},
		{"country in front", "+86 13800138000", "13800138000"},
		{"country in front, full-width", "＋８６－１３８００１３８０００", "13800138000"},
		{"country with zeros", "008613800138000", "13800138000"},
		{"nineteen", "19900001111", "19900001111"},
		{"fixed", "0575-87012345", "057587012345"},
		{"fixed of seven digits", "0575-8701234", "05758701234"},
		{"fixed of Beijing", "010 6601 2345", "01066012345"},
		{"fixed, the shortest", "010-6601234", "0106601234"},

		{"empty", "", ""},
		{"blank", "  ", ""},
		{"ten digits", "1380013800", ""},
		{"twelve digits", "138001380001", ""},
		{"no such beginning", "12800138000", ""},
		{"a letter", "1380013800O", ""},
		{"no area code", "87012345", ""},
		{"two zeros", "0012345678", ""},
		{"abroad", "+1 212 555 0100", ""},
		{"words", "没有电话", ""},
		{"too long", "0575870123456", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := models.CheckPhone(test.typed)
			if test.want == "" {
				require.EqualError(t, err, "电话应为11位手机号码，或带区号的固定电话，请核对")
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestRegionCodes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, code string
		kind       models.RegionKind // "" where the code is refused
	}{
		{"province", "33", models.RegionProvince},
		{"city", "3306", models.RegionCity},
		{"county", "330681", models.RegionCounty},
		{"township", "330681101", models.RegionTownship},
		{"village", "330681101201", models.RegionVillage},
		{"empty", "", ""},
		{"seven digits", "3306811", ""},
		{"a letter", "33068110120A", ""},
		{"full-width", "３３", ""},
		{"Chinese of six bytes", "浙江", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := models.CheckRegionCode(test.code)
			if test.kind == "" {
				require.EqualError(t, err, "区划代码应为2、4、6、9或12位数字")
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.kind, models.RegionKindOf(test.code))
			require.Equal(t, test.code, models.PlaceOf("330681101201").Code(test.kind))
			require.True(t, models.Scope{Region: test.code}.Covers("330681101201"))
			require.False(t, models.Scope{Region: test.code}.Covers("320681101201"))
		})
	}
	require.False(t, models.Scope{}.Covers("330681101201"), "the zero scope sees nothing")
}

func TestMasks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, got, want string }{
		{"identity number", models.MaskIDNumber("11010519491231002X"), "110105********002X"},
		{"credit code", models.MaskIDNumber("91350100M000100Y43"), "913501********0Y43"},
		{"passport", models.MaskIDNumber("E12345678"), "E******78"},
		{"permit of Taiwan", models.MaskIDNumber("12345678"), "1*****78"},
		{"no number", models.MaskIDNumber(""), ""},
		{"mobile", models.MaskPhone("13812345678"), "138****5678"},
		{"fixed", models.MaskPhone("057587012345"), "057*****2345"},
		{"no phone", models.MaskPhone(""), ""},
		{"too short to show a part", models.MaskPhone("1234567"), "*******"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, test.got)
		})
	}
}

// TestMasksShowNoMore: a mask is as long as the number, shows its beginning and its end alone, and
// always hides something.
func TestMasksShowNoMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[0-9A-Z]{1,24}`).Draw(t, "number")
		head, tail := 1, 2
		if len(number) >= 15 {
			head, tail = 6, 4
		}
		for _, m := range []struct {
			mask       string
			head, tail int
		}{{models.MaskIDNumber(number), head, tail}, {models.MaskPhone(number), 3, 4}} {
			require.Len(t, m.mask, len(number))
			require.Contains(t, m.mask, "*")
			if len(number) > m.head+m.tail {
				require.True(t, strings.HasPrefix(m.mask, number[:m.head]) && strings.HasSuffix(m.mask, number[len(number)-m.tail:]))
			} else {
				m.head, m.tail = 0, 0
			}
			require.Equal(t, strings.Repeat("*", len(number)-m.head-m.tail), m.mask[m.head:len(number)-m.tail])
		}
	})
}
