package pages_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/rules"
)

// TestRulesAnybodyCanRead: whoever reads cases reads the rules in force; who does not make them has no
// button for it.
func TestRulesAnybodyCanRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, as := range []string{"mediator", "firstsecretary", "judicial", "auditor", "county"} {
		p := w.visitor(as).get(t, "/rules")
		require.Equal(t, http.StatusOK, p.status)
		requireSound(t, p)
		require.Contains(t, p.text("main"), "现行：默认规则第1版《默认时限规则》")
		require.Contains(t, p.texts(".rules tbody tr"), "村级土地流转30日村级调解土地流转蓝（低）、黄（一般）不论有无提前7日、2日最多延期15日")
		require.Contains(t, p.text("dl"), "每级一次，最多15日，须双方同意")
		require.Equal(t, as == "county", p.doc.Find(`a[href="/rules/new"]`).Length() == 1)
		one := w.visitor(as).get(t, "/rules/d1")
		require.Equal(t, as == "county", one.doc.Find(`a[href="/rules/d1/try"]`).Length() == 1)
	}
	require.Equal(t, 1, w.visitor("mediator").get(t, casePath(w.mediating(t), "")).doc.Find(`details a[href="/rules/d1"]`).Length(), "from the working of a deadline to the rule")
	require.Equal(t, http.StatusForbidden, w.visitor("admin").get(t, "/rules").status)
	require.Equal(t, http.StatusForbidden, w.visitor("judicial").get(t, "/rules/new").status)
	require.Equal(t, http.StatusNotFound, w.visitor("county").get(t, "/rules/9").status)
}

// TestPublishRules goes the whole way of a new version: from the one in force, through what is wrong
// with it, to what everybody reads.
func TestPublishRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.visitor("county")
	p := v.get(t, "/rules/new")
	requireSound(t, p)
	require.Equal(t, 11, p.doc.Find("fieldset.rule").Length())
	f := p.form(t, mainForm)
	require.Equal(t, []string{"土地流转", "蓝、黄", "30", "7、2"}, []string{f.values.Get("rules[1].types"), f.values.Get("rules[1].risks"), f.values.Get("rules[1].days"), f.values.Get("rules[1].warnDays")})
	require.Empty(t, f.values.Get("effectiveFrom"))

	// The first try: half of it wrong, and none of it lost.
	f.fill(t, "name", "青禾县时限规则", "effectiveFrom", "2026-03-02", "rules[1].days", "二十", "rules[2].types", "分红、土葬", "rules[7].risks", "蓝")
	back := f.send(t)
	require.Equal(t, http.StatusUnprocessableEntity, back.status)
	requireSound(t, back)
	require.Equal(t, []string{"第2条：天数请写成整数，例如 20", "第3条：没有“分红”这个纠纷类型，可以写：土地流转、集体分红、婚姻家庭、邻里、房屋宅基地、合同、生产经营、损害赔偿、劳动争议、村务管理、山林土地、征地拆迁、环境保护、道路交通事故、物业、医疗、消费、其他；不写就是全部"}, back.texts(".notice.bad li"))
	require.Equal(t, "▲ 天数请写成整数，例如 20", back.text("#f-rules-1-days-fault"))
	again := back.form(t, mainForm)
	require.Equal(t, f.values, again.values, "everything typed is still there")

	// The second: everything can be read, but not everything is covered, and the day is today.
	again.fill(t, "rules[1].days", "20日", "rules[2].types", "集体分红")
	back = again.press(t, "publish")
	require.Equal(t, http.StatusUnprocessableEntity, back.status)
	require.Contains(t, back.text(".notice.bad"), "规则有缺漏：镇级调解没有规则：各类纠纷，风险黄（一般）")
	require.Equal(t, []string{"生效日期应在今天（2026-03-02）以后，已经开始计算的期限不变"}, back.texts(".notice.bad li"))
	require.Equal(t, 1, back.doc.Find(`.notice.bad a[href="#f-effectiveFrom"]`).Length())

	// Looked through: nothing is wrong, and what is another is said.
	again = back.form(t, mainForm).fill(t, "rules[7].risks", "蓝、黄", "effectiveFrom", "2026年4月1日")
	looked := again.send(t)
	require.Equal(t, http.StatusOK, looked.status, looked.text(".notice"))
	requireSound(t, looked)
	require.Equal(t, []string{"村级土地流转：30日 → 20日"}, looked.texts("#changes li"))
	_, err := w.store.Policy(t.Context(), county, 1)
	require.Error(t, err, "nothing is published yet")

	listed := looked.form(t, mainForm).press(t, "publish")
	require.Equal(t, http.StatusOK, listed.status)
	require.Equal(t, "/rules?done=published", listed.path)
	require.Contains(t, listed.text("main"), "待生效：第1版《青禾县时限规则》")
	require.Contains(t, listed.text("main"), "现行：默认规则第1版")
	kept, err := w.store.Policy(t.Context(), county, 1)
	require.NoError(t, err)
	require.Equal(t, []any{20, models.CalendarDays, "village-land"}, []any{kept.Rules[1].Days, kept.Rules[1].Unit, kept.Rules[1].ID})
	require.Equal(t, "方正平", kept.PublishedBy.Name)

	compared := w.visitor("mediator").get(t, "/rules/compare?was=d1&is=1")
	requireSound(t, compared)
	require.Equal(t, []string{"村级土地流转：30日 → 20日"}, compared.texts(".changes li"))
	require.Contains(t, w.visitor("mediator").get(t, "/rules/1").text("main"), "方正平于2026年3月2日 09:00发布")

	w.clock.advance(40 * 24 * time.Hour)
	require.Contains(t, w.visitor("mediator").get(t, "/rules").text("main"), "现行：第1版《青禾县时限规则》")
}

