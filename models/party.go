package models

// PartyRole is a party's side.
type PartyRole string

const (
	Applicant  PartyRole = "applicant"  // 申请人
	Respondent PartyRole = "respondent" // 被申请人
	ThirdParty PartyRole = "third"      // 第三人
)

var partyRoleNames = map[PartyRole]string{Applicant: "申请人", Respondent: "被申请人", ThirdParty: "第三人"}

// Name is the side as the forms say it.
func (r PartyRole) Name() string { return partyRoleNames[r] }

// PartyKind tells a person from an organisation.
type PartyKind string

const (
	Person       PartyKind = "person"       // 自然人
	Organisation PartyKind = "organisation" // 法人或其他组织
)

// Sealed is a personal number at rest: the ciphertext, a keyed digest for exact look-up, and the
// mask that everybody in the scope sees. The zero value means that none was given.
type Sealed struct {
	KeyID string `bson:"keyId,omitempty"`
	Box   []byte `bson:"box,omitempty"`
	Index string `bson:"index,omitempty"`
	Mask  string `bson:"mask,omitempty"` // 330681********1234
}

// Party is one side's person or organisation. Numbers are sealed; the name stays searchable.
type Party struct {
	Role     PartyRole `bson:"role"`
	Kind     PartyKind `bson:"kind"`
	Name     string    `bson:"name"`
	IDNumber Sealed    `bson:"idNumber"` // identity number, or the unified social credit code
	Phone    Sealed    `bson:"phone"`
	Address  string    `bson:"address,omitempty"`
	Sex      string    `bson:"sex,omitempty"`
	Nation   string    `bson:"nation,omitempty"` // 民族
	// Occupation is the 职业或职务, with the work unit where there is one; of an organisation, that of its representative.
	Occupation string `bson:"occupation,omitempty"`
	// Collective marks the village collective or committee as a party: its own mediators would
	// then judge in their own house.
	Collective bool `bson:"collective,omitempty"`
	// Agent is the 委托代理人, Representative the 农户代表人 (农村土地承包经营纠纷调解仲裁法第19条)
	// or, for an organisation, the person who answers for it.
	Agent          string `bson:"agent,omitempty"`
	Representative string `bson:"representative,omitempty"`
	// Away marks a villager who works far from home and takes part online.
	Away bool `bson:"away,omitempty"`
}
