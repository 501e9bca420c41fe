package models

import (
	"slices"
	"strings"
	"time"
)

// State is where a case is in its life.
type State string

const (
	Logged    State = "logged"    // 已登记: written down, waiting for 受理
	Mediating State = "mediating" // 调解中
	Agreed    State = "agreed"    // 达成协议: an agreement is to be performed
	Failed    State = "failed"    // 调解不成: ended without agreement, remedies told
	Closed    State = "closed"    // 已结案
)

// States lists the states in the order of a case's life.
func States() []Choice {
	return []Choice{{string(Logged), "已登记"}, {string(Mediating), "调解中"}, {string(Agreed), "达成协议"}, {string(Failed), "调解不成"}, {string(Closed), "已结案"}}
}

// Name is the state as people say it.
func (s State) Name() string { return NameOf(States(), string(s)) }

// IsOpen says whether the state is one in which a clock runs.
func (s State) IsOpen() bool { return s == Logged || s == Mediating }

// ClosingReason is why a case is closed.
type ClosingReason string

const (
	Performed ClosingReason = "performed" // 履行完毕
	Withdrawn ClosingReason = "withdrawn" // 撤回
	Declined  ClosingReason = "declined"  // 不予受理
	Referred  ClosingReason = "referred"  // 转出
	Lapsed    ClosingReason = "lapsed"    // 调解不成, nothing further asked of the committee
	Breached  ClosingReason = "breached"  // the agreement is not kept: enforcement or court
)

// ClosingReasons lists the reasons.
func ClosingReasons() []Choice {
	return []Choice{{string(Performed), "履行完毕"}, {string(Withdrawn), "撤回"}, {string(Declined), "不予受理"}, {string(Referred), "转出"}, {string(Lapsed), "调解不成结案"}, {string(Breached), "不履行协议，转执行或者诉讼"}}
}

// ReviewState is where the review of an escalated case stands; "" while none is.
type ReviewState string

const (
	ReviewPending  ReviewState = "pending"  // 待签收
	ReviewAccepted ReviewState = "accepted" // 已签收
	ReviewReturned ReviewState = "returned" // 已退回
)

// ReviewStates lists them.
func ReviewStates() []Choice {
	return []Choice{{string(ReviewPending), "待签收"}, {string(ReviewAccepted), "已签收"}, {string(ReviewReturned), "已退回"}}
}

// Action is what is done to a case.
type Action string

