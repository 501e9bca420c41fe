package pages_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// counts are the numbers at the top of a page: what, and how many.
func (p *page) counts() map[string]string {
	out := map[string]string{}
	for _, c := range p.doc.Find(".counts li").EachIter() {
		out[tidy(c.Find("span").Text())] = tidy(c.Find("b").Text())
	}
	return out
}

// days are the days of a forecast, each with the titles it lists.
func (p *page) days() map[string][]string {
	out := map[string][]string{}
	for _, d := range p.doc.Find(".day").EachIter() {
		titles := []string{}
		for _, a := range d.Find(".title").EachIter() {
			titles = append(titles, tidy(a.Text()))
		}
		out[tidy(d.Find("h2").Text())] = titles
	}
	return out
}

// A forecast says what comes, when, of whom and why; everybody sees what lies in their region.
func TestForecastPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // Monday 2 March, 09:00: what is logged now is to be accepted by Thursday
	w.logged(t, func(f *casework.LogForm) { f.Title = "等受理的" })
	other := w.logged(t, func(f *casework.LogForm) { f.Title = "要签收的" })
	_, err := w.cases.Escalate(t.Context(), seats["mediator"], casework.Ref{ID: other.ID}, casework.EscalateForm{Reason: "asked", Note: "要求镇里调解"})
	require.NoError(t, err)
	paused := w.mediating(t)
	_, err = w.cases.Pause(t.Context(), seats["mediator"], casework.Ref{ID: paused.ID}, casework.PauseForm{Ground: models.PauseSurvey, Note: "等测绘"})
	require.NoError(t, err)
	w.agreed(t) // no clock runs

	p := w.visitor("county").get(t, "/forecast")
	require.Equal(t, http.StatusOK, p.status)
	require.Equal(t, map[string]string{"提醒": "2", "自动上报": "2", "逾期提示": "0"}, p.counts())
	require.Equal(t, map[string][]string{
		"3月2日 星期一，今天": {}, "3月3日 星期二，明天": {}, "3月4日 星期三": {}, "3月5日 星期四": {"要签收的", "等受理的"}, "3月6日 星期五": {"要签收的", "等受理的"},
		"3月7日 星期六": {}, "3月8日 星期日": {}, "3月9日 星期一": {},
	}, p.days())
	day := p.text(".day:contains('3月6日')")
	for _, words := range []string{"2件自动上报", "00:00 自动上报枫溪镇司法所 等受理的", "受理期限2026年3月5日24时届满，仍未办结", "自动上报青禾县矛调中心 要签收的", "村级，现由北坡村人民调解委员会办理"} {
		require.Contains(t, day, words)
	}
	require.Equal(t, []string{"青禾县矛调中心", "枫溪镇司法所", "北坡村人民调解委员会"}, p.texts("#offices tbody th"))
	require.Equal(t, []string{"0", "0", "1", "0", "0", "0", "0", "1", "1", "1", "0", "0", "0", "0", "1", "1", "0", "0", "0", "0", "0"}, p.texts("#offices tbody td"))

	one := w.visitor("county").get(t, p.doc.Find("#offices tbody a").Eq(2).AttrOr("href", ""))
	require.Equal(t, "未来七天：北坡村人民调解委员会", one.text("h1"))
	require.Equal(t, map[string]string{"提醒": "1", "自动上报": "1", "逾期提示": "0"}, one.counts())
	require.Equal(t, 1, one.doc.Find(`a[href="/forecast"]:contains("所有单位")`).Length())

	for as, want := range map[string]string{"mediator": "2", "firstsecretary": "2", "judicial": "2", "auditor": "2"} {
		p := w.visitor(as).get(t, "/forecast")
		require.Equal(t, want, p.counts()["自动上报"], as)
		require.Equal(t, as == "judicial" || as == "auditor", p.doc.Find("select[name=place]").Length() == 1, as)
	}
	empty := w.visitor("judicial").get(t, "/forecast?place="+village2)
	require.Equal(t, map[string]string{"提醒": "0", "自动上报": "0", "逾期提示": "0"}, empty.counts())
	require.Equal(t, http.StatusForbidden, w.visitor("admin").get(t, "/forecast").status)

	// Done today, gone tomorrow: what was foreseen does not come.
	w.clock.advance(24 * time.Hour)
	_, err = w.cases.Review(t.Context(), seats["judicial"], casework.Ref{ID: other.ID}, casework.ReviewForm{Decision: "accept"})
	require.NoError(t, err)
	require.Equal(t, "1", w.visitor("county").get(t, "/forecast").counts()["自动上报"])
}

