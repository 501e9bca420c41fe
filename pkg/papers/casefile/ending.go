package casefile

import (
	"fmt"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/papers/docx"
)

// termination tells the parties that mediation has ended and what else they can do (人民调解法第26条).
func termination(f *form, s *Source, _ int) {
	c := s.Case
	end := models.Failure{}
	if c.Failure != nil {
		end = *c.Failure
	}
	f.title(true)
	f.text("%s：", or(join(names(c)), 16))
	f.text("你们因%s纠纷，经%s调解，没有达成协议，调解于%s终止。", s.kind(), s.committee(), dayOr(civil(&end.At)))
	f.part("终止的原因：", end.Reason, 3)
	f.head("你们还可以通过下列途径解决：")
	text := end.RemediesText
	if text == "" && c.Type != "" {
		text = models.Remedies(c.Type)
	}
	if text == "" {
		for _, t := range []models.DisputeType{models.LandTransfer, models.Dividend, ""} {
			name := map[models.DisputeType]string{models.LandTransfer: "□土地流转纠纷：", models.Dividend: "□集体分红、成员资格纠纷：", "": "□其他纠纷："}[t]
			f.text("%s", name+models.Remedies(t))
		}
	} else {
		f.text("%s", text)
	}
	f.signatures("以上内容已经告知我们。（当事人签收）", s.partySigners(nil)...)
	f.sealed(s.committee(), civil(&end.At))
}

// escalated is the 逐级上报表 of one hand-over: what was tried, why it failed, what is asked.
func escalated(f *form, s *Source, i int) {
	f.title(true)
	all := s.Case.Handovers()
	if i >= len(all) {
		emptyEscalation(f)
		return
	}
	up := all[i]
	f.fields(
		[2]string{"　纠纷", up.Case.Title},
		[2]string{"　类型", up.Case.TypeName},
		[2]string{"　地点", up.Case.Place},
		[2]string{"涉及金额", money(up.Case.AmountFen)},
		[2]string{"涉及户数", count(up.Case.Households, "户")},
		[2]string{"　上报单位", up.From.Office.Name + "（" + up.From.Name + "）"},
		[2]string{"　接收单位", up.To.Office.Name + "（" + up.To.Name + "）"},
		[2]string{"　上报时间", moment(&up.At)},
		[2]string{"上报人", up.By.Name},
		[2]string{"风险等级", up.RiskName},
		[2]string{"　上报原因", strings.TrimSuffix(up.Why+"："+up.Note, "：")},
		[2]string{"　本级期限", dayOr(civil(ptr(up.DueAt.Add(-time.Millisecond)))) + late(up.Late)},
	)
	f.parties("当事人：")
	f.part("简要事实：", up.Facts, 5)
	f.cameBack()
	f.head("做过的调解：")
	if len(up.Tried) == 0 {
		f.text("本级没有调解记录。")
	}
	for _, t := range up.Tried {
		f.text("第%d次，%s，%s，调解员%s：%s。%s", t.Seq, moment(&t.HeldAt), or(t.Place, 6), or(join(t.Mediators), 6), t.ResultName, t.End)
	}
	f.head("各方意见：")
	said := positions(up.Sides)
	for _, line := range said {
		f.text("%s", line)
	}
	if len(said) == 0 {
		f.text("调解记录里没有单独记下各方的意见。")
	}
	f.list("没有办结的原因：", up.Failed, 3)
	if len(up.Working) > 0 {
		f.list("本级期限怎么算的：", workingOf(up.Working), 0)
	}
	f.part("请上级做什么：", up.Asked, 3)
	f.list("危险情况和报告公安（人民调解法第25条）：", police(up.Police), 0)
	if up.Police == nil {
		f.text("没有记录治安、刑事危险。")
	}
	f.part("上级意见：", answer(up.Answer), 4)
	handOver(f, up.From.Office.Name, up.To.Office.Name)
}