const (
	ActionLog      Action = "log"      // 登记
	ActionAccept   Action = "accept"   // 受理
	ActionDecline  Action = "decline"  // 不予受理
	ActionSitting  Action = "sitting"  // 调解记录
	ActionInquire  Action = "inquire"  // 调查记录
	ActionAgree    Action = "agree"    // 达成协议
	ActionFail     Action = "fail"     // 调解不成
	ActionWithdraw Action = "withdraw" // 撤回
	ActionRefer    Action = "refer"    // 转出
	ActionEscalate Action = "escalate" // 上报, by a person
	ActionReceive  Action = "receive"  // 签收, the review accepts
	ActionReturn   Action = "return"   // 退回, the review sends back
	ActionPerform  Action = "perform"  // 履行登记
	ActionClose    Action = "close"    // 结案
	ActionRaise    Action = "raise"    // 提高风险等级
	ActionLower    Action = "lower"    // 降低风险等级
	ActionSigns    Action = "signs"    // 风险情况: signs of trouble are put on record, or are over
	ActionAssess   Action = "assess"   // 风险评估, by the system: the score became another
	ActionJoin     Action = "join"     // 并入群体性纠纷, after a person confirmed it
	ActionPart     Action = "part"     // 不再作为群体性纠纷
	ActionCommon   Action = "common"   // 共同调解记录: a sitting for a group dispute, recorded on another of its cases
	ActionExpire   Action = "expire"   // 自动上报, by the clock: the deadline has passed, or the risk must not wait
	ActionPause    Action = "pause"    // 暂停计时
	ActionResume   Action = "resume"   // 恢复计时, by a person or when the days of pause are used up
	ActionExtend   Action = "extend"   // 延期
	ActionOrder    Action = "order"    // 督办: a higher level sets a shorter deadline
	ActionTake     Action = "take"     // 提级办理: a higher level takes the case
	ActionPolice   Action = "police"   // 报告公安
	ActionUrge     Action = "urge"     // 未报告公安提示, by the clock
	ActionRecount  Action = "recount"  // 期限重算, when the days off of a year are announced
	ActionAttach   Action = "attach"   // 附上材料: a photo or a PDF
	ActionDetach   Action = "detach"   // 撤下材料: what was attached by mistake
	ActionFile     Action = "file"     // 立卷归档
	ActionAddend   Action = "addend"   // 补充材料: what comes to a file that was filed
	ActionWarn     Action = "warn"     // 到期提醒, by the clock
	ActionOverdue  Action = "overdue"  // 逾期, by the clock at the top rung
	ActionDraft    Action = "draft"    // 起草协议, each version kept
	ActionSign     Action = "sign"     // 签名盖章登记, while somebody's is still missing
	ActionCorrect  Action = "correct"  // 补正
	ActionAffirm   Action = "affirm"   // 本人确认 of what somebody else typed
	ActionConfirm  Action = "confirm"  // 司法确认: application and decision
	ActionPress    Action = "press"    // 督促履行
	ActionBreach   Action = "breach"   // 不履行协议: enforcement or court
	ActionVisit    Action = "visit"    // 回访
	ActionReopen   Action = "reopen"   // 重新调解
	ActionRemind   Action = "remind"   // 履行、司法确认、回访提醒, by the clock
)

// Actions lists the actions in the order of a case's life.
func Actions() []Choice { return slices.Clone(actions) }

var actions = []Choice{
	{string(ActionLog), "登记"}, {string(ActionAccept), "受理"}, {string(ActionDecline), "不予受理"}, {string(ActionSitting), "调解记录"}, {string(ActionInquire), "调查记录"},
	{string(ActionDraft), "起草协议"}, {string(ActionSign), "签名登记"}, {string(ActionAgree), "达成协议"}, {string(ActionFail), "调解不成"}, {string(ActionWithdraw), "撤回"}, {string(ActionRefer), "转出"},
	{string(ActionEscalate), "上报"}, {string(ActionReceive), "签收"}, {string(ActionReturn), "退回"}, {string(ActionPerform), "履行登记"},
	{string(ActionConfirm), "司法确认"}, {string(ActionPress), "督促履行"}, {string(ActionBreach), "不履行协议"},
	{string(ActionClose), "结案"}, {string(ActionVisit), "回访"}, {string(ActionReopen), "重新调解"}, {string(ActionCorrect), "补正"}, {string(ActionAffirm), "本人确认"}, {string(ActionRaise), "提高风险等级"}, {string(ActionLower), "降低风险等级"}, {string(ActionSigns), "风险情况"},
	{string(ActionPause), "暂停计时"}, {string(ActionResume), "恢复计时"}, {string(ActionExtend), "延期"}, {string(ActionOrder), "督办"},
	{string(ActionTake), "提级办理"}, {string(ActionPolice), "报告公安"}, {string(ActionAttach), "附上材料"}, {string(ActionDetach), "撤下材料"}, {string(ActionFile), "立卷归档"}, {string(ActionAddend), "归档后补充"},
	{string(ActionExpire), "自动上报"}, {string(ActionWarn), "到期提醒"}, {string(ActionOverdue), "逾期"}, {string(ActionUrge), "未报告公安提示"}, {string(ActionRecount), "期限重算"}, {string(ActionRemind), "事后提醒"},
	{string(ActionAssess), "风险评估"}, {string(ActionJoin), "并入群体性纠纷"}, {string(ActionPart), "不再作为群体性纠纷"}, {string(ActionCommon), "共同调解记录"},
}