// Of many steps a day lists some and counts all; the lists of later days open on a press.
func TestForecastOfManyCases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 11 {
		w.logged(t, func(f *casework.LogForm) { f.Title = fmt.Sprintf("第%02d件", i) })
	}
	p := w.visitor("mediator").get(t, "/forecast")
	require.Equal(t, "11", p.counts()["提醒"])
	require.Equal(t, 2, p.doc.Find("details.day").Length())
	require.Zero(t, p.doc.Find("details.day[open]").Length(), "neither is today nor tomorrow")
	w.clock.advance(2 * 24 * time.Hour)
	p = w.visitor("mediator").get(t, "/forecast")
	require.Equal(t, 1, p.doc.Find("details.day[open]").Length(), "tomorrow")
}

func TestForecastNeedsOneCounty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.logged(t)
	who := models.Actor{ID: "province", Name: "省里的", Role: models.RoleAuditor, Region: "33"}
	w.seat(t, who)
	p := w.visitor("province").get(t, "/forecast")
	require.Equal(t, http.StatusUnprocessableEntity, p.status)
	require.Contains(t, p.text(".notice"), "请先选择一个县")
	requireSound(t, p)
	p = w.visitor("province").get(t, "/forecast?place="+county)
	require.Equal(t, http.StatusOK, p.status)
	require.Equal(t, "1", p.counts()["自动上报"])
}

// The case page says what the clock does now and next, or why it does nothing.
// How a deadline came about that runs no more stands with its stage; that which runs, at the top alone.
func TestCasePageKeepsTheWorkingOfWhatHasEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.escalated(t)
	p := w.visitor("mediator").get(t, casePath(c, ""))
	require.Equal(t, []string{"受理期限是怎么算的", "调解期限是怎么算的"}, p.texts("#stages li:nth-child(1) summary"))
	require.Empty(t, p.texts("#stages li:nth-child(2) summary"), "its clock runs")
	for _, clock := range c.Stages[0].Clocks {
		for _, line := range clock.Working {
			require.Contains(t, p.text("#stages"), line.Text)
		}
	}
}

func TestCasePageSaysWhatTheClockDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	logged, agreed := w.logged(t), w.agreed(t)
	paused := w.mediating(t)
	_, err := w.cases.Pause(t.Context(), seats["mediator"], casework.Ref{ID: paused.ID}, casework.PauseForm{Ground: models.PauseSurvey, Note: "等测绘"})
	require.NoError(t, err)
	for _, test := range []struct {
		c    *models.Case
		want string
	}{
		{logged, "现在：期限未到；接下来 3月5日 提醒，3月6日 0时自动上报枫溪镇司法所"},
		{agreed, "现在：没有正在计时的期限；接下来 3月22日 提醒：双方共同申请司法确认的期限到4月1日24时（人民调解法第33条），3月30日 提醒：第1期4月2日到期"},
		{paused, "现在：暂停计时中（等待鉴定、测绘），如果今天恢复计时，期限为4月1日24时；接下来 5月1日 0时恢复计时，5月26日 提醒，5月31日 提醒，6月2日 0时自动上报枫溪镇司法所"},
	} {
		require.Equal(t, test.want, w.visitor("mediator").get(t, casePath(test.c, "")).text("#ahead p"))
	}
}
