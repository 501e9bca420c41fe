package models

import (
	"slices"
	"time"
)

// Aftercare is what is looked after when mediation is over: that an agreement is kept (人民调解法第31条),
// that its days are not missed, and that somebody looks in again.
type Aftercare struct {
	Reminders []Reminder `bson:"reminders" json:"reminders"`
	VisitBy   string     `bson:"visitBy,omitempty" json:"visitBy"` // last day of the visit that is planned, "" for none
	Visits    []Visit    `bson:"visits" json:"visits"`
}

// Reminder is one notice that goes out on a day, whatever has become of the clock. One that was told
// stays; one that is no longer needed is taken out.
type Reminder struct {
	At     time.Time  `bson:"at" json:"at"`
	Kind   string     `bson:"kind" json:"kind"`                   // NoticeDue, NoticeConfirm, NoticeVisit
	Seq    int        `bson:"seq,omitempty" json:"seq,omitempty"` // of the instalment
	Day    string     `bson:"day" json:"day"`                     // what it reminds of
	ToldAt *time.Time `bson:"toldAt,omitempty" json:"toldAt,omitempty"`
}

// next is the earliest reminder that was not told, nil for none.
func (a *Aftercare) next() *time.Time {
	if a == nil {
		return nil
	}
	var next *time.Time
	for i := range a.Reminders {
		if r := &a.Reminders[i]; r.ToldAt == nil && (next == nil || r.At.Before(*next)) {
			at := r.At
			next = &at
		}
	}
	return next
}

// Due are the reminders whose moment has come and that were not told.
func (a *Aftercare) Due(now time.Time) []Reminder {
	var due []Reminder
	if a != nil {
		for _, r := range a.Reminders {
			if r.ToldAt == nil && !now.Before(r.At) {
				due = append(due, r)
			}
		}
	}
	return due
}

// Told marks the reminders that were due.
func (a *Aftercare) Told(now time.Time) {
	for i := range a.Reminders {
		if r := &a.Reminders[i]; r.ToldAt == nil && !now.Before(r.At) {
			r.ToldAt = &now
		}
	}
}

// Visit keeps a visit of a case. One of a case that is closed is the visit that was planned, if there is one.
func (c *Case) Visit(v Visit) {
	care := c.Care()
	v.Seq, v.Planned = len(care.Visits)+1, care.VisitBy
	care.Visits = append(care.Visits, v)
	care.VisitBy = ""
	care.Forget(NoticeVisit, 0)
}

// activeUntil is until when there is something to see of a case that is closed and was changed now: the visit
// that is planned may be missed.
func (a *Aftercare) activeUntil(now time.Time) time.Time {
	if a != nil {
		if by, ok := LastMoment(a.VisitBy); ok && by.After(now) {
			return by
		}
	}
	return now
}

// Forget takes out the reminders of a kind that were not yet told; those of one instalment where seq is
// not zero.
func (a *Aftercare) Forget(kind string, seq int) {
	if a != nil {
		a.Reminders = slices.DeleteFunc(a.Reminders, func(r Reminder) bool {
			return r.ToldAt == nil && r.Kind == kind && (seq == 0 || r.Seq == seq)
		})
	}
}

// Care is the case's aftercare, made where there is none yet.
func (c *Case) Care() *Aftercare {
	if c.After == nil {
		c.After = &Aftercare{Reminders: []Reminder{}, Visits: []Visit{}}
	}
	return c.After
}

// Visit is one 回访.
type Visit struct {
	Seq          int       `bson:"seq" json:"seq"`
	On           string    `bson:"on" json:"on"`
	How          string    `bson:"how" json:"how"` // home, phone, online
	Visitor      string    `bson:"visitor" json:"visitor"`
	Visited      []string  `bson:"visited" json:"visited"`           // parties
	Kept         string    `bson:"kept,omitempty" json:"kept"`       // how the agreement is kept, in words
	Satisfaction string    `bson:"satisfaction" json:"satisfaction"` // with the mediation
	Signs        string    `bson:"signs,omitempty" json:"signs"`     // new signs of trouble, "" for none
	Measures     string    `bson:"measures,omitempty" json:"measures"`
	Planned      string    `bson:"planned,omitempty" json:"planned,omitempty"` // last day of the planned visit that it was, "" for one more
	RecordedAt   time.Time `bson:"recordedAt" json:"recordedAt"`
	By           Actor     `bson:"by" json:"by"`
}

// VisitWays lists how somebody is visited.
func VisitWays() []Choice {
	return []Choice{{"home", "上门"}, {"phone", "电话"}, {"online", "视频"}}
}

