package api

import (
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/escalation"
	"fengqiao/pkg/workday"
)

// CaseItem is a case as a list shows it.
type CaseItem struct {
	ID           string               `json:"id"`
	Number       *string              `json:"number" description:"卷号，受理时给出，之前为null"`
	Version      int64                `json:"version"`
	State        models.State         `json:"state"`
	StateName    string               `json:"stateName"`
	Ending       models.ClosingReason `json:"ending" description:"结案方式，未结案时为空"`
	Level        string               `json:"level" description:"现在由哪一级办理，级别由时限规则决定"`
	LevelName    string               `json:"levelName"`
	Office       models.Office        `json:"office" description:"现在由谁办理"`
	Review       models.ReviewState   `json:"review" description:"上报后的签收情况，没有上报时为空"`
	Risk         models.RiskLevel     `json:"risk"`
	Type         models.DisputeType   `json:"type"`
	Subtype      string               `json:"subtype"`
	Title        string               `json:"title"`
	Source       string               `json:"source"`
	AmountFen    int64                `json:"amountFen"`
	Households   int                  `json:"households"`
	Applicants   string               `json:"applicants" description:"申请人姓名，以、分隔"`
	Respondents  string               `json:"respondents" description:"被申请人姓名，以、分隔"`
	VillageCode  string               `json:"villageCode"`
	VillageName  string               `json:"villageName"`
	TownshipCode string               `json:"townshipCode"`
	TownshipName string               `json:"townshipName"`
	CountyCode   string               `json:"countyCode"`
	CountyName   string               `json:"countyName"`
	DueAt        *time.Time           `json:"dueAt" description:"期限届满的时刻；没有期限在走时为null"`
	Overdue      bool                 `json:"overdue"`
	LoggedAt     time.Time            `json:"loggedAt"`
	AcceptedAt   *time.Time           `json:"acceptedAt"`
	ConcludedAt  *time.Time           `json:"concludedAt" description:"调解结束：达成协议、调解不成或结案"`
	ClosedAt     *time.Time           `json:"closedAt"`
}

// Case is a whole case file. Identity and phone numbers are masked: it cannot hold others.
type Case struct {
	CaseItem
	Facts     string                    `json:"facts"`
	Requests  []string                  `json:"requests"`
	Parties   []Party                   `json:"parties"`
	Land      *models.LandTransferFacts `json:"landTransfer"`
	Dividend  *models.DividendFacts     `json:"dividend"`
	Follows   *models.FiledCase         `json:"follows" description:"接着办的归档原案；没有时为null"`
	Conflict  models.ConflictOfInterest `json:"conflict" description:"被申请人是村集体时，村里调解有利益冲突"`
	Mediators []string                  `json:"mediators"`
	Signs     models.RiskSigns          `json:"signs" description:"有人反映的激化迹象；没有的不列出"`
	// Scores are of the dispute, never of a person.
	Assessment *models.Assessment  `json:"assessment" description:"系统按风险评估规则算的分数、等级和因素；没有风险因素时为null"`
	Raised     *models.RiskRaise   `json:"raised" description:"有人提高到的等级，降低以前至少按它办理；没有时为null"`
	Cluster    *models.CaseCluster `json:"cluster" description:"已确认属于的群体性纠纷；没有时为null"`
	Asked      bool                `json:"asked" description:"上级请村里继续协助调解"`
	Clock      *Clock              `json:"clock" description:"正在走的期限；没有时为null"`
	Stages     []models.Stage      `json:"stages" description:"逐级办理的经过，每到一级一条"`
	Sittings   []models.Sitting    `json:"sittings"`

	Investigations []models.Investigation `json:"investigations"`

	Agreement *models.Agreement       `json:"agreement"`
	Failure   *models.Failure         `json:"failure"`
	Referral  *models.Referral        `json:"referral"`
	Drafts    []models.AgreementDraft `json:"drafts" description:"还没有签完的协议，每一稿都在，最后一稿是现在的"`
	Rounds    []models.Round          `json:"rounds" description:"重新调解以前的各次调解"`
	After     *models.Aftercare       `json:"after" description:"调解以后的提醒和回访；没有时为null"`
	Corrected []models.Correction     `json:"corrections" description:"补正"`
	Dictation *models.Dictation       `json:"dictation" description:"口述、代录和本人确认；没有时为null"`
	Papers    []models.CasePaper      `json:"papers" description:"卷宗材料现在的情况"`
	Police    *models.PoliceDuty      `json:"police" description:"有可能激化为治安或者刑事案件时，报告公安的情况（人民调解法第25条）；没有时为null"`
	Timeline  []Event                 `json:"timeline"`
	Hints     []Hint                  `json:"hints" description:"可能存在的问题，请核实"`
	Allowed   []models.Action         `json:"allowed" description:"您现在可以办理的事项"`
	LoggedBy  models.Actor            `json:"loggedBy"`
}

