package casefile

import (
	"fmt"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/papers/docx"
)

// agreement is the 人民调解协议书 (人民调解法第28、29条).
func agreement(f *form, s *Source, i int) { f.written(s, s.agreements("written")[i]) }

// draft is the agreement that waits to be signed, in its form.
func draft(f *form, s *Source, _ int) {
	a := s.draft()
	if a.Form == "oral" {
		f.name = "人民调解口头协议登记表"
		f.oral(s, a)
		return
	}
	f.name = "人民调解协议书"
	f.written(s, a)
}

func (f *form) written(s *Source, a *models.Agreement) {
	c := s.Case
	f.title(true)
	f.parties("当事人：")
	f.part("纠纷主要事实、争议事项：", first(a.Facts, c.Facts), 8)
	f.text("经调解，当事人自愿达成如下协议：")
	f.grounds(a)
	f.list("协议内容：", a.Items, 8)
	f.terms(a)
	f.text("本协议一式%s份，当事人各执一份，%s留存一份。", copies(c), s.committee())
	signers := s.partySigners(a)
	for _, name := range orEmpty(c.Mediators) {
		signers = append(signers, signer{"人民调解员", name, a.MediatorSigned})
	}
	f.signatures("各方当事人已经看过本协议（向其宣读过），自愿签名：", append(signers, signer{"记录人", s.recorder(), ""})...)
	f.sealed(s.committee(), a.Sealed)
}

// terms adds how, where and when the agreement is performed.
func (f *form) terms(a *models.Agreement) {
	f.part("履行方式、地点：", a.Manner, 2)
	f.head("履行金额和时限：")
	if a.AmountFen > 0 || len(a.Instalments) == 0 {
		f.text("金额：%s。", amount(a.AmountFen))
	}
	if len(a.Instalments) == 0 {
		f.text("时限：%s。", line(16))
		return
	}
	t := docx.Table{Widths: []int{16, 40, 60, 40}, Header: 1, Rows: []docx.Row{row(h("期次"), h("履行时间"), h("履行内容"), h("金额（元）"))}}
	for _, in := range a.Instalments {
		sum := ""
		if in.AmountFen > 0 {
			sum = fmt.Sprintf("%d.%02d", in.AmountFen/100, in.AmountFen%100)
		}
		t.Rows = append(t.Rows, row(v(fmt.Sprint(in.Seq)), v(short(in.DueOn)), v(in.What), v(sum)))
	}
	f.add(t)
}

// grounds cites the articles that an agreement rests on, by their numbers alone.
func (f *form) grounds(a *models.Agreement) {
	var names []string
	for _, g := range a.Grounds {
		names = append(names, "《"+g.Law+"》"+g.Number)
	}
	if len(names) > 0 {
		f.text("法律依据：%s。", join(names))
	}
}

func first(texts ...string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}

// copies is one for each party and one for the committee (人民调解法第29条).
func copies(c *models.Case) string {
	n := len(c.Parties) + 1
	if c.Parties[0].Name == "" || n > 99 {
		return line(2)
	}
	return models.SmallInWords(n)
}

// recorder is that of the last sitting.
func (s *Source) recorder() string {
	if n := len(s.Case.Sittings); n > 0 {
		return s.Case.Sittings[n-1].Recorder
	}
	return ""
}

// oral is the 口头协议登记表 (人民调解法第28、30条).
func oral(f *form, s *Source, i int) { f.oral(s, s.agreements("oral")[i]) }

func (f *form) oral(s *Source, a *models.Agreement) {
	c := s.Case
	f.title(true)
	f.parties("当事人：")
	f.part("纠纷主要事实、争议事项：", first(a.Facts, c.Facts), 5)
	f.grounds(a)
	f.list("口头协议内容：", a.Items, 5)
	f.terms(a)
	f.part("不需要制作书面协议的原因：", a.OralReason, 2)
	f.text("达成协议日期：%s。口头协议自当事人达成协议之日起生效（人民调解法第30条）。", dayOr(a.ReachedOn))
	var signers []signer
	for _, name := range orEmpty(c.Mediators) {
		signers = append(signers, signer{"人民调解员", name, ""})
	}
	f.signatures("登记人签名：", append(signers, signer{"记录人", s.recorder(), ""})...)
	f.sealed(s.committee(), a.ReachedOn)
}

