package pages_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"

	"fengqiao/handlers/pages"
	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// faulty is a form that is sent with something wrong in it.
type faulty struct {
	name   string
	as     string // "" is a stranger
	path   func(testing.TB, *world) string
	typed  []string          // names and texts
	faults map[string]string // by field, what stands there
	notice string            // what stands above the form instead
	status int               // 422 where 0
}

func at(path string) func(testing.TB, *world) string {
	return func(testing.TB, *world) string { return path }
}

func of(in func(*world, testing.TB) *models.Case, action string) func(testing.TB, *world) string {
	return func(tb testing.TB, w *world) string { tb.Helper(); return casePath(in(w, tb), action) }
}

func logged(w *world, tb testing.TB) *models.Case { tb.Helper(); return w.logged(tb) }

// againstVillage is a dispute with the village's own collective, where accepting needs consent.
func againstVillage(w *world, tb testing.TB) *models.Case {
	tb.Helper()
	return w.logged(tb, func(f *casework.LogForm) { f.Parties[1].Collective = true; f.Intake = "village"; f.Consent = "" })
}

var long = strings.Repeat("长", 1001)

func faultyForms() []faulty {
	return []faulty{
		{name: "accept", as: "mediator", path: of(againstVillage, "accept"), typed: []string{"mediators", "陈守义、周大成"},
			faults: map[string]string{"consent": "被申请人是村集体。请写明双方同意由村里调解，或者上报由司法所受理"}},
		{name: "accept, a name too long", as: "mediator", path: of(logged, "accept"), typed: []string{"mediators", "陈守义、" + strings.Repeat("长", 31)},
			faults: map[string]string{"mediators": "调解员最多30个字，现在有31个字"}},
		{name: "decline", as: "mediator", path: of(logged, "decline"), typed: []string{"reason", "  "}, faults: map[string]string{"reason": "请填写理由"}},
		{name: "withdraw", as: "mediator", path: of(logged, "withdraw"), typed: []string{"reason", long}, faults: map[string]string{"reason": "理由最多1000个字，现在有1001个字"}},
		{name: "sitting, nothing", as: "mediator", path: of((*world).mediating, "sittings"), typed: []string{"heldAt", "", "place", "", "participants", "许来旺"}, faults: map[string]string{
			"heldAt": "请填写调解时间", "place": "请填写调解地点", "course": "请填写调解经过", "result": "请填写调解结果",
		}},
		{name: "sitting, no moment", as: "mediator", path: of((*world).mediating, "sittings"), typed: []string{"heldAt", "昨天下午", "place", "田头", "course", "说了半天", "result", "continue"}, faults: map[string]string{
			"heldAt": "调解时间请写成年-月-日 时:分，例如 2026-11-24 09:30",
		}},
		{name: "sitting, still to come", as: "mediator", path: of((*world).mediating, "sittings"), typed: []string{"heldAt", "2026-03-02T09:01", "place", "田头", "course", "第一句\r\n第二句", "result", "no_agreement", "rightsTold", "1"},
			faults: map[string]string{"heldAt": "调解时间不能晚于现在"}},
		{name: "investigations", as: "mediator", path: of((*world).mediating, "investigations"), typed: []string{"heldAt", "2026-03-02T09:01", "place", "田头", "asked", "邵老三", "as", "neighbour", "text", "第一句"},
			faults: map[string]string{"heldAt": "调查时间不能晚于现在"}},
		{name: "detach", as: "mediator", path: of((*world).enclosed, "detach"), typed: []string{"reason", "附错了"}, faults: map[string]string{"seq": "哪一份材料"}},
		{name: "agreement, nothing", as: "mediator", path: of((*world).sat, "agreement"), typed: []string{"form", "oral", "manner", "秋收以后"}, faults: map[string]string{"items": "协议内容至少填写1项"}},
		{name: "agreement, unreadable", as: "mediator", path: of((*world).sat, "agreement"), typed: []string{"items", "付清", "amountFen", "四千八", "instalments[0].dueOn", "2026-04-01", "instalments[0].amountFen", "很多"}, faults: map[string]string{
			"amountFen": "协议金额请写成数字，例如 3200 或 3,200.50（单位元）", "instalments[0].amountFen": "金额请写成数字，例如 3200 或 3,200.50（单位元）",
		}},
		{name: "agreement, sums", as: "mediator", path: of((*world).sat, "agreement"), typed: []string{"items", "分期付清\r\n今后按时付", "amountFen", "4800", "instalments[0].dueOn", "2026-04-01", "instalments[0].amountFen", "2000"},
			faults: map[string]string{"instalments": "各期金额合计2000.00元，与协议金额4800.00元不一致，请核对"}},
		{name: "agreement, days", as: "mediator", path: of((*world).sat, "agreement"), typed: []string{"items", "付清", "amountFen", "", "reachedOn", "2026-03-02", "signatures[1].signedOn", "2026-03-09", "sealed", "2026-03-01", "instalments[0].dueOn", "2026-02-01"}, faults: map[string]string{
			"signatures[1].signedOn": "丰年农机合作社的签名日期不能晚于今天", "sealed": "盖章日期不能早于达成协议日期", "instalments[0].dueOn": "履行日期不能早于达成协议日期",
		}},
		{name: "agreement, a line too long", as: "mediator", path: of((*world).sat, "agreement"), typed: []string{"items", "付清\n" + long}, faults: map[string]string{"items": "协议内容最多1000个字，现在有1001个字"}},
		{name: "agreement by word", as: "mediator", path: of((*world).sat, "agreement"), typed: []string{"form", "oral", "items", "付清"}, faults: map[string]string{"oralReason": "请写明不需要书面协议的原因（人民调解法第28条）"}},
		{name: "draft, sums", as: "mediator", path: of((*world).sat, "draft"), typed: []string{"items", "付清", "amountFen", "4800", "instalments[0].dueOn", "2026-04-01", "instalments[0].amountFen", "2000", "grounds[1]", "contract-40"},
			faults: map[string]string{"instalments": "各期金额合计2000.00元，与协议金额4800.00元不一致，请核对"}},
		{name: "draft, due before anybody sat", as: "mediator", path: of((*world).sat, "draft"), typed: []string{"items", "付清", "instalments[0].dueOn", "2026-02-01", "instalments[0].amountFen", "4800"},
			faults: map[string]string{"instalments[0].dueOn": "履行日期不能早于第一次调解的日期2026-03-02"}},
		{name: "draft, again without a reason", as: "mediator", path: of((*world).drafted, "draft"), typed: []string{"items", "改成两期"}, faults: map[string]string{"reason": "前一稿还在，请写明为什么修改"}},
		{name: "sign, before the sitting", as: "mediator", path: of((*world).drafted, "sign"), typed: []string{"reachedOn", "2026-03-01", "sealed", "2026-03-05", "signatures[0].signedOn", "2026-02-28"}, faults: map[string]string{
			"reachedOn": "达成协议日期不能早于第一次调解的日期2026-03-02", "sealed": "盖章日期不能晚于今天", "signatures[0].signedOn": "许来福的签名日期不能早于达成协议日期2026-03-01",
		}},
		{name: "confirm", as: "mediator", path: of((*world).agreed, "confirm"), typed: []string{"on", "2026-03-09", "court", "青禾县人民法院"}, faults: map[string]string{"on": "日期不能晚于今天"}},
		{name: "press, nothing", as: "mediator", path: of((*world).agreed, "press"), typed: []string{"how", "上门"}, faults: map[string]string{"answer": "请填写对方的答复"}},
		{name: "breach", as: "mediator", path: of((*world).pressed, "breach"), typed: []string{"way", "sue", "note", "不愿再付"}, faults: map[string]string{"told": "请先把这些途径告知当事人，并在此勾选"}},
		{name: "reopen", as: "mediator", path: of((*world).agreed, "reopen"), typed: []string{"reason", "refused", "note", "改了再签"}, faults: map[string]string{"reason": "没有登记过法院不予确认的裁定，请选择别的原因"}},
		{name: "visit, nobody", as: "mediator", path: of((*world).agreed, "visit"), typed: []string{"on", "2026-03-09", "signs", "还在争水口"}, faults: map[string]string{"visited": "回访对象至少填写1项", "satisfaction": "请填写满意程度"}},
		{name: "correct", as: "mediator", path: of((*world).mediating, "correct"), typed: []string{"reason", "听错了", "title", " ", "parties[1].idNumber", "123", "landTransfer.areaCentiMu", "三亩"}, faults: map[string]string{"landTransfer.areaCentiMu": "面积"}},
		{name: "correct, a number", as: "mediator", path: of((*world).mediating, "correct"), typed: []string{"reason", "听错了", "parties[0].idNumber", "330681195803126418"}, faults: map[string]string{"parties[0].idNumber": "号码"}},
		{name: "affirm", as: "mediator", path: of((*world).dictated, "affirm"), typed: []string{"by", "邵兴旺", "mark", "fingerprint"}, faults: map[string]string{"by": "应由口述人许来福本人确认"}},
		{name: "review, a page without a reason", as: "judicial", path: of((*world).escalated, "review"), typed: []string{"decision", "return", "papers[3].page", "2", "papers[4].reason", "没有复印件"}, faults: map[string]string{"papers[3].reason": "请写明这一页要补充什么"}},
		{name: "perform, too little", as: "mediator", path: of((*world).agreed, "perform"), typed: []string{"paidFen", "100"}, faults: map[string]string{"paidFen": "第1期应付2400.00元，还差2300.00元"}},
		{name: "perform", as: "mediator", path: of((*world).agreed, "perform"), typed: []string{"on", "", "note", "现金，有收条"}, faults: map[string]string{"on": "请填写履行日期"}},
		{name: "fail", as: "mediator", path: of((*world).mediating, "fail"), typed: []string{"reason", "各说各的理"}, faults: map[string]string{"remediesTold": "终止调解前，请先告知当事人可以仲裁、行政处理或起诉（人民调解法第26条），并在此勾选"}},
		{name: "fail, nothing", as: "mediator", path: of((*world).mediating, "fail"), typed: []string{"remediesTold", "1"}, faults: map[string]string{"reason": "请填写不成的原因"}},
		{name: "refer", as: "mediator", path: of((*world).mediating, "refer"), typed: []string{"name", "青禾县人民法院"}, faults: map[string]string{"to": "请填写转往何处", "reason": "请填写理由"}},
		{name: "escalate", as: "mediator", path: of((*world).mediating, "escalate"), typed: []string{"note", " "}, faults: map[string]string{"reason": "请填写上报原因", "note": "请填写情况说明"}},
		{name: "close", as: "mediator", path: func(tb testing.TB, w *world) string {
			tb.Helper()
			c := w.mediating(tb)
			_, err := w.cases.Fail(tb.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.FailForm{Reason: "谈不拢", RemediesTold: true})
			require.NoError(tb, err)
			return casePath(c, "close")
		}, typed: []string{"note", long}, faults: map[string]string{"note": "结案说明最多1000个字，现在有1001个字"}},
		{name: "close with instalments open", as: "mediator", path: of((*world).agreed, "close"), typed: []string{"note", "办完了"}, status: http.StatusConflict, notice: "第1期尚未登记履行，请先登记履行再结案"},
		{name: "risk", as: "mediator", path: of((*world).mediating, "risk"), typed: []string{"reason", "有争吵"}, faults: map[string]string{"risk": "风险等级已经是蓝（低）"}},
		{name: "risk, no reason", as: "mediator", path: of((*world).mediating, "risk"), typed: []string{"risk", "yellow"}, faults: map[string]string{"reason": "请填写理由"}},
		{name: "sign", as: "mediator", path: of((*world).mediating, "signs"), typed: []string{"petition", "1", "note", long}, faults: map[string]string{"note": "情况说明最多500个字，现在有1001个字"}},
		{name: "review, return", as: "judicial", path: of((*world).escalated, "review"), typed: []string{"decision", "return", "note", "材料不全"}, faults: map[string]string{"missing": "请逐项写明需要补充什么"}},
		{name: "review, days", as: "judicial", path: of((*world).escalated, "review"), typed: []string{"decision", "return", "missing", "补一次调解记录\n写明金额", "days", "90"}, faults: map[string]string{"days": "退回后的期限应为"}},
		{name: "review, no number", as: "judicial", path: of((*world).escalated, "review"), typed: []string{"decision", "return", "missing", "补记录", "days", "一周"}, faults: map[string]string{"days": "退回后的期限请写成整数，例如 3"}},
		{name: "review, refer", as: "judicial", path: of((*world).escalated, "review"), typed: []string{"decision", "refer", "name", "法院"}, faults: map[string]string{"to": "请选择转往何处"}},
		{name: "pause", as: "mediator", path: of((*world).mediating, "pause"), typed: []string{"note", "等镇里的测绘结果" + long[:1500]}, faults: map[string]string{"ground": "请填写暂停的原因", "note": "情况说明最多500个字"}},
		{name: "resume", as: "mediator", path: of((*world).paused, "resume"), typed: []string{"note", long}, faults: map[string]string{"note": "情况说明最多500个字，现在有1001个字"}},
		{name: "extend", as: "mediator", path: of((*world).mediating, "extend"), typed: []string{"days", "61", "consent", "双方当面同意"}, faults: map[string]string{"days": "延期日数不能大于60"}},
		{name: "extend, words", as: "mediator", path: of((*world).mediating, "extend"), typed: []string{"days", "半个月", "consent", "双方当面同意"}, faults: map[string]string{"days": "延期日数请写成整数，例如 3"}},
		{name: "order", as: "judicial", path: of((*world).mediating, "order"), typed: []string{"kind", "deadline", "note", "尽快办结"}, faults: map[string]string{"lastDay": "请填写办结日期"}},
		{name: "order, no day", as: "judicial", path: of((*world).mediating, "order"), typed: []string{"kind", "deadline", "lastDay", "下周一", "note", " "}, faults: map[string]string{"lastDay": "办结日期请写成年-月-日，例如2026-11-24", "note": "请填写督办要求"}},
		{name: "police", as: "mediator", path: of((*world).mediating, "police"), typed: []string{"reportedAt", "2026-03-02T09:30", "reportedTo", "枫溪镇派出所"}, faults: map[string]string{"reportedAt": "报告时间不能晚于现在"}},
		{name: "attachments", as: "mediator", path: of(logged, "attachments"), typed: []string{"name", "租赁合同"}, faults: map[string]string{"kind": "请填写材料种类"}},
		{name: "attachments, no file", as: "mediator", path: of(logged, "attachments"), typed: []string{"kind", "evidence", "name", "租赁合同"}, faults: map[string]string{"file": "请选择照片或者PDF文件"}},
		{name: "filing", as: "mediator", path: of((*world).over, "filing"), typed: []string{"on", "2030-01-01", "remark", "共一卷"}, faults: map[string]string{"on": "立卷日期不能晚于今天", "known": "还缺必须的材料"}},
		{name: "addend", as: "mediator", path: of((*world).filed, "addend"), typed: []string{"text", " "}, faults: map[string]string{"text": "请填写补充说明"}},

		{name: "login, nothing", path: at("/login?next=/cases"), typed: []string{"username", "mediator"}, faults: map[string]string{"password": "请填写密码"}},
		{name: "login, wrong", path: at("/login"), typed: []string{"username", "Mediator", "password", "not-this-one"}, status: http.StatusUnauthorized, notice: "用户名或密码不对，请重新输入"},
		{name: "password, not alike", as: "mediator", path: at("/password"), typed: []string{"old", password, "password", "another-one-1", "again", "another-one-2"}, faults: map[string]string{"again": "两次输入的新密码不一样，请重新输入"}},
		{name: "password, old one wrong", as: "mediator", path: at("/password"), typed: []string{"old", "not-this-one", "password", "another-one-1", "again", "another-one-1"}, faults: map[string]string{"old": "原密码不对，请重新输入"}},
		{name: "password, too short", as: "mediator", path: at("/password"), typed: []string{"old", password, "password", "short", "again", "short"}, faults: map[string]string{"password": "密码"}},
		{name: "password of another", as: "admin", path: at("/admin/accounts/mediator/password"), typed: []string{"password", "another-one-1", "again", "another-one-2"}, faults: map[string]string{"again": "两次输入的新密码不一样，请重新输入"}},
		{name: "account, nothing", as: "admin", path: at("/admin/accounts/new"), typed: []string{"partyMember", "1"}, faults: map[string]string{"username": "请填写用户名", "name": "请填写姓名", "role": "请填写岗位", "region": "请填写所在地区", "password": "请填写密码"}},
		{name: "account, letters", as: "admin", path: at("/admin/accounts/new"), typed: []string{"username", "张三", "name", "张三", "role", "mediator", "region", village, "password", "long-enough-1", "again", "long-enough-1"}, faults: map[string]string{"username": "用户名只能用小写字母、数字和. _ -"}},
		{name: "account, taken", as: "admin", path: at("/admin/accounts/new"), typed: []string{"username", "chair", "name", "张三", "role", "mediator", "region", village, "password", "long-enough-1", "again", "long-enough-1"}, faults: map[string]string{"username": "这个用户名已经有人用了，请换一个"}},
		{name: "account, place", as: "admin", path: at("/admin/accounts/new"), typed: []string{"username", "zhangsan", "name", "张三", "role", "judicial", "region", village, "password", "long-enough-1", "again", "long-enough-1"}, faults: map[string]string{"region": "司法所工作人员的地区代码应为9位"}},

		{name: "list, one character", as: "mediator", path: at("/cases"), typed: []string{"q", "许", "state", "logged", "mine", "1"}, faults: map[string]string{"q": "请至少输入两个连续的字，例如姓名或地块名称"}},
		{name: "list, no month", as: "judicial", path: at("/cases"), typed: []string{"month", "三月", "q", "许来福"}, faults: map[string]string{"month": "月份请写成年-月，例如2026-11"}},
		{name: "reports, to come", as: "judicial", path: at("/reports"), typed: []string{"month", "2027-01", "region", village}, faults: map[string]string{"month": "月"}},
	}
}