// Party is a party with masked numbers.
type Party struct {
	Role           models.PartyRole `json:"role"`
	Kind           models.PartyKind `json:"kind"`
	Name           string           `json:"name"`
	IDNumber       string           `json:"idNumber" description:"遮盖后的证件号码"`
	Phone          string           `json:"phone" description:"遮盖后的电话"`
	Address        string           `json:"address"`
	Sex            string           `json:"sex"`
	Nation         string           `json:"nation"`
	Occupation     string           `json:"occupation" description:"职业或职务，有工作单位的连同单位"`
	Collective     bool             `json:"collective"`
	Agent          string           `json:"agent"`
	Representative string           `json:"representative"`
	Away           bool             `json:"away"`
}

// Clock is the deadline that runs, with its working.
type Clock struct {
	Phase        models.Phase      `json:"phase"`
	Since        time.Time         `json:"since"`
	DueAt        *time.Time        `json:"dueAt" description:"期限届满的时刻；暂停计时的时候为null"`
	Days         int               `json:"days"`
	Unit         models.Unit       `json:"unit"`
	Rule         string            `json:"rule"`
	PolicyNumber int               `json:"policyNumber"`
	Policy       string            `json:"policy" description:"算出期限的那一版时限规则：默认规则第1版是各县通用的，第1版是本县自己的"`
	Provisional  bool              `json:"provisional" description:"暂定：所经年份的放假安排尚未公布"`
	Summary      string            `json:"summary" description:"期限怎么算出来的，一句话"`
	Working      []models.WorkLine `json:"working"`
	Warnings     []models.Warning  `json:"warnings"`
}

// Event is one entry of the timeline. Each carries the hash of the one before it.
type Event struct {
	Seq        int             `json:"seq"`
	At         time.Time       `json:"at"`
	Actor      models.Actor    `json:"actor"`
	Action     models.Action   `json:"action"`
	ActionName string          `json:"actionName"`
	Before     models.Position `json:"before"`
	After      models.Position `json:"after"`
	Note       string          `json:"note"`
	// Clock is what the event did to the clock.
	Clock *models.ClockChange `json:"clock" description:"这一步对计时做了什么：从新计时、暂停、恢复、延期、督办等；没有就是null"`
	Prev  string              `json:"prev"`
	Hash  string              `json:"hash"`
}

// Hint is something about the case that may be wrong, with the article it rests on.
type Hint struct {
	Text string `json:"text"`
	Law  string `json:"law"`
}

