package models

import "time"

// DisputeType is a type of the official statistics.
type DisputeType string

const (
	LandTransfer DisputeType = "land_transfer" // 土地流转
	Dividend     DisputeType = "dividend"      // 集体分红
)

// Choice is a code and what people read.
type Choice struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// DisputeTypes lists every type in the order of the forms: the two the system is built around,
// then those of the official statistics.
func DisputeTypes() []Choice {
	return []Choice{
		{string(LandTransfer), "土地流转"}, {string(Dividend), "集体分红"},
		{"marriage_family", "婚姻家庭"}, {"neighbourhood", "邻里"}, {"homestead", "房屋宅基地"}, {"contract", "合同"},
		{"production", "生产经营"}, {"damages", "损害赔偿"}, {"labour", "劳动争议"}, {"village_affairs", "村务管理"},
		{"forest_land", "山林土地"}, {"expropriation", "征地拆迁"}, {"environment", "环境保护"}, {"traffic", "道路交通事故"},
		{"property_service", "物业"}, {"medical", "医疗"}, {"consumer", "消费"}, {"other", "其他"},
	}
}

// Subtypes lists the sub-types of a type; only land transfer and dividends have them.
func Subtypes(t DisputeType) []Choice {
	switch t {
	case LandTransfer:
		return []Choice{
			{"rent_arrears", "租金拖欠"}, {"term_renewal", "期限与续租"}, {"termination", "单方解除"}, {"area_boundary", "面积四至"},
			{"use_damage", "改变用途、毁损"}, {"sub_transfer", "再流转"}, {"no_contract", "无书面合同"},
			{"compensation", "征收补偿归属"}, {"priority", "优先权"}, {"unfiled", "未备案"},
		}
	case Dividend:
		return []Choice{
			{"membership", "成员资格"}, {"quantification", "份额量化"}, {"plan", "分配方案"}, {"withholding", "扣发截留"},
			{"reserve_funds", "公积公益金"}, {"compensation_distribution", "征地补偿费分配"}, {"accounts_undisclosed", "财务不公开"},
		}
	}
	return nil
}

// SourceScreening is that of a case which a screening has found.
const SourceScreening = "screening"

// Sources lists how a case comes in (人民调解法第17、18条).
func Sources() []Choice {
	return []Choice{
		{"application", "当事人申请"}, {"initiative", "主动调解"}, {SourceScreening, "排查发现"}, {"court", "法院移送"},
		{"police", "公安移送"}, {"petition", "信访移送"}, {"other_transfer", "其他部门移送"},
	}
}

// NameOf finds a code's name in a list of choices; the code itself if it is not there.
func NameOf(choices []Choice, code string) string {
	for _, c := range choices {
		if c.Code == code {
			return c.Name
		}
	}
	return code
}

// HasCode says whether a code is in a list of choices.
func HasCode(choices []Choice, code string) bool {
	for _, c := range choices {
		if c.Code == code {
			return true
		}
	}
	return false
}

// RiskLevel is the risk of a dispute, never of a person.
type RiskLevel string

const (
	Blue   RiskLevel = "blue"   // 低
	Yellow RiskLevel = "yellow" // 一般
	Orange RiskLevel = "orange" // 较高
	Red    RiskLevel = "red"    // 高
)

// RiskLevels lists the levels from low to high.
func RiskLevels() []Choice {
	return []Choice{{string(Blue), "蓝（低）"}, {string(Yellow), "黄（一般）"}, {string(Orange), "橙（较高）"}, {string(Red), "红（高）"}}
}

// Rank orders risk levels; 0 for none.
func (r RiskLevel) Rank() int {
	for i, c := range RiskLevels() {
		if c.Code == string(r) {
			return i + 1
		}
	}
	return 0
}

// Name is the level as people say it.
func (r RiskLevel) Name() string { return NameOf(RiskLevels(), string(r)) }