// TestFaultsStandAtTheirFields sends every form with something wrong in it: it comes back with each
// fault at its field in plain words, and with everything typed.
func TestFaultsStandAtTheirFields(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, tt := range faultyForms() {
		name, _, _ := strings.Cut(tt.name, ",")
		seen[name] = true
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := w.visitor(tt.as).get(t, tt.path(t, w))
			require.Equal(t, http.StatusOK, p.status, p.text("main"))
			sent := p.form(t, mainForm).fill(t, tt.typed...)
			requireRefused(t, sent, sent.send(t), tt)
		})
	}
	for _, slug := range pages.ActionSlugs() {
		require.True(t, seen[slug] || seen[strings.TrimSuffix(slug, "s")], "no case for the form of %s", slug)
	}
}

func requireRefused(t *testing.T, sent *form, back *page, tt faulty) {
	t.Helper()
	status := tt.status
	if status == 0 {
		status = http.StatusUnprocessableEntity
	}
	require.Equal(t, status, back.status, back.text("main"))
	for field, want := range tt.faults {
		id := pages.FieldID(field)
		place := back.doc.Find("#" + id).Closest(".field, .group")
		if place.Length() == 0 {
			place = back.doc.Find("#" + id)
		}
		require.Contains(t, tidy(place.Find(".fault").First().Text()), want, "at %s", field)
		require.Equal(t, 1, back.doc.Find(`.notice li a[href="#`+id+`"]`).Length(), "a link to %s", field)
	}
	back.doc.Find(".notice.bad li a").Each(func(_ int, s *goquery.Selection) {
		require.Equal(t, 1, back.doc.Find(s.AttrOr("href", "")).Length(), "the link %q leads to a field", tidy(s.Text()))
	})
	require.Len(t, back.texts(".notice.bad li"), len(tt.faults))
	require.Contains(t, back.text(".notice.bad"), tt.notice)
	for name, value := range back.form(t, mainForm).values {
		switch {
		case back.form(t, mainForm).fields[name].Is("[type=password]"):
			require.Empty(t, value[0], "a password is not sent back")
		case name != "version":
			require.Equal(t, strings.ReplaceAll(sent.values.Get(name), "\r\n", "\n"), strings.ReplaceAll(value[0], "\r\n", "\n"), name)
		}
	}
}
