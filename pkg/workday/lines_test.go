package workday

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// always are the holidays of fixed date of a year, which every list has.
const always = `
2027-01-01 元旦 休
2027-05-01至2027-05-02 劳动节 休
2027-10-01至2027-10-03 国庆节 休
`

func TestParseYear(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []string // beside those that are always there
	}{
		{"the plain way", "2027-02-10 春节 休", []string{"2027-02-10 春节 休"}},
		{"worked", "2027-02-06 春节 班", []string{"2027-02-06 春节 班"}},
		{"a range", "2027-02-05至2027-02-07 春节 休", []string{"2027-02-05 春节 休", "2027-02-06 春节 休", "2027-02-07 春节 休"}},
		{"a range that gives the month and day", "2027-02-27到03-01 元宵 休", []string{"2027-02-27 元宵 休", "2027-02-28 元宵 休", "2027-03-01 元宵 休"}},
		{"a range that gives the day", "2月5日～6日 春节 放假", []string{"2027-02-05 春节 休", "2027-02-06 春节 休"}},
		{"as the announcement has it", "2月5日（星期五）至6日（星期六）　春节　放假调休", []string{"2027-02-05 春节 休", "2027-02-06 春节 休"}},
		{"full-width signs", "２０２７－０２－０６，春节，上班", []string{"2027-02-06 春节 班"}},
		{"slashes", "2027/2/6 春节 补班", []string{"2027-02-06 春节 班"}},
		{"points", "2027.2.6 春节 调休上班", []string{"2027-02-06 春节 班"}},
		{"no blanks", "2027年2月6日春节班", []string{"2027-02-06 春节 班"}},
		{"the mark before the name", "2027-02-06：放假 春节", []string{"2027-02-06 春节 休"}},
		{"line ends of Windows, empty lines, remarks", "\r\n# 国办发明电\r\n2027-02-06 春节 班 # 周六\r\n", []string{"2027-02-06 春节 班"}},
		{"twice the same", "2027-02-06 春节 班\n2027-02-06 春节 上班", []string{"2027-02-06 春节 班"}},
		{"days of the year before that are off anyway", "2026-12-26至2026-12-27 元旦 休", nil},
		{"a name that ends in what a mark is", "2027-02-06 值班 班", []string{"2027-02-06 值班 班"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			y, faults := ParseYear(2027, always+test.text)
			require.Empty(t, faults)
			require.Equal(t, 2027, y.Year)
			plain, none := ParseYear(2027, always)
			require.Empty(t, none)
			require.Len(t, plain.Days, 6)
			var got []string
			for _, d := range y.Days {
				if _, old := dayOf(plain, d.Date); !old {
					got = append(got, fmt.Sprintf("%s %s %s", d.Date, d.Name, map[bool]string{true: "班", false: "休"}[d.Work]))
				}
			}
			require.Equal(t, test.want, got)
		})
	}
}

func dayOf(y Year, date string) (Day, bool) {
	for _, d := range y.Days {
		if d.Date == date {
			return d, true
		}
	}
	return Day{}, false
}

func TestParseYearNamesTheLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", " \n\n", []string{"没有读到任何日期"}},
		{"no date", always + "春节 2月5日 休", []string{"第5行：“春节 2月5日 休”的开头不是日期，请写成2027-01-01 元旦 休"}},
		{"no such day", always + "2027-02-29 春节 休", []string{"第5行：没有2027年2月29日这一天"}},
		{"no such month", always + "2027-13-01 春节 休", []string{"第5行：没有2027年13月1日这一天"}},
		{"no such last day", always + "2月5日至30日 春节 休", []string{"第5行：没有2027年2月30日这一天"}},
		{"no mark", always + "2027-02-05 春节", []string{"第5行：没有写是“休”还是“班”"}},
		{"a doubtful mark", always + "2027-02-05 春节 调休", []string{"第5行：“调休”看不出是放假还是上班，请写“休”或“班”"}},
		{"no name", always + "2027-02-05 休", []string{"第5行：没有写是什么节日，例如“元旦”"}},
		{"a sentence for a name", always + "2027-02-05 春节放假通知要求如下请遵照执行 休", []string{"第5行：“春节放假通知要求如下请遵照执行”不像节日的名称"}},
		{"backwards", always + "2027-02-11至2027-02-05 春节 休", []string{"第5行：2027-02-05在2027-02-11之前"}},
		{"too long", always + "2027-02-05至2027-03-05 春节 休", []string{"第5行：2027-02-05至2027-03-05太长，请核对"}},
		{"another year", always + "2026-12-31至2027-01-01 元旦 休", []string{"第5行：2026-12-31不在2027年，请在那一年里录入"}},
		{"worked anyway", always + "2027-02-09 春节 班", []string{"第5行：2027-02-09是星期二，本来就上班"}},
		{"both", always + "2027-02-06 春节 休\n2027-02-06 春节 班", []string{"第6行：2027-02-06和第5行矛盾，一处放假，一处上班"}},
		{"two lines wrong", "x\n2027-02-05 春节\n" + always, []string{"第1行：“x”的开头不是日期，请写成2027-01-01 元旦 休", "第2行：没有写是“休”还是“班”"}},
		{"fixed holidays left out", "2027-01-01 元旦 休\n2027-05-01 劳动节 休\n2027-10-01至2027-10-02 国庆 休\n2027-10-03 国庆 班",
			[]string{"没有列出5月2日（劳动节）放假，请补上", "没有列出10月3日（国庆节）放假，请补上"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, faults := ParseYear(2027, test.text)
			var got []string
			for _, f := range faults {
				got = append(got, f.Error())
			}
			require.Equal(t, test.want, got)
		})
	}
}

// TestLinesOfOfficialYears: what was announced can be written and read again, and nothing is missing.
func TestLinesOfOfficialYears(t *testing.T) {
	t.Parallel()
	for _, y := range Official() {
		text := y.Lines()
		again, faults := ParseYear(y.Year, text)
		require.Empty(t, faults, text)
		require.Equal(t, y.Days, again.Days)
		require.Less(t, strings.Count(text, "\n"), len(y.Days))
		require.Empty(t, y.Missing(), y.Year)
	}
	y, _ := ParseYear(2027, always+"2027-02-05 春节 休")
	require.Equal(t, []string{"清明", "端午", "中秋"}, y.Missing())
}

func FuzzParseYear(f *testing.F) {
	f.Add(always)
	f.Add("2月5日（星期五）至11日 春节 休\n9999-99-99 x 班")
	f.Fuzz(func(t *testing.T, text string) {
		y, faults := ParseYear(2027, text)
		if len(faults) > 0 {
			return
		}
		again, faults := ParseYear(2027, y.Lines())
		require.Empty(t, faults)
		require.Equal(t, y.Days, again.Days)
	})
}