// positions are what the parties said last, each with the sitting at which they did.
func positions(sides []models.HandoverParties) []string {
	var out []string
	for _, side := range sides {
		for _, p := range side.Parties {
			if said := p.Position; said != nil {
				out = append(out, fmt.Sprintf("%s%s（第%d次调解）：%s", side.RoleName, p.Name, said.Sitting, said.Text))
			}
		}
	}
	return out
}

// workingOf is a deadline's working line by line.
func workingOf(working []models.WorkLine) []string {
	var out []string
	for _, line := range working {
		if line.Kind != "then" { // the summary says so
			out = append(out, line.Text)
		}
	}
	return out
}

func late(days int) string {
	if days <= 0 {
		return ""
	}
	return fmt.Sprintf("（迟于期限%d日）", days)
}

func answer(a models.HandoverAnswer) string {
	if a.At == nil {
		return ""
	}
	text := a.Name + "，" + dayOr(civil(a.At))
	if a.By != nil {
		text += "，" + a.By.Name
	}
	if a.Note != "" {
		text += "。" + a.Note
	}
	if len(a.Missing) > 0 {
		text += "。要求补充：" + strings.Join(a.Missing, "；")
	}
	return text
}

func police(d *models.PoliceDuty) []string {
	if d == nil {
		return nil
	}
	out := []string{moment(&d.AskedAt) + "记录可能引起治安案件、刑事案件"}
	if d.ReportedAt != nil {
		return append(out, fmt.Sprintf("%s由%s向%s报告", moment(d.ReportedAt), or(d.ReportedBy, 6), or(d.ReportedTo, 8)))
	}
	return append(out, "还没有登记报告情况")
}

func emptyEscalation(f *form) {
	f.fields(
		[2]string{"　纠纷", line(18)}, [2]string{"　类型", line(12)}, [2]string{"　地点", line(18)},
		[2]string{"涉及金额", line(6) + "元"}, [2]string{"涉及户数", line(4) + "户"},
		[2]string{"　上报单位", line(18)}, [2]string{"　接收单位", line(18)}, [2]string{"　上报时间", moment(nil)},
		[2]string{"上报人", line(6)}, [2]string{"风险等级", choice(models.RiskLevels())},
		[2]string{"　上报原因", choice(models.EscalationReasons())},
	)
	f.parties("当事人：")
	for _, part := range []string{"简要事实：", "做过的调解：", "没有办结的原因：", "请上级做什么：", "上级意见："} {
		f.part(part, "", 3)
	}
	handOver(f, "", "")
}

// handOver is the block in which both sides sign for the file.
func handOver(f *form, from, to string) {
	t := docx.Table{Widths: []int{78, 78}, KeepRows: true}
	sign := func(who, name string) docx.Box {
		return docx.Box{Blocks: []docx.Block{
			write(docx.Cell, who+"（盖章）："+or(name, 8)), write(docx.Cell, "经办人："), write(docx.Cell, "日期："+dayOr("")),
		}}
	}
	t.Rows = []docx.Row{{Height: 30, Cells: []docx.Box{sign("移送单位", from), sign("接收单位", to)}}}
	f.blocks = keepLast(f.blocks)
	f.add(t)
}

// referral is the letter with which a case goes to another body.
func referral(f *form, s *Source, _ int) {
	c := s.Case
	r := models.Referral{}
	if c.Referral != nil {
		r = *c.Referral
	}
	f.title(true)
	f.add(write(docx.ItemFlat, or(first(r.Name, models.NameOf(models.ReferralTargets(), r.To)), 14)+"："))
	f.text("%s调解的%s一案，因下列原因移送你单位处理：", s.committee(), s.name())
	f.part("移送的原因：", r.Reason, 3)
	f.parties("当事人：")
	f.part("纠纷简要情况：", c.Facts, 6)
	f.cameBack()
	f.part("已经做过的调解：", tried(s), 3)
	f.text("有关材料随函移送，请查收并将处理结果告知我们。")
	f.sealed(s.committee(), civil(&r.At))
	f.head("送达回执：")
	f.text("上述移送函和材料已经收到。\n收件人：%s\n收到日期：%s", line(8), dayOr(""))
}

