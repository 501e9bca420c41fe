package casework

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/workday"
)

// LogForm is a dispute as it comes in.
type LogForm struct {
	Type        models.DisputeType `json:"type" validate:"required" label:"纠纷类型"`
	Subtype     string             `json:"subtype,omitempty" label:"具体情形"`
	VillageCode string             `json:"villageCode" validate:"required,village" label:"所在村"`
	Title       string             `json:"title" validate:"notblank,max=60" label:"标题"`
	Facts       string             `json:"facts" validate:"notblank,max=5000" label:"简要事实"`
	Requests    []string           `json:"requests" validate:"max=10,dive,notblank,max=300" label:"请求"`
	Source      string             `json:"source,omitempty" label:"来源"`
	AmountFen   int64              `json:"amountFen,omitempty" validate:"money" label:"涉及金额"`
	Households  int                `json:"households,omitempty" validate:"gte=0,lte=100000" label:"涉及户数"`
	// Risk is the level that who logs it holds right, where that is higher than what the system scores.
	Risk models.RiskLevel `json:"risk,omitempty" validate:"omitempty,oneof=blue yellow orange red" label:"风险等级"`
	// RiskSigns are those that were reported; some ask for the report to the police.
	models.RiskSigns
	Parties  []PartyForm               `json:"parties" validate:"min=2,max=60,dive" label:"当事人"`
	Land     *models.LandTransferFacts `json:"landTransfer,omitempty" label:"土地流转情况"`
	Dividend *models.DividendFacts     `json:"dividend,omitempty" label:"集体分红情况"`
	// Intake says where the case begins when the village would judge in its own house: "village"
	// with both parties' recorded consent, or "township". A judicial officer's own case begins at
	// the township.
	Intake  string `json:"intake,omitempty" validate:"omitempty,oneof=village township" label:"由谁受理"`
	Consent string `json:"consent,omitempty" validate:"max=300" label:"双方同意由村里调解的记录"`
	// DictatedBy is who told the case, where somebody else typed it; Typist who typed, the actor where
	// that is left out.
	DictatedBy string `json:"dictatedBy,omitempty" validate:"max=30" label:"口述人"`
	Typist     string `json:"typist,omitempty" validate:"max=30" label:"代录人"`
	// Finding is the id of the finding of a screening return that becomes this case, "" for none.
	Finding string `json:"finding,omitempty" validate:"max=60" label:"排查线索"`
	// Follows is the id of the filed case whose dispute came back, "" for none; Again what happened since.
	Follows string `json:"follows,omitempty" validate:"max=60" label:"归档的原案"`
	Again   string `json:"again,omitempty" validate:"max=500" label:"归档以后又发生了什么"`
}

// PartyForm is a party as it is typed in. Its numbers are sealed before they are stored.
type PartyForm struct {
	// Was is its place in the list of the filed case that is followed, from 1, 0 for none: a number that is left
	// out is then that one's.
	Was            int              `json:"was,omitempty" validate:"gte=0,lte=60" label:"原案的当事人"`
	Role           models.PartyRole `json:"role" validate:"required,oneof=applicant respondent third" label:"当事人地位"`
	Kind           models.PartyKind `json:"kind" validate:"required,oneof=person organisation" label:"当事人种类"`
	Name           string           `json:"name" validate:"notblank,max=60" label:"姓名或名称"`
	IDNumber       string           `json:"idNumber,omitempty" validate:"max=40" label:"证件号码"`
	Phone          string           `json:"phone,omitempty" validate:"omitempty,phone" label:"电话"`
	Address        string           `json:"address,omitempty" validate:"max=120" label:"住址"`
	Sex            string           `json:"sex,omitempty" validate:"omitempty,oneof=男 女" label:"性别"`
	Nation         string           `json:"nation,omitempty" validate:"max=20" label:"民族"`
	Occupation     string           `json:"occupation,omitempty" validate:"max=60" label:"职业或职务"`
	Collective     bool             `json:"collective,omitempty" label:"是村集体或村委会"`
	Agent          string           `json:"agent,omitempty" validate:"max=60" label:"委托代理人"`
	Representative string           `json:"representative,omitempty" validate:"max=60" label:"代表人"`
	Away           bool             `json:"away,omitempty" label:"在外地"`
}