// Name is the action as people say it.
func (a Action) Name() string { return NameOf(actions, string(a)) }

// Hand is who may do an action, beside the role.
type Hand int

const (
	Holder        Hand = iota + 1 // sits at the place of the rung that has the case
	Helper                        // the holder, or the village below while it is asked to go on mediating
	Anyone                        // anybody of the roles within whose region the case lies
	Overseer                      // sits at a place above the rung that has the case
	HolderOrClock                 // the holder, or the sweep
	ByClock                       // the sweep
)

// Transition is one row of the lifecycle.
type Transition struct {
	Action Action
	From   []State
	Review []ReviewState // the review must stand here; nil for anywhere
	To     State         // "" leaves the state
	Ending ClosingReason
	Hand   Hand
	Roles  []Role
	Top    *bool // true: only at the top rung, false: only below it
}

var handlers = []Role{RoleMediator, RoleChair, RoleJudicial, RoleCounty}

// receivers sign in what is handed up. The chair does so where one rung of a village hands up to
// another (“四级七天”: 组 to 村).
var receivers = []Role{RoleChair, RoleJudicial, RoleCounty}

func unreviewed() []ReviewState { return []ReviewState{"", ReviewAccepted, ReviewReturned} }

// Lifecycle is the whole table. Nothing else changes a state.
func Lifecycle() []Transition { return slices.Clone(lifecycle) }

var lifecycle = transitions()

