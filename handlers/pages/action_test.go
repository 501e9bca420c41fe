package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// TestConflict has somebody else change the case while a form is open: the form comes back with who
// changed what and with everything typed, and goes through when it is sent again.
func TestConflict(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		slug   string
		typed  []string
		done   string
		within func(*models.Case) string
	}{
		{"sitting", "sittings", []string{"place", "田头", "course", "各让一步", "result", "continue"}, "调解记录已经保存。", func(c *models.Case) string { return c.Sittings[1].Course }},
		{"risk", "risk", []string{"risk", "orange", "reason", "各让一步"}, "风险等级已经修改。", func(c *models.Case) string {
			return c.Timeline[len(c.Timeline)-1].Note[len("由黄（一般）改为橙（较高）："):]
		}},
		{"agreement", "agreement", []string{"items", "各让一步", "amountFen", ""}, "协议已经登记。", func(c *models.Case) string { return c.Agreement.Items[0] }},
		{"fail", "fail", []string{"reason", "各让一步", "remediesTold", "1"}, "已经登记调解不成。", func(c *models.Case) string { return c.Failure.Reason }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.sat(t)
			sent := w.visitor("mediator").get(t, casePath(c, tt.slug)).form(t, mainForm).fill(t, tt.typed...)
			w.clock.advance(time.Hour)
			_, err := w.cases.Assess(t.Context(), seats["chair"], casework.Ref{ID: c.ID}, casework.RiskForm{Risk: models.Yellow, Reason: "有争吵"})
			require.NoError(t, err)

			back := sent.send(t)
			requireRefused(t, sent, back, faulty{status: http.StatusConflict, notice: "本案在您打开之后已被周大成于3月2日10:00修改（提高风险等级）。您填写的内容还在，请看过最新情况再提交"})
			require.Equal(t, casePath(c, ""), back.doc.Find(".notice a[target=_blank]").AttrOr("href", ""))
			require.Contains(t, back.text(".casehead"), "风险 黄（一般）")
			done := back.form(t, mainForm).send(t)
			require.Equal(t, http.StatusOK, done.status, done.text("main"))
			require.Equal(t, tt.done, done.text(".notice.good"))
			require.Equal(t, "各让一步", tt.within(w.caseNow(t, c)))
		})
	}
}

// TestTooLate has the case leave the village while a form is open: what was typed stays to be copied.
func TestTooLate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		leave  func(*testing.T, *world, *models.Case)
		status int
		notice string
	}{
		{"handed up", func(t *testing.T, w *world, c *models.Case) {
			t.Helper()
			_, err := w.cases.Escalate(t.Context(), seats["chair"], casework.Ref{ID: c.ID}, casework.EscalateForm{Reason: "asked", Note: "要求上报"})
			require.NoError(t, err)
			taken, err := w.cases.Review(t.Context(), seats["judicial"], casework.Ref{ID: c.ID}, casework.ReviewForm{Decision: "accept"})
			require.NoError(t, err)
			require.Equal(t, models.LevelTownship, taken.Level)
		}, http.StatusForbidden, "由司法所办理，您现在只能查看"},
		{"withdrawn", func(t *testing.T, w *world, c *models.Case) {
			t.Helper()
			_, err := w.cases.Withdraw(t.Context(), seats["chair"], casework.Ref{ID: c.ID}, casework.ReasonForm{Reason: "不再要求"})
			require.NoError(t, err)
		}, http.StatusConflict, "本案现在是“已结案”"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.sat(t)
			v := w.visitor("mediator")
			sent := v.get(t, casePath(c, "sittings")).form(t, mainForm).fill(t, "place", "田头", "course", "说了半天", "result", "continue")
			tt.leave(t, w, c)
			requireRefused(t, sent, sent.send(t), faulty{status: http.StatusConflict, notice: "本案在您打开之后已被"})
			back := sent.send(t).form(t, mainForm).send(t)
			require.Equal(t, tt.status, back.status)
			require.Contains(t, back.text(".notice.bad"), tt.notice)
			require.Equal(t, "说了半天", back.form(t, mainForm).values.Get("course"))

			// Opening the page anew says why it is not open, and leads back to the case.
			closed := v.get(t, casePath(c, "sittings"))
			require.Equal(t, tt.status, closed.status)
			require.Contains(t, closed.text("main"), tt.notice)
			require.Equal(t, casePath(c, ""), closed.doc.Find("main a.main").AttrOr("href", ""))
		})
	}
}

func TestFormThatLostItsVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.mediating(t)
	for _, version := range []string{"", "0", "-1", "x"} {
		p := w.visitor("mediator").post(t, casePath(c, "withdraw"), url.Values{"version": {version}, "reason": {"不要求了"}})
		require.Equal(t, http.StatusBadRequest, p.status)
		require.Contains(t, p.text("main"), "请回到案件页面重新打开")
	}
	require.Equal(t, c.Version, w.caseNow(t, c).Version)
}

// TestReveal shows numbers in the clear to those who handle the case, once it is on record.
func TestReveal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.logged(t)
	for id, seat := range seats {
		sees := slices.Contains([]models.Role{models.RoleMediator, models.RoleChair, models.RoleJudicial, models.RoleCounty}, seat.Role)
		p := w.visitor(id).get(t, casePath(c, ""))
		require.NotContains(t, p.body, phone)
		require.NotContains(t, p.body, idNumber)
		require.Equal(t, sees, p.doc.Find(`form[action$="/reveal"]`).Length() == 1, id)
		revealed := w.visitor(id).post(t, casePath(c, "reveal"), nil)
		require.Equal(t, sees, revealed.status == http.StatusOK, id)
		require.Equal(t, sees, strings.Contains(revealed.body, phone) && strings.Contains(revealed.body, idNumber), id)
		require.Equal(t, sees, strings.Contains(revealed.text("#parties"), "您刚才的查看已经留下记录"), id)
	}
	records := w.visitor("auditor").get(t, "/accesses")
	require.Len(t, records.texts("tbody tr"), 4)
	require.Contains(t, records.text("tbody"), "陈守义（人民调解员）")
	require.NotContains(t, records.body, phone)
}

// TestRows adds and takes away instalments without losing what is typed in the others.
func TestRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.sat(t)
	f := w.visitor("mediator").get(t, casePath(c, "agreement")).form(t, mainForm)
	f = f.fill(t, "items", "分三期", "amountFen", "300", "instalments[0].dueOn", "2026-04-01", "instalments[0].amountFen", "100", "instalments[0].what", "第一笔").press(t, "add-instalments").form(t, mainForm)
	f = f.fill(t, "instalments[1].dueOn", "2026-05-01", "instalments[1].amountFen", "200").press(t, "add-instalments").form(t, mainForm)
	require.Equal(t, "第一笔", f.values.Get("instalments[0].what"))
	f = f.fill(t, "instalments[2].dueOn", "2026-06-01", "instalments[2].amountFen", "200").press(t, "remove-instalments-1").form(t, mainForm)
	require.Equal(t, "2026-06-01", f.values.Get("instalments[1].dueOn"))
	require.NotContains(t, f.values, "instalments[2].dueOn")

	// A row left empty, in the midst too, is none; a fault then stands at the row it is about.
	f = f.press(t, "add-instalments").form(t, mainForm).fill(t, "instalments[1].dueOn", "", "instalments[1].amountFen", "", "instalments[2].dueOn", "2026-06-01", "instalments[2].amountFen", "一百")
	back := f.send(t)
	require.Equal(t, []string{"第2期：金额请写成数字，例如 3200 或 3,200.50（单位元）"}, back.texts(".notice.bad li"))
	require.Equal(t, "一百", back.form(t, mainForm).values.Get("instalments[1].amountFen"))
	done := back.form(t, mainForm).fill(t, "instalments[1].amountFen", "200").send(t)
	require.Equal(t, "协议已经登记。", done.text(".notice.good"))
	require.Equal(t, []string{"第1期 2026年4月1日 100 元", "第2期 2026年6月1日 200 元"}, done.texts(".instalments strong"))
	saved := w.caseNow(t, c).Agreement
	require.Len(t, saved.Instalments, 2)
	require.Equal(t, []models.Signature{{Party: "许来福", SignedOn: "2026-03-02"}, {Party: "丰年农机合作社", SignedOn: "2026-03-02"}}, saved.Signatures)

	// The screen offers no more rows than are read.
	values := url.Values{"version": {"1"}, "do": {"add-instalments"}, "instalments[59].what": {"最后一期"}}
	full := w.visitor("mediator").post(t, casePath(w.sat(t), "agreement"), values)
	require.Equal(t, 60, full.doc.Find(".row").Length())
}

