package models

import (
	"slices"
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
)

// ClosingReasons lists the reasons.
func ClosingReasons() []Choice {
	return []Choice{{string(Performed), "履行完毕"}, {string(Withdrawn), "撤回"}, {string(Declined), "不予受理"}, {string(Referred), "转出"}, {string(Lapsed), "调解不成结案"}}
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
	ActionExpire   Action = "expire"   // 到期上报, by the clock
	ActionWarn     Action = "warn"     // 到期提醒, by the clock
	ActionOverdue  Action = "overdue"  // 逾期, by the clock at the top rung
)

// Actions lists the actions in the order of a case's life.
func Actions() []Choice {
	return []Choice{
		{string(ActionLog), "登记"}, {string(ActionAccept), "受理"}, {string(ActionDecline), "不予受理"}, {string(ActionSitting), "调解记录"},
		{string(ActionAgree), "达成协议"}, {string(ActionFail), "调解不成"}, {string(ActionWithdraw), "撤回"}, {string(ActionRefer), "转出"},
		{string(ActionEscalate), "上报"}, {string(ActionReceive), "签收"}, {string(ActionReturn), "退回"}, {string(ActionPerform), "履行登记"},
		{string(ActionClose), "结案"}, {string(ActionRaise), "提高风险等级"}, {string(ActionLower), "降低风险等级"},
		{string(ActionExpire), "到期上报"}, {string(ActionWarn), "到期提醒"}, {string(ActionOverdue), "逾期"},
	}
}

// Name is the action as people say it.
func (a Action) Name() string { return NameOf(Actions(), string(a)) }

// Hand is who may do an action, beside the role.
type Hand int

