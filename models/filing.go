package models

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Filing is 立卷归档: the case file is closed for good. Afterwards there are only supplements.
type Filing struct {
	On          string       `bson:"on" json:"on"`
	By          string       `bson:"by" json:"by"` // 立卷人
	Retention   string       `bson:"retention" json:"retention"`
	Remark      string       `bson:"remark,omitempty" json:"remark,omitempty"`
	Missing     []string     `bson:"missing" json:"missing"` // 必须 papers that the file lacked, and was filed without
	At          time.Time    `bson:"at" json:"at"`
	Actor       Actor        `bson:"actor" json:"actor"`
	Supplements []Supplement `bson:"supplements" json:"supplements"`
}

// File files the case for good: nobody is reminded of it any more. It is called inside Case.Move.
func (c *Case) File(filing *Filing) {
	c.Filing = filing
	if c.After != nil {
		c.After.Reminders = nil
	}
}

// Supplement is what was added after filing.
type Supplement struct {
	Seq  int       `bson:"seq" json:"seq"`
	At   time.Time `bson:"at" json:"at"`
	By   Actor     `bson:"by" json:"by"`
	Text string    `bson:"text" json:"text"`
}

// Retentions lists how long a file is kept.
func Retentions() []Choice {
	return []Choice{{"short", "短期"}, {"long", "长期"}, {"permanent", "永久"}}
}

// Supplement notes what was added after filing, and gives its number.
func (f *Filing) Supplement(at time.Time, by Actor, text string) int {
	seq := len(f.Supplements) + 1
	f.Supplements = append(f.Supplements, Supplement{Seq: seq, At: at, By: by, Text: text})
	return seq
}

// MissingPapers names the 必须 papers of the official list (司法部2010年格式) that the file lacks, as far as the
// system knows. A paper is there when its content was put on record, or when it is attached. What a
// case never came to, nobody asks for: one that was declined has no sitting.
func (c *Case) MissingPapers() []string {
	var out []string
	lacks := func(there bool, format string, args ...any) {
		if !there {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	lacks(c.AcceptedAt != nil || c.Source == "application" || c.HasAttachment(AttachApplication), "人民调解申请书或者受理登记表")
	if c.AcceptedAt == nil {
		return out
	}
	told := slices.ContainsFunc(c.Sittings, func(s Sitting) bool { return s.RightsTold })
	lacks(told || c.HasAttachment(AttachNotice), "权利义务告知书（没有一次调解记录写明已经告知，也没有签收的告知书）")

	var unnumbered []string
	for _, p := range c.Parties {
		if p.IDNumber.Mask == "" {
			unnumbered = append(unnumbered, p.Name)
		}
	}
	lacks(len(unnumbered) == 0 || c.HasAttachment(AttachIdentity), "当事人身份证明（%s没有登记证件号码）", strings.Join(unnumbered, "、"))

	mediated := c.Agreement != nil || c.Failure != nil
	lacks(!mediated || len(c.Sittings) > 0 || c.HasAttachment(AttachSitting), "调解记录")
	if c.Ending == Performed {
		lacks(c.Agreement != nil || c.HasAttachment(AttachAgreement), "调解协议书或者口头协议登记表")
	}
	return out
}
