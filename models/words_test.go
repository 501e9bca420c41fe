package models_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"fengqiao/models"
)

func TestMoneyInWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fen  int64
		want string
	}{
		{0, "人民币零元整"}, {1, "人民币壹分"}, {50, "人民币伍角整"}, {57, "人民币伍角柒分"},
		{32_000_00, "人民币叁万贰仟元整"}, {10_00, "人民币壹拾元整"}, {1_409_50, "人民币壹仟肆佰零玖元伍角整"},
		{6_007_14, "人民币陆仟零柒元壹角肆分"}, {325_04, "人民币叁佰贰拾伍元零肆分"}, {100_050_00, "人民币壹拾万零伍拾元整"},
		{20_300_000_00, "人民币贰仟零叁拾万元整"}, {100_000_001_00, "人民币壹亿零壹元整"}, {models.MaxMoneyFen, "人民币壹仟亿元整"},
	} {
		require.Equal(t, tt.want, models.MoneyInWords(tt.fen))
	}
}

// spoken reads an amount in words back: what stands there must say the number and nothing else.
func spoken(t *rapid.T, text string) int64 {
	values := map[rune]int64{'零': 0, '壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9}
	var total, group, digit, fen int64
	for _, r := range strings.TrimSuffix(strings.TrimPrefix(text, "人民币"), "整") {
		switch r {
		case '拾':
			group, digit = group+digit*10, 0
		case '佰':
			group, digit = group+digit*100, 0
		case '仟':
			group, digit = group+digit*1000, 0
		case '万':
			total, group, digit = total+(group+digit)*10_000, 0, 0
		case '亿':
			total, group, digit = (total+group+digit)*100_000_000, 0, 0
		case '元':
			total, group, digit = (total+group+digit)*100, 0, 0
		case '角':
			fen, digit = fen+digit*10, 0
		case '分':
			fen, digit = fen+digit, 0
		default:
			value, ok := values[r]
			require.True(t, ok, text)
			digit = value
		}
	}
	return total + fen
}

func TestMoneyInWordsProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(0, models.MaxMoneyFen).Draw(t, "fen")
		if rapid.Bool().Draw(t, "round") { // noughts in the middle and at the end
			place := rapid.SampledFrom([]int64{100, 10_000, 1_000_000, 100_000_000}).Draw(t, "place")
			fen = fen/place*place + fen%10
		}
		words := models.MoneyInWords(fen)
		require.Equal(t, fen, spoken(t, words), words)
		require.NotContains(t, words, "零零")
		require.NotContains(t, words, "零万")
		require.Equal(t, fen%10 == 0, strings.HasSuffix(words, "整"), words)
	})
}

func TestDateInWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, "二〇二六年十一月二十四日", models.DateInWords("2026-11-24"))
	require.Equal(t, "二〇三〇年一月十日", models.DateInWords("2030-01-10"))
	for _, none := range []string{"", "2026-02-30", "今天"} {
		require.Empty(t, models.DateInWords(none))
	}
	rapid.Check(t, func(t *rapid.T) {
		day := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 109_000).Draw(t, "days")).Format(time.DateOnly)
		words := models.DateInWords(day)
		digits := strings.NewReplacer("〇", "0", "一", "1", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9")
		year, rest, _ := strings.Cut(words, "年")
		month, last, _ := strings.Cut(strings.TrimSuffix(rest, "日"), "月")
		number := func(s string) string {
			tens, ones, ten := strings.Cut(s, "十")
			if !ten {
				return "0" + digits.Replace(s)
			}
			if tens == "" {
				tens = "一"
			}
			if ones == "" {
				ones = "〇"
			}
			return digits.Replace(tens + ones)
		}
		require.Equal(t, day, digits.Replace(year)+"-"+number(month)+"-"+number(last), words)
	})
}
