package models

import "time"

// Investigation is one 调查记录: what somebody was asked and said. It is written on the spot and signed on each page
// by the one who was asked.
type Investigation struct {
	Seq           int       `bson:"seq" json:"seq"`
	HeldAt        time.Time `bson:"heldAt" json:"heldAt"`
	RecordedAt    time.Time `bson:"recordedAt" json:"recordedAt"`
	Place         string    `bson:"place" json:"place"`
	Asked         string    `bson:"asked" json:"asked"` // 被调查人
	As            string    `bson:"as" json:"as"`       // one of AskedAs
	Participants  []string  `bson:"participants" json:"participants"`
	Investigators []string  `bson:"investigators" json:"investigators"`
	Recorder      string    `bson:"recorder" json:"recorder"`
	Text          string    `bson:"text" json:"text"`
	Signed        bool      `bson:"signed" json:"signed"` // on each page, on the paper
	Level         string    `bson:"level" json:"level"`
}

// AskedAs lists as what somebody is asked.
func AskedAs() []Choice {
	return []Choice{{"party", "当事人"}, {"witness", "知情人"}, {"neighbour", "邻居、亲属"}, {"cadre", "村组干部"}, {"expert", "有专门知识的人"}, {"other", "其他人"}}
}

// unsignedInvestigations counts the records of investigations that nobody has signed yet.
func (c *Case) unsignedInvestigations() int {
	n := 0
	for i := range c.Investigations {
		if !c.Investigations[i].Signed {
			n++
		}
	}
	return n
}
