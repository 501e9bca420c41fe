package models

import "slices"

const mediationLaw = "人民调解法"

// Article is one article of a law as far as the disputes here ask of it. The text is our paraphrase, never
// the wording: it is shown and printed with the number of the article, and without quotation marks. A
// law may be amended, so that every article says of which text it speaks.
type Article struct {
	Code     string        `json:"code"`    // stable: contract-40
	Law      string        `json:"law"`     // 农村土地承包法
	Version  string        `json:"version"` // of which text, or since when it is in force
	Number   string        `json:"number"`  // 第40条
	Text     string        `json:"text"`    // our paraphrase
	Types    []DisputeType `json:"-"`       // whose disputes it concerns; none for all of them
	Subtypes []string      `json:"-"`       // the sub-types that it is first asked for; none for all of the type
}

// Name is the article as people cite it.
func (a Article) Name() string { return a.Law + a.Number }

// LawRef is an article as an agreement cites it: as it was known on the day it was written.
type LawRef struct {
	Code    string `bson:"code" json:"code"`
	Law     string `bson:"law" json:"law"`
	Version string `bson:"version" json:"version"`
	Number  string `bson:"number" json:"number"`
	Text    string `bson:"text" json:"text"`
}

// Name is the article as people cite it.
func (r LawRef) Name() string { return r.Law + r.Number }

// lawVersion says of which text of each law the articles speak.
func lawVersion(law string) string {
	return map[string]string{
		mediationLaw: "2011年1月1日起施行", contractLaw: "2018年修正", arbitrationLaw: "2010年施行",
		collectiveLaw: "2025年5月1日起施行", committeeLaw: "2018年修正",
	}[law]
}