func transitions() []Transition {
	top, below := true, false
	open, unclosed, any := []State{Logged, Mediating}, []State{Logged, Mediating, Agreed, Failed}, []State{Logged, Mediating, Agreed, Failed, Closed}
	return []Transition{
		{Action: ActionAccept, From: []State{Logged}, Review: unreviewed(), To: Mediating, Hand: Holder, Roles: handlers},
		{Action: ActionDecline, From: []State{Logged}, Review: unreviewed(), To: Closed, Ending: Declined, Hand: Holder, Roles: handlers},
		{Action: ActionSitting, From: []State{Mediating}, Hand: Helper, Roles: handlers},
		{Action: ActionInquire, From: open, Hand: Helper, Roles: handlers},
		{Action: ActionDraft, From: []State{Mediating}, Review: unreviewed(), Hand: Holder, Roles: handlers},
		{Action: ActionSign, From: []State{Mediating}, Review: unreviewed(), Hand: Holder, Roles: handlers},
		{Action: ActionAgree, From: []State{Mediating}, Review: unreviewed(), To: Agreed, Hand: Holder, Roles: handlers},
		{Action: ActionFail, From: []State{Mediating}, Review: unreviewed(), To: Failed, Hand: Holder, Roles: handlers},
		{Action: ActionWithdraw, From: open, To: Closed, Ending: Withdrawn, Hand: Holder, Roles: handlers},
		{Action: ActionRefer, From: []State{Logged, Mediating, Failed}, To: Closed, Ending: Referred, Hand: Holder, Roles: handlers},
		{Action: ActionEscalate, From: open, Review: unreviewed(), Hand: Holder, Roles: handlers, Top: &below},
		{Action: ActionReceive, From: open, Review: []ReviewState{ReviewPending}, To: Mediating, Hand: Holder, Roles: receivers},
		{Action: ActionReturn, From: open, Review: []ReviewState{ReviewPending}, Hand: Holder, Roles: receivers},
		{Action: ActionPerform, From: []State{Agreed}, Hand: Holder, Roles: handlers},
		{Action: ActionConfirm, From: []State{Agreed}, Hand: Holder, Roles: handlers},
		{Action: ActionPress, From: []State{Agreed}, Hand: Holder, Roles: handlers},
		{Action: ActionBreach, From: []State{Agreed}, To: Closed, Ending: Breached, Hand: Holder, Roles: handlers},
		{Action: ActionClose, From: []State{Agreed}, To: Closed, Ending: Performed, Hand: Holder, Roles: handlers},
		{Action: ActionClose, From: []State{Failed}, To: Closed, Ending: Lapsed, Hand: Holder, Roles: handlers},
		{Action: ActionVisit, From: []State{Agreed, Failed, Closed}, Hand: Holder, Roles: handlers},
		{Action: ActionReopen, From: []State{Agreed, Failed, Closed}, To: Mediating, Hand: Holder, Roles: handlers},
		{Action: ActionCorrect, From: any, Review: unreviewed(), Hand: Holder, Roles: handlers},
		{Action: ActionAffirm, From: any, Hand: Holder, Roles: handlers},
		{Action: ActionRaise, From: open, Hand: Anyone, Roles: handlers},
		{Action: ActionLower, From: open, Hand: Anyone, Roles: []Role{RoleChair, RoleJudicial}},
		{Action: ActionSigns, From: open, Hand: Anyone, Roles: handlers},
		{Action: ActionAssess, From: []State{Logged, Mediating, Failed}, Hand: ByClock, Roles: []Role{RoleSystem}},
		{Action: ActionJoin, From: unclosed, Hand: ByClock, Roles: []Role{RoleSystem}},
		{Action: ActionPart, From: unclosed, Hand: ByClock, Roles: []Role{RoleSystem}},
		{Action: ActionCommon, From: open, Hand: ByClock, Roles: []Role{RoleSystem}},
		{Action: ActionPause, From: []State{Mediating}, Review: unreviewed(), Hand: Holder, Roles: handlers},
		{Action: ActionResume, From: []State{Mediating}, Hand: HolderOrClock, Roles: append(slices.Clone(handlers), RoleSystem)},
		{Action: ActionExtend, From: []State{Mediating}, Review: unreviewed(), Hand: Holder, Roles: handlers},
		{Action: ActionOrder, From: open, Hand: Overseer, Roles: []Role{RoleJudicial, RoleCounty}},
		{Action: ActionTake, From: open, Hand: Overseer, Roles: []Role{RoleJudicial, RoleCounty}, Top: &below},
		{Action: ActionPolice, From: any, Hand: Anyone, Roles: handlers},
		{Action: ActionAttach, From: []State{Logged, Mediating, Agreed, Failed, Closed}, Hand: Helper, Roles: handlers},
		{Action: ActionDetach, From: []State{Logged, Mediating, Agreed, Failed, Closed}, Hand: Helper, Roles: handlers},
		{Action: ActionFile, From: []State{Closed}, Hand: Holder, Roles: handlers},
		{Action: ActionAddend, From: []State{Closed}, Hand: Holder, Roles: handlers},
		{Action: ActionUrge, From: any, Hand: ByClock, Roles: []Role{RoleSystem}},
		{Action: ActionRecount, From: open, Hand: ByClock, Roles: []Role{RoleSystem}},
		{Action: ActionExpire, From: open, Hand: ByClock, Roles: []Role{RoleSystem}, Top: &below},
		{Action: ActionWarn, From: open, Hand: ByClock, Roles: []Role{RoleSystem}},
		{Action: ActionRemind, From: []State{Agreed, Failed, Closed}, Hand: ByClock, Roles: []Role{RoleSystem}},
		{Action: ActionOverdue, From: open, Hand: ByClock, Roles: []Role{RoleSystem}, Top: &top},
	}
}

// Seating is where a case stands on its ladder, as far as the lifecycle asks.
type Seating struct {
	Position  Position
	Seat      RegionKind // of the rung that has the case
	Region    string     // code of that place
	Top       bool       // it is the last rung
	Asked     bool       // the village below is asked to go on mediating
	Returned  bool       // this level has sent the case back once already
	FromBelow bool       // the case came here by hand-over, so that it can go back
	Paused    bool       // the clock stands still
	Extended  bool       // this level has had its one extension
	Threat    bool       // a threat waits for its report to the police
	Filed     bool       // the file was filed for good
	Drafted   bool       // there is a draft of an agreement to sign
	// Unaffirmed says that what somebody typed for another waits to be confirmed by that person.
	Unaffirmed bool
}

