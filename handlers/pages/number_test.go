package pages

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/pkg/workday"
)

func TestParseYuan(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       int64
		err        error
	}{
		{"plain", "3200", 320_000, nil},
		{"thousands apart", "3,200.50", 320_050, nil},
		{"Chinese commas", "3，200，000", 320_000_000, nil},
		{"full width", "３２００．５", 320_050, nil},
		{"with its unit", "3200元", 320_000, nil},
		{"to the yuan", "3200元整", 320_000, nil},
		{"as people say it", "3200块钱", 320_000, nil},
		{"with a sign of money", "￥ 3 200", 320_000, nil},
		{"ten thousands", "3.2万", 3_200_000, nil},
		{"ten thousands of yuan", "1.23456789万元", 0, errMoneyFen},
		{"to the fen in ten thousands", "1.234567万", 1_234_567, nil},
		{"nothing behind the point that counts", "12.50000", 1250, nil},
		{"no whole part", ".5", 0, errMoney},
		{"no part", "5.", 0, errMoney},
		{"below a fen", "1.234", 0, errMoneyFen},
		{"below nothing", "-5", -500, nil},
		{"below nothing by a little", "-0.5", -50, nil},
		{"two signs", "--5", 0, errMoney},
		{"a sign within", "5-3", 0, errMoney},
		{"two points", "1.2.3", 0, errMoney},
		{"words", "四千八", 0, errMoney},
		{"a word before", "约3200", 0, errMoney},
		{"an exponent", "1e5", 0, errMoney},
		{"only a unit", "元", 0, errMoney},
		{"largest", "92233720368547758.07", 9223372036854775807, nil},
		{"too large", "92233720368547758.08", 0, errLarge},
		{"far too large", "99999999999999999999万", 0, errLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseYuan(tt.text)
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestParseMuAndCount(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		read       func(string) (int64, error)
		want       int64
		err        error
	}{
		{"mu", "12.5", parseMu, 1250, nil},
		{"mu with its unit", "１２。５ 亩", parseMu, 1250, nil},
		{"mu too fine", "1.005", parseMu, 0, errArea},
		{"mu in words", "三亩", parseMu, 0, errArea},
		{"mu too large", "92233720368547758.08", parseMu, 0, errLarge},
		{"households", "3户", parseCount, 3, nil},
		{"a year", "2025 年", parseCount, 2025, nil},
		{"thousands apart", "1,200", parseCount, 1200, nil},
		{"below nothing", "-3", parseCount, -3, nil},
		{"this year", "２０２６年", parseYear, 2026, nil},
		{"a year of two digits", "25", parseYear, 0, errYear},
		{"a year in words", "二〇二五", parseYear, 0, errYear},
		{"a fraction", "2.5", parseCount, 0, errCount},
		{"words", "几户", parseCount, 0, errCount},
		{"too large", "9223372036854775808", parseCount, 0, errCount},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.read(tt.text)
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestTidyDay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"as a field of days sends it", "2026-11-04", "2026-11-04"},
		{"slashes", "2026/11/4", "2026-11-04"},
		{"points", "2026.11.4", "2026-11-04"},
		{"Chinese", "2026年11月4日", "2026-11-04"},
		{"in one", "20261104", "2026-11-04"},
		{"full width", "２０２６－１１－０４", "2026-11-04"},
		{"leap day", "2028.2.29", "2028-02-29"},
		{"no leap day", "2026-02-29", "2026-02-29"},
		{"no such month", "2026-13-01", "2026-13-01"},
		{"no year", "11月4日", "11月4日"},
		{"words", "去年", "去年"},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tidyDay(tt.text))
		})
	}
}

func TestTidyMonth(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"as a field of months sends it", "2026-03", "2026-03"},
		{"Chinese", "2026年3月", "2026-03"},
		{"full width", "２０２６／０３", "2026-03"},
		{"points", " 2026.3 ", "2026-03"},
		{"in one", "202603", "2026-03"},
		{"no such month", "2026-13", "2026-13"},
		{"no year", "3月", "3月"},
		{"a day", "2026-03-01", "2026-03-01"},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tidyMonth(tt.text))
		})
	}
}

