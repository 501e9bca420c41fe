package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
)

// SendError says why a letter was not accepted. It is a code alone: what a receiver or the network has
// to say may carry an address with its key in it.
type SendError struct{ Code string }

func (e *SendError) Error() string { return "letter not accepted: " + e.Code }

// Codes of faults. http., robot. and smtp. are followed by the receiver's number.
const (
	faultTimeout     = "timeout"
	faultUnreachable = "unreachable"
	faultTLS         = "tls"
	faultAddress     = "address"
	faultRedirect    = "redirect"
	faultAnswer      = "answer"
	faultSealed      = "sealed"
	faultPlain       = "plain"
	faultOff         = "off"
	faultGone        = "gone"
	faultUnsigned    = "unsigned"
	faultNobody      = "nobody"
)

// Explain says in plain Chinese what a code of a fault means and what helps.
func Explain(code string) string {
	switch code {
	case "":
		return ""
	case faultTimeout:
		return "对方没有及时答复"
	case faultUnreachable:
		return "连不上对方的服务器"
	case faultTLS:
		return "对方的安全证书有问题"
	case faultAddress:
		return "地址不能用，请填写以https://开头的地址"
	case faultRedirect:
		return "对方已换地址，请填写新的地址"
	case faultAnswer:
		return "对方的答复不对，请核对地址是不是机器人的"
	case faultSealed:
		return "保存的地址已打不开，请重新填写"
	case faultPlain:
		return "邮件服务器不支持加密，没有发送密码"
	case faultOff:
		return "这个渠道已关闭"
	case faultGone:
		return "收件人的账号已停用"
	case faultUnsigned:
		return "没有保存加签的密钥，请在通知设置里填写"
	case faultNobody:
		return "这个单位和它的上级都没有能收消息的账号，也没有群机器人。请先开设账号，再发一次"
	case "robot.45009", "robot.130101", "http.429":
		return "发得太快，对方限制了次数"
	case "robot.93000", "robot.300001":
		return "机器人的地址不对，或者机器人已被移除"
	case "robot.310000":
		return "不符合钉钉机器人的安全设置，请核对加签密钥、关键词或IP地址"
	case "smtp.535":
		return "邮件服务器的用户名或密码不对"
	case "smtp.550", "smtp.551", "smtp.553":
		return "没有这个收件邮箱，请核对邮箱地址"
	}
	kind, number, _ := strings.Cut(code, ".")
	switch kind {
	case "http":
		return fmt.Sprintf("对方没有接收（HTTP %s）", number)
	case "robot":
		return fmt.Sprintf("机器人没有接收（错误码%s）", number)
	case "smtp":
		return fmt.Sprintf("邮件服务器没有接收（%s）", number)
	}
	return "没有发成"
}

// codeOf is the code of an error, whatever it is.
func codeOf(err error) string {
	var fault *SendError
	if errors.As(err, &fault) {
		return fault.Code
	}
	return faultUnreachable
}

// networkFault tells what went wrong on the way to a receiver.
func networkFault(ctx context.Context, err error) *SendError {
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var record tls.RecordHeaderError
	switch {
	case ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		return &SendError{faultTimeout}
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &record):
		return &SendError{faultTLS}
	}
	return &SendError{faultUnreachable}
}