// TestRuleRows: a row more, a row less, and the rows behind it move up.
func TestRuleRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := w.visitor("county").get(t, "/rules/new").form(t, mainForm)
	more := f.fill(t, "name", "多一条").press(t, "add-rules")
	require.Equal(t, 12, more.doc.Find("fieldset.rule").Length())
	f = more.form(t, mainForm)
	require.Equal(t, "多一条", f.values.Get("name"))
	require.Empty(t, f.values.Get("rules[11].name"))
	less := f.fill(t, "rules[11].name", "新的一条").press(t, "remove-rules-3").form(t, mainForm)
	require.Equal(t, []string{"村级其他纠纷", "village-other", "新的一条"}, []string{less.values.Get("rules[3].name"), less.values.Get("rules[3].id"), less.values.Get("rules[10].name")})

	// What is left empty is no rule; what is half filled in is asked about.
	less.fill(t, "effectiveFrom", "2026-04-01", "rules[10].name", "")
	back := less.send(t)
	require.Equal(t, http.StatusUnprocessableEntity, back.status)
	require.Contains(t, back.text(".notice.bad"), "规则有缺漏：村级调解没有规则：集体分红，风险蓝（低）、黄（一般），有利益冲突")
	require.Equal(t, 10, back.doc.Find("fieldset.rule").Length())
	half := back.form(t, mainForm).press(t, "add-rules").form(t, mainForm).fill(t, "rules[10].name", "村级集体分红，有利益冲突").send(t)
	require.Subset(t, half.texts(".notice.bad li"), []string{"第11条：请填写天数"})
}

// TestTwoPublishAtOnce: the second is told, keeps what was typed, and may send it on top of the first.
func TestTwoPublishAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.visitor("county").get(t, "/rules/new").form(t, mainForm).fill(t, "name", "甲稿", "effectiveFrom", "2026-04-01")
	second := w.visitor("county").get(t, "/rules/new").form(t, mainForm).fill(t, "name", "乙稿", "effectiveFrom", "2026-05-01", "rules[1].days", "25")
	require.Equal(t, http.StatusOK, first.press(t, "publish").status)
	back := second.press(t, "publish")
	require.Equal(t, http.StatusConflict, back.status)
	require.Contains(t, back.text(".notice.bad"), "方正平刚刚发布了第1版（2026-04-01起生效）。您填写的内容还在")
	again := back.form(t, mainForm)
	require.Equal(t, []string{"乙稿", "25", "1"}, []string{again.values.Get("name"), again.values.Get("rules[1].days"), again.values.Get("base")})
	require.Equal(t, http.StatusOK, again.press(t, "publish").status)
	kept, err := w.store.Policy(t.Context(), county, 2)
	require.NoError(t, err)
	require.Equal(t, "乙稿", kept.Name)
}