// CorrectForm puts a case's own fields right: all of them, as they should be. The place, the risk and where
// it came in are no slips of the pen, and have actions of their own.
type CorrectForm struct {
	Reason     string                    `json:"reason" validate:"notblank,max=500" label:"补正的原因"`
	Type       models.DisputeType        `json:"type" validate:"required" label:"纠纷类型"`
	Subtype    string                    `json:"subtype,omitempty" label:"具体情形"`
	Title      string                    `json:"title" validate:"notblank,max=60" label:"标题"`
	Facts      string                    `json:"facts" validate:"notblank,max=5000" label:"简要事实"`
	Requests   []string                  `json:"requests" validate:"max=10,dive,notblank,max=300" label:"请求"`
	Source     string                    `json:"source" validate:"required" label:"来源"`
	AmountFen  int64                     `json:"amountFen,omitempty" validate:"money" label:"涉及金额"`
	Households int                       `json:"households,omitempty" validate:"gte=0,lte=100000" label:"涉及户数"`
	Parties    []CorrectPartyForm        `json:"parties" validate:"min=2,max=60,dive" label:"当事人"`
	Land       *models.LandTransferFacts `json:"landTransfer,omitempty" label:"土地流转情况"`
	Dividend   *models.DividendFacts     `json:"dividend,omitempty" label:"集体分红情况"`
}

// CorrectPartyForm is a party as it should be. Was is its place in the case's list, from 1, 0 for one that
// was forgotten; a number that is left out stays as it was.
type CorrectPartyForm struct {
	Was            int              `json:"was,omitempty" validate:"gte=0,lte=60" label:"原来的当事人"`
	Role           models.PartyRole `json:"role" validate:"required,oneof=applicant respondent third" label:"当事人地位"`
	Kind           models.PartyKind `json:"kind" validate:"required,oneof=person organisation" label:"当事人种类"`
	Name           string           `json:"name" validate:"notblank,max=60" label:"姓名或名称"`
	IDNumber       string           `json:"idNumber,omitempty" validate:"max=40" label:"证件号码"`
	Phone          string           `json:"phone,omitempty" validate:"omitempty,phone" label:"电话"`
	Address        string           `json:"address,omitempty" validate:"max=120" label:"住址"`
	Sex            string           `json:"sex,omitempty" validate:"omitempty,oneof=男 女" label:"性别"`
	Nation         string           `json:"nation,omitempty" validate:"max=20" label:"民族"`
	Occupation     string           `json:"occupation,omitempty" validate:"max=60" label:"职业或职务"`
	Collective     bool             `json:"collective,omitempty" label:"是村集体或村委会"`
	Agent          string           `json:"agent,omitempty" validate:"max=60" label:"委托代理人"`
	Representative string           `json:"representative,omitempty" validate:"max=60" label:"代表人"`
	Away           bool             `json:"away,omitempty" label:"在外地"`
}

// logged is the case as it would have been logged.
func (f *CorrectForm) logged(village string) LogForm {
	form := LogForm{
		Type: f.Type, Subtype: f.Subtype, VillageCode: village, Title: f.Title, Facts: f.Facts, Requests: f.Requests, Source: f.Source,
		AmountFen: f.AmountFen, Households: f.Households, Land: f.Land, Dividend: f.Dividend,
	}
	for _, p := range f.Parties {
		form.Parties = append(form.Parties, PartyForm{
			Role: p.Role, Kind: p.Kind, Name: p.Name, IDNumber: p.IDNumber, Phone: p.Phone, Address: p.Address, Sex: p.Sex, Nation: p.Nation,
			Occupation: p.Occupation, Collective: p.Collective, Agent: p.Agent, Representative: p.Representative, Away: p.Away,
		})
	}
	return form
}