// TestDraftIsTakenUpAgain has a device send back what it had kept: the form is shown with all of it.
func TestDraftIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.sat(t)
	v := w.visitor("mediator")
	kept := url.Values{"do": {"resume"}, "version": {fmt.Sprint(c.Version)}, "form": {"written"}, "items": {"付清"}, "instalments[0].dueOn": {"2026-04-01"}, "instalments[1].dueOn": {"2026-05-01"}, "instalments[1].what": {"尾款"}}
	p := v.post(t, casePath(c, "agreement"), kept)
	require.Equal(t, http.StatusOK, p.status)
	require.Equal(t, "尾款", p.form(t, mainForm).values.Get("instalments[1].what"))
	require.Equal(t, fmt.Sprint(c.Version), p.form(t, mainForm).values.Get("version"))
	require.Zero(t, p.doc.Find("form[data-fresh]").Length())
	require.Equal(t, 1, v.get(t, casePath(c, "agreement")).doc.Find("form[data-fresh]").Length())

	p = v.post(t, "/cases/new", url.Values{"do": {"resume"}, "step": {"3"}, "draftKey": {"phone-7"}, "type": {"dividend"}, "dividend.year": {"2025"}, "title": {"外嫁女分红"}})
	require.Equal(t, "3 详细情况", p.step())
	require.Equal(t, "phone-7", p.form(t, mainForm).values.Get("draftKey"))
	require.Equal(t, "2025", p.form(t, mainForm).values.Get("dividend.year"))
	require.Equal(t, "外嫁女分红", p.form(t, mainForm).values.Get("title"))
}

// TestWholeLife leads a case through every form by the links that its page offers, without a script.
func TestWholeLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mediator, judicial := w.visitor("mediator"), w.visitor("judicial")
	open := func(p *page, name string) *form {
		t.Helper()
		links := p.doc.Find("#next a").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.HasPrefix(tidy(s.Text()), name) })
		require.Equal(t, 1, links.Length(), "no %s among %v", name, p.texts("#next a"))
		return p.v.get(t, links.AttrOr("href", "")).form(t, mainForm)
	}
	p := mediator.logTo(t, 4).send(t)
	p = open(p, "受理").send(t)
	require.Contains(t, p.text("main"), "〔2026〕北坡村人调字第1号")
	p = open(p, "修改风险等级").fill(t, "risk", "orange", "reason", "有争吵").send(t)
	p = open(p, "登记调解记录").fill(t, "place", "村委会", "course", "双方陈述。", "result", "no_agreement", "participants", "许来旺、邵大妈").send(t)
	require.Contains(t, p.text("#sittings"), "参加人许来旺、邵大妈")
	p = open(p, "上报上级").fill(t, "reason", "failed", "note", "谈了两次没谈拢").send(t)
	require.Equal(t, "已经上报，等待上级签收。", p.text(".notice.good"))

	list := judicial.get(t, "/reviews")
	require.Contains(t, list.text("main"), "由北坡村人民调解委员会上报：本级调解不成")
	p = judicial.get(t, list.doc.Find(".cases .title").AttrOr("href", ""))
	p = open(p, "签收处理").fill(t, "decision", "return", "missing", "写明金额\n补一次调解", "days", "5").send(t)
	require.Equal(t, "处理意见已经登记。", p.text(".notice.good"))
	p = mediator.get(t, p.path)
	require.Equal(t, []string{"写明金额", "补一次调解"}, p.texts(".notice.wait li"))
	require.Contains(t, mediator.get(t, "/").text("#returned"), "枫溪镇司法所退回，请补充：写明金额；补一次调解")
	p = open(p, "上报上级").fill(t, "reason", "failed", "note", "已补充").send(t)
	p = judicial.get(t, strings.Split(p.path, "?")[0])
	p = open(p, "签收处理").fill(t, "askVillage", "1").send(t)
	p = open(p, "登记调解记录").fill(t, "place", "司法所", "course", "谈成了。", "result", "agreed").send(t)
	p = open(p, "登记协议").fill(t, "items", "一个月内付清", "amountFen", "4800", "instalments[0].dueOn", "2026-03-20", "instalments[0].amountFen", "4800").send(t)
	require.Contains(t, p.text("#agreement"), "第1期 2026年3月20日 4,800 元 未到期")
	require.Empty(t, p.doc.Find(`#next a[href$="/close"]`).Nodes, "nothing is closed while an instalment is open")

	w.clock.advance(30 * 24 * time.Hour)
	p = judicial.get(t, strings.Split(p.path, "?")[0])
	require.Contains(t, p.text("#agreement"), "逾期未履行")
	require.Contains(t, judicial.get(t, "/").text("#agreed"), "下一步：2026年3月20日前履行 4,800 元，已逾期")
	p = open(p, "登记履行").fill(t, "on", "2026-03-25", "note", "现金").send(t)
	require.Contains(t, p.text("main .tags"), "已结案（履行完毕）")
	require.Equal(t, models.Closed, allCases(t, w)[0].State)
	require.Contains(t, p.text("#visits"), "请在2026年5月1日前回访。")
	p = open(p, "登记回访").fill(t, "visited[0]", "许来福", "satisfaction", "satisfied", "signs", "又在争水口").send(t)
	require.Contains(t, p.text("#visits"), "新的苗头：又在争水口")
	p = open(p, "重新调解").fill(t, "reason", "again", "note", "双方愿意再谈").send(t)
	require.Contains(t, p.text("main .tags"), "调解中")
	require.Contains(t, p.text("#rounds"), "重新调解（纠纷反复）")

	// This time the text is written by a template first, and signed as people come by.
	open(p, "起草协议")
	p = judicial.get(t, strings.Split(p.path, "?")[0]+"/draft?template=rent_instalments")
	f := p.form(t, mainForm)
	require.Contains(t, f.values.Get("items"), "丰年农机合作社分三期向许来福付清上述租金")
	require.Equal(t, "1,600", f.values.Get("instalments[2].amountFen"))
	require.Equal(t, 2, p.doc.Find("input[name^=grounds]:checked").Length())
	p = f.fill(t, "items", "三期付清").send(t)
	require.Contains(t, p.text("#draft"), "还没有生效，还缺：许来福、丰年农机合作社、调解员、调委会印章")
	require.Contains(t, p.text("#draft"), "农村土地承包法第39条")
	day := f.values.Get("instalments[0].dueOn")
	p = open(p, "登记签名盖章").fill(t, "signatures[0].signedOn", "2026-04-01", "mediatorSigned", "2026-04-01").send(t)
	require.Contains(t, p.text("#draft"), "还缺：丰年农机合作社、调委会印章")
	require.Contains(t, p.text("#papers"), "调解协议书或者口头协议登记表 未签")
	p = open(p, "登记签名盖章").fill(t, "signatures[1].signedOn", "2026-04-01", "sealed", "2026-04-01").send(t)
	require.Contains(t, p.text("#agreement"), "生效日期2026年4月1日")
	require.Equal(t, day, allCases(t, w)[0].Agreement.Instalments[0].DueOn)
	p = open(p, "补正").fill(t, "reason", "听错了", "title", "三组长垄地租", "parties[0].occupation", "村会计").send(t)
	require.Contains(t, p.text("#corrections"), "三组地租拖欠 → 三组长垄地租")
	require.Contains(t, p.text("#parties"), "职业或职务村会计")
	require.Equal(t, "村会计", open(p, "补正").values.Get("parties[0].occupation"))
}