// Satisfactions lists how content the parties are with the mediation.
func Satisfactions() []Choice {
	return []Choice{{"satisfied", "满意"}, {"fair", "基本满意"}, {"dissatisfied", "不满意"}}
}

// Visited says whether a dispute that ended so is visited again: one that was not taken on, or is in
// other hands, is not.
func (r ClosingReason) Visited() bool { return r == Performed || r == Lapsed || r == Breached }

// Confirmation is the judicial confirmation of an agreement (人民调解法第33条): the parties' joint application
// and the court's decision.
type Confirmation struct {
	Court     string `bson:"court" json:"court"`
	AppliedOn string `bson:"appliedOn" json:"appliedOn"`
	Number    string `bson:"number,omitempty" json:"number,omitempty"`       // 〔2026〕…调确字第…号
	Decision  string `bson:"decision,omitempty" json:"decision,omitempty"`   // confirmed, refused; "" until then
	DecidedOn string `bson:"decidedOn,omitempty" json:"decidedOn,omitempty"` //
	Reason    string `bson:"reason,omitempty" json:"reason,omitempty"`       // of a refusal
}

// IsConfirmed says whether the court has confirmed the agreement: then it can be enforced.
func (c *Confirmation) IsConfirmed() bool { return c != nil && c.Decision == ConfirmationConfirmed }

// What comes of an application.
const (
	ConfirmationApplied   = "applied"
	ConfirmationConfirmed = "confirmed"
	ConfirmationRefused   = "refused"
)

// ConfirmationSteps lists what is put on record of a judicial confirmation.
func ConfirmationSteps() []Choice {
	return []Choice{{ConfirmationApplied, "双方已经共同申请"}, {ConfirmationConfirmed, "法院裁定确认有效"}, {ConfirmationRefused, "法院裁定驳回或者不予受理"}}
}

// Urging is one 督促 of a party who does not keep the agreement (人民调解法第31条).
type Urging struct {
	On         string    `bson:"on" json:"on"`
	Seq        int       `bson:"seq,omitempty" json:"seq,omitempty"` // instalment, 0 where there are none
	How        string    `bson:"how" json:"how"`
	Answer     string    `bson:"answer" json:"answer"` // what the party said or promised
	RecordedAt time.Time `bson:"recordedAt" json:"recordedAt"`
	By         Actor     `bson:"by" json:"by"`
}

// Breach is the end of an agreement that is not kept: the parties go to the court, to enforce it where it was
// confirmed, else to sue (人民调解法第32、33条).
type Breach struct {
	At   time.Time `bson:"at" json:"at"`
	Way  string    `bson:"way" json:"way"` // enforce, sue
	Told bool      `bson:"told" json:"told"`
	Note string    `bson:"note" json:"note"`
}

// BreachWays lists where the parties go.
func BreachWays() []Choice {
	return []Choice{{"enforce", "申请法院强制执行（已经司法确认的）"}, {"sue", "向人民法院起诉"}}
}

// AgreementDraft is one version of an agreement before it is signed. Each is kept.
type AgreementDraft struct {
	Seq    int       `bson:"seq" json:"seq"`
	At     time.Time `bson:"at" json:"at"`
	By     Actor     `bson:"by" json:"by"`
	Reason string    `bson:"reason,omitempty" json:"reason,omitempty"` // why it replaced the one before
	// Text is what it says, and who has signed it so far.
	Text Agreement `bson:"text" json:"text"`
}

// Draft is the current one, nil where there is none. It points into the case.
func (c *Case) Draft() *AgreementDraft {
	if n := len(c.Drafts); n > 0 {
		return &c.Drafts[n-1]
	}
	return nil
}

// Unsigned lists who of those who must sign a written agreement has not: the parties but for third ones,
// the mediator and the committee with its seal (人民调解法第29条).
func (c *Case) Unsigned(a *Agreement) []string {
	var missing []string
	if a.Form != "written" {
		return nil
	}
	for _, p := range c.Parties {
		if p.Role != ThirdParty && !slices.ContainsFunc(a.Signatures, func(s Signature) bool { return s.Party == p.Name && s.SignedOn != "" }) {
			missing = append(missing, p.Name)
		}
	}
	if a.MediatorSigned == "" {
		missing = append(missing, "调解员")
	}
	if a.Sealed == "" {
		missing = append(missing, "调委会印章")
	}
	return missing
}