// Permit finds the row for an action, or says why it is not allowed: a Precondition error where
// the case is not in a state for it, a Forbidden error where it is another's to do.
func Permit(s Seating, action Action, actor Actor) (Transition, error) {
	row, refusal := permit(s, action, actor)
	if refusal != nil {
		return Transition{}, refusal()
	}
	return row, nil
}

// permit is Permit with the words of a refusal not yet written.
func permit(s Seating, action Action, actor Actor) (Transition, func() error) {
	refuse := func(kind Kind, code, format string, args ...any) (Transition, func() error) {
		return Transition{}, func() error { return Errorf(kind, code, format, args...) }
	}
	found := false
	for i := range lifecycle {
		t := &lifecycle[i]
		if t.Action != action {
			continue
		}
		if !found && (!slices.Contains(t.Roles, actor.Role) || !mayTouch(t.Hand, s, actor)) {
			return refuse(Forbidden, "case.not_yours", "“%s”由%s办理，您现在只能查看", action.Name(), s.doer(t, actor))
		}
		found = true
		if !slices.Contains(t.From, s.Position.State) {
			continue
		}
		if t.Review != nil && !slices.Contains(t.Review, s.Position.Review) {
			if s.Position.Review == ReviewPending {
				return refuse(Precondition, "case.review_pending", "本案还没有签收，请先签收、退回或转出")
			}
			return refuse(Precondition, "case.no_review", "本案没有等待签收的上报，不能%s", action.Name())
		}
		if t.Top != nil && *t.Top != s.Top {
			return refuse(Precondition, "case.top_level", "本案已在最高一级，不能再上报")
		}
		if code, why := s.bars(action); why != "" {
			return refuse(Precondition, code, "%s", why)
		}
		return *t, nil
	}
	if !found {
		return refuse(Precondition, "case.action", "没有“%s”这个操作", action)
	}
	return refuse(Precondition, "case.state", "本案现在是“%s”，不能%s", s.Position.State.Name(), action.Name())
}

// bars says what beside the table stands against an action; "" for nothing.
func (s *Seating) bars(action Action) (code, why string) {
	switch {
	case s.Filed && action != ActionAddend:
		return "case.filed", "本案已经立卷归档，不能再改动，只能补充材料"
	case action == ActionAddend && !s.Filed:
		return "case.not_filed", "本案还没有立卷归档，请直接登记或者附上材料"
	case action == ActionReturn && (s.Returned || !s.FromBelow):
		return "case.returned_before", "本级已退回过一次，或者本案不是由下级上报的，不能退回"
	case action == ActionPause && s.Paused:
		return "case.paused", "本案已经暂停计时"
	case action == ActionResume && !s.Paused:
		return "case.not_paused", "本案没有暂停计时"
	case action == ActionExtend && s.Extended:
		return "case.extended", "本级已经延期过一次，不能再延"
	case action == ActionExtend && s.Paused:
		return "case.paused", "本案已经暂停计时，请先恢复计时再延期"
	case action == ActionSign && !s.Drafted:
		return "agreement.no_draft", "还没有协议草稿，请先起草协议"
	case action == ActionAffirm && !s.Unaffirmed:
		return "case.nothing_to_affirm", "本案没有等待本人确认的代录"
	case action == ActionPolice && !s.Threat && !s.Position.State.IsOpen():
		return "case.state", "本案已经结束，没有等待填写的报告情况"
	}
	return "", ""
}

func mayTouch(hand Hand, s Seating, actor Actor) bool {
	holds := actor.Role.Seat() == s.Seat && actor.Region == s.Region
	switch hand {
	case Holder:
		return holds
	case Helper:
		return holds || s.Asked && actor.Role.Seat() == RegionVillage
	case Anyone:
		return true
	case Overseer:
		return len(actor.Region) < len(s.Region)
	case HolderOrClock:
		return holds || actor.Role == RoleSystem
	case ByClock:
		return actor.Role == RoleSystem
	}
	return false
}