// receipts lists what was performed, with room for the receipts.
func receipts(f *form, s *Source, _ int) {
	f.title(true)
	t := docx.Table{Widths: []int{14, 38, 44, 28, 32}, Header: 1, Rows: []docx.Row{row(h("期次"), h("履行日期"), h("履行内容"), h("金额（元）"), h("凭证或者说明"))}}
	for _, in := range s.performed() {
		paid := in.AmountFen
		if in.PaidFen > 0 {
			paid = in.PaidFen
		}
		sum := ""
		if paid > 0 {
			sum = fmt.Sprintf("%d.%02d", paid/100, paid%100)
		}
		t.Rows = append(t.Rows, row(v(fmt.Sprint(in.Seq)), v(short(in.PerformedOn)), v(in.What), v(sum), v(first(in.Receipt, in.Note))))
	}
	if s.empty {
		for i := range 8 {
			t.Rows = append(t.Rows, row(v(fmt.Sprint(i+1)), v(""), v(""), v(""), v("")))
		}
	}
	f.add(t)
	f.text("收条、转账凭证等附后。")
	f.signatures("经手人签名：", signer{"调解员", join(s.Case.Mediators), ""})
}

// visit is the 回访记录 of one visit.
func visit(f *form, s *Source, i int) {
	f.title(true)
	was := models.Visit{}
	if all := s.visits(); i < len(all) {
		was = all[i]
	}
	on := ""
	if all, _ := s.Case.Agreements(); len(all) > 0 { // it may be mediated again by now
		on = all[len(all)-1].ReachedOn
	}
	f.fields(
		[2]string{"　当事人", or(join(names(s.Case)), 16)},
		[2]string{"　调解协议编号", s.number()},
		[2]string{"协议日期", dayOr(on)},
		[2]string{"回访日期", dayOr(was.On)},
		[2]string{"　回访方式", choice(models.VisitWays(), was.How)},
		[2]string{"　被回访人", or(join(was.Visited), 16)},
		[2]string{"　回访事由", "调解结束后回访"},
	)
	f.head("回访情况：")
	f.part("1. 协议履行情况：", was.Kept, 2)
	f.text("2. 对调解的满意程度：%s", choice(models.Satisfactions(), was.Satisfaction))
	signs := was.Signs
	if signs == "" && was.On != "" {
		signs = "没有。"
	}
	f.part("3. 有没有新的矛盾苗头：", signs, 2)
	measures := was.Measures
	if measures == "" && was.On != "" && was.Signs == "" {
		measures = "不需要。"
	}
	f.part("4. 采取的措施：", measures, 3)
	var signers []signer
	for _, name := range orEmpty(was.Visited) {
		signers = append(signers, signer{"被回访人", name, ""})
	}
	f.signatures("签名：", append(signers, signer{"回访人", was.Visitor, was.On})...)
}

func names(c *models.Case) []string {
	var out []string
	for _, p := range c.Parties {
		if p.Name != "" {
			out = append(out, p.Name)
		}
	}
	return out
}

// confirmation is the joint application for judicial confirmation (人民调解法第33条; 最高人民法院2011年规定第3条 for what
// belongs to it).
func confirmation(f *form, s *Source, _ int) {
	c, a := s.Case, s.Case.Agreement
	f.title(false)
	f.head("申请人（双方当事人共同申请）：")
	for i, p := range c.Parties {
		n := s.numbers(i)
		f.text("%s：%s，证件号码%s，住址%s，联系电话%s。", or(p.Role.Name(), 4), or(p.Name, 8), or(n.ID, 18), or(p.Address, 12), or(n.Phone, 8))
		if p.Agent != "" && !s.empty {
			f.text("委托代理人：%s。", p.Agent)
		}
	}
	f.head("申请事项：")
	f.text("请求确认%s于%s主持达成的%s有效。", s.committee(), dayOr(a.ReachedOn), agreementName(s))
	f.head("事实和理由：")
	f.text("申请人因%s纠纷，经%s调解，于%s自愿达成调解协议，协议自%s生效。现双方在协议生效之日起三十日内（最迟%s）共同申请司法确认（人民调解法第33条）。",
		s.kind(), s.committee(), dayOr(a.ReachedOn), dayOr(a.InForceOn), dayOr(a.ConfirmBy))
	f.list("协议内容：", a.Items, 6)
	f.head("附：")
	f.text("1. 调解协议；2. 双方的身份证明；3. 与协议有关的财产权利证明；4. 双方的送达地址、电话；5. 有委托代理人的，授权委托书。")
	court := line(10) + "人民法院"
	if a.Confirmation != nil {
		court = first(a.Confirmation.Court, court)
	}
	f.add(docx.Keep(write(docx.Item, "此致"), write(docx.ItemFlat, court))...)
	f.signatures("申请人签名：", s.partySigners(nil)...)
}

func agreementName(s *Source) string {
	name := "人民调解协议"
	if s.Case.Agreement.Form == "oral" {
		name = "口头人民调解协议"
	}
	return "“" + s.number() + "”" + name
}
