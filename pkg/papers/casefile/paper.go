package casefile

import (
	"fmt"
	"slices"
	"time"

	"fengqiao/models"
	"fengqiao/pkg/papers/docx"
	"fengqiao/pkg/workday"
)

// Source is all that the papers of a case are made from.
type Source struct {
	Case *models.Case
	// Numbers are those of the parties, in their order, as the reader may see them; none for the masks.
	Numbers []Numbers
	// Photos gives the bytes of a picture that is printed with the file, by its hash; nil prints none.
	Photos map[string][]byte
	// Key is that of the case's codes, "" for papers that carry none: see models.SlipCode.
	Key   string
	Now   time.Time
	empty bool // a form to fill in by hand
}

// Numbers are a party's identity and phone number, whole or masked.
type Numbers struct{ ID, Phone string }

// Paper is one paper.
type Paper struct {
	Code   string          // sitting-2: of its address and its file
	Name   string          // 调解记录（第2次）
	Number int             // its place in the official order (司法部2010年格式), 0 for what stands beside it
	Listed bool            // stands in 卷内目录
	Remark string          // what the list says beside it
	Slip   models.SlipCode // printed in the corner of each page; none without a key
	Blocks []docx.Block
}

// maker makes the papers of one kind.
type maker struct {
	code, name string
	number     int
	listed     bool
	// inFile says how many the file of a case has, given how far the case is; offered, how many can be printed
	// beside them.
	inFile  func(*Source) int
	offered func(*Source) int
	make    func(f *form, s *Source, i int)
	kinds   []string // attachments that lie behind it
}

func once(when func(*Source) bool) func(*Source) int {
	return func(s *Source) int {
		if when(s) {
			return 1
		}
		return 0
	}
}

func always(*Source) int { return 1 }

// makers lists every kind of paper in the official order.
func makers() []maker {
	taken := once(func(s *Source) bool { return s.Case.AcceptedAt != nil })
	agreed := func(form string) func(*Source) int { return func(s *Source) int { return len(s.agreements(form)) } }
	return []maker{
		{code: "cover", name: "卷宗封面", inFile: always, make: cover},
		{code: "contents", name: "卷内目录", inFile: always, make: func(*form, *Source, int) {}}, // made when all others are
		{code: "application", name: "人民调解申请书", number: 1, listed: true, inFile: once(func(s *Source) bool { return s.Case.Source == "application" }), offered: always, make: application, kinds: []string{models.AttachApplication}},
		{code: "register", name: "人民调解受理登记表", number: 1, listed: true, inFile: taken, offered: always, make: register},
		{code: "affirmation", name: "代录本人确认单", number: 1, listed: true, inFile: once(func(s *Source) bool { return s.Case.Dictation != nil }), make: affirmation},
		{code: "notice", name: "人民调解权利义务告知书", number: 2, listed: true, inFile: taken, offered: always, make: notice, kinds: []string{models.AttachNotice}},
		{code: "identity", name: "当事人身份证明", number: 3, listed: true, inFile: taken, offered: always, make: identity, kinds: []string{models.AttachIdentity}},
		{code: "proxy", name: "授权委托书", number: 4, listed: true, inFile: func(s *Source) int { return len(s.agents()) }, make: proxy, kinds: []string{models.AttachProxy}},
		{code: "investigation", name: "人民调解调查记录", number: 5, listed: true, inFile: func(s *Source) int { return len(s.Case.Investigations) }, make: investigation, kinds: []string{models.AttachInvestigation}},
		{code: "evidence", name: "证据材料清单", number: 6, listed: true, inFile: once(func(s *Source) bool { return len(s.attached(models.AttachEvidence)) > 0 }), make: evidence, kinds: []string{models.AttachEvidence}},
		{code: "sitting", name: "人民调解记录", number: 7, listed: true, inFile: func(s *Source) int { return len(s.Case.Sittings) }, make: sitting, kinds: []string{models.AttachSitting}},
		{code: "agreement", name: "人民调解协议书", number: 8, listed: true, inFile: agreed("written"), make: agreement, kinds: []string{models.AttachAgreement}},
		{code: "oral", name: "人民调解口头协议登记表", number: 8, listed: true, inFile: agreed("oral"), make: oral},
		{code: "draft", name: "待签的调解协议书", number: 8, inFile: none, offered: once(func(s *Source) bool { return s.draft() != nil }), make: draft},
		{code: "receipts", name: "履行凭证", number: 9, listed: true, inFile: once(func(s *Source) bool { return len(s.performed()) > 0 }), make: receipts, kinds: []string{models.AttachReceipt}},
		{code: "visit", name: "人民调解回访记录", number: 10, listed: true, inFile: func(s *Source) int { return len(s.visits()) }, offered: once(func(s *Source) bool { return s.Case.ConcludedAt != nil }), make: visit, kinds: []string{models.AttachVisit}},
		{code: "confirmation", name: "司法确认申请书", number: 11, listed: true, inFile: once(func(s *Source) bool { return s.Case.Agreement != nil && s.Case.Agreement.Confirmation != nil }), offered: once(func(s *Source) bool { return s.Case.Agreement != nil }), make: confirmation, kinds: []string{models.AttachConfirmation}},
		{code: "termination", name: "人民调解终止告知书", listed: true, inFile: once(func(s *Source) bool { return s.Case.Failure != nil }), make: termination},
		{code: "escalation", name: "矛盾纠纷逐级上报表", listed: true, inFile: func(s *Source) int { return len(s.Case.Handovers()) }, make: escalated},
		{code: "referral", name: "矛盾纠纷移送函", listed: true, inFile: once(func(s *Source) bool { return s.Case.Referral != nil }), make: referral},
		{code: "report", name: "结案报告", listed: true, inFile: once(func(s *Source) bool { return s.Case.ClosedAt != nil }), make: closing},
		{code: "statement", name: "卷宗情况说明", number: 12, listed: true, inFile: once(func(s *Source) bool { return len(s.remarks()) > 0 }), make: statement, kinds: []string{models.AttachOther}},
		{code: "back", name: "卷宗封底", number: 13, inFile: always, make: back},
	}
}

