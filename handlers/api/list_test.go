package api

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
)

// readAll reads every parameter of a list, as the list does.
func readAll(q *query) {
	q.place("village")
	q.place("township")
	q.place("county")
	q.choice("state", models.States())
	q.choice("type", models.DisputeTypes())
	q.choice("risk", models.RiskLevels())
	q.choice("review", models.ReviewStates())
	q.yes("overdue")
	q.month("openedMonth")
	q.page()
}

func TestQueryIsChecked(t *testing.T) {
	t.Parallel()
	const (
		noSuch    = "没有这个查询条件，请核对名称"
		repeated  = "这个查询条件写了不止一次，请只写一次"
		badPlace  = "区划代码不对：县6位，乡镇9位，村12位数字"
		badChoice = "没有这个选项"
		badMonth  = "请写成年-月，例如2026-11"
		badLimit  = "每页件数应为1至100"
	)
	broken := told{kind: models.Malformed, code: "query"}
	for _, test := range []struct {
		name string
		raw  string
		want told // zero where it is fine
	}{
		{"nothing", "", told{}},
		{"everything", "village=330681101201&township=330681101&county=330681&state=mediating&level=village&type=dividend&risk=red&review=pending&overdue=true&openedMonth=2026-02&q=%E5%8C%97%E5%9D%A1&number=1&limit=100&after=x", told{}},
		{"empty is not asked for", "state=&risk=&overdue=&limit=", told{}},
		{"a misspelt name", "vilage=330681101201", fields("vilage", noSuch)},
		{"another letter case", "State=logged", fields("State", noSuch)},
		{"the empty name", "=1", fields("", noSuch)},
		{"twice", "state=logged&state=closed", fields("state", repeated)},
		{"twice the same", "limit=5&limit=5", fields("limit", repeated)},
		{"not UTF-8", "q=%D5%C5%C8%FD", fields("q", "请用UTF-8编码")},
		{"broken encoding", "village=33068110120%ZZ", broken},
		{"a semicolon", "state=logged;risk=red", broken},
		{"a village's code for a township", "township=330681101201", fields("township", badPlace)},
		{"letters for a village", "village=33068110120x", fields("village", badPlace)},
		{"a code of the document that is none", "state=open&type=land&risk=high&review=open", fields("state", badChoice, "type", badChoice, "risk", badChoice, "review", badChoice)},
		{"overdue is yes", "overdue=yes", fields("overdue", "应为true或false")},
		{"a month of one digit", "openedMonth=2026-2", fields("openedMonth", badMonth)},
		{"month 13", "openedMonth=2026-13", fields("openedMonth", badMonth)},
		{"no page", "limit=0", fields("limit", badLimit)},
		{"too large a page", "limit=101", fields("limit", badLimit)},
		{"a page of words", "limit=all", fields("limit", badLimit)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			q := newQuery(test.raw, listParams{})
			readAll(q)
			err := q.err()
			if test.want.code == "" {
				require.NoError(t, err)
				return
			}
			require.Empty(t, cmp.Diff(test.want, toldOf(t, err), cmp.AllowUnexported(told{})))
		})
	}
}

// TestQueryMonth asks that a month begins and ends where the people are, not in Greenwich.
func TestQueryMonth(t *testing.T) {
	t.Parallel()
	from, before := newQuery("openedMonth=2026-12", listParams{}).month("openedMonth")
	require.True(t, time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC).Equal(*from), "%s", from)
	require.True(t, time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC).Equal(*before), "%s", before)
}

func TestQueryPage(t *testing.T) {
	t.Parallel()
	limit, after := newQuery("", pageParams{}).page()
	require.Equal(t, defaultLimit, limit)
	require.Empty(t, after)
	limit, after = newQuery("limit=7&after=abc", pageParams{}).page()
	require.Equal(t, 7, limit)
	require.Equal(t, "abc", after)
}
