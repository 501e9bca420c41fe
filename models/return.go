package models

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/pkg/docstore"
)

// Return is the 排查表 of one cell for one period, with everything that became of it: its findings,
// and how each was settled. Its id is made from cell and period, so that there is one, however many
// phones send it.
type Return struct {
	ID            string `bson:"_id"`
	docstore.Head `bson:",inline"`
	Cell          string `bson:"cell"`
	CellName      string `bson:"cellName"` // as it was called when it was first sent
	Village       string `bson:"village"`
	VillageName   string `bson:"villageName"`
	Township      string `bson:"township"`
	From          string `bson:"from"` // first day of the period, 2006-01-02
	To            string `bson:"to"`   // its last day

	// Filings are what was sent, the first and each correction. None is changed afterwards.
	Filings []Submission `bson:"filings"`
	// Outcomes are how findings were settled, in the order of time.
	Outcomes []FindingOutcome `bson:"outcomes"`

	FiledAt time.Time `bson:"filedAt"` // of the first filing
	// ActiveUntil is the moment after which nothing of it changes, FarFuture while a finding waits:
	// one range finds what a month's report must look at.
	ActiveUntil time.Time `bson:"activeUntil"`
	// Waiting is the township while a finding waits to be settled, missing otherwise.
	Waiting string `bson:"waiting,omitempty"`
}

func (r *Return) DocID() any { return r.ID }

// Submission is a return as it was sent once. Without findings it is a 零报告.
type Submission struct {
	Key      string    `bson:"key,omitempty"` // the client's own, to know it again
	At       time.Time `bson:"at"`
	By       Actor     `bson:"by"`
	Late     bool      `bson:"late"` // after the period had ended
	Findings []Finding `bson:"findings"`
}

// Finding is one 隐患线索. It keeps its number through corrections.
type Finding struct {
	Seq        int         `bson:"seq" json:"seq"`
	What       string      `bson:"what" json:"what"`
	Where      string      `bson:"where,omitempty" json:"where"`
	Households int         `bson:"households" json:"households"`
	Type       DisputeType `bson:"type" json:"type"`
	Signs      []string    `bson:"signs" json:"signs"`
	// Photo is what somebody photographed on the spot, nil for none.
	Photo *FindingPhoto `bson:"photo,omitempty" json:"photo,omitempty"`
}

// FindingPhoto is the photo of a finding. Its bytes lie in the store by their hash, as those of an attachment.
type FindingPhoto struct {
	Hash    string `bson:"hash" json:"hash"`
	Preview string `bson:"preview" json:"preview"`
	Size    int64  `bson:"size" json:"size"`
	Sent    string `bson:"sent" json:"sent"`
}

// Attachment is the photo as the case that the finding becomes has it.
func (p *FindingPhoto) Attachment(seq int, at time.Time, by Actor) Attachment {
	return Attachment{
		Seq: seq, Kind: AttachEvidence, Name: "排查时拍的照片", Type: TypeJPEG, Hash: p.Hash, Size: p.Size, Preview: p.Preview, Sent: p.Sent, At: at, By: by,
	}
}

// How a finding may end.
const (
	FindingCase       = "case"        // it became a case
	FindingPrevented  = "prevented"   // 已就地化解, which counts as 预防
	FindingNoDispute  = "not_dispute" // 不是矛盾纠纷
	FindingDuplicated = "duplicate"   // 重复
)

// FindingEnds lists how a finding may end; all but the first are reasons to close it.
func FindingEnds() []Choice {
	return []Choice{{FindingCase, "转为纠纷"}, {FindingPrevented, "已就地化解"}, {FindingNoDispute, "不是矛盾纠纷"}, {FindingDuplicated, "与别的线索或纠纷重复"}}
}

// FindingOutcome is how one finding was settled.
type FindingOutcome struct {
	Finding int       `bson:"finding"`
	At      time.Time `bson:"at"`
	By      Actor     `bson:"by"`
	As      string    `bson:"as"`
	Case    string    `bson:"case,omitempty"` // id of the case it became
	Note    string    `bson:"note,omitempty"`
}

// FindingSigns lists the facts of a dispute that a return may tick: of the dispute, never of a person.
func FindingSigns() []Choice {
	return []Choice{
		{"threat", "有人扬言报复，或者已经动手"}, {"crowd", "有人持械或者聚集"}, {"petition", "扬言上访或者打官司"}, {"failed", "以前调过，没有调成"},
		{"earlier", "同一合同、同一方案以前闹过"}, {"collective", "对方是村集体或者村委会"}, {"conflict", "村里调解有利益冲突"}, {"date_near", "收获期或者兑付期快到了"},
	}
}

// ReturnID is the id of a cell's return for the period that begins on a day.
func ReturnID(cell, from string) string { return cell + "-" + from }

// ParseReturnID reads the id of a return.
func ParseReturnID(id string) (cell, from string, ok bool) {
	at := len(id) - len(time.DateOnly) - 1
	if at <= 0 || id[at] != '-' {
		return "", "", false
	}
	cell, from = id[:at], id[at+1:]
	_, _, isCell := ParseCellID(cell)
	_, err := time.Parse(time.DateOnly, from)
	return cell, from, isCell && err == nil
}