// LandTransferFacts are the fields of a land-transfer dispute. Dates are "2006-01-02", "" where
// unknown.
type LandTransferFacts struct {
	Contract       string `bson:"contract" json:"contract" validate:"omitempty,oneof=none oral written" label:"合同形式"`
	ContractDate   string `bson:"contractDate,omitempty" json:"contractDate,omitempty" validate:"omitempty,day" label:"签订日期"`
	Filed          bool   `bson:"filed" json:"filed" label:"已向发包方备案"`
	From           string `bson:"from,omitempty" json:"from,omitempty" validate:"omitempty,day" label:"流转起始日期"`
	To             string `bson:"to,omitempty" json:"to,omitempty" validate:"omitempty,day" label:"流转截止日期"`
	ContractLandTo string `bson:"contractLandTo,omitempty" json:"contractLandTo,omitempty" validate:"omitempty,day" label:"承包期截止日期"`
	Registered     bool   `bson:"registered" json:"registered" label:"已办理登记"`
	LandName       string `bson:"landName,omitempty" json:"landName,omitempty" validate:"max=60" label:"地块名称"`
	Location       string `bson:"location,omitempty" json:"location,omitempty" validate:"max=120" label:"坐落"`
	AreaCentiMu    int64  `bson:"areaCentiMu,omitempty" json:"areaCentiMu,omitempty" validate:"gte=0,lte=10000000" label:"面积"`
	Use            string `bson:"use,omitempty" json:"use,omitempty" validate:"max=60" label:"用途"`
	PriceFenPerMu  int64  `bson:"priceFenPerMu,omitempty" json:"priceFenPerMu,omitempty" validate:"money" label:"每亩每年价格"`
	// ContractRef is the number or name by which a contract is known; Transferee who has the land. Cases
	// of one village that share either have one root.
	ContractRef string `bson:"contractRef,omitempty" json:"contractRef,omitempty" validate:"max=60" label:"合同编号或名称"`
	Transferee  string `bson:"transferee,omitempty" json:"transferee,omitempty" validate:"max=60" label:"受让方"`
	// PressingOn is the day that presses: of the harvest, or on which rent is to be paid.
	PressingOn       string `bson:"pressingOn,omitempty" json:"pressingOn,omitempty" validate:"omitempty,day" label:"收获或者交租的日期"`
	PaidUntil        string `bson:"paidUntil,omitempty" json:"paidUntil,omitempty" validate:"omitempty,day" label:"租金已付至"`
	SubTransferred   bool   `bson:"subTransferred" json:"subTransferred" label:"有再流转"`
	SubConsent       bool   `bson:"subConsent" json:"subConsent" label:"承包方书面同意再流转"`
	ViolationKnownOn string `bson:"violationKnownOn,omitempty" json:"violationKnownOn,omitempty" validate:"omitempty,day" label:"知道权利受侵害的日期"`
}

// DividendFacts are the fields of a dispute over collective dividends.
type DividendFacts struct {
	Collective       string `bson:"collective,omitempty" json:"collective,omitempty" validate:"max=80" label:"农村集体经济组织"`
	Year             int    `bson:"year,omitempty" json:"year,omitempty" validate:"omitempty,gte=1980,lte=2100" label:"分配年度"`
	DistributableFen int64  `bson:"distributableFen,omitempty" json:"distributableFen,omitempty" validate:"money" label:"可分配总额"`
	Basis            string `bson:"basis,omitempty" json:"basis,omitempty" validate:"omitempty,oneof=share head" label:"分配方式"`
	PerUnitFen       int64  `bson:"perUnitFen,omitempty" json:"perUnitFen,omitempty" validate:"money" label:"每股或每人金额"`
	ClaimedShares    int64  `bson:"claimedShares,omitempty" json:"claimedShares,omitempty" validate:"gte=0,lte=1000000" label:"主张份额"`
	MemberReason     string `bson:"memberReason,omitempty" json:"memberReason,omitempty" validate:"max=60" label:"成员情形"`
	// Decision says whether the distribution rests on a decision of the members' assembly or the
	// villagers; Disclosed whether it was made public.
	Decision     string `bson:"decision,omitempty" json:"decision,omitempty" validate:"omitempty,oneof=yes no unknown" label:"是否经会议决议"`
	DecisionDate string `bson:"decisionDate,omitempty" json:"decisionDate,omitempty" validate:"omitempty,day" label:"决议日期"`
	PayoutOn     string `bson:"payoutOn,omitempty" json:"payoutOn,omitempty" validate:"omitempty,day" label:"分红发放日期"`
	Disclosed    string `bson:"disclosed,omitempty" json:"disclosed,omitempty" validate:"omitempty,oneof=yes no unknown" label:"是否公开"`
	// KnownOn starts the two years of 农村土地承包经营纠纷调解仲裁法第18条 where arbitration applies.
	ViolationKnownOn string `bson:"violationKnownOn,omitempty" json:"violationKnownOn,omitempty" validate:"omitempty,day" label:"知道权利受侵害的日期"`
}