// Round is an earlier mediation of a dispute that came back: what it had led to.
type Round struct {
	EndedAt   time.Time        `bson:"endedAt" json:"endedAt"` // when the next one began
	State     State            `bson:"state" json:"state"`     // in which it was left
	Ending    ClosingReason    `bson:"ending,omitempty" json:"ending,omitempty"`
	Reason    string           `bson:"reason" json:"reason"` // why it is mediated again: one of ReopenReasons
	Note      string           `bson:"note" json:"note"`
	Agreement *Agreement       `bson:"agreement,omitempty" json:"agreement,omitempty"`
	Failure   *Failure         `bson:"failure,omitempty" json:"failure,omitempty"`
	Referral  *Referral        `bson:"referral,omitempty" json:"referral,omitempty"`
	Drafts    []AgreementDraft `bson:"drafts,omitempty" json:"drafts,omitempty"`
	VisitBy   string           `bson:"visitBy,omitempty" json:"visitBy,omitempty"` // a visit that was planned
}

// ConfirmDays are those from the day an agreement is in force within which both parties may apply for judicial
// confirmation (人民调解法第33条).
const ConfirmDays = 30

// ReopenReasons lists why a dispute is mediated again.
func ReopenReasons() []Choice {
	return []Choice{{"broken", "协议没有履行，双方愿意再谈"}, {"refused", "法院没有确认协议"}, {"again", "纠纷反复"}, {"asked", "双方要求重新调解"}}
}

// Agreements lists every agreement the dispute has had, the current one last, with when the committee ceased
// to look after each: it is mediated again, or in the hands of the court. FarFuture for one that it still
// looks after.
func (c *Case) Agreements() ([]*Agreement, []time.Time) {
	var all []*Agreement
	var until []time.Time
	add := func(a *Agreement, end time.Time) {
		if a == nil {
			return
		}
		if a.Breach != nil {
			end = a.Breach.At
		}
		all, until = append(all, a), append(until, end)
	}
	for i := range c.Rounds {
		add(c.Rounds[i].Agreement, c.Rounds[i].EndedAt)
	}
	add(c.Agreement, FarFuture())
	return all, until
}

// Correction is what was put right in the case's own fields.
type Correction struct {
	At      time.Time `bson:"at" json:"at"`
	By      Actor     `bson:"by" json:"by"`
	Reason  string    `bson:"reason" json:"reason"`
	Changes []Change  `bson:"changes" json:"changes"`
	// Before is what the statistics had until then: a report of a month that is over stays as it was.
	Before Counted `bson:"before" json:"-"`
}

// Change is one field that was put right. A sealed number shows its mask.
type Change struct {
	Field string `bson:"field" json:"field"` // as people say it: 申请人许来福的住址
	Was   string `bson:"was" json:"was"`
	Is    string `bson:"is" json:"is"`
}

// Counted is what the statistics ask of a case's own fields.
type Counted struct {
	Type       DisputeType `bson:"type"`
	Source     string      `bson:"source"`
	AmountFen  int64       `bson:"amountFen"`
	Households int         `bson:"households"`
	Parties    int         `bson:"parties"`
	Title      string      `bson:"title"`
	Facts      string      `bson:"facts"`
}

// CountedNow is what the statistics ask of the fields as they are.
func (c *Case) CountedNow() Counted {
	return Counted{Type: c.Type, Source: c.Source, AmountFen: c.AmountFen, Households: c.Households, Parties: len(c.Parties), Title: c.Title, Facts: c.Facts}
}

// CountedAt is what stood in those fields just before a moment.
func (c *Case) CountedAt(at time.Time) Counted {
	for i := range c.Corrections {
		if !c.Corrections[i].At.Before(at) {
			return c.Corrections[i].Before
		}
	}
	return c.CountedNow()
}

// Dictation is a case that somebody told and somebody else typed. Who told it confirms on a sheet in
// large print that it is what was said.
type Dictation struct {
	By          string     `bson:"by" json:"by"`         // 口述人
	Typist      string     `bson:"typist" json:"typist"` // 代录人
	AffirmedBy  string     `bson:"affirmedBy,omitempty" json:"affirmedBy,omitempty"`
	AffirmedOn  string     `bson:"affirmedOn,omitempty" json:"affirmedOn,omitempty"`
	Mark        string     `bson:"mark,omitempty" json:"mark,omitempty"` // signature, fingerprint
	RecordedAt  *time.Time `bson:"recordedAt,omitempty" json:"recordedAt,omitempty"`
	Corrections string     `bson:"corrections,omitempty" json:"corrections,omitempty"` // what that person wanted put right
}

// IsOpen says whether the confirmation is still missing.
func (d *Dictation) IsOpen() bool { return d != nil && d.AffirmedOn == "" }

// Marks lists how somebody signs.
func Marks() []Choice { return []Choice{{"signature", "签名"}, {"fingerprint", "按指印"}} }
