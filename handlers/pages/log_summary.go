package pages

import (
	"fmt"
	"strings"

	"fengqiao/models"
	"fengqiao/pkg/casework"
)

// summary is one step of a draft, as it is read once more before it is sent.
type summary struct {
	Step  int
	Title string
	Lines []line
}

// line is a name and what stands behind it.
type line struct{ Name, Text string }

// lines collects what is filled in.
type lines []line

func (l *lines) add(name, text string) {
	if text = strings.TrimSpace(text); text != "" {
		*l = append(*l, line{name, text})
	}
}

func (l *lines) yuan(name string, fen int64) {
	if fen != 0 {
		l.add(name, yuan(fen)+" 元")
	}
}

func summarise(in *casework.LogForm, villages []models.Choice, filed *models.Case) []summary {
	what := lines{}
	what.add("纠纷类型", typeName(in.Type, in.Subtype))
	what.add("所在村", models.NameOf(villages, in.VillageCode))
	what.add("标题", in.Title)
	what.add("简要事实", in.Facts)
	if filed != nil {
		what.add("归档的原案", filed.NumberText())
	}
	what.add("归档以后", in.Again)
	who := lines{}
	for _, party := range in.Parties {
		who.add(party.Role.Name(), partySummary(kept(party, filed)))
	}
	more := lines{}
	more = append(more, landLines(in.Land)...)
	more = append(more, dividendLines(in.Dividend)...)
	more.yuan("涉及金额", in.AmountFen)
	if in.Households > 0 {
		more.add("涉及户数", grouped(int64(in.Households))+" 户")
	}
	more.add("风险情况", in.RiskSigns.Text())
	more.add("请求", strings.Join(in.Requests, "\n"))
	more.add("来源", models.NameOf(models.Sources(), in.Source))
	switch in.Intake {
	case "township":
		more.add("由谁受理", "请镇里直接受理")
	case "village":
		more.add("由谁受理", "双方同意由村里调解："+in.Consent)
	}
	return []summary{{stepWhat, "什么纠纷", what}, {stepWho, "当事人", who}, {stepMore, "详细情况", more}}
}

func partySummary(party casework.PartyForm) string {
	parts := []string{party.Name}
	if party.Collective {
		parts = append(parts, "村集体")
	}
	for _, part := range []line{{"电话", party.Phone}, {"证件", party.IDNumber}, {"住址", party.Address}, {"性别", party.Sex}, {"民族", party.Nation}, {"职业或职务", party.Occupation}, {"代理人", party.Agent}, {"代表人", party.Representative}} {
		if part.Text != "" {
			parts = append(parts, part.Name+part.Text)
		}
	}
	if party.Away {
		parts = append(parts, "在外地")
	}
	return strings.Join(parts, "，")
}

// What the codes of the type's own fields mean.
func contracts() []models.Choice {
	return []models.Choice{{Code: "written", Name: "书面合同"}, {Code: "oral", Name: "口头约定"}, {Code: "none", Name: "没有合同"}}
}

func bases() []models.Choice {
	return []models.Choice{{Code: "share", Name: "按股分配"}, {Code: "head", Name: "按人分配"}}
}

func answers() []models.Choice {
	return []models.Choice{{Code: "yes", Name: "是"}, {Code: "no", Name: "否"}, {Code: "unknown", Name: "不清楚"}}
}

func yes(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

func span(from, to string) string {
	switch {
	case from == "" && to == "":
		return ""
	case to == "":
		return dateText(from) + "起"
	}
	return dateText(from) + " 至 " + dateText(to)
}

func landLines(l *models.LandTransferFacts) lines {
	var out lines
	if l == nil {
		return out
	}
	out.add("地块", strings.TrimSpace(l.LandName+" "+l.Location))
	if l.AreaCentiMu > 0 {
		out.add("面积", mu(l.AreaCentiMu)+" 亩")
	}
	out.add("受让方", l.Transferee)
	out.add("合同编号或名称", l.ContractRef)
	out.add("收获或者交租", dateText(l.PressingOn))
	out.add("用途", l.Use)
	if l.Contract != "" {
		out.add("合同形式", models.NameOf(contracts(), l.Contract))
	}
	out.add("签订日期", dateText(l.ContractDate))
	out.add("流转期限", span(l.From, l.To))
	out.add("承包期截止", dateText(l.ContractLandTo))
	if l.PriceFenPerMu > 0 {
		out.add("价格", yuan(l.PriceFenPerMu)+" 元/亩·年")
	}
	out.add("租金已付至", dateText(l.PaidUntil))
	out.add("备案", yes(l.Filed, "已向发包方备案"))
	out.add("登记", yes(l.Registered, "已办理登记"))
	if l.SubTransferred {
		out.add("再流转", "有再流转，"+map[bool]string{true: "承包方书面同意", false: "没有承包方书面同意"}[l.SubConsent])
	}
	out.add("知道权利受侵害", dateText(l.ViolationKnownOn))
	return out
}

func dividendLines(d *models.DividendFacts) lines {
	var out lines
	if d == nil {
		return out
	}
	out.add("集体经济组织", d.Collective)
	if d.Year > 0 {
		out.add("分配年度", fmt.Sprintf("%d年", d.Year))
	}
	out.yuan("可分配总额", d.DistributableFen)
	if d.Basis != "" {
		out.add("分配方式", models.NameOf(bases(), d.Basis))
	}
	out.yuan("每股或每人金额", d.PerUnitFen)
	if d.ClaimedShares > 0 {
		out.add("主张份额", grouped(d.ClaimedShares)+" 份")
	}
	out.add("成员情形", d.MemberReason)
	out.add("分红发放日期", dateText(d.PayoutOn))
	if d.Decision != "" {
		out.add("经会议决议", models.NameOf(answers(), d.Decision)+yes(d.DecisionDate != "", "，"+dateText(d.DecisionDate)))
	}
	if d.Disclosed != "" {
		out.add("已公开", models.NameOf(answers(), d.Disclosed))
	}
	out.add("知道权利受侵害", dateText(d.ViolationKnownOn))
	return out
}
