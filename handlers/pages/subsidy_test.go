package pages_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fengqiao/models"
	"fengqiao/pkg/casework"
	"fengqiao/pkg/workday"
)

// paying gives the county a table, and the township a closed sheet of February with one file of each
// decision, in which people typed something.
func (w *world) paying(tb testing.TB, typed string) {
	tb.Helper()
	short := string([]rune(typed)[:min(len([]rune(typed)), 10)])
	require.NoError(tb, w.store.InsertSubsidyTable(tb.Context(), &models.SubsidyTable{
		Edition: models.Edition{County: county, Number: 1, Name: short, EffectiveFrom: time.Date(2026, 2, 1, 0, 0, 0, 0, workday.Zone).UTC()},
		Every:   models.SettleMonthly, Grades: []models.SubsidyGrade{{Name: short}}, Rows: []models.SubsidyRow{{Name: short, AmountFen: 100_00}}, OralPercent: 50, WorkPercent: 30, WorkSittings: 1,
	}))
	at := w.clock.Now().UTC()
	sheet := &models.SubsidySheet{Township: township, Period: "2026-02", StartsAt: time.Date(2026, 2, 1, 0, 0, 0, 0, workday.Zone).UTC(), ClosedAt: &at, ClosedBy: &models.Actor{ID: "judicial", Name: "何明理"}}
	c := w.logged(tb)
	for i, state := range []string{models.SubsidyApproved, models.SubsidyRefused} {
		sheet.Lines = append(sheet.Lines, models.SubsidyLine{
			Key: fmt.Sprint("line", i), Case: c.ID.Hex(), Number: "〔2026〕北坡村人调字第1号", Village: village, Place: "北坡村", Committee: "北坡村人民调解委员会", Type: models.LandTransfer,
			Result: models.SubsidyOral, Grade: short, Row: short, Mediators: []string{short}, ClosedOn: "2026-02-09", AmountFen: 50_00, Working: typed, Kind: models.LineLate, Of: "2026-01",
			State: state, Reason: typed, By: &models.Actor{ID: "judicial", Name: "何明理"}, At: &at,
		})
	}
	sheet.Unpaid = []models.SubsidyUnpaid{{Case: c.ID.Hex(), Number: "〔2026〕北坡村人调字第3号", Village: village, Place: "北坡村", Missing: []string{typed}}, {Case: c.ID.Hex(), Number: "〔2026〕北坡村人调字第4号", Village: village, Why: typed}}
	require.NoError(tb, w.store.PutSubsidySheet(tb.Context(), sheet))
}

// TestFirstSubsidyTable: a county without a table is told what to do, writes one, and what is wrong with
// it comes back with everything typed.
func TestFirstSubsidyTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	none := w.visitor("judicial").get(t, "/subsidies")
	requireSound(t, none)
	require.Contains(t, none.text("main"), "本县还没有生效的补贴标准，所以没有计算。请县里先发布补贴标准")
	v := w.visitor("county")
	require.Contains(t, v.get(t, "/subsidies").text("main"), "拟本县的补贴标准")
	first := v.get(t, "/subsidy-rules/new")
	requireSound(t, first)
	require.Contains(t, first.text("main"), "这是本县的第一版。数额按本县的文件填写")

	f := first.form(t, mainForm)
	f.fill(t, "name", "青禾县以案定补标准", "effectiveFrom", "2026-03-03", "every", "month", "grades[0].name", "一般")
	f = f.press(t, "add-rows").form(t, mainForm).press(t, "add-grades").form(t, mainForm)
	f.fill(t, "grades[1].name", "疑难", "grades[1].households", "5户", "rows[0].name", "一般纠纷", "rows[0].amountFen", "一百", "rows[0].grades", "一般", "rows[0].types", "土地",
		"rows[1].name", "疑难纠纷", "rows[1].amountFen", "300.5元", "rows[1].grades", "疑难", "oralPercent", "101%", "workPercent", "30", "workSittings", "2次")
	back := f.press(t, "publish")
	require.Equal(t, http.StatusUnprocessableEntity, back.status)
	requireSound(t, back)
	require.Equal(t, []string{"第1条：金额请写成数字，单位是元，例如 200"}, back.texts(".notice.bad li"))
	again := back.form(t, mainForm)
	require.Equal(t, f.values, again.values, "everything typed is still there")

	back = again.fill(t, "rows[0].amountFen", "100").press(t, "publish")
	require.Contains(t, back.text(".notice.bad"), "标准有缺漏：“一般”没有标准：集体分红、婚姻家庭")
	require.Equal(t, []string{"口头协议的比例不能大于100"}, back.texts(".notice.bad li"))
	looked := back.form(t, mainForm).fill(t, "rows[0].types", "", "oralPercent", "60").press(t, "check")
	require.Equal(t, http.StatusOK, looked.status, looked.text(".notice"))
	require.Contains(t, looked.text("#changes"), "没有缺漏，也没有重叠。还没有发布。")
	listed := looked.form(t, mainForm).press(t, "publish")
	require.Equal(t, "/subsidy-rules?done=published", listed.path)
	require.Contains(t, listed.text("main"), "待生效：第1版《青禾县以案定补标准》")
	require.Contains(t, listed.text("main"), "现在没有生效的标准，系统不计算补贴")
	w.clock.advance(24 * time.Hour)
	shown := w.visitor("mediator").get(t, "/subsidy-rules").text("main")
	require.Contains(t, shown, "现行：第1版")
	require.Contains(t, shown, "300.5")
	next := v.get(t, "/subsidy-rules/new").form(t, mainForm)
	require.Equal(t, []string{"300.50", "5", "60", "month"}, []string{next.values.Get("rows[1].amountFen"), next.values.Get("grades[1].households"), next.values.Get("oralPercent"), next.values.Get("every")})
	changed := next.fill(t, "effectiveFrom", "2026-05-01", "rows[0].amountFen", "120").press(t, "check")
	require.Equal(t, []string{"一般纠纷：各类纠纷，一般，每件100元 → 各类纠纷，一般，每件120元"}, changed.texts("#changes li"))
	quarterly := changed.form(t, mainForm).fill(t, "every", "quarter").press(t, "check")
	require.Equal(t, []string{"结算周期由按月改为按季度，只能从一个季度的第一天起，例如2026-07-01"}, quarterly.texts(".notice.bad li"))
}