// FindingID is the id of a finding: that of its return and its number in it.
func FindingID(ret string, seq int) string { return ret + "-" + strconv.Itoa(seq) }

// ParseFindingID reads the id of a finding.
func ParseFindingID(id string) (ret string, seq int, ok bool) {
	at := strings.LastIndexByte(id, '-')
	if at < 0 {
		return "", 0, false
	}
	seq, err := strconv.Atoi(id[at+1:])
	ret = id[:at]
	_, _, isReturn := ParseReturnID(ret)
	return ret, seq, isReturn && err == nil && seq > 0 && FindingID(ret, seq) == id
}

// FindingDraftKey is the draft key of the case that a finding becomes: there is one, whoever logs it.
// No account's key begins so, for no user name has a colon.
func FindingDraftKey(finding string) string { return "finding:" + finding }

// FilingAt is what had been sent before a moment, nil for nothing. It points into the return.
func (r *Return) FilingAt(before time.Time) *Submission {
	for i := len(r.Filings) - 1; i >= 0; i-- {
		if r.Filings[i].At.Before(before) {
			return &r.Filings[i]
		}
	}
	return nil
}

// Latest is what was sent last.
func (r *Return) Latest() *Submission { return &r.Filings[len(r.Filings)-1] }

// IsZero says whether a filing found nothing.
func (f *Submission) IsZero() bool { return len(f.Findings) == 0 }

// Finding is that of a number in a filing, nil for none.
func (f *Submission) Finding(seq int) *Finding {
	for i := range f.Findings {
		if f.Findings[i].Seq == seq {
			return &f.Findings[i]
		}
	}
	return nil
}

// FirstFiled is when a finding was sent first.
func (r *Return) FirstFiled(seq int) time.Time {
	for i := range r.Filings {
		if r.Filings[i].Finding(seq) != nil {
			return r.Filings[i].At
		}
	}
	return FarFuture()
}

// OutcomeAt is how a finding had been settled before a moment, nil while it waits.
func (r *Return) OutcomeAt(seq int, before time.Time) *FindingOutcome {
	for i := len(r.Outcomes) - 1; i >= 0; i-- {
		if o := &r.Outcomes[i]; o.Finding == seq && o.At.Before(before) {
			return o
		}
	}
	return nil
}

// Outcome is how a finding is settled, nil while it waits.
func (r *Return) Outcome(seq int) *FindingOutcome { return r.OutcomeAt(seq, FarFuture()) }

// NextFinding is the number of the next new finding.
func (r *Return) NextFinding() int {
	next := 1
	for _, f := range r.Filings {
		for _, found := range f.Findings {
			next = max(next, found.Seq+1)
		}
	}
	return next
}

// HeadAt is a SHA-256, in hex, over all that had been sent and settled before a moment.
func (r *Return) HeadAt(before time.Time) string {
	h := sha256.New()
	add := func(texts ...string) {
		for _, text := range texts {
			part(h, text)
		}
	}
	by := func(at time.Time, a Actor) { add(stamp(&at), a.ID, a.Name, string(a.Role), a.Region) }
	add("fengqiao return", r.ID, r.Cell, r.CellName, r.Village, r.VillageName, r.Township, r.From, r.To)
	for _, f := range r.Filings {
		if !f.At.Before(before) {
			continue
		}
		add("filing", f.Key, strconv.FormatBool(f.Late), strconv.Itoa(len(f.Findings)))
		by(f.At, f.By)
		for _, found := range f.Findings {
			add(strconv.Itoa(found.Seq), found.What, found.Where, strconv.Itoa(found.Households), string(found.Type), strconv.Itoa(len(found.Signs)))
			add(found.Signs...)
			if found.Photo != nil {
				add("photo", found.Photo.Hash)
			}
		}
	}
	for _, o := range r.Outcomes {
		if o.At.Before(before) {
			add("outcome", strconv.Itoa(o.Finding), o.As, o.Case, o.Note)
			by(o.At, o.By)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// HasFiled says whether a client has sent a filing under a key before. r may be nil.
func (r *Return) HasFiled(key string) bool {
	return r != nil && key != "" && slices.ContainsFunc(r.Filings, func(f Submission) bool { return f.Key == key })
}

// Append adds a filing.
func (r *Return) Append(f Submission) {
	if len(r.Filings) == 0 {
		r.FiledAt = f.At
	}
	r.Filings = append(r.Filings, f)
	r.mirror()
}

// Settle ends a finding.
func (r *Return) Settle(o FindingOutcome) {
	r.Outcomes = append(r.Outcomes, o)
	r.mirror()
}

// mirror keeps what the return is found by in step with it.
func (r *Return) mirror() {
	latest := r.Latest()
	r.Waiting, r.ActiveUntil = "", latest.At
	for _, found := range latest.Findings {
		o := r.Outcome(found.Seq)
		if o == nil {
			r.Waiting, r.ActiveUntil = r.Township, FarFuture()
			return
		}
		if o.At.After(r.ActiveUntil) {
			r.ActiveUntil = o.At
		}
	}
}