// TestTryRules: the trial stands on the form, beside all that was typed, and on a version; each case
// that differs is a link.
func TestTryRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.mediating(t)
	w.clock.advance(25 * 24 * time.Hour)
	_, err := w.cases.Withdraw(t.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.ReasonForm{Reason: "和解了"})
	require.NoError(t, err)
	w.clock.advance(60 * 24 * time.Hour)
	v := w.visitor("county")

	f := v.get(t, "/rules/new").form(t, mainForm).fill(t, "effectiveFrom", "2026-12-01", "rules[1].days", "20", "tryYear", "2026")
	require.Equal(t, http.StatusOK, f.press(t, "check").status)
	tried := f.press(t, "try")
	require.Equal(t, http.StatusOK, tried.status, tried.text(".notice"))
	requireSound(t, tried)
	require.Equal(t, f.values, tried.form(t, mainForm).values)
	require.Equal(t, "试算：2026年登记的1件", tried.text("#trial h2"))
	require.Contains(t, tried.texts("#trial tbody tr"), "自动上报的案件01")
	require.Contains(t, tried.texts("#trial tbody tr"), "村级 → 镇级01")
	require.Contains(t, tried.texts("#trial tbody tr"), "不知道会怎样01")
	require.Contains(t, tried.text("#trial"), "多上报1件，少上报0件，上报的日期或层级不同0件")
	require.Contains(t, tried.texts("#trial tbody tr"), "2026年3月01")
	require.Contains(t, tried.texts("#trial tbody tr"), "枫溪镇01")
	require.Contains(t, tried.texts("#trial tbody tr"), "土地流转01")
	require.Equal(t, casePath(c, ""), tried.doc.Find("#trial .cases a.title").AttrOr("href", ""))
	require.Contains(t, tried.text("#trial .cases"), "现行规则：不上报试算的规则：村级调解期限2026年3月23日届满，自动上报镇级；到镇级以后会怎样，不知道")
	require.Equal(t, 1, tried.doc.Find("#trial svg[role=img]").Length())
	require.Contains(t, tried.text("#trial details"), "按试算的那一天上报算")
	require.Contains(t, tried.text("#trial details"), "所以不往下猜")

	wrong := f.fill(t, "tryYear", "2031").press(t, "try")
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Equal(t, []string{"请填写2000年到2026年之间的一年"}, wrong.texts(".notice.bad li"))
	require.Equal(t, 1, wrong.doc.Find("#f-tryYear-fault").Length())

	require.Equal(t, http.StatusOK, f.press(t, "publish").status)
	asked := v.get(t, "/rules/1/try")
	require.Equal(t, "2025", asked.form(t, mainForm).values.Get("year"))
	require.Zero(t, asked.doc.Find("#trial").Length())
	shown := asked.form(t, mainForm).fill(t, "year", "2026年").send(t)
	requireSound(t, shown)
	require.Equal(t, casePath(c, ""), shown.doc.Find("#trial .cases a.title").AttrOr("href", ""))
	require.Equal(t, http.StatusUnprocessableEntity, v.get(t, "/rules/1/try?year=x").status)
	require.Equal(t, http.StatusForbidden, w.visitor("judicial").get(t, "/rules/1/try?year=2026").status)
}

