package models

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fengqiao/pkg/docstore"
)

// Slip is what the code on a printed paper stands for: a case, or nothing yet where the paper is a form that was
// printed for stock. It says nothing of anybody: whoever finds a paper reads a random word from it.
type Slip struct {
	Key           string `bson:"_id"`
	docstore.Head `bson:",inline"`
	// Region is the village of the case, or the place of whoever printed the stock.
	Region string         `bson:"region"`
	Case   *bson.ObjectID `bson:"case,omitempty"`
	At     time.Time      `bson:"at"`
	By     Actor          `bson:"by"`
}

func (s *Slip) DocID() any { return s.Key }

// Usable says whether a form from stock may be used by somebody: a township prints for its villages, and reads
// what they print.
func (s *Slip) Usable(actor Actor) bool {
	return actor.Scope().Covers(s.Region) || Scope{Region: s.Region}.Covers(actor.Region)
}

// slipLetters are Crockford's 32: none that look alike.
const slipLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// slipKey is how many letters a key has: 40 bits.
const slipKey = 8

// RandomSlipKey is the key of one form of a stock.
func RandomSlipKey() string { return slipWord([]byte(rand.Text())) }

// CaseSlipKey is the key of a case's papers, the same whenever they are printed. Where another paper has it
// already, attempt counts on.
func CaseSlipKey(id bson.ObjectID, attempt int) string {
	return slipWord(append(id[:], byte(attempt)))
}

func slipWord(of []byte) string {
	sum := sha256.Sum256(append([]byte("fengqiao slip "), of...))
	out := make([]byte, slipKey)
	for i := range out {
		out[i] = slipLetters[sum[i]%32]
	}
	return string(out)
}

// slipPaper is a paper that carries a code.
type slipPaper struct{ letter, paper, attachment string }

// slipPapers lists them. A letter never changes: it stands on paper.
func slipPapers() []slipPaper {
	return []slipPaper{
		{"A", "application", AttachApplication}, {"R", "register", AttachApplication}, {"F", "affirmation", AttachApplication}, {"N", "notice", AttachNotice}, {"D", "identity", AttachIdentity},
		{"P", "proxy", AttachProxy}, {"V", "investigation", AttachInvestigation}, {"E", "evidence", AttachEvidence}, {"S", "sitting", AttachSitting}, {"G", "agreement", AttachAgreement},
		{"H", "oral", AttachAgreement}, {"J", "draft", AttachAgreement}, {"M", "receipts", AttachReceipt}, {"B", "visit", AttachVisit}, {"C", "confirmation", AttachConfirmation},
		{"T", "termination", AttachOther}, {"1", "", AttachOther}, {"K", "escalation", AttachOther}, {"W", "referral", AttachOther}, {"Q", "report", AttachOther}, {"X", "statement", AttachOther},
		{"Y", "cover", AttachOther}, {"Z", "contents", AttachOther}, {"0", "back", AttachOther},
	}
}

// SlipCode is the code on one paper: what paper it is, which of several, and the key of its slip.
type SlipCode struct {
	Paper string // as papers of a case are called: sitting
	Index int    // which of several, from 1; 0 where there is but one
	Key   string
}

// AttachmentKind is what a photo of the paper is in the file of a case.
func (c SlipCode) AttachmentKind() string {
	for _, p := range slipPapers() {
		if p.paper == c.Paper {
			return p.attachment
		}
	}
	return AttachOther
}

// String is the code as people read and type it: S17K-3F9Q-XMR4.
func (c SlipCode) String() string {
	s := c.plain()
	return s[:4] + "-" + s[4:8] + "-" + s[8:]
}

// slipMark begins a square code that is ours.
const slipMark = "FQ:"

// Square is what the square code holds.
func (c SlipCode) Square() string { return slipMark + c.plain() }

func (c SlipCode) plain() string {
	letter := "1" // some other paper
	for _, p := range slipPapers() {
		if p.paper == c.Paper {
			letter = p.letter
		}
	}
	body := letter + string(slipLetters[max(0, c.Index)%32]) + c.Key
	return body + slipCheck(body)
}

// slipCheck are two letters by which one wrong letter, and two that changed places, are seen.
func slipCheck(body string) string {
	sum := 0
	for _, r := range body {
		sum = (sum*37 + strings.IndexRune(slipLetters, r)) % 1021 // a prime below 32²
	}
	return string([]byte{slipLetters[sum/32], slipLetters[sum%32]})
}

// slipLength is how many letters a code has, without hyphens.
const slipLength = 2 + slipKey + 2

// ParseSlipCode reads a code that was typed or seen, with or without hyphens, in small letters, with O for 0 and
// I or L for 1. What is wrong stands at the field “code”.
func ParseSlipCode(text string) (SlipCode, error) {
	text = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), slipMark)
	plain := strings.Map(func(r rune) rune {
		switch r {
		case '-', ' ', '－', '—', '　':
			return -1
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return r
	}, text)
	switch strange := strings.Trim(plain, slipLetters); {
	case plain == "":
		return SlipCode{}, FieldErrorf("code", "请输入方块码下面的编码")
	case strange != "":
		return SlipCode{}, FieldErrorf("code", "编码里只有数字和字母，请照着方块码下面的一行输入，例如 %s", SlipCode{Paper: "sitting", Key: "7K3F9QXM"})
	case len(plain) != slipLength:
		return SlipCode{}, FieldErrorf("code", "编码应当是%d位，这里是%d位，请照着方块码下面的一行核对", slipLength, len(plain))
	case slipCheck(plain[:slipLength-2]) != plain[slipLength-2:]:
		return SlipCode{}, FieldErrorf("code", "编码有一位不对，请照着方块码下面的一行逐位核对")
	}
	code := SlipCode{Index: strings.IndexByte(slipLetters, plain[1]), Key: plain[2 : 2+slipKey]}
	for _, p := range slipPapers() {
		if p.letter == plain[:1] {
			code.Paper = p.paper
		}
	}
	return code, nil
}

// FindSlipCode is the first of the texts seen in a picture that is a code of ours.
func FindSlipCode(texts []string) (SlipCode, bool) {
	for _, text := range texts {
		if strings.HasPrefix(text, slipMark) {
			if code, err := ParseSlipCode(text); err == nil {
				return code, true
			}
		}
	}
	return SlipCode{}, false
}
