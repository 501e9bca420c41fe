package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/store"
)

// What is typed at the steps of logging a dispute.
var (
	whatTyped = []string{"type", "land_transfer", "subtype", "rent_arrears", "title", "三组地租拖欠", "facts", "流转给合作社三亩地，\n两年租金没有付。"}
	whoTyped  = []string{"parties[0].name", "许来福", "parties[0].phone", phone, "parties[0].idNumber", idNumber, "parties[0].occupation", " 种地，兼村会计 ", "parties[1].name", "丰年农机合作社", "parties[1].kind", "organisation"}
	moreTyped = []string{"landTransfer.contract", "oral", "landTransfer.areaCentiMu", "3亩", "landTransfer.from", "2024-01-10", "amountFen", "4,800元", "households", "2户", "requests", "付清两年租金\n\n 今后按时付 ", "risk", "yellow"}
)

// step is the step of logging that a page shows.
func (p *page) step() string { return p.text(".steps [aria-current]") }

// logTo goes to a step of logging with everything before it filled in.
func (v *visitor) logTo(tb testing.TB, step int) *form {
	tb.Helper()
	p := v.get(tb, "/cases/new")
	for _, typed := range [][]string{whatTyped, whoTyped, moreTyped}[:step-1] {
		p = p.form(tb, mainForm).fill(tb, typed...).send(tb)
		require.Equal(tb, http.StatusOK, p.status, p.text("main"))
	}
	return p.form(tb, mainForm)
}

func allCases(tb testing.TB, w *world) []*models.Case {
	tb.Helper()
	page, err := w.cases.List(tb.Context(), seats["county"], store.CaseFilter{}, "", 50)
	require.NoError(tb, err)
	return page.Cases
}

func TestLogStepByStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	check := w.visitor("mediator").logTo(t, 4)
	require.Equal(t, "4 核对提交", check.page.step())
	require.Contains(t, check.page.text("main"), "许来福，电话"+phone+"，证件"+idNumber)
	require.Contains(t, check.page.text("main"), "涉及金额4,800 元")
	require.Contains(t, check.page.text("main"), "，职业或职务种地，兼村会计")

	p := check.send(t)
	require.Equal(t, http.StatusOK, p.status, p.text("main"))
	require.Equal(t, "已经登记。请尽快受理。", p.text(".notice.good"))
	require.Equal(t, "三组地租拖欠", p.text("h1"))
	require.NotContains(t, p.body, phone)
	require.NotContains(t, p.body, idNumber)
	cases := allCases(t, w)
	require.Len(t, cases, 1)
	c := cases[0]
	require.Equal(t, "流转给合作社三亩地，\n两年租金没有付。", c.Facts)
	require.Equal(t, []string{"付清两年租金", "今后按时付"}, c.Requests)
	require.Equal(t, int64(480_000), c.AmountFen)
	require.Equal(t, 2, c.Households)
	require.Equal(t, int64(300), c.Land.AreaCentiMu)
	require.Equal(t, "2024-01-10", c.Land.From)
	require.Equal(t, "oral", c.Land.Contract)
	require.Equal(t, models.Yellow, c.Risk)
	require.Equal(t, models.Organisation, c.Parties[1].Kind)
	require.Equal(t, "种地，兼村会计", c.Parties[0].Occupation)

	// The same draft again is the same case, and says so with the same page.
	again := check.send(t)
	require.Equal(t, p.text("h1"), again.text("h1"))
	require.Len(t, allCases(t, w), 1)
}

// TestLogFaults sends each step with something wrong in it. The faults of the steps so far come
// back at their fields; what other steps hold stays in hidden fields.
func TestLogFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		step   int
		typed  []string
		faults map[string]string
		shown  string   // the step that is shown
		lines  []string // of the summary above
	}{
		{"nothing", 1, nil, map[string]string{"type": "请填写纠纷类型", "title": "请填写标题", "facts": "请填写简要事实"}, "1 什么纠纷", nil},
		{"a title too long", 1, []string{"type", "dividend", "title", strings.Repeat("长", 61), "facts", "x"}, map[string]string{"title": "标题最多60个字，现在有61个字"}, "1 什么纠纷", nil},
		{"no names", 2, []string{"parties[0].address", "三组"}, map[string]string{"parties[0].name": "请填写姓名或名称", "parties[1].name": "请填写姓名或名称"}, "2 当事人", []string{"申请人：请填写姓名或名称", "被申请人：请填写姓名或名称"}},
		{"phone", 2, []string{"parties[0].name", "许来福", "parties[0].phone", "1381234567", "parties[1].name", "合作社"}, map[string]string{"parties[0].phone": "电话应为11位手机号码，或带区号的固定电话，请核对"}, "2 当事人", nil},
		{"occupation", 2, []string{"parties[0].name", "许来福", "parties[0].occupation", strings.Repeat("长", 61), "parties[1].name", "合作社"}, map[string]string{"parties[0].occupation": "职业或职务最多60个字，现在有61个字"}, "2 当事人", nil},
		{"identity number", 2, []string{"parties[0].name", "许来福", "parties[0].idNumber", "330681195803126418", "parties[1].name", "合作社"}, map[string]string{"parties[0].idNumber": ""}, "2 当事人", nil},
		{"what cannot be read", 3, []string{"amountFen", "四千八", "households", "几户", "landTransfer.areaCentiMu", "三亩", "landTransfer.from", "去年"}, map[string]string{
			"amountFen": "涉及金额请写成数字，例如 3200 或 3,200.50（单位元）", "households": "涉及户数请写成整数，例如 3",
			"landTransfer.areaCentiMu": "面积请写成数字，例如 12.5（单位亩），最多两位小数", "landTransfer.from": "流转起始日期请写成年-月-日，例如2026-11-24",
		}, "3 详细情况", nil},
		{"days that do not fit", 3, []string{"landTransfer.from", "2024年1月10日", "landTransfer.to", "2023.1.9", "landTransfer.contractDate", "2026-03-03"}, map[string]string{"landTransfer.to": "流转截止日期不能早于起始日期", "landTransfer.contractDate": "签订日期不能晚于今天"}, "3 详细情况", nil},
		{"below nothing", 3, []string{"amountFen", "-5", "households", "-1"}, map[string]string{"amountFen": "涉及金额不能为负数", "households": "涉及户数不能小于0"}, "3 详细情况", nil},
		{"a request too long", 3, []string{"requests", "付清\n" + strings.Repeat("长", 301)}, map[string]string{"requests": "请求最多300个字，现在有301个字"}, "3 详细情况", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sent := newWorld(t).visitor("mediator").logTo(t, tt.step).fill(t, tt.typed...)
			back := sent.send(t)
			require.Equal(t, tt.shown, back.step())
			requireRefused(t, sent, back, faulty{faults: tt.faults})
			if tt.lines != nil {
				require.Equal(t, tt.lines, back.texts(".notice.bad li"))
			}
		})
	}
}