// TestTryRulesThatTakeLong: the page says how far the trial is and asks for itself again, without the script;
// the form keeps everything typed meanwhile. What came of it is handed over once it has ended.
func TestTryRulesThatTakeLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.mediating(t)
	w.clock.advance(90 * 24 * time.Hour)
	v := w.visitor("county")
	require.Equal(t, http.StatusOK, v.get(t, "/rules/new").form(t, mainForm).fill(t, "effectiveFrom", "2026-12-01", "rules[1].days", "20").press(t, "publish").status)

	w.trials.SetPatience(0)
	gate := make(chan struct{})
	_, far, err := w.trials.Ask(t.Context(), "somebody else", "", func(context.Context, *rules.Run) (any, error) { <-gate; return nil, nil })
	require.NoError(t, err)
	require.NotNil(t, far)
	const address = "/rules/1/try?year=2026"
	waits := v.get(t, address)
	require.Equal(t, http.StatusOK, waits.status)
	requireSound(t, waits)
	require.Contains(t, waits.text("#far"), "前面还有人在试算，轮到以后自动开始。这一页几秒后自己更新")
	const again = "/rules/1/try?wait=1&year=2026"
	require.Equal(t, "3; url="+again, waits.header.Get("Refresh"))
	require.Zero(t, waits.doc.Find("#trial").Length())
	close(gate)
	var done *page
	require.Eventually(t, func() bool { done = v.get(t, again); return done.doc.Find("#trial").Length() == 1 }, 10*time.Second, 10*time.Millisecond)
	require.Empty(t, done.header.Get("Refresh"))
	require.Zero(t, done.doc.Find("#far").Length())
	gone := v.get(t, again)
	require.Equal(t, http.StatusConflict, gone.status)
	require.Contains(t, gone.text(".notice.bad"), "请再点一次“试算”")
	require.Equal(t, "2026", gone.form(t, mainForm).values.Get("year"))
	require.Contains(t, done.texts("#trial tbody tr"), "自动上报的案件11")
	require.Equal(t, casePath(c, ""), done.doc.Find("#trial .cases a.title").AttrOr("href", ""))

	f := v.get(t, "/rules/new").form(t, mainForm).fill(t, "effectiveFrom", "2026-12-02", "rules[1].days", "25", "tryYear", "2026")
	begun := f.press(t, "try")
	requireSound(t, begun)
	require.Contains(t, begun.text("#far"), "填写的内容都在下面。过几秒再点一次“试算”")
	require.Empty(t, begun.header.Get("Refresh"), "it would lose what was typed")
	require.Equal(t, f.values, begun.form(t, mainForm).values)
	require.Eventually(t, func() bool { return begun.form(t, mainForm).press(t, "try").doc.Find("#trial").Length() == 1 }, 10*time.Second, 10*time.Millisecond)
}

// year2027 is pasted as people paste it.
const year2027 = "2027-01-01至2027-01-03 元旦 休\n2027年5月1日至2日 劳动节 放假\n2027-10-01～10-03　国庆节　休\n2027-01-06 元旦 休\n2027-01-09 元旦 班\n"