const (
	Holder  Hand = iota + 1 // sits at the place of the rung that has the case
	Helper                  // the holder, or the village below while it is asked to go on mediating
	Anyone                  // anybody of the roles within whose region the case lies
	ByClock                 // the sweep
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

func unreviewed() []ReviewState { return []ReviewState{"", ReviewAccepted, ReviewReturned} }

// Lifecycle is the whole table. Nothing else changes a state.
func Lifecycle() []Transition {
	top, below := true, false
	open := []State{Logged, Mediating}
	return []Transition{
		{Action: ActionAccept, From: []State{Logged}, Review: unreviewed(), To: Mediating, Hand: Holder, Roles: handlers},
		{Action: ActionDecline, From: []State{Logged}, Review: unreviewed(), To: Closed, Ending: Declined, Hand: Holder, Roles: handlers},
		{Action: ActionSitting, From: []State{Mediating}, Hand: Helper, Roles: handlers},
		{Action: ActionAgree, From: []State{Mediating}, Review: unreviewed(), To: Agreed, Hand: Holder, Roles: handlers},
		{Action: ActionFail, From: []State{Mediating}, Review: unreviewed(), To: Failed, Hand: Holder, Roles: handlers},
		{Action: ActionWithdraw, From: open, To: Closed, Ending: Withdrawn, Hand: Holder, Roles: handlers},
		{Action: ActionRefer, From: []State{Logged, Mediating, Failed}, To: Closed, Ending: Referred, Hand: Holder, Roles: handlers},
		{Action: ActionEscalate, From: open, Review: unreviewed(), Hand: Holder, Roles: handlers, Top: &below},
		{Action: ActionReceive, From: open, Review: []ReviewState{ReviewPending}, To: Mediating, Hand: Holder, Roles: []Role{RoleJudicial, RoleCounty}},
		{Action: ActionReturn, From: open, Review: []ReviewState{ReviewPending}, Hand: Holder, Roles: []Role{RoleJudicial, RoleCounty}},
		{Action: ActionPerform, From: []State{Agreed}, Hand: Holder, Roles: handlers},
		{Action: ActionClose, From: []State{Agreed}, To: Closed, Ending: Performed, Hand: Holder, Roles: handlers},
		{Action: ActionClose, From: []State{Failed}, To: Closed, Ending: Lapsed, Hand: Holder, Roles: handlers},
		{Action: ActionRaise, From: open, Hand: Anyone, Roles: handlers},
		{Action: ActionLower, From: open, Hand: Anyone, Roles: []Role{RoleChair, RoleJudicial, RoleCounty}},
		{Action: ActionExpire, From: open, Hand: ByClock, Roles: []Role{RoleSystem}, Top: &below},
		{Action: ActionWarn, From: open, Hand: ByClock, Roles: []Role{RoleSystem}},
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
}

// Permit finds the row for an action, or says why it is not allowed: a Precondition error where
// the case is not in a state for it, a Forbidden error where it is another's to do.
func Permit(s Seating, action Action, actor Actor) (Transition, error) {
	var rows []Transition
	for _, t := range Lifecycle() {
		if t.Action == action {
			rows = append(rows, t)
		}
	}
	if len(rows) == 0 {
		return Transition{}, Errorf(Precondition, "case.action", "没有“%s”这个操作", action)
	}
	if !slices.Contains(rows[0].Roles, actor.Role) || !mayTouch(rows[0].Hand, s, actor) {
		return Transition{}, Errorf(Forbidden, "case.not_yours", "“%s”由%s办理，您现在只能查看", action.Name(), s.holderName())
	}
	for _, t := range rows {
		if !slices.Contains(t.From, s.Position.State) {
			continue
		}
		if t.Review != nil && !slices.Contains(t.Review, s.Position.Review) {
			if s.Position.Review == ReviewPending {
				return Transition{}, Errorf(Precondition, "case.review_pending", "本案还没有签收，请先签收、退回或转出")
			}
			return Transition{}, Errorf(Precondition, "case.no_review", "本案没有等待签收的上报，不能%s", action.Name())
		}
		if t.Top != nil && *t.Top != s.Top {
			return Transition{}, Errorf(Precondition, "case.top_level", "本案已在最高一级，不能再上报")
		}
		if action == ActionReturn && (s.Returned || !s.FromBelow) {
			return Transition{}, Errorf(Precondition, "case.returned_before", "本级已退回过一次，或者本案不是由下级上报的，不能退回")
		}
		return t, nil
	}
	return Transition{}, Errorf(Precondition, "case.state", "本案现在是“%s”，不能%s", s.Position.State.Name(), action.Name())
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
	case ByClock:
		return actor.Role == RoleSystem
	}
	return false
}

func (s Seating) holderName() string {
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
	before := c.Position()
	if row.To != "" {
		c.State = row.To
		c.Ending = row.Ending
	}
	if change != nil {
		if err := change(); err != nil {
			return err
		}
	}
	c.settle(now)
	c.record(action, actor, now, before, note)
	return nil
}

// settle keeps what is derived from the state and the open stage in step with them.
func (c *Case) settle(now time.Time) {
	if !c.State.IsOpen() && c.ConcludedAt == nil {
		c.ConcludedAt = &now
	}
	if c.State == Closed && c.ClosedAt == nil {
		c.ClosedAt = &now
		c.ActiveUntil = now
	}
	c.DueAt, c.NextAt = nil, nil
	if stage := c.OpenStage(); stage != nil {
		c.Level, c.Office = stage.Level, stage.Office
		if clock := stage.Clock(); clock != nil {
			c.DueAt = &clock.DueAt
			c.NextAt = clock.next()
		}
	}
}

func (c *Case) record(action Action, actor Actor, now time.Time, before Position, note string) {
	event := Event{Seq: len(c.Timeline) + 1, At: now, Actor: actor, Action: action, Before: before, After: c.Position(), Note: note}
	event.Prev = firstHash(c.ID)
	if n := len(c.Timeline); n > 0 {
		event.Prev = c.Timeline[n-1].Hash
	}
	event.Hash = event.digest()
	c.Timeline = append(c.Timeline, event)
}
