package models

import (
	"time"

	"fengqiao/pkg/docstore"
)

// Role is what an account is for. One account has one role at one place.
type Role string

const (
	RoleMediator       Role = "mediator"        // 人民调解员 of a village
	RoleChair          Role = "chair"           // 村调委会主任
	RoleFirstSecretary Role = "first_secretary" // 第一书记, reads
	RoleJudicial       Role = "judicial"        // 司法所工作人员
	RoleCounty         Role = "county"          // 县矛调中心, 司法局
	RoleAuditor        Role = "auditor"         // reads cases and access records
	RoleAdmin          Role = "admin"           // accounts and jobs; sees no case
	RoleSystem         Role = "system"          // the clock
)

// Roles lists the roles that people have.
func Roles() []Role {
	return []Role{RoleMediator, RoleChair, RoleFirstSecretary, RoleJudicial, RoleCounty, RoleAuditor, RoleAdmin}
}

var roleNames = map[Role]string{
	RoleMediator: "人民调解员", RoleChair: "村调委会主任", RoleFirstSecretary: "第一书记", RoleJudicial: "司法所工作人员",
	RoleCounty: "县矛调中心", RoleAuditor: "审计员", RoleAdmin: "系统管理员", RoleSystem: "系统",
}

// Name is the role as people say it.
func (r Role) Name() string { return roleNames[r] }

// Seat is the kind of place the role sits at, "" for roles that sit anywhere.
func (r Role) Seat() RegionKind {
	switch r {
	case RoleMediator, RoleChair, RoleFirstSecretary:
		return RegionVillage
	case RoleJudicial:
		return RegionTownship
	case RoleCounty:
		return RegionCounty
	}
	return ""
}

// Actor is who does something: an account, or the clock.
type Actor struct {
	ID     string `bson:"id" json:"id"`
	Name   string `bson:"name" json:"name"`
	Role   Role   `bson:"role" json:"role"`
	Region string `bson:"region" json:"region"`
}

// Scope is what the actor may see.
func (a Actor) Scope() Scope { return Scope{Region: a.Region} }

// SystemActor is the clock as an actor.
func SystemActor() Actor { return Actor{ID: "system", Name: "系统时钟", Role: RoleSystem} }

// Account is somebody who logs in. Its id is the user name in lower case.
type Account struct {
	Username      string `bson:"_id" json:"username"`
	docstore.Head `bson:",inline"`
	Name          string `bson:"name" json:"name"`
	Role          Role   `bson:"role" json:"role"`
	Region        string `bson:"region" json:"region"`
	PartyMember   bool   `bson:"partyMember" json:"partyMember"` // 党员; shown beside a mediator's name
	PasswordHash  string `bson:"passwordHash" json:"-"`
	Disabled      bool   `bson:"disabled" json:"disabled"`
	// Failed logins in a row and the time before which no further one is tried.
	FailedLogins int        `bson:"failedLogins" json:"-"`
	LockedUntil  *time.Time `bson:"lockedUntil,omitempty" json:"-"`
	CreatedAt    time.Time  `bson:"createdAt" json:"createdAt"`
	// Epoch grows when the password changes or the account is disabled: older sessions end.
	Epoch int64 `bson:"epoch" json:"-"`
}

func (a *Account) DocID() any { return a.Username }

// Actor is the account as it acts.
func (a *Account) Actor() Actor {
	return Actor{ID: a.Username, Name: a.Name, Role: a.Role, Region: a.Region}
}

// Session is a login. Its id is the hash of the token, which only the client holds.
type Session struct {
	TokenHash     string `bson:"_id"`
	docstore.Head `bson:",inline"`
	Username      string    `bson:"username"`
	Epoch         int64     `bson:"epoch"`
	CreatedAt     time.Time `bson:"createdAt"`
	ExpiresAt     time.Time `bson:"expiresAt"`
}

func (s *Session) DocID() any { return s.TokenHash }

// SetupToken lets the first administrator set the first password, once, through a link in the log.
type SetupToken struct {
	TokenHash     string `bson:"_id"`
	docstore.Head `bson:",inline"`
	ExpiresAt     time.Time `bson:"expiresAt"`
}

func (s *SetupToken) DocID() any { return s.TokenHash }

// Access records that somebody saw personal data unmasked or took data out (个人信息保护法第51条).
// It names the case, never what was seen.
type Access struct {
	ID            string `bson:"_id" json:"id"`
	docstore.Head `bson:",inline"`
	At            time.Time `bson:"at" json:"at"`
	Actor         Actor     `bson:"actor" json:"actor"`
	What          string    `bson:"what" json:"what"` // reveal, export
	Case          string    `bson:"case" json:"case"` // id of the case, or the region and month of a report
	Region        string    `bson:"region" json:"region"`
}

func (a *Access) DocID() any { return a.ID }