// TestCalendarPages: the months of a year, what loading another would move, and then that it moved.
func TestCalendarPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor("mediator").get(t, "/calendar")
	requireSound(t, p)
	require.Equal(t, "2026年日历", p.text("h1"))
	require.Equal(t, 12, p.doc.Find("table.month").Length())
	for _, tt := range []struct {
		month int
		want  string
	}{{1, "1休"}, {2, "14班"}} {
		require.Contains(t, p.texts("table.month:nth-child("+string(rune('0'+tt.month))+") td"), tt.want)
	}
	require.Equal(t, 365, len(p.texts("table.month td"))-len(emptyOf(p.texts("table.month td"))))
	require.Contains(t, p.text("#main"), "春节")
	require.Zero(t, p.doc.Find(`a[href^="/calendar/load"]`).Length())
	require.Contains(t, w.visitor("mediator").get(t, "/calendar?year=2027").text(".notice"), "暂定")
	require.Equal(t, http.StatusNotFound, w.visitor("mediator").get(t, "/calendar?year=2031").status)

	w.clock.advance(280 * 24 * time.Hour) // 7 December 2026
	c := w.mediating(t)                   // thirty days end on 6 January
	v := w.visitor("county")
	f := v.get(t, "/calendar/load?year=2027").form(t, mainForm)
	require.Equal(t, "2027", f.values.Get("year"))
	back := f.fill(t, "source", "国办发明电", "text", year2027+"2027-02-30 春节 休\n").send(t)
	require.Equal(t, http.StatusUnprocessableEntity, back.status)
	require.Equal(t, []string{"第6行：没有2027年2月30日这一天"}, back.texts(".notice.bad li"))
	require.Equal(t, 1, back.doc.Find("#f-text-fault").Length())

	plan := back.form(t, mainForm).fill(t, "text", year2027).send(t)
	require.Equal(t, http.StatusOK, plan.status)
	requireSound(t, plan)
	require.Contains(t, plan.text("#plan"), "1件正在计时的案件要重算：1件的最后一天会变")
	require.Contains(t, plan.texts("#plan tbody tr")[0], "2027年1月6日2027年1月7日调解")
	require.Equal(t, casePath(c, ""), plan.doc.Find("#plan tbody a").AttrOr("href", ""))
	require.Contains(t, plan.text("#plan"), "没有看到“春节”、“清明”、“端午”、“中秋”的放假")
	require.True(t, w.caseNow(t, c).RunningClock().Provisional, "nothing is changed yet")

	other := plan.form(t, mainForm).fill(t, "text", strings.Replace(year2027, "2027-01-06", "2027-01-07", 1)).press(t, "load")
	require.Contains(t, other.text(".notice.wait"), "内容和刚才看过的不一样")
	require.True(t, w.caseNow(t, c).RunningClock().Provisional)

	done := plan.form(t, mainForm).press(t, "load")
	require.Equal(t, http.StatusOK, done.status)
	require.Contains(t, done.text(".notice.good"), "重算了1件案件的期限，其中1件的最后一天变了")
	require.Contains(t, done.text("#main"), "依据：国办发明电（方正平于2026-12-07录入）")
	require.Contains(t, v.get(t, casePath(c, "")).text("main"), "放假安排公布，期限由2027-01-06改为2027-01-07")

	late := plan.form(t, mainForm).fill(t, "text", year2027+"2027-02-05 春节 休").send(t).form(t, mainForm)
	require.Equal(t, "1", late.values.Get("version"))
	again := v.get(t, "/calendar/load?year=2027").form(t, mainForm)
	require.Contains(t, again.values.Get("text"), "2027-01-01至2027-01-03 元旦 休\n")
	kept := again.fill(t, "source", "国办发明电").send(t)
	require.Contains(t, kept.text("#plan"), "这一年已经是这样了")
	require.Equal(t, http.StatusOK, late.press(t, "load").status, "a correction")
	stale := kept.form(t, mainForm).press(t, "load")
	require.Equal(t, http.StatusConflict, stale.status)
	require.Contains(t, stale.text(".notice.bad"), "刚刚有人改过2027年的放假安排")
}

func emptyOf(texts []string) []string {
	var out []string
	for _, text := range texts {
		if text == "" {
			out = append(out, text)
		}
	}
	return out
}

// TestRulesAreShownOfTheOwnCounty: those of the county next door are nobody's business here.
func TestRulesAreShownOfTheOwnCounty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := models.DefaultPolicy(began.AddDate(0, -1, 0).UTC())
	other.County, other.Name = "330682", "邻县的规则"
	require.NoError(t, w.store.InsertPolicy(t.Context(), other))
	p := w.visitor("county").get(t, "/rules")
	require.NotContains(t, p.body, "邻县的规则")
	require.Equal(t, http.StatusNotFound, w.visitor("county").get(t, "/rules/1").status)
	q := url.Values{"was": {"d1"}, "is": {"1"}}
	require.Zero(t, w.visitor("county").get(t, "/rules/compare?"+q.Encode()).doc.Find(".changes").Length())
}