// tidy trims what people type and drops empty lines, so that checks see what is meant.
func (f *LogForm) tidy() {
	if f.Land != nil {
		f.Land.ContractRef, f.Land.Transferee = strings.TrimSpace(f.Land.ContractRef), strings.TrimSpace(f.Land.Transferee)
	}
	for _, s := range []*string{&f.Subtype, &f.VillageCode, &f.Title, &f.Facts, &f.Source, &f.Consent, &f.DictatedBy, &f.Typist, &f.Follows, &f.Again} {
		*s = strings.TrimSpace(*s)
	}
	f.Requests = trimList(f.Requests)
	for i := range f.Parties {
		p := &f.Parties[i]
		for _, s := range []*string{&p.Name, &p.IDNumber, &p.Phone, &p.Address, &p.Nation, &p.Occupation, &p.Agent, &p.Representative} {
			*s = strings.TrimSpace(*s)
		}
	}
	if f.Source == "" {
		f.Source = "application"
	}
	if f.Risk == "" {
		f.Risk = models.Blue
	}
}

// check holds what tags cannot say.
func (f *LogForm) check(now time.Time) error {
	var faults []models.FieldError
	fault := func(field, format string, args ...any) {
		faults = append(faults, models.FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
	}
	if !models.HasCode(models.DisputeTypes(), string(f.Type)) {
		fault("type", "请从列表中选择纠纷类型")
	}
	if subtypes := models.Subtypes(f.Type); f.Subtype != "" && !models.HasCode(subtypes, f.Subtype) {
		fault("subtype", "请从列表中选择具体情形")
	}
	if !models.HasCode(models.Sources(), f.Source) {
		fault("source", "请从列表中选择来源")
	}
	if f.Land != nil && f.Type != models.LandTransfer {
		fault("landTransfer", "只有土地流转纠纷才填写土地流转情况")
	}
	if f.Dividend != nil && f.Type != models.Dividend {
		fault("dividend", "只有集体分红纠纷才填写分红情况")
	}
	if f.Typist != "" && f.DictatedBy == "" {
		fault("dictatedBy", "有代录人的，请写明是谁口述的")
	}
	if f.Follows != "" && f.Again == "" {
		fault("again", "请写明归档以后又发生了什么")
	}
	if f.Follows == "" && f.Again != "" {
		fault("follows", "请从归档的原案的页面登记，或者删去“归档以后又发生了什么”")
	}
	for i := range f.Parties {
		if f.Follows == "" && f.Parties[i].Was > 0 {
			fault(fmt.Sprintf("parties[%d].was", i), "只有接着归档的原案登记时才填写")
		}
	}
	for _, side := range []models.PartyRole{models.Applicant, models.Respondent} {
		if !slices.ContainsFunc(f.Parties, func(p PartyForm) bool { return p.Role == side }) {
			fault("parties", "请至少填写一名%s", side.Name())
		}
	}
	for i := range f.Parties {
		p := &f.Parties[i]
		if p.IDNumber == "" {
			continue
		}
		tidy := models.CheckCreditCode
		if p.Kind == models.Person {
			tidy = models.CheckIDNumber
		}
		if number, err := tidy(p.IDNumber); err != nil {
			fault(fmt.Sprintf("parties[%d].idNumber", i), "%s", err)
		} else {
			p.IDNumber = number // what is wrong stays as it was typed
		}
	}
	today := workday.OfTime(now).String()
	if l := f.Land; l != nil {
		if l.From != "" && l.To != "" && l.To < l.From {
			fault("landTransfer.to", "流转截止日期不能早于起始日期")
		}
		if l.ContractDate > today {
			fault("landTransfer.contractDate", "签订日期不能晚于今天")
		}
		if l.ViolationKnownOn > today {
			fault("landTransfer.violationKnownOn", "知道权利受侵害的日期不能晚于今天")
		}
	}
	if d := f.Dividend; d != nil {
		if d.ViolationKnownOn > today {
			fault("dividend.violationKnownOn", "知道权利受侵害的日期不能晚于今天")
		}
		if d.DecisionDate > today {
			fault("dividend.decisionDate", "决议日期不能晚于今天")
		}
	}
	return invalid(faults)
}

// AcceptForm is 受理. Consent is asked for where the village has a conflict of interest.
type AcceptForm struct {
	Mediators []string `json:"mediators,omitempty" validate:"max=9,dive,notblank,max=30" label:"调解员"`
	Consent   string   `json:"consent,omitempty" validate:"max=300" label:"双方同意由村里调解的记录"`
}

// DeclineForm is 不予受理 (人民调解法第17条 where a party clearly refuses).
type DeclineForm struct {
	Reason string `json:"reason" validate:"notblank,max=500" label:"理由"`
}

// SittingForm is one 调解记录. HeldAt is RFC 3339.
type SittingForm struct {
	HeldAt       time.Time `json:"heldAt" validate:"required" label:"调解时间"`
	Place        string    `json:"place" validate:"notblank,max=120" label:"调解地点"`
	Mediators    []string  `json:"mediators,omitempty" validate:"max=9,dive,notblank,max=30" label:"调解员"`
	Recorder     string    `json:"recorder,omitempty" validate:"max=30" label:"记录人"`
	Participants []string  `json:"participants,omitempty" validate:"max=30,dive,notblank,max=30" label:"参加人"`
	Online       bool      `json:"online,omitempty" label:"线上调解"`
	RightsTold   bool      `json:"rightsTold,omitempty" label:"已告知权利义务"`
	// Statements are what each party said, of those who said something that is worth a record of its own.
	Statements []StatementForm `json:"statements,omitempty" validate:"max=60,dive" label:"各方意见"`
	Course     string          `json:"course" validate:"notblank,max=10000" label:"调解经过"`
	Result     string          `json:"result" validate:"required,oneof=continue agreed no_agreement" label:"调解结果"`
	// RiskSigns are those that showed. What was reported before stays.
	models.RiskSigns
	// Together records it on every case of the group dispute that the case belongs to.
	Together bool `json:"together,omitempty" label:"群体性纠纷的共同调解"`
}

// StatementForm is what a party said at a sitting, "" for nothing.
type StatementForm struct {
	Party string `json:"party,omitempty" validate:"max=60" label:"当事人"`
	Text  string `json:"text,omitempty" validate:"max=1000" label:"意见"`
}

// SittingResults lists the results of a sitting.
func SittingResults() []models.Choice { return models.SittingResults() }

// AgreementForm is the agreement. Dates are "2006-01-02". Written: in force on the last of the
// signatures and the seal (人民调解法第29条); oral: on the day it is reached (第30条).
type AgreementForm struct {
	Form           string             `json:"form" validate:"required,oneof=written oral" label:"协议形式"`
	OralReason     string             `json:"oralReason,omitempty" validate:"max=300" label:"口头协议的原因"`
	Facts          string             `json:"facts,omitempty" validate:"max=5000" label:"主要事实和争议事项"`
	Items          []string           `json:"items" validate:"min=1,max=30,dive,notblank,max=1000" label:"协议内容"`
	Manner         string             `json:"manner,omitempty" validate:"max=500" label:"履行方式和期限"`
	AmountFen      int64              `json:"amountFen,omitempty" validate:"money" label:"协议金额"`
	Instalments    []InstalmentForm   `json:"instalments,omitempty" validate:"max=60,dive" label:"分期履行"`
	Signatures     []models.Signature `json:"signatures,omitempty" validate:"max=60" label:"当事人签名"`
	MediatorSigned string             `json:"mediatorSigned,omitempty" validate:"omitempty,day" label:"调解员签名日期"`
	Sealed         string             `json:"sealed,omitempty" validate:"omitempty,day" label:"调委会盖章日期"`
	ReachedOn      string             `json:"reachedOn,omitempty" validate:"omitempty,day" label:"达成协议日期"`
	Template       string             `json:"template,omitempty" validate:"max=40" label:"范本"`
	Grounds        []string           `json:"grounds,omitempty" validate:"max=30" label:"法律依据"` // codes of articles
}

// DraftForm is a text of an agreement before it is signed. Reason says why it replaces the one before.
type DraftForm struct {
	Template    string           `json:"template,omitempty" validate:"max=40" label:"范本"`
	Form        string           `json:"form" validate:"required,oneof=written oral" label:"协议形式"`
	OralReason  string           `json:"oralReason,omitempty" validate:"max=300" label:"口头协议的原因"`
	Facts       string           `json:"facts,omitempty" validate:"max=5000" label:"主要事实和争议事项"`
	Items       []string         `json:"items" validate:"min=1,max=30,dive,notblank,max=1000" label:"协议内容"`
	Manner      string           `json:"manner,omitempty" validate:"max=500" label:"履行方式和期限"`
	AmountFen   int64            `json:"amountFen,omitempty" validate:"money" label:"协议金额"`
	Instalments []InstalmentForm `json:"instalments,omitempty" validate:"max=60,dive" label:"分期履行"`
	Grounds     []string         `json:"grounds,omitempty" validate:"max=30" label:"法律依据"` // codes of articles
	Reason      string           `json:"reason,omitempty" validate:"max=300" label:"修改的原因"`
}

// SignForm says who has signed the current draft and when. A day left out is a signature that is missing
// still; the agreement is reached when none is.
type SignForm struct {
	ReachedOn      string             `json:"reachedOn" validate:"required,day" label:"达成协议日期"`
	Signatures     []models.Signature `json:"signatures,omitempty" validate:"max=60" label:"当事人签名"`
	MediatorSigned string             `json:"mediatorSigned,omitempty" validate:"omitempty,day" label:"调解员签名日期"`
	Sealed         string             `json:"sealed,omitempty" validate:"omitempty,day" label:"调委会盖章日期"`
}

// InstalmentForm is one performance to come.
type InstalmentForm struct {
	DueOn     string `json:"dueOn" validate:"required,day" label:"履行日期"`
	AmountFen int64  `json:"amountFen,omitempty" validate:"money" label:"金额"`
	What      string `json:"what,omitempty" validate:"max=200" label:"履行内容"`
}

// PerformForm ticks off one instalment, or the whole agreement where it has none (Seq 0).
type PerformForm struct {
	Seq  int    `json:"seq,omitempty" validate:"gte=0" label:"期次"`
	On   string `json:"on" validate:"required,day" label:"履行日期"`
	Note string `json:"note,omitempty" validate:"max=300" label:"备注"`
	// PaidFen is what was paid, 0 for as much as was agreed; Receipt what shows it.
	PaidFen int64  `json:"paidFen,omitempty" validate:"money" label:"实付金额"`
	Receipt string `json:"receipt,omitempty" validate:"max=100" label:"收条或者凭证"`
}

// ConfirmForm is a step of the judicial confirmation (人民调解法第33条): both parties' application, or the court's
// decision.
type ConfirmForm struct {
	Step   string `json:"step" validate:"required,oneof=applied confirmed refused" label:"办到哪一步"`
	On     string `json:"on" validate:"required,day" label:"日期"`
	Court  string `json:"court,omitempty" validate:"max=60" label:"人民法院"`
	Number string `json:"number,omitempty" validate:"max=60" label:"案号"`
	Reason string `json:"reason,omitempty" validate:"max=500" label:"法院的理由"`
}

// PressForm is 督促: how somebody who does not keep the agreement was urged, and what came of it.
type PressForm struct {
	Seq    int    `json:"seq,omitempty" validate:"gte=0" label:"期次"`
	On     string `json:"on" validate:"required,day" label:"督促日期"`
	How    string `json:"how" validate:"notblank,max=200" label:"怎样督促"`
	Answer string `json:"answer" validate:"notblank,max=500" label:"对方的答复"`
}

// BreachForm ends an agreement that is not kept. The parties must have been told where to go.
type BreachForm struct {
	Way  string `json:"way" validate:"required,oneof=enforce sue" label:"怎样解决"`
	Told bool   `json:"told" label:"已告知当事人"`
	Note string `json:"note" validate:"notblank,max=1000" label:"情况说明"`
}

// ReopenForm mediates a dispute again that was over.
type ReopenForm struct {
	Reason string `json:"reason" validate:"required,oneof=broken refused again asked" label:"重新调解的原因"`
	Note   string `json:"note" validate:"notblank,max=1000" label:"情况说明"`
}

// VisitForm is one 回访.
type VisitForm struct {
	On           string   `json:"on" validate:"required,day" label:"回访日期"`
	How          string   `json:"how" validate:"required,oneof=home phone online" label:"回访方式"`
	Visitor      string   `json:"visitor,omitempty" validate:"max=30" label:"回访人"`
	Visited      []string `json:"visited" validate:"min=1,max=60,dive,notblank,max=60" label:"回访对象"`
	Kept         string   `json:"kept,omitempty" validate:"max=500" label:"履行情况"`
	Satisfaction string   `json:"satisfaction" validate:"required,oneof=satisfied fair dissatisfied" label:"满意程度"`
	Signs        string   `json:"signs,omitempty" validate:"max=500" label:"新的苗头"`
	Measures     string   `json:"measures,omitempty" validate:"max=500" label:"采取的措施"`
}

// AffirmForm puts on record that somebody has read, or was read, what another typed, and signed it.
type AffirmForm struct {
	By          string `json:"by" validate:"notblank,max=30" label:"确认人"`
	On          string `json:"on" validate:"required,day" label:"确认日期"`
	Mark        string `json:"mark" validate:"required,oneof=signature fingerprint" label:"签名还是按指印"`
	Corrections string `json:"corrections,omitempty" validate:"max=500" label:"本人要改的地方"`
}

// FailForm is 调解不成. The parties must have been told of their remedies (人民调解法第26条).
type FailForm struct {
	Reason       string `json:"reason" validate:"notblank,max=1000" label:"不成的原因"`
	RemediesTold bool   `json:"remediesTold" label:"已告知救济途径"`
}

// ReasonForm is an action that needs only its reason.
type ReasonForm struct {
	Reason string `json:"reason" validate:"notblank,max=1000" label:"理由"`
}

// CloseForm is 结案.
type CloseForm struct {
	Note string `json:"note,omitempty" validate:"max=1000" label:"结案说明"`
}

// ReferForm is 转出, to arbitration, court, an administrative department or the police.
type ReferForm struct {
	To     string `json:"to" validate:"required,oneof=arbitration court administrative police" label:"转往何处"`
	Name   string `json:"name,omitempty" validate:"max=80" label:"单位名称"`
	Reason string `json:"reason" validate:"notblank,max=1000" label:"理由"`

	RemediesTold bool `json:"remediesTold,omitempty" label:"已告知救济途径"` // asked for at the top, where mediation ends
}

// EscalateForm is 上报 by a person: why, and what is asked of the next level.
type EscalateForm struct {
	Reason models.Reason `json:"reason" validate:"required,oneof=failed asked conflict risk" label:"上报原因"`
	Note   string        `json:"note" validate:"notblank,max=1000" label:"情况说明"`
	Asked  string        `json:"asked,omitempty" validate:"max=500" label:"请上级做什么"`
}

// ReviewForm is the township's or county's answer to an escalation.
type ReviewForm struct {
	Decision   string            `json:"decision" validate:"required,oneof=accept return refer" label:"处理意见"`
	Note       string            `json:"note,omitempty" validate:"max=1000" label:"说明"`
	AskVillage bool              `json:"askVillage,omitempty" label:"请村里继续协助调解"`                                                       // accept
	Missing    []string          `json:"missing,omitempty" validate:"max=20,dive,notblank,max=200" label:"需要补充的事项"`                    // return
	Papers     []ReturnPaperForm `json:"papers,omitempty" validate:"max=40,dive" label:"退回的材料"`                                        // return; one without a reason is none
	Days       int               `json:"days,omitempty" validate:"gte=0" label:"退回后的期限"`                                               // return
	To         string            `json:"to,omitempty" validate:"omitempty,oneof=arbitration court administrative police" label:"转往何处"` // refer
	Name       string            `json:"name,omitempty" validate:"max=80" label:"单位名称"`

	RemediesTold bool `json:"remediesTold,omitempty" label:"已告知救济途径"` // refer; see ReferForm
}

// ReturnPaperForm sends one paper back.
type ReturnPaperForm struct {
	Paper  string `json:"paper" validate:"max=20" label:"材料"` // one of models.PaperNames
	Page   string `json:"page,omitempty" validate:"max=20" label:"页码"`
	Reason string `json:"reason,omitempty" validate:"max=200" label:"退回的理由"`
}

func trimList(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func invalid(faults []models.FieldError) error {
	if len(faults) == 0 {
		return nil
	}
	return &models.Error{Kind: models.Invalid, Code: "invalid", Message: "填写有误，请按提示修改", Fields: faults}
}