func TestParseMoment(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       time.Time
	}{
		{"as a field of moments sends it", "2026-11-24T09:30", time.Date(2026, 11, 24, 9, 30, 0, 0, workday.Zone)},
		{"with seconds", "2026-11-24T09:30:15", time.Date(2026, 11, 24, 9, 30, 15, 0, workday.Zone)},
		{"Chinese", "2026年11月24日 9时30分", time.Date(2026, 11, 24, 9, 30, 0, 0, workday.Zone)},
		{"as people say it", "2026年11月24日9点30分", time.Date(2026, 11, 24, 9, 30, 0, 0, workday.Zone)},
		{"full width", "２０２６／１１／２４　９：３０", time.Date(2026, 11, 24, 9, 30, 0, 0, workday.Zone)},
		{"no hour", "2026-11-24", time.Time{}},
		{"no such hour", "2026-11-24 25:00", time.Time{}},
		{"no such day", "2026-02-30 09:00", time.Time{}},
		{"words", "昨天下午", time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseMoment(tt.text)
			if tt.want.IsZero() {
				require.ErrorIs(t, err, errMoment)
			} else {
				require.NoError(t, err)
			}
			require.True(t, tt.want.Equal(got), "%s", got)
		})
	}
}

func TestWrittenNumbers(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"0": yuan(0), "3,200": yuan(320_000), "3,200.05": yuan(320_005), "-1,000,000.50": yuan(-100_000_050), "0.09": yuan(9),
		"12.5": mu(1250), "12.05": mu(1205), "3": mu(300), "0.1": mu(10),
		"999": grouped(999), "1,000": grouped(1000), "-12,345,678": grouped(-12_345_678), "1,000,000": grouped(1_000_000),
	} {
		require.Equal(t, want, got)
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 3, 11, 0, 0, 0, 0, workday.Zone) // the end of the tenth
	for _, tt := range []struct {
		name       string
		now        time.Time
		text, tone string
	}{
		{"eight days before", time.Date(2026, 3, 2, 23, 59, 0, 0, workday.Zone), "还剩8天", "calm"},
		{"a week before", time.Date(2026, 3, 3, 0, 0, 0, 0, workday.Zone), "还剩7天", "near"},
		{"the day before", time.Date(2026, 3, 9, 12, 0, 0, 0, workday.Zone), "明天到期", "near"},
		{"its last moment", due.Add(-time.Millisecond), "今天到期", "near"},
		{"its end", due, "已超期1天", "late"},
		{"a year after", due.AddDate(1, 0, 0), "已超期366天", "late"},
		{"in another zone", time.Date(2026, 3, 9, 20, 0, 0, 0, time.UTC), "今天到期", "near"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := deadlineOf(&due, tt.now)
			require.Equal(t, deadline{tt.text, tt.tone, "2026年3月10日"}, *got)
		})
	}
	require.Nil(t, deadlineOf(nil, due))
	require.Equal(t, "2026年3月1日", dateText("2026-03-01"))
	require.Equal(t, "某天", dateText("某天"))
	require.Equal(t, "2026年3月", monthText("2026-03"))
	require.Equal(t, "三月", monthText("三月"))
}

// FuzzNumbers asks that what is read can be written and read again, and that nothing fails.
func FuzzNumbers(f *testing.F) {
	for _, text := range []string{"3,200.50", "3.2万", "-0.5", "１２．５亩", "2026年11月24日9点30分", "20261104", "3户", "9223372036854775807", "1.", "."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if fen, err := parseYuan(text); err == nil && fen > -1<<62 {
			again, err := parseYuan(yuan(fen))
			require.NoError(t, err)
			require.Equal(t, fen, again)
		}
		if area, err := parseMu(text); err == nil && area >= 0 {
			again, err := parseMu(mu(area))
			require.NoError(t, err)
			require.Equal(t, area, again)
		}
		if _, err := parseCount(text); err != nil {
			require.ErrorIs(t, err, errCount)
		}
		if at, err := parseMoment(text); err == nil {
			again, err := parseMoment(at.Format("2006-1-2 15:04:05"))
			require.NoError(t, err)
			require.True(t, at.Equal(again))
		}
		if month := tidyMonth(text); month != text {
			_, err := time.Parse("2006-01", month)
			require.NoError(t, err)
		}
		if day := tidyDay(text); day != text {
			require.Equal(t, day, tidyDay(day))
			_, err := workday.Parse(day)
			require.NoError(t, err)
		}
	})
}
