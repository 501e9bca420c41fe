package pages

import (
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"fengqiao/handlers/web"
	"fengqiao/models"
	"fengqiao/pkg/account"
	"fengqiao/pkg/casework"
	clock "fengqiao/pkg/escalation"
)

type caseBody struct {
	Case     caseView
	Ahead    string     // what the clock does now and next, or why nothing
	Follows  *filedView // the filed case that it goes on with, nil for none
	After    []row      // the cases that go on with it
	Finding  string     // path of the screening finding it came from, "" for none
	Handover string     // path of the latest hand-over, "" where the case never went up
	Actions  []actionLink
	Done     string // what was just done
	Clusters []clusterLink
	Draft    string              // the draft that became this case: the device drops it
	Revealed []casework.Unsealed // numbers in the clear, nil unless asked for
	Reveals  bool                // the role may ask
	Prints   bool                // the role may open attachments and print papers
	Attach   bool                // something can be attached now
	Filed    string              // when the file was filed for good, "" where it was not

	Attachments []attachmentView
}

// actionLink is one thing that can be done to the case now.
type actionLink struct {
	Path, Name, Note string // without Path it cannot be done now, and Note says why
	Main             bool
}

func (p *Pages) show(c *gin.Context) error { return p.showCase(c, nil) }

// reveal shows the parties' numbers in the clear, after the look is on record.
func (p *Pages) reveal(c *gin.Context) error {
	id, err := casework.IDOf(c.Param("id"))
	if err != nil {
		return err
	}
	numbers, err := p.Cases.Reveal(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return p.showCase(c, numbers)
}

func (p *Pages) showCase(c *gin.Context, revealed []casework.Unsealed) error {
	cs, err := p.caseOf(c)
	if err != nil {
		return err
	}
	rules, err := p.Cases.Rules(c.Request.Context(), cs)
	if err != nil {
		return err
	}
	policy := rules.Policy
	actor := web.Actor(c)
	body := caseBody{
		Case: viewCase(cs, policy, p.Now()), Actions: actionLinks(cs, policy, actor, p.Now()), Revealed: revealed,
		Reveals: account.Has(actor.Role, account.WriteCases), Draft: c.Query("draft"), Finding: fromFinding(cs),
	}
	if body.Ahead, err = rules.Say(cs, p.Now()); err != nil {
		return err
	}
	if body.Clusters, err = p.clusterLinks(c, cs); err != nil {
		return err
	}
	body.Prints, body.Attachments = account.Has(actor.Role, account.PrintPapers), viewAttachments(cs)
	body.Attach = permitted(cs, policy, actor, p.Now(), []models.Action{models.ActionAttach, models.ActionAddend}) == nil
	if cs.Filing != nil {
		body.Filed = dateText(cs.Filing.On)
	}
	after, err := p.Cases.Following(c.Request.Context(), actor, cs)
	if err != nil {
		return err
	}
	if goOn, ok := goOnLink(cs, after, actor); ok {
		body.Actions = append(body.Actions, goOn)
	}
	body.Follows, body.After = viewFiled(cs.Linked.Follows), rowsOf(after, p.Now())
	if len(cs.Handovers()) > 0 {
		body.Handover = casePath(cs) + "/handover"
	}
	if slug := c.Query("done"); slug != "" {
		body.Done = doneText(slug)
	}
	return p.render(c, http.StatusOK, "case", cs.Title, body)
}

// doneText says what was just done; "" for what is no action.
func doneText(slug string) string {
	return map[string]string{
		"log": "已经登记。请尽快受理。", "accept": "已经受理，开始计算调解期限。", "decline": "已经登记不予受理。", "sittings": "调解记录已经保存。", "investigations": "调查记录已经保存。", "detach": "材料已经撤下。",
		"agreement": "协议已经登记。", "perform": "履行情况已经登记。", "fail": "已经登记调解不成。", "withdraw": "已经登记撤回。", "refer": "已经登记转出。",
		"draft": "协议草稿已经保存。可以打印出来给双方看，签名以后再登记。", "sign": "签名盖章已经登记。", "confirm": "司法确认的情况已经登记。", "press": "督促的情况已经登记。",
		"breach": "已经登记。", "reopen": "已经重新开始调解，期限从明天起算。", "visit": "回访已经登记。", "correct": "补正已经保存。", "affirm": "本人确认已经登记。",
		"escalate": "已经上报，等待上级签收。", "close": "已经结案。", "pause": "已经暂停计时。", "resume": "已经恢复计时。", "extend": "已经延期。", "order": "督办要求已经写在案件里。", "police": "报告情况已经登记。", "risk": "风险等级已经修改。", "signs": "风险情况已经登记，系统重新评估过了。", "review": "处理意见已经登记。", "attachments": "材料已经附上。", "filing": "已经立卷归档。", "addend": "补充内容已经写入卷宗。",
	}[slug]
}

// offer is a page of actions as the case page offers it: for the first of its actions that is
// allowed. Main ones are what usually comes next.
type offer struct {
	slug       string
	actions    []models.Action
	name, note string
	main       bool
}

func offers() []offer {
	return []offer{
		{"review", []models.Action{models.ActionReceive, models.ActionReturn}, "签收处理", "签收接办、退回补充，或者转出", true},
		{"accept", []models.Action{models.ActionAccept}, "受理", "编上卷号，开始计算调解期限", true},
		{"sittings", []models.Action{models.ActionSitting}, "登记调解记录", "每调解一次，记一次", true},
		{"investigations", []models.Action{models.ActionInquire}, "登记调查记录", "找谁了解情况，他怎么说", false},
		{"sign", []models.Action{models.ActionSign}, "登记签名盖章", "谁签了、哪天签的；签完协议生效", true},
		{"draft", []models.Action{models.ActionDraft}, "起草协议", "套用范本，自动填好，可以修改", true},
		{"agreement", []models.Action{models.ActionAgree}, "登记协议", "已经写在纸上、都签了字的，直接登记", true},
		{"perform", []models.Action{models.ActionPerform}, "登记履行", "协议履行了一期，或者全部履行", true},
		{"visit", []models.Action{models.ActionVisit}, "登记回访", "协议履行得怎样，满不满意，有没有新苗头", true},
		{"affirm", []models.Action{models.ActionAffirm}, "本人确认", "口述人在大字确认单上签名或者按指印", true},
		{"close", []models.Action{models.ActionClose}, "结案", "事情办完，归档", true},
		{"filing", []models.Action{models.ActionFile}, "立卷归档", "材料齐了，定下保管期限，卷宗不再改动", true},
		{"attachments", []models.Action{models.ActionAttach, models.ActionAddend}, "附上照片或PDF", "合同、收条、签字的协议，拍照附上", false},
		{"addend", []models.Action{models.ActionAddend}, "补充说明", "归档以后的情况，写在卷宗情况说明里", false},
		{"escalate", []models.Action{models.ActionEscalate}, "上报上级", "本级办不了，请上级接办", false},
		{"fail", []models.Action{models.ActionFail}, "调解不成", "告知当事人其他途径后终止", false},
		{"risk", []models.Action{models.ActionRaise, models.ActionLower}, "修改风险等级", "矛盾加剧或者缓和时修改", false},
		{"signs", []models.Action{models.ActionSigns}, "风险情况", "有没有威胁、聚集、扬言上访，系统重新评估", false},
		{"resume", []models.Action{models.ActionResume}, "恢复计时", "等到了结果，接着计算期限", true},
		{"pause", []models.Action{models.ActionPause}, "暂停计时", "等鉴定测绘、当事人外出或者集体决议", false},
		{"extend", []models.Action{models.ActionExtend}, "延期", "双方同意，每级一次", false},
		{"order", []models.Action{models.ActionOrder, models.ActionTake}, "督办", "要求下级限期办结，或者提级办理", false},
		{"police", []models.Action{models.ActionPolice}, "登记报告公安", "有治安、刑事危险的，已经向谁报告", false},
		{"press", []models.Action{models.ActionPress}, "督促履行", "到期没有履行，上门或者打电话催过", false},
		{"confirm", []models.Action{models.ActionConfirm}, "司法确认", "双方共同申请；法院的裁定", false},
		{"breach", []models.Action{models.ActionBreach}, "不履行协议", "督促无效，转强制执行或者起诉", false},
		{"reopen", []models.Action{models.ActionReopen}, "重新调解", "协议没有履行或者纠纷反复，在原卷里接着办", false},
		{"correct", []models.Action{models.ActionCorrect}, "补正", "登记的内容写错了，改正并写明原因", false},
		{"refer", []models.Action{models.ActionRefer}, "转出", "转请仲裁、法院或有关部门", false},
		{"decline", []models.Action{models.ActionDecline}, "不予受理", "写明理由", false},
		{"withdraw", []models.Action{models.ActionWithdraw}, "当事人撤回", "申请人不再要求调解", false},
	}
}

func actionLinks(c *models.Case, policy *models.Policy, actor models.Actor, now time.Time) []actionLink {
	may := map[models.Action]bool{}
	for _, a := range c.Allowed(policy, actor) {
		may[a] = true
	}
	var out []actionLink
	for _, o := range offers() {
		for _, a := range o.actions {
			if !may[a] || a == models.ActionClose && c.State == models.Agreed && unperformed(c.Agreement) {
				continue
			}
			link := actionLink{casePath(c) + "/" + o.slug, o.name, o.note, o.main && !tooEarly(c, a)}
			if err := clock.Bars(policy, c, a, now); err != nil {
				link = actionLink{Name: o.name, Note: models.AsError(err).Message}
			}
			out = append(out, link)
			break
		}
	}
	return out
}

// unperformed says whether an instalment is open: until it is performed the case cannot be closed.
func unperformed(a *models.Agreement) bool {
	return a != nil && slices.ContainsFunc(a.Instalments, func(i models.Instalment) bool { return i.PerformedOn == "" })
}

// tooEarly takes the weight from what does not usually come next: an agreement before any sitting, a
// second text while one is being signed, a visit that is not planned.
func tooEarly(c *models.Case, a models.Action) bool {
	switch a {
	case models.ActionAgree, models.ActionDraft:
		return len(c.Sittings) == 0 || len(c.Drafts) > 0
	case models.ActionVisit:
		return c.After == nil || c.After.VisitBy == ""
	}
	return false
}