// TestDecideSubsidies goes from a file that lacks a paper to the workbook of the finance office.
func TestDecideSubsidies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.paying(t, "签名不全")
	c, err := w.cases.Agree(t.Context(), seats["mediator"], casework.Ref{ID: w.sat(t).ID}, casework.AgreementForm{Form: "written", Items: []string{"屋檐改道"}})
	require.NoError(t, err)
	c, err = w.cases.Close(t.Context(), seats["chair"], casework.Ref{ID: c.ID}, casework.CloseForm{Note: "已履行"})
	require.NoError(t, err)
	const path = "/subsidies/" + township + "/2026-03"
	running := w.visitor("judicial").get(t, path)
	requireSound(t, running)
	require.Contains(t, running.text("main"), "本期还没有结束")
	require.Contains(t, running.text("main"), "材料不齐，暂不能补")
	require.Contains(t, running.text("main"), "没有一次调解记录写明已经告知权利义务")
	require.Zero(t, running.doc.Find(mainForm).Length(), "nothing to decide yet")
	for kind := range map[string]bool{models.AttachNotice: true, models.AttachIdentity: true} {
		_, err = w.cases.Attach(t.Context(), seats["mediator"], casework.Ref{ID: c.ID}, casework.AttachForm{Kind: kind, Name: "补", File: []byte("%PDF-1.7\nx\n%%EOF")})
		require.NoError(t, err)
	}
	w.clock.advance(40 * 24 * time.Hour)

	own := w.visitor("mediator").get(t, "/subsidies/"+village+"/2026-03")
	requireSound(t, own)
	require.Contains(t, own.text("main"), "100元 书面协议")
	require.Zero(t, own.doc.Find(mainForm).Length(), "the village reads")
	require.Equal(t, http.StatusNotFound, w.visitor("mediator").get(t, path).status)

	v := w.visitor("judicial")
	opened := v.get(t, path)
	key := c.ID.Hex()
	f := opened.form(t, mainForm).fill(t, "state."+key, models.SubsidyRefused)
	back := f.press(t, "close")
	require.Equal(t, http.StatusUnprocessableEntity, back.status)
	requireSound(t, back)
	require.Equal(t, []string{"不予核准的，请写明理由"}, back.texts(".notice.bad li"))
	require.Equal(t, 1, back.doc.Find(`.wrong input[name="reason.`+key+`"]`).Length(), "the fault stands at its field")
	require.Equal(t, models.SubsidyRefused, back.form(t, mainForm).values.Get("state."+key))
	stale := v.get(t, path).form(t, mainForm)
	saved := back.form(t, mainForm).fill(t, "state."+key, models.SubsidyApproved).press(t, "save")
	require.Equal(t, path+"?done=saved", saved.path)
	late := stale.fill(t, "state."+key, models.SubsidyRefused, "reason."+key, "另一位的理由").press(t, "close")
	require.Equal(t, http.StatusConflict, late.status)
	require.Contains(t, late.text(".notice.bad"), "刚刚有人改过这张结算表")
	require.Equal(t, "另一位的理由", late.form(t, mainForm).values.Get("reason."+key))
	require.Zero(t, saved.doc.Find(`a[href$="/workbook"]`).Length(), "not before it is closed")
	closed := v.get(t, path).form(t, mainForm).press(t, "close")
	require.Equal(t, path+"?done=closed", closed.path)
	requireSound(t, closed)
	require.Contains(t, closed.text("main"), "人民币壹佰元整")
	require.NotContains(t, closed.text("main"), "陈守义 1件", "no sum by person")

	file := w.visitor("county").get(t, path+"/workbook")
	require.Equal(t, http.StatusOK, file.status)
	require.True(t, strings.HasPrefix(file.body, "PK"))
	require.Equal(t, http.StatusForbidden, w.visitor("chair").get(t, path+"/workbook").status)
	require.Contains(t, w.visitor("auditor").get(t, "/accesses").text("main"), "导出补贴结算表")

	// What was approved wrongly is taken back on the sheet of the running month, once.
	refused := v.post(t, path+"/correct", map[string][]string{"key": {key}, "reason": {" "}})
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	requireSound(t, refused)
	require.Equal(t, 1, refused.doc.Find("details[open] .wrong").Length())
	corrected := refused.form(t, "details[open] form").fill(t, "reason", "查实重复").send(t)
	require.Equal(t, "/subsidies/"+township+"/2026-04?done=corrected", corrected.path)
	requireSound(t, corrected)
	require.Contains(t, corrected.text("main"), "−100元")
	twice := v.post(t, path+"/correct", map[string][]string{"key": {key}, "reason": {"再来"}})
	require.Contains(t, twice.text(".notice.bad"), "这件已经列入2026年4月的结算表更正")
}
