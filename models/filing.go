package models

import "time"

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

// MissingPapers names the 必须 papers of the official list (司法部2010年格式) that the file lacks, or that nobody has
// signed, as far as the system knows: see Papers.
func (c *Case) MissingPapers() []string {
	out := []string{}
	for _, p := range c.Papers() {
		if p.Must && (p.State == PaperMissing || p.State == PaperUnsigned) {
			text := p.Name
			if p.Note != "" {
				text += "（" + p.Note + "）"
			}
			out = append(out, text)
		}
	}
	return out
}
