package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Longest texts the robots take, in bytes of UTF-8.
const (
	weComMost    = 2048
	dingTalkMost = 18000
)

// RobotsPerMinute is how many messages a minute the robots of WeCom and DingTalk take from one sender;
// more are refused for some time.
const RobotsPerMinute = 20

// WeCom is a group robot of 企业微信. It knows no keys: a letter that is sent twice is read twice.
type WeCom struct {
	Client *http.Client
	URL    string // with the robot's key
}

// Send says the letter in the group.
func (w WeCom) Send(ctx context.Context, l Letter) error {
	u, err := checkURL(w.URL)
	if err != nil {
		return err
	}
	return say(ctx, w.Client, u, l.words(weComMost))
}

// DingTalk is a robot of 钉钉. Every message is signed (加签); without a secret none is sent.
type DingTalk struct {
	Client *http.Client
	URL    string // with the access token
	Secret string
	Now    func() time.Time // the machine's clock: a signature an hour off is refused
}

// Send says the letter in the group.
func (d DingTalk) Send(ctx context.Context, l Letter) error {
	u, err := checkURL(d.URL)
	if err != nil {
		return err
	}
	if d.Secret == "" {
		return &SendError{faultUnsigned}
	}
	stamp := strconv.FormatInt(d.Now().UnixMilli(), 10)
	query := u.Query()
	query.Set("timestamp", stamp)
	query.Set("sign", base64.StdEncoding.EncodeToString(digest(d.Secret, stamp+"\n"+d.Secret)))
	u.RawQuery = query.Encode()
	return say(ctx, d.Client, u, l.words(dingTalkMost))
}

// Webhook is any other system. It gets the letter as JSON, with its key to recognise one that comes
// twice, and a signature over the time and the body.
type Webhook struct {
	Client *http.Client
	URL    string
	Secret string
	Now    func() time.Time // the machine's clock
}

// Headers of a webhook's request. The signature is “sha256=” and the hex HMAC-SHA256, by the secret,
// of the timestamp (seconds since 1970), a full stop and the body.
const (
	HeaderKey       = "X-Fengqiao-Key"
	HeaderTimestamp = "X-Fengqiao-Timestamp"
	HeaderSignature = "X-Fengqiao-Signature"
)

// parcel is the body of a webhook's request.
type parcel struct {
	Key     string    `json:"key"`
	Kind    string    `json:"kind"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Link    string    `json:"link,omitempty"`
	At      time.Time `json:"at"`
	Urgent  bool      `json:"urgent"`
}

// Send delivers the letter. Any status of 2xx accepts it.
func (w Webhook) Send(ctx context.Context, l Letter) error {
	u, err := checkURL(w.URL)
	if err != nil {
		return err
	}
	body, err := json.Marshal(parcel{Key: l.Key, Kind: l.Kind, Subject: l.Subject, Text: l.Text, Link: l.Link, At: l.At.UTC(), Urgent: l.Urgent})
	if err != nil {
		return err
	}
	stamp := strconv.FormatInt(w.Now().Unix(), 10)
	answer, err := post(ctx, w.Client, u, map[string]string{
		HeaderKey: l.Key, HeaderTimestamp: stamp, HeaderSignature: "sha256=" + hex.EncodeToString(digest(w.Secret, stamp+"."+string(body))),
	}, body)
	if err != nil {
		return err
	}
	_ = answer.Close() // the status was the answer
	return nil
}

func digest(secret, text string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
