package models

import (
	"strings"

	"fengqiao/pkg/docstore"
)

// RegionKind is a level of places. A rung of the ladder sits at a place of one kind.
type RegionKind string

const (
	RegionProvince RegionKind = "province" // code of 2 digits
	RegionCity     RegionKind = "city"     // 4
	RegionCounty   RegionKind = "county"   // 6
	RegionTownship RegionKind = "township" // 9
	RegionVillage  RegionKind = "village"  // 12
)

// RegionKindOf tells the kind of place by the length of its code (统计用区划代码), "" for none.
func RegionKindOf(code string) RegionKind {
	switch len(code) {
	case 2:
		return RegionProvince
	case 4:
		return RegionCity
	case 6:
		return RegionCounty
	case 9:
		return RegionTownship
	case 12:
		return RegionVillage
	}
	return ""
}

// Region is a place with its offices. Its id is its code; a place lies inside another when the
// other's code begins its own.
type Region struct {
	Code          string `bson:"_id" json:"code"`
	docstore.Head `bson:",inline"`
	Kind          RegionKind `bson:"kind" json:"kind"`
	Parent        string     `bson:"parent" json:"parent"`
	Name          string     `bson:"name" json:"name"`           // 北坡村
	ShortName     string     `bson:"shortName" json:"shortName"` // as in a case number: 枫溪村
	// Committee is the people's mediation committee of a village or township; Office is who
	// reviews there: 枫溪镇司法所, 青禾县矛调中心.
	Committee string `bson:"committee" json:"committee"`
	Office    string `bson:"office" json:"office"`
	// Population figures for the report: Party grid cells come with the grid itself.
	Households int `bson:"households" json:"households"`
}

func (r *Region) DocID() any { return r.Code }

// Place is where a dispute is, copied into its case when it is logged: a later change of names
// does not rewrite an old file.
type Place struct {
	Province string `bson:"province" json:"province"`
	City     string `bson:"city" json:"city"`
	County   string `bson:"county" json:"county"`
	Township string `bson:"township" json:"township"`
	Village  string `bson:"village" json:"village"`

	CountyName   string `bson:"countyName" json:"countyName"`
	TownshipName string `bson:"townshipName" json:"townshipName"`
	VillageName  string `bson:"villageName" json:"villageName"`

	// Who handles a case at each kind of place: 北坡村人民调解委员会, 枫溪镇人民调解委员会, 枫溪镇司法所,
	// 青禾县矛调中心.
	VillageCommittee  string `bson:"villageCommittee" json:"villageCommittee"`
	TownshipCommittee string `bson:"townshipCommittee" json:"townshipCommittee"`
	TownshipOffice    string `bson:"townshipOffice" json:"townshipOffice"`
	CountyOffice      string `bson:"countyOffice" json:"countyOffice"`
}

// PlaceOf cuts a village code of 12 digits into the codes of the places around it. Names are the
// caller's to add.
func PlaceOf(village string) Place {
	return Place{Province: village[:2], City: village[:4], County: village[:6], Township: village[:9], Village: village}
}

// Code is the place's code at one kind of place.
func (p Place) Code(kind RegionKind) string {
	switch kind {
	case RegionProvince:
		return p.Province
	case RegionCity:
		return p.City
	case RegionCounty:
		return p.County
	case RegionTownship:
		return p.Township
	case RegionVillage:
		return p.Village
	}
	return ""
}

// Scope is the part of the country somebody sees: the place of that code and all inside it. The
// zero Scope sees nothing.
type Scope struct{ Region string }

// County is the code of the county in which the scope lies, or the scope's own where it is larger.
func (s Scope) County() string { return s.Region[:min(len(s.Region), 6)] }

// Covers says whether a place's code lies in the scope.
func (s Scope) Covers(code string) bool {
	return RegionKindOf(s.Region) != "" && strings.HasPrefix(code, s.Region)
}
