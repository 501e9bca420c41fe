package casefile

import (
	"fmt"

	"fengqiao/models"
	"fengqiao/pkg/papers/docx"
)

// application is the 人民调解申请书.
func application(f *form, s *Source, _ int) {
	c := s.Case
	f.title(false)
	f.parties("当事人自然情况：")
	f.part("纠纷事实：", c.Facts, 8)
	f.cameBack()
	f.list("申请事项：", c.Requests, 3)
	if s.empty {
		f.text("%s：", line(14))
		f.text("特申请你会予以调解。人民调解委员会已将申请人民调解的有关事项告知我，现自愿申请人民调解。")
	} else {
		f.text("特申请%s予以调解。人民调解委员会已将申请人民调解的有关事项告知我，现自愿申请人民调解。", s.committee())
	}
	var signers []signer
	for _, p := range c.Parties {
		if p.Role == models.Applicant {
			signers = append(signers, signer{p.Role.Name(), p.Name, ""})
		}
	}
	f.signatures("申请人签名：", signers...)
}

// register is the 人民调解受理登记表.
func register(f *form, s *Source, _ int) {
	c := s.Case
	f.title(true)
	// How the parties themselves say yes is ticked by hand.
	f.fields(
		[2]string{"登记时间", dayOr(civil(c.AcceptedAt))},
		[2]string{"纠纷类型", s.kind()},
		[2]string{"　案件来源", choice(models.Sources(), c.Source)},
		[2]string{"　当事人同意", "□申请人同意调解　□被申请人同意调解"},
		[2]string{"涉及金额", money(c.AmountFen)},
		[2]string{"涉及户数", count(c.Households, "户")},
	)
	f.parties("当事人：")
	f.part("纠纷简要情况：", c.Facts, 8)
	f.cameBack()
	f.list("请求：", c.Requests, 3)
	if c.Conflict.Exists {
		f.part("利益冲突及当事人意见：", "被申请人是村集体经济组织或者村民委员会。当事人意见："+or(c.Conflict.Consent, 16), 0)
	}
	f.signatures("当事人、登记人签名：", append(s.partySigners(nil), signer{"登记人", c.LoggedBy.Name, ""})...)
	f.sealed(s.committee(), civil(c.AcceptedAt))
}

func money(fen int64) string {
	if fen <= 0 {
		return line(6) + "元"
	}
	return fmt.Sprintf("%d.%02d元", fen/100, fen%100)
}

func count(n int, unit string) string {
	if n <= 0 {
		return line(4) + unit
	}
	return fmt.Sprintf("%d%s", n, unit)
}

// affirmation is the sheet on which somebody who told a case confirms what another typed.
func affirmation(f *form, s *Source, _ int) {
	d := models.Dictation{}
	if s.Case.Dictation != nil {
		d = *s.Case.Dictation
	}
	f.title(true)
	f.text("下面的内容由%s口述，%s代录。", or(d.By, 8), or(d.Typist, 8))
	f.part("纠纷事实：", s.Case.Facts, 8)
	f.list("请求：", s.Case.Requests, 3)
	f.part("要改的地方：", d.Corrections, 3)
	f.signatures("以上内容已经念给我听，和我说的一样。", signer{"口述人", first(d.AffirmedBy, d.By), d.AffirmedOn}, signer{"代录人", d.Typist, ""})
}

// notice is the 权利义务告知书 (人民调解法第23、24条), with the receipt that the parties sign. Paraphrased, not quoted.
func notice(f *form, s *Source, _ int) {
	f.title(true)
	f.text("各位当事人：")
	f.text("你们因%s纠纷在%s调解。根据人民调解法，现将有关事项告知如下：", s.kind(), s.committee())
	f.head("一、人民调解的性质和原则")
	f.text("人民调解在当事人自愿、平等的基础上进行，不收取任何费用（第3、4条）。当事人仍然可以依法通过仲裁、行政、司法等途径维护自己的权利，人民调解不妨碍这些途径（第3条）。")
	f.head("二、当事人的权利（第23条）")
	f.text("1. 选择或者接受人民调解员。\n2. 接受调解、拒绝调解或者要求终止调解。\n3. 要求调解公开进行或者不公开进行。\n4. 自主表达意愿、自愿达成调解协议。")
	f.head("三、当事人的义务（第24条）")
	f.text("1. 如实说明纠纷的事实。\n2. 遵守调解现场的秩序，尊重人民调解员。\n3. 尊重对方当事人行使权利。")
	f.head("四、调解协议的效力")
	f.text("1. 书面协议自各方当事人签名、盖章或者按指印，人民调解员签名并加盖人民调解委员会印章之日起生效；口头协议自各方达成协议之日起生效（第29、30条）。")
	f.text("2. 协议有约束力，当事人应当按约定履行；对协议的履行或者内容发生争议的，可以向人民法院起诉（第31、32条）。")
	f.text("3. 协议生效之日起三十日内，双方可以共同向人民法院申请司法确认；经确认有效的协议，一方不履行的，对方可以申请强制执行（第33条）。")
	f.head("五、调解不成")
	f.text("调解不成的，终止调解；调解员会告知可以通过哪些途径继续解决（第26条）。")
	f.signatures("以上内容已经向我们告知，我们已经知道并且明白。（当事人签收）", s.partySigners(nil)...)
	f.sealed(s.committee(), "")
}

// identity lists the copies of identity papers, with room to glue them behind.
func identity(f *form, s *Source, _ int) {
	f.title(true)
	t := docx.Table{Widths: []int{12, 24, 40, 58, 22}, Header: 1, Rows: []docx.Row{
		row(h("序号"), h("身份"), h("姓名或名称"), h("证件号码（身份证或统一社会信用代码）"), h("复印件")),
	}}
	for i, p := range s.Case.Parties {
		t.Rows = append(t.Rows, row(v(fmt.Sprint(i+1)), h(p.Role.Name()), v(p.Name), v(s.numbers(i).ID), v("□有")))
	}
	f.add(t)
	f.text("身份证明复印件附后，与原件核对无异。")
	f.signatures("核对人签名：", signer{"调解员", "", ""})
}

// proxy is the 授权委托书 of one party.
func proxy(f *form, s *Source, i int) {
	f.title(false)
	at := s.agents()[i]
	p := s.Case.Parties[at]
	f.fields(
		[2]string{"委托人", or(p.Name, 8)},
		[2]string{"身份", or(p.Role.Name(), 4)},
		[2]string{"　证件号码", or(s.numbers(at).ID, 18)},
		[2]string{"联系电话", or(s.numbers(at).Phone, 8)},
		[2]string{"住址", or(p.Address, 10)},
		[2]string{"受托人", or(p.Agent, 8)},
		[2]string{"联系电话", line(8)},
		[2]string{"　证件号码", line(18)},
		[2]string{"　与委托人关系", line(14)},
	)
	f.text("委托人因%s一案，委托上列受托人作为参加人民调解的代理人。", s.name())
	f.head("委托权限：")
	f.text("□一般代理：代为陈述事实、参加调解。")
	f.text("□特别代理：代为承认、放弃、变更调解请求，代为达成和签署调解协议，代为领取款物。")
	f.text("委托期限：自签署之日起至本案调解终结之日止。")
	f.signatures("签名：", signer{"委托人", p.Name, ""}, signer{"受托人", p.Agent, ""})
}