// Articles lists every article that is kept at hand, the particular ones first.
func Articles() []Article {
	land, dividend := []DisputeType{LandTransfer}, []DisputeType{Dividend}
	all := []Article{
		{Code: "contract-36", Law: contractLaw, Number: "第36条", Types: land, Subtypes: []string{"unfiled", "sub_transfer", "term_renewal"},
			Text: "承包方可以自主以出租（转包）、入股或者其他方式流转土地经营权，并向发包方备案。"},
		{Code: "contract-38", Law: contractLaw, Number: "第38条", Types: land, Subtypes: []string{"term_renewal", "use_damage", "priority", "no_contract"},
			Text: "流转应当依法、自愿、有偿；不改变土地的农业用途；期限不超过承包期的剩余期限；受让方有农业经营能力；同等条件下本集体成员优先。"},
		{Code: "contract-39", Law: contractLaw, Number: "第39条", Types: land, Subtypes: []string{"rent_arrears", "compensation"},
			Text: "流转的价款由双方协商确定，收益归承包方，任何组织和个人不得截留、扣缴。"},
		{Code: "contract-40", Law: contractLaw, Number: "第40条", Types: land, Subtypes: []string{"no_contract", "rent_arrears", "area_boundary", "compensation", "termination"},
			Text: "流转应当签订书面合同，写明双方、地块的名称坐落面积质量、期限和起止日期、用途、权利义务、价款和支付方式、征收补偿归谁、违约责任。代耕不超过一年的可以不签。"},
		{Code: "contract-41", Law: contractLaw, Number: "第41条", Types: land, Subtypes: []string{"unfiled", "term_renewal"},
			Text: "流转期限五年以上的，当事人可以申请土地经营权登记。"},
		{Code: "contract-42", Law: contractLaw, Number: "第42条", Types: land, Subtypes: []string{"termination", "use_damage"},
			Text: "承包方不得单方解除流转合同，但受让方擅自改变农业用途、弃耕抛荒连续两年以上、给土地造成严重损害或者严重破坏生态环境、有其他严重违约行为的除外。"},
		{Code: "contract-46", Law: contractLaw, Number: "第46条", Types: land, Subtypes: []string{"sub_transfer"},
			Text: "受让方再流转土地经营权，须经承包方书面同意，并向本集体经济组织备案。"},
		{Code: "contract-52", Law: contractLaw, Number: "第52条", Types: land, Subtypes: []string{"priority"},
			Text: "把农村土地发包给本集体以外的单位或者个人，须事先经本集体成员的村民会议三分之二以上成员或者三分之二以上村民代表同意，并报乡镇人民政府批准。"},
		{Code: "collective-12", Law: collectiveLaw, Number: "第12条", Types: dividend, Subtypes: []string{"membership", "quantification"},
			Text: "农村集体经济组织的成员，由成员大会依法确认。"},
		{Code: "collective-26", Law: collectiveLaw, Number: "第26至28条", Types: dividend, Subtypes: []string{"plan", "reserve_funds", "quantification"},
			Text: "召开成员大会应当提前十日通知时间、地点和事项，应有三分之二以上具有完全民事行为能力的成员参加；可以线上参加，也可以书面委托本户成员。"},
		{Code: "collective-40", Law: collectiveLaw, Number: "第40条", Types: dividend, Subtypes: []string{"quantification", "withholding"},
			Text: "集体经营性财产的收益权可以以份额形式量化到成员，作为参加收益分配的基本依据。"},
		{Code: "collective-42", Law: collectiveLaw, Number: "第42条", Types: dividend, Subtypes: []string{"plan", "withholding", "reserve_funds", "compensation_distribution"},
			Text: "当年收益先按章程提取公积公益金，其余按量化的收益权份额分配。"},
		{Code: "collective-57", Law: collectiveLaw, Number: "第57条", Types: dividend, Subtypes: []string{"membership", "quantification", "withholding"},
			Text: "成员大会等作出的决定侵害成员合法权益的，受侵害的成员可以请求人民法院撤销。"},
		{Code: "committee-24", Law: committeeLaw, Number: "第24条", Types: dividend, Subtypes: []string{"plan", "compensation_distribution"},
			Text: "集体收益的使用、土地承包方案、征地补偿费的分配等事项，经村民会议讨论决定，村民会议可以授权村民代表会议。"},
		{Code: "committee-26", Law: committeeLaw, Number: "第25、26条", Types: dividend, Subtypes: []string{"compensation_distribution", "plan"},
			Text: "村民代表会议有三分之二以上的代表参加方可召开，决定须经到会代表过半数同意。"},
		{Code: "committee-27", Law: committeeLaw, Number: "第27条", Types: dividend, Subtypes: []string{"plan", "membership"},
			Text: "村民会议、村民代表会议的决定不得与法律抵触，不得侵犯村民的权利；违反的由乡镇人民政府责令改正。"},
		{Code: "committee-30", Law: committeeLaw, Number: "第30、31条", Types: dividend, Subtypes: []string{"accounts_undisclosed", "reserve_funds"},
			Text: "村务至少每季度公开一次，收支较多的每月公开，重大事项随时公开；不及时公开或者不真实的，村民可以向乡镇人民政府反映，由其调查核实。"},
		{Code: "committee-36", Law: committeeLaw, Number: "第36条", Types: dividend, Subtypes: []string{"plan", "membership", "compensation_distribution"},
			Text: "决定侵害村民合法权益的，受侵害的村民可以申请人民法院撤销。"},
		{Code: "contract-55", Law: contractLaw, Number: "第55条", Types: land,
			Text: "因土地承包经营发生纠纷，可以协商，可以请求村民委员会、乡镇人民政府等调解；不愿协商、调解或者不成的，可以申请仲裁，也可以起诉。"},
		{Code: "arbitration-10", Law: arbitrationLaw, Number: "第10条", Types: land,
			Text: "经调解达成协议的，应当制作调解协议书。"},
		{Code: "arbitration-18", Law: arbitrationLaw, Number: "第18条", Types: land,
			Text: "申请仲裁的时效期间为二年，自当事人知道或者应当知道权利被侵害之日起计算。"},
		{Code: "collective-56", Law: collectiveLaw, Number: "第56条", Types: dividend,
			Text: "对成员身份、内部管理、经营、收益分配等有争议的，可以请求乡镇人民政府、街道办事处或者县级农业农村主管部门调解；不愿调解或者不成的，可以申请仲裁，也可以起诉。"},
		{Code: "mediation-3", Law: mediationLaw, Number: "第3条",
			Text: "调解在当事人自愿、平等的基础上进行，不违背法律和国家政策，不因调解阻止当事人通过仲裁、行政、司法途径维护权利。"},
		{Code: "mediation-31", Law: mediationLaw, Number: "第31条",
			Text: "调解协议具有法律约束力，当事人应当按照约定履行；人民调解委员会监督履行、督促履行。"},
		{Code: "mediation-33", Law: mediationLaw, Number: "第33条",
			Text: "双方可以自协议生效之日起三十日内共同向人民法院申请司法确认；确认有效的可以申请强制执行，确认无效的可以重新调解或者起诉。"},
	}
	for i := range all {
		all[i].Version = lawVersion(all[i].Law)
	}
	return all
}

// ArticlesFor lists the articles that concern a dispute: those of its sub-type first, then those of its
// type, then those of every mediation.
func ArticlesFor(t DisputeType, subtype string) []Article {
	var own, typed, general []Article
	for _, a := range Articles() {
		switch {
		case len(a.Types) == 0:
			general = append(general, a)
		case !slices.Contains(a.Types, t):
		case len(a.Subtypes) == 0 || subtype == "":
			typed = append(typed, a)
		case slices.Contains(a.Subtypes, subtype):
			own = append(own, a)
		}
	}
	return slices.Concat(own, typed, general)
}

// CiteArticles turns codes into what an agreement keeps. The codes that are no article are returned.
func CiteArticles(codes []string) (refs []LawRef, unknown []string) {
	all := Articles()
	for _, code := range codes {
		i := slices.IndexFunc(all, func(a Article) bool { return a.Code == code })
		switch {
		case i < 0:
			unknown = append(unknown, code)
		case !slices.ContainsFunc(refs, func(r LawRef) bool { return r.Code == code }):
			a := all[i]
			refs = append(refs, LawRef{Code: a.Code, Law: a.Law, Version: a.Version, Number: a.Number, Text: a.Text})
		}
	}
	return refs, unknown
}