func none(*Source) int { return 0 }

// pieces is how many papers of the kind there are, and whether they belong to the file.
func (m maker) pieces(s *Source) (n int, inFile bool) {
	if n := m.inFile(s); n > 0 {
		return n, true
	}
	if m.offered != nil {
		return m.offered(s), false
	}
	return 0, false
}

// code of the i-th of n papers, from 0.
func (m maker) codeOf(i, n int) string {
	if n > 1 {
		return fmt.Sprintf("%s-%d", m.code, i+1)
	}
	return m.code
}

// paper makes the i-th of n.
func (m maker) paper(s *Source, i, n int) Paper {
	p := Paper{Code: m.codeOf(i, n), Name: m.name, Number: m.number, Listed: m.listed}
	if n > 1 {
		p.Name = fmt.Sprintf("%s（第%d份）", m.name, i+1)
		if m.code == "sitting" {
			p.Name = fmt.Sprintf("%s（第%d次）", m.name, s.Case.Sittings[i].Seq)
		}
	}
	if p.Slip = (models.SlipCode{Paper: m.code, Key: s.Key}); n > 1 {
		p.Slip.Index = i + 1
	}
	f := &form{s: s, name: m.name}
	m.make(f, s, i)
	p.Blocks = f.blocks
	return p
}

// Piece is a paper that a case has, without its text.
type Piece struct {
	Code, Name string
	InFile     bool // it is part of the case file; else it can be printed beside it
}

// Pieces lists the papers that can be printed of a case, in the official order.
func Pieces(s *Source) []Piece {
	var out []Piece
	for _, m := range makers() {
		n, inFile := m.pieces(s)
		for i := range n {
			p := Piece{Code: m.codeOf(i, n), Name: m.name, InFile: inFile}
			if n > 1 {
				p.Name = fmt.Sprintf("%s（%d）", m.name, i+1)
			}
			out = append(out, p)
		}
	}
	return out
}

// Of makes one paper of a case; false where the case has none of that code.
func Of(s *Source, code string) (Paper, bool) {
	if code == "contents" {
		for _, p := range alone(Papers(s)) {
			if p.Code == code {
				return p, true
			}
		}
	}
	for _, m := range makers() {
		n, _ := m.pieces(s)
		for i := range n {
			if m.codeOf(i, n) == code {
				return m.paper(s, i, n), true
			}
		}
	}
	for _, p := range behind(s, allKinds()) {
		if p.Code == code {
			return p, true
		}
	}
	return Paper{}, false
}

func allKinds() []string {
	var out []string
	for _, k := range models.AttachmentKinds() {
		out = append(out, k.Code)
	}
	return out
}

// isForm says whether an empty one can be filled in by hand.
func isForm(code string) bool { return code != "contents" && code != "draft" }

// Forms lists the forms that can be filled in by hand.
func Forms() []Piece {
	var out []Piece
	for _, m := range makers() {
		if isForm(m.code) {
			out = append(out, Piece{Code: m.code, Name: m.name})
		}
	}
	return out
}

