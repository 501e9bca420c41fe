package models

import (
	"fmt"
	"slices"
	"time"
)

// The kinds of paper that an attachment can be, by their place in the official file (司法部2010年格式).
const (
	AttachApplication   = "application"
	AttachNotice        = "notice"
	AttachIdentity      = "identity"
	AttachProxy         = "proxy"
	AttachInvestigation = "investigation"
	AttachEvidence      = "evidence"
	AttachSitting       = "sitting"
	AttachAgreement     = "agreement"
	AttachReceipt       = "receipt"
	AttachVisit         = "visit"
	AttachConfirmation  = "confirmation"
	AttachOther         = "other"
)

// AttachmentKinds lists what an attachment can be, what is attached most often first.
func AttachmentKinds() []Choice {
	return []Choice{
		{AttachEvidence, "证据材料"}, {AttachAgreement, "签字的协议"}, {AttachSitting, "签字的调解记录"}, {AttachReceipt, "履行凭证"},
		{AttachIdentity, "身份证明"}, {AttachApplication, "签字的申请书或登记表"}, {AttachNotice, "签收的权利义务告知书"}, {AttachProxy, "授权委托书"},
		{AttachInvestigation, "调查记录"}, {AttachVisit, "回访记录"}, {AttachConfirmation, "司法确认材料"}, {AttachOther, "其他材料"},
	}
}

// Attachment is a photo or a PDF that belongs to a case. Its bytes lie in the store by their hash.
type Attachment struct {
	Seq  int    `bson:"seq" json:"seq"` // from 1, without gaps
	Kind string `bson:"kind" json:"kind"`
	Name string `bson:"name" json:"name"` // what somebody calls it: 租赁合同第一页
	Type string `bson:"type" json:"type"` // image/jpeg or application/pdf, by its content
	Hash string `bson:"hash" json:"hash"` // SHA-256, in hex, of the bytes that are kept
	Size int64  `bson:"size" json:"size"`
	// Preview is the hash of a small picture, "" for a PDF.
	Preview string `bson:"preview,omitempty" json:"preview,omitempty"`
	// Sent is the hash of the bytes as they came in: the same file sent twice is one attachment.
	Sent string    `bson:"sent" json:"sent"`
	At   time.Time `bson:"at" json:"at"`
	By   Actor     `bson:"by" json:"by"`
	// Supplement is the number of the supplement it came with, 0 for what was there before filing.
	Supplement int `bson:"supplement,omitempty" json:"supplement,omitempty"`
	// Withdrawn says that it was attached by mistake: it is no part of the file, and its bytes are kept all the same.
	Withdrawn *Withdrawal `bson:"withdrawn,omitempty" json:"withdrawn,omitempty"`
}

// Withdrawal is when, by whom and why an attachment was taken out of the file.
type Withdrawal struct {
	At     time.Time `bson:"at" json:"at"`
	By     Actor     `bson:"by" json:"by"`
	Reason string    `bson:"reason" json:"reason"`
}

// KindName is the kind as people say it.
func (a *Attachment) KindName() string { return NameOf(AttachmentKinds(), a.Kind) }

// IsPicture says whether it is a photo, not a PDF.
func (a *Attachment) IsPicture() bool { return a.Type == TypeJPEG }

// The types that are kept. A photo that comes in as PNG is kept as JPEG.
const (
	TypeJPEG = "image/jpeg"
	TypePDF  = "application/pdf"
)

// FormName is what it is made of, as people say it.
func (a *Attachment) FormName() string {
	if a.IsPicture() {
		return "照片"
	}
	return "PDF"
}

// Mark is the beginning of the hash, as papers and timeline carry it.
func (a *Attachment) Mark() string { return a.Hash[:min(16, len(a.Hash))] }

// Entry is what the timeline says of the attachment: by its mark nobody can put another in its place.
func (a *Attachment) Entry() string {
	return fmt.Sprintf("第%d号材料：%s（%s，校验码%s）", a.Seq, a.KindName(), a.FormName(), a.Mark())
}

// Attachment finds one by its number, nil where there is none. It points into the case.
func (c *Case) Attachment(seq int) *Attachment {
	if i := slices.IndexFunc(c.Attachments, func(a Attachment) bool { return a.Seq == seq }); i >= 0 {
		return &c.Attachments[i]
	}
	return nil
}

// Sent finds the attachment of a kind that came in as these bytes, nil where there is none, or it was withdrawn.
func (c *Case) Sent(kind, hash string) *Attachment {
	if i := slices.IndexFunc(c.Attachments, func(a Attachment) bool { return a.Kind == kind && a.Sent == hash && a.Withdrawn == nil }); i >= 0 {
		return &c.Attachments[i]
	}
	return nil
}