func tried(s *Source) string {
	if s.empty || len(s.Case.Sittings) == 0 {
		return ""
	}
	var out []string
	for _, st := range s.Case.Sittings {
		out = append(out, fmt.Sprintf("第%d次，%s，%s，结果：%s。", st.Seq, moment(&st.HeldAt), or(st.Place, 6), models.NameOf(models.SittingResults(), st.Result)))
	}
	return strings.Join(out, "\n")
}

// closing is the 结案报告.
func closing(f *form, s *Source, _ int) {
	c := s.Case
	f.title(true)
	f.fields(
		[2]string{"　案件名称", s.name()},
		[2]string{"　案件来源", or(models.NameOf(models.Sources(), c.Source), 10)},
		[2]string{"受理日期", dayOr(civil(c.AcceptedAt))},
		[2]string{"结案日期", dayOr(civil(c.ClosedAt))},
		[2]string{"结案方式", or(ending(c.Ending), 6)},
		[2]string{"调解次数", times(s)},
		[2]string{"　承办单位", s.committee()},
		[2]string{"　调解员", or(join(c.Mediators), 10)},
	)
	f.parties("当事人：")
	f.part("纠纷简要情况：", c.Facts, 5)
	f.cameBack()
	f.part("调解经过：", tried(s), 4)
	f.part("处理结果：", result(s), 4)
	f.part("履行情况：", performance(s), 3)
	f.signatures("报告人、审核人签名：", signer{"报告人", "", ""}, signer{"审核人", "", ""})
	f.sealed(s.committee(), civil(c.ClosedAt))
}

func times(s *Source) string {
	if s.empty {
		return line(4) + "次"
	}
	return fmt.Sprintf("%d次", len(s.Case.Sittings))
}

func result(s *Source) string {
	c := s.Case
	var out []string
	if a := c.Agreement; a != nil && !s.empty {
		form := "书面"
		if a.Form == "oral" {
			form = "口头"
		}
		out = append(out, fmt.Sprintf("双方于%s达成%s协议，%s生效。", dayOr(a.ReachedOn), form, dayOr(a.InForceOn)))
		for i, item := range a.Items {
			out = append(out, fmt.Sprintf("%d. %s", i+1, item))
		}
	}
	if e := c.Failure; e != nil {
		out = append(out, fmt.Sprintf("%s调解不成：%s。已经告知当事人：%s", dayOr(civil(&e.At)), strings.TrimRight(e.Reason, "。"), e.RemediesText))
	}
	if r := c.Referral; r != nil {
		out = append(out, fmt.Sprintf("%s转至%s：%s", dayOr(civil(&r.At)), or(r.Name, 8), r.Reason))
	}
	if n := len(c.Timeline); len(out) == 0 && n > 0 && c.ClosedAt != nil {
		out = append(out, ending(c.Ending)+"。"+c.Timeline[n-1].Note)
	}
	return strings.Join(out, "\n")
}

func performance(s *Source) string {
	a := s.Case.Agreement
	if a == nil || s.empty {
		return ""
	}
	done := s.performed()
	if b := a.Breach; b != nil {
		return fmt.Sprintf("协议没有全部履行。%s告知当事人：%s。%s", dayOr(civil(&b.At)), models.NameOf(models.BreachWays(), b.Way), b.Note)
	}
	switch {
	case len(a.Instalments) == 0 && s.Case.Ending == models.Performed:
		return "协议已经履行完毕。"
	case len(a.Instalments) == 0:
		return ""
	case len(done) == len(a.Instalments):
		return fmt.Sprintf("协议共%d期，已经全部履行，最后一期于%s履行。", len(done), dayOr(done[len(done)-1].PerformedOn))
	}
	return fmt.Sprintf("协议共%d期，已经履行%d期。", len(a.Instalments), len(done))
}

func ptr[T any](v T) *T { return &v }

func ending(reason models.ClosingReason) string {
	if reason == "" {
		return ""
	}
	return models.NameOf(models.ClosingReasons(), string(reason))
}
