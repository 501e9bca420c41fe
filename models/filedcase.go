package models

// FiledCase is a file that was closed for good, with which a case of its own goes on: its dispute came back.
// The filed case is not changed by it, and what is written here of it cannot change any more.
type FiledCase struct {
	ID      string `bson:"id" json:"id"`
	Number  string `bson:"number" json:"number"`
	FiledOn string `bson:"filedOn" json:"filedOn"` // 2006-01-02
	// Again is what happened since, in the words of who logged the new case.
	Again string `bson:"again" json:"again"`
}

// FollowsKey is what the cases that go on with a filed case are found by, among the keys of their roots.
func FollowsKey(id string) string { return "filed/" + id }

// Say tells of the filed case in one sentence, with the day as the caller writes days.
func (f *FiledCase) Say(day func(string) string) string {
	return f.Number + "卷" + day(f.FiledOn) + "立卷归档，此后纠纷再起，另立本案"
}