// Sitting is one 调解. HeldAt is when it took place, RecordedAt when it was written down.
type Sitting struct {
	Seq          int       `bson:"seq" json:"seq"`
	HeldAt       time.Time `bson:"heldAt" json:"heldAt"`
	RecordedAt   time.Time `bson:"recordedAt" json:"recordedAt"`
	Place        string    `bson:"place" json:"place"`
	Mediators    []string  `bson:"mediators" json:"mediators"`
	Recorder     string    `bson:"recorder" json:"recorder"`
	Participants []string  `bson:"participants" json:"participants"` // invited with the parties' consent (人民调解法第20条)
	Online       bool      `bson:"online" json:"online"`
	RightsTold   bool      `bson:"rightsTold" json:"rightsTold"` // 权利义务已告知 (第23、24条)
	// Statements are what each party said of it, as far as it was written down by itself.
	Statements []Statement `bson:"statements,omitempty" json:"statements,omitempty"`
	Course     string      `bson:"course" json:"course"`
	Result     string      `bson:"result" json:"result"` // continue, agreed, no_agreement
	Level      string      `bson:"level" json:"level"`
	// Common names the sitting that was held for several cases of one group dispute, "" for this case's
	// own: by it a case knows whether it has the record already.
	Common string `bson:"common,omitempty" json:"common,omitempty"`
}

// Statement is what a party said at a sitting.
type Statement struct {
	Party string `bson:"party" json:"party"`
	Text  string `bson:"text" json:"text"`
}

// SittingResults lists the results of a sitting.
func SittingResults() []Choice {
	return []Choice{{"continue", "择期继续调解"}, {"agreed", "达成一致"}, {"no_agreement", "未达成一致"}}
}

// Agreement is the 调解协议书 or the registered oral agreement (人民调解法第28至30条).
type Agreement struct {
	Form           string       `bson:"form" json:"form"` // written, oral
	OralReason     string       `bson:"oralReason,omitempty" json:"oralReason,omitempty"`
	Facts          string       `bson:"facts" json:"facts"` // main facts and matters in dispute
	Items          []string     `bson:"items" json:"items"`
	Manner         string       `bson:"manner" json:"manner"`
	AmountFen      int64        `bson:"amountFen" json:"amountFen"`
	Instalments    []Instalment `bson:"instalments" json:"instalments"`
	Signatures     []Signature  `bson:"signatures" json:"signatures"`
	MediatorSigned string       `bson:"mediatorSigned,omitempty" json:"mediatorSigned,omitempty"` // date
	Sealed         string       `bson:"sealed,omitempty" json:"sealed,omitempty"`                 // date of the committee's seal
	ReachedOn      string       `bson:"reachedOn" json:"reachedOn"`
	InForceOn      string       `bson:"inForceOn" json:"inForceOn"`                     // 第29条: last signature and seal; 第30条: the day it is reached
	ConfirmBy      string       `bson:"confirmBy,omitempty" json:"confirmBy,omitempty"` // last day to apply for judicial confirmation (第33条), as it was known when they agreed
	RecordedAt     time.Time    `bson:"recordedAt" json:"recordedAt"`
	Level          string       `bson:"level" json:"level"`

	Template string   `bson:"template,omitempty" json:"template,omitempty"` // the settlement it began with, "" for none
	Version  int      `bson:"version,omitempty" json:"version,omitempty"`   // number of the draft that was signed, 0 for one written by hand
	Grounds  []LawRef `bson:"grounds,omitempty" json:"grounds,omitempty"`
	// What became of it.
	Confirmation *Confirmation `bson:"confirmation,omitempty" json:"confirmation,omitempty"`
	Urgings      []Urging      `bson:"urgings,omitempty" json:"urgings,omitempty"`
	Breach       *Breach       `bson:"breach,omitempty" json:"breach,omitempty"`
}