func itemOf(c *models.Case, now time.Time) CaseItem {
	item := CaseItem{
		ID: c.ID.Hex(), Version: c.Version, State: c.State, StateName: c.State.Name(), Ending: c.Ending,
		Level: c.Level, Office: c.Office, Review: c.Review, Risk: c.Risk, Type: c.Type, Subtype: c.Subtype, Title: c.Title,
		Source: c.Source, AmountFen: c.AmountFen, Households: c.Households,
		Applicants: c.PartyNames(models.Applicant), Respondents: c.PartyNames(models.Respondent),
		VillageCode: c.Place.Village, VillageName: c.Place.VillageName, TownshipCode: c.Place.Township, TownshipName: c.Place.TownshipName,
		CountyCode: c.Place.County, CountyName: c.Place.CountyName,
		DueAt: c.DueAt, Overdue: c.IsOverdue(now), LoggedAt: c.LoggedAt, AcceptedAt: c.AcceptedAt, ConcludedAt: c.ConcludedAt, ClosedAt: c.ClosedAt,
	}
	if c.Number != nil {
		item.Number = &c.Number.Text
	}
	if stage := c.LastStage(); stage != nil {
		item.LevelName = stage.Name
	}
	return item
}

func itemsOf(cases []*models.Case, now time.Time) []CaseItem {
	items := make([]CaseItem, len(cases))
	for i, c := range cases {
		items[i] = itemOf(c, now)
	}
	return items
}

// allowedNow is what the actor may do to the case now, by the lifecycle and by the clock.
func allowedNow(c *models.Case, policy *models.Policy, actor models.Actor, now time.Time) []models.Action {
	return slices.DeleteFunc(c.Allowed(policy, actor), func(a models.Action) bool { return escalation.Bars(policy, c, a, now) != nil })
}

// viewOf shows a case to an actor, under the policy that governs its next step.
func viewOf(c *models.Case, policy *models.Policy, actor models.Actor, now time.Time) Case {
	view := Case{
		CaseItem: itemOf(c, now), Facts: c.Facts, Requests: c.Requests, Parties: make([]Party, len(c.Parties)),
		Land: c.Land, Dividend: c.Dividend, Follows: c.Linked.Follows, Conflict: c.Conflict, Mediators: c.Mediators, Asked: c.Asked,
		Signs: c.Signs, Assessment: c.Assessment, Raised: c.Raised, Cluster: c.Cluster,
		Clock: clockOf(c), Stages: c.Stages, Sittings: c.Sittings, Investigations: c.Investigations, Agreement: c.Agreement, Failure: c.Failure, Referral: c.Referral,
		Drafts: c.Drafts, Rounds: c.Rounds, After: c.After, Corrected: c.Corrections, Dictation: c.Dictation, Papers: c.Papers(), Police: c.Police,
		Timeline: make([]Event, len(c.Timeline)), Allowed: allowedNow(c, policy, actor, now), LoggedBy: c.LoggedBy,
	}
	for i, p := range c.Parties {
		view.Parties[i] = Party{
			Role: p.Role, Kind: p.Kind, Name: p.Name, IDNumber: p.IDNumber.Mask, Phone: p.Phone.Mask, Address: p.Address, Sex: p.Sex, Nation: p.Nation,
			Occupation: p.Occupation, Collective: p.Collective, Agent: p.Agent, Representative: p.Representative, Away: p.Away,
		}
	}
	for i, e := range c.Timeline {
		view.Timeline[i] = Event{
			Seq: e.Seq, At: e.At, Actor: e.Actor, Action: e.Action, ActionName: e.Action.Name(),
			Before: e.Before, After: e.After, Note: e.Note, Clock: e.Clock, Prev: e.Prev, Hash: e.Hash,
		}
	}
	for _, h := range c.Hints(workday.OfTime(now).String()) {
		view.Hints = append(view.Hints, Hint{Text: h.Text, Law: h.Law})
	}
	return view
}

func clockOf(c *models.Case) *Clock {
	stage := c.OpenStage()
	if stage == nil || stage.Clock() == nil {
		return nil
	}
	clock := stage.Clock()
	return &Clock{
		Phase: clock.Phase, Since: clock.Since, DueAt: c.DueAt, Days: clock.Days, Unit: clock.Unit, Rule: clock.Rule, PolicyNumber: clock.PolicyNumber, Policy: clock.PolicyVersion(),
		Provisional: clock.Provisional, Summary: clock.Summary(), Working: clock.Working, Warnings: clock.Warnings,
	}
}