// doer names who does what a row is about, to somebody who does not.
func (s *Seating) doer(t *Transition, actor Actor) string {
	if mayTouch(t.Hand, *s, actor) && slices.Contains(handlers, actor.Role) {
		names := make([]string, len(t.Roles))
		for i, role := range t.Roles {
			names[i] = role.Name()
		}
		return strings.Join(names, "、")
	}
	switch t.Hand {
	case Overseer:
		return "上级"
	case ByClock:
		return "系统"
	}
	switch s.Seat {
	case RegionVillage:
		return "村调委会"
	case RegionTownship:
		return "司法所"
	}
	return "县矛调中心"
}

// Move is the one door through which a case changes. It asks the table, applies the row, lets
// change do what belongs to the action, and appends one event. When it returns an error the case
// is as it was, except for what change itself did before failing: callers drop the case then.
func (c *Case) Move(policy *Policy, action Action, actor Actor, now time.Time, note string, change func() error) error {
	row, err := Permit(c.Seating(policy), action, actor)
	if err != nil {
		return err
	}
	before, concluded, closed, until := c.Position(), c.ConcludedAt, c.ClosedAt, c.ActiveUntil
	clock := c.markClock()
	if row.To != "" {
		c.State = row.To
		c.Ending = row.Ending
	}
	if c.State.IsOpen() && !before.State.IsOpen() {
		c.ConcludedAt, c.ClosedAt, c.ActiveUntil = nil, nil, FarFuture()
	}
	if change != nil {
		if err := change(); err != nil {
			c.State, c.Ending = before.State, before.Ending
			c.ConcludedAt, c.ClosedAt, c.ActiveUntil = concluded, closed, until
			return err
		}
	}
	c.settle(now)
	c.record(action, actor, now, before, note, c.clockChange(clock))
	return nil
}

// settle keeps what is derived from the state and the open stage in step with them.
func (c *Case) settle(now time.Time) {
	if !c.State.IsOpen() && c.ConcludedAt == nil {
		c.ConcludedAt = &now
	}
	if !c.State.IsOpen() && c.Review == ReviewPending {
		c.Review = "" // withdrawn or referred before anybody signed it in: it waits in no queue any more
	}
	if c.State == Closed {
		if c.ClosedAt == nil {
			c.ClosedAt = &now
		}
		c.ActiveUntil = c.After.activeUntil(now)
	}
	if !c.State.IsOpen() {
		c.RescoreAt = nil // what is over is assessed no more
	}
	c.DueAt, c.NextAt = nil, nil
	if stage := c.OpenStage(); stage != nil {
		c.Level, c.Office = stage.Level, stage.Office
		if clock := stage.Clock(); clock != nil {
			if clock.Pause() == nil { // while it stands still nothing is due
				due := clock.DueAt // a copy: the timeline keeps it
				c.DueAt = &due
			}
			c.NextAt = clock.next()
		}
	} else if c.Filing == nil { // what is filed for good is not reminded of
		c.NextAt = c.After.next()
	}
	if c.UrgesReport() && (c.NextAt == nil || c.Police.AnswerBy.Before(*c.NextAt)) {
		by := c.Police.AnswerBy
		c.NextAt = &by
	}
}

func (c *Case) record(action Action, actor Actor, now time.Time, before Position, note string, clock *ClockChange) {
	event := Event{Seq: len(c.Timeline) + 1, At: now, Actor: actor, Action: action, Before: before, After: c.Position(), Note: note, Clock: clock}
	event.Prev = firstHash(c.ID)
	if n := len(c.Timeline); n > 0 {
		event.Prev = c.Timeline[n-1].Hash
	}
	event.Hash = event.digest()
	c.Timeline = append(c.Timeline, event)
	c.Revision = c.Version + 1 // the version that this write will have
}