// Signature is one party's signing of a written agreement.
type Signature struct {
	Party    string `bson:"party" json:"party"`
	SignedOn string `bson:"signedOn" json:"signedOn"`
}

// Instalment is one performance that is due.
type Instalment struct {
	Seq         int        `bson:"seq" json:"seq"`
	DueOn       string     `bson:"dueOn" json:"dueOn"`
	AmountFen   int64      `bson:"amountFen" json:"amountFen"`
	What        string     `bson:"what" json:"what"`
	PerformedOn string     `bson:"performedOn,omitempty" json:"performedOn,omitempty"`
	RecordedAt  *time.Time `bson:"recordedAt,omitempty" json:"recordedAt,omitempty"`
	Note        string     `bson:"note,omitempty" json:"note,omitempty"`
	PaidFen     int64      `bson:"paidFen,omitempty" json:"paidFen,omitempty"` // what was really paid
	Receipt     string     `bson:"receipt,omitempty" json:"receipt,omitempty"` // 收条、转账凭证
}

// Failure is the end of mediation without agreement. The parties are told of arbitration,
// administrative and court remedies (人民调解法第26条).
type Failure struct {
	At           time.Time `bson:"at" json:"at"`
	Reason       string    `bson:"reason" json:"reason"`
	RemediesTold bool      `bson:"remediesTold" json:"remediesTold"`
	RemediesText string    `bson:"remediesText" json:"remediesText"`
	Level        string    `bson:"level" json:"level"`
}

// Referral is where a case was sent that mediation does not end, and whether the parties were told of
// their remedies (人民调解法第26条).
type Referral struct {
	At           time.Time `bson:"at" json:"at"`
	To           string    `bson:"to" json:"to"` // arbitration, court, administrative, police
	Name         string    `bson:"name" json:"name"`
	Reason       string    `bson:"reason" json:"reason"`
	RemediesTold bool      `bson:"remediesTold,omitempty" json:"remediesTold"`
	RemediesText string    `bson:"remediesText,omitempty" json:"remediesText,omitempty"`
}

// ReferralTargets lists where a case can be referred to.
func ReferralTargets() []Choice {
	return []Choice{{"arbitration", "农村土地承包仲裁委员会"}, {"court", "人民法院"}, {"administrative", "行政主管部门"}, {"police", "公安机关"}}
}

// Remedies is what the parties are told when mediation ends without agreement, by type of dispute
// (人民调解法第26条; 农村土地承包法第55条; 农村集体经济组织法第56条; 仲裁法律时效见农村土地承包经营纠纷调解仲裁法第18条).
func Remedies(t DisputeType) string {
	switch t {
	case LandTransfer:
		return "可以向农村土地承包仲裁委员会申请仲裁（自知道或者应当知道权利被侵害之日起二年内），也可以直接向人民法院起诉。经济困难的，可以向县法律援助中心申请法律援助。"
	case Dividend:
		return "可以请求乡镇人民政府或者县级农业农村主管部门调解，也可以向农村土地承包仲裁委员会申请仲裁或者向人民法院起诉。经济困难的，可以向县法律援助中心申请法律援助。"
	}
	return "可以依法通过仲裁、行政、司法等途径维护自己的权利，也可以直接向人民法院起诉。经济困难的，可以向县法律援助中心申请法律援助。"
}