// Form makes an empty form, with a code where a key is given; false for a code of a form that is none.
func Form(code, key string) (Paper, bool) {
	for _, m := range makers() {
		if m.code == code && isForm(code) {
			s := &Source{Case: emptyCase(), Key: key, empty: true}
			p := m.paper(s, 0, 1)
			return p, true
		}
	}
	return Paper{}, false
}

// NameOf is the paper that a code stands on: 人民调解记录（第2份）.
func NameOf(code models.SlipCode) string {
	for _, m := range makers() {
		if m.code == code.Paper {
			if code.Index > 0 {
				return fmt.Sprintf("%s（第%d份）", m.name, code.Index)
			}
			return m.name
		}
	}
	return "其他文书"
}

// emptyCase has one of each thing that a form asks for, and nothing in it.
func emptyCase() *models.Case {
	return &models.Case{
		Parties:  []models.Party{{Role: models.Applicant, Agent: line(6)}, {Role: models.Respondent}},
		Sittings: []models.Sitting{{}},

		Investigations: []models.Investigation{{}},
		Agreement:      &models.Agreement{},
	}
}

// agents are the parties who have one.
func (s *Source) agents() []int {
	var out []int
	for i, p := range s.Case.Parties {
		if p.Agent != "" {
			out = append(out, i)
		}
	}
	return out
}

// attached are the attachments of some kinds, in their order.
func (s *Source) attached(kinds ...string) []models.Attachment {
	var out []models.Attachment
	for _, a := range s.Case.Attachments {
		if slices.Contains(kinds, a.Kind) && a.Withdrawn == nil {
			out = append(out, a)
		}
	}
	return out
}

// agreements are those of a form that were signed or reached, the current one last: a dispute that came back has
// had more than one. An empty form has one in which nothing stands.
func (s *Source) agreements(form string) []*models.Agreement {
	all, _ := s.Case.Agreements()
	if s.empty {
		return all
	}
	return slices.DeleteFunc(all, func(a *models.Agreement) bool { return a.Form != form })
}

// draft is the text that waits to be signed, nil where there is none.
func (s *Source) draft() *models.Agreement {
	if d := s.Case.Draft(); d != nil && s.Case.Agreement == nil && s.Case.State.IsOpen() {
		return &d.Text
	}
	return nil
}

func (s *Source) visits() []models.Visit {
	if s.Case.After == nil {
		return nil
	}
	return s.Case.After.Visits
}

func (s *Source) performed() []models.Instalment {
	if s.Case.Agreement == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Case.Agreement.Instalments), func(i models.Instalment) bool { return i.PerformedOn == "" })
}

// numbers of a party, masked where nothing else was handed in.
func (s *Source) numbers(i int) Numbers {
	if i < len(s.Numbers) {
		return s.Numbers[i]
	}
	p := s.Case.Parties[i]
	return Numbers{ID: p.IDNumber.Mask, Phone: p.Phone.Mask}
}

// committee is who mediates: that of the case's number, else who has the case.
func (s *Source) committee() string {
	c := s.Case
	office := c.Office.Name
	for _, stage := range c.Stages {
		if stage.Received != nil {
			office = stage.Office.Name // who gave the number sits first
			break
		}
	}
	return or(office, 14)
}

// number of the case, or a line for it.
func (s *Source) number() string {
	if s.Case.Number == nil {
		return "〔" + line(4) + "〕" + line(6) + "人调字第" + line(3) + "号"
	}
	return s.Case.Number.Text
}

// kind of dispute with its sub-type.
func (s *Source) kind() string {
	if s.Case.Type == "" {
		return line(8)
	}
	name := models.NameOf(models.DisputeTypes(), string(s.Case.Type))
	if s.Case.Subtype != "" {
		name += "（" + models.NameOf(models.Subtypes(s.Case.Type), s.Case.Subtype) + "）"
	}
	return name
}

// name of the file: the first of each side, and what it is about.
func (s *Source) name() string {
	side := func(role models.PartyRole) string {
		var names []string
		for _, p := range s.Case.Parties {
			if p.Role == role && p.Name != "" {
				names = append(names, p.Name)
			}
		}
		switch len(names) {
		case 0:
			return line(6)
		case 1:
			return names[0]
		}
		return fmt.Sprintf("%s等%d方", names[0], len(names))
	}
	return side(models.Applicant) + "与" + side(models.Respondent) + s.kind() + "纠纷"
}

// civil is the day of a moment, "" for none.
func civil(at *time.Time) string {
	if at == nil || at.IsZero() {
		return ""
	}
	return workday.OfTime(*at).String()
}