// TestWhatIsTooLateIsNotOffered: in the days between a deadline and the sweep neither pause nor extension is
// offered; in place of the button stands why, and whoever opens the form all the same reads it too.
func TestWhatIsTooLateIsNotOffered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.mediating(t)
	v := w.visitor("mediator")
	before := v.get(t, casePath(c, ""))
	for _, slug := range []string{"pause", "extend"} {
		require.Equal(t, 1, before.doc.Find(`#next a[href="`+casePath(c, slug)+`"]`).Length(), slug)
		require.Equal(t, http.StatusOK, v.get(t, casePath(c, slug)).status)
	}
	api := func() string { return v.get(t, "/api/v1"+casePath(c, "")).body }
	require.Regexp(t, `"allowed":\[[^\]]*"pause","extend"`, api())
	w.clock.advance(31 * 24 * time.Hour)
	require.Regexp(t, `"allowed":\[[^\]]*"withdraw"`, api())
	require.NotRegexp(t, `"allowed":\[[^\]]*"(pause|extend)"`, api())
	late := v.get(t, casePath(c, ""))
	requireSound(t, late)
	for slug, name := range map[string]string{"pause": "暂停计时", "extend": "延期"} {
		require.Zero(t, late.doc.Find(`#next a[href="`+casePath(c, slug)+`"]`).Length(), slug)
		why := "调解期限已于2026年4月1日24时届满，不能再" + name + "。本案将自动上报枫溪镇司法所"
		require.Contains(t, late.text("#next"), name+why)
		opened := v.get(t, casePath(c, slug))
		require.Equal(t, http.StatusConflict, opened.status)
		require.Contains(t, opened.text("main"), why)
	}
}