func TestLogGoesBackAndForth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.visitor("mediator")

	// Back, whatever is filled in, and forward again with everything in its place.
	first := v.logTo(t, 3).fill(t, "amountFen", "不知道").press(t, "go-2").form(t, mainForm).press(t, "go-1")
	require.Equal(t, "1 什么纠纷", first.step())
	require.Equal(t, "三组地租拖欠", first.form(t, mainForm).values.Get("title"))
	require.Equal(t, "不知道", first.form(t, mainForm).values.Get("amountFen"))

	// Another type takes the fields of the first off the screen, and what was typed there is not sent.
	other := first.form(t, mainForm).fill(t, "type", "neighbourhood", "amountFen", "").send(t).form(t, mainForm).send(t)
	require.Equal(t, "3 详细情况", other.step())
	require.Zero(t, other.doc.Find(`[name="landTransfer.areaCentiMu"]:not([type=hidden])`).Length())
	check := other.form(t, mainForm).send(t)
	require.Equal(t, "4 核对提交", check.step())
	require.Equal(t, "1 什么纠纷", check.form(t, mainForm).press(t, "go-1").step())
	p := check.form(t, mainForm).send(t)
	require.Contains(t, p.text("main"), "邻里")
	require.Nil(t, allCases(t, w)[0].Land)

	// A button leads no further than one has come.
	values := url.Values{"step": {"1"}, "do": {"go-4"}}
	require.Equal(t, "1 什么纠纷", v.post(t, "/cases/new", values).step())
}

func TestLogParties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor("mediator").logTo(t, 2).fill(t, whoTyped...).press(t, "add-applicant").form(t, mainForm).press(t, "add-third")
	require.Equal(t, []string{"申请人", "被申请人", "申请人2", "第三人"}, p.texts("main .party > legend"))
	p = p.form(t, mainForm).fill(t, "parties[2].name", "许来旺", "parties[3].name", "村小组").press(t, "remove-0")
	require.Equal(t, []string{"被申请人", "申请人", "第三人"}, p.texts("main .party > legend"))
	f := p.form(t, mainForm)
	require.Equal(t, "丰年农机合作社", f.values.Get("parties[0].name"))
	require.Equal(t, "许来旺", f.values.Get("parties[1].name"))
	require.Empty(t, f.values.Get("parties[1].phone"))
	require.NotContains(t, f.values, "parties[3].name")

	// Without one side there is nobody to mediate between.
	back := f.press(t, "remove-1").form(t, mainForm).send(t)
	require.Equal(t, []string{"请至少填写一名申请人"}, back.texts(".notice.bad li"))
	require.Equal(t, 1, back.doc.Find("#f-parties").Length())
}

// TestLogAgainstTheVillage asks who takes a case in which the village would judge in its own house.
func TestLogAgainstTheVillage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor("mediator").logTo(t, 2).fill(t, whoTyped...).fill(t, "parties[1].collective", "1").send(t)
	require.Contains(t, p.text("main"), "本村调解员调解有利益冲突")
	sent := p.form(t, mainForm)
	requireRefused(t, sent, sent.send(t), faulty{faults: map[string]string{"intake": "被申请人是村集体，请选择由谁受理"}})
	sent.fill(t, "intake", "village")
	requireRefused(t, sent, sent.send(t), faulty{faults: map[string]string{"consent": "请写明双方怎样同意由村里调解"}})
	p = sent.fill(t, "intake", "township").send(t).form(t, mainForm).send(t)
	require.Contains(t, p.text("main"), "现由枫溪镇司法所办理")

	// The township's own officer is not asked.
	p = w.visitor("judicial").get(t, "/cases/new").form(t, mainForm).fill(t, whatTyped...).fill(t, "villageCode", village2).send(t)
	p = p.form(t, mainForm).fill(t, whoTyped...).fill(t, "parties[1].collective", "1").send(t)
	require.Equal(t, "3 详细情况", p.step())
	require.Zero(t, p.doc.Find("[name=intake]").Length())
}
