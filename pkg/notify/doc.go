// Package notify brings the notices that wait in the cases to people.
//
// A notice is written into its case in the same atomic write as the event that causes it. What
// happens then is done by one job, in two steps that may each be broken off at any point:
//
// Hand-over: the notice becomes one message for each recipient, the accounts that sit at the office
// and the robots of the office. The id of a message is made from case, notice and recipient, so that
// making it twice changes nothing. Then the notice is marked in its case.
//
// Sending: a message that waits for a channel is sent and marked afterwards. What was sent and not
// marked, because the process died in between, is sent again under the same key: every letter
// arrives at least once, and a receiver that remembers keys takes it once. A send that fails is
// tried again after growing pauses and then given up; who looks after the system sees it and may
// send it again.
//
// Between 21:00 and 7:00 and on days off nothing leaves the house but what is urgent, a case of red
// risk. Warnings of deadlines go out together once a day, unless their recipient wants them singly.
// The inbox on the page has every message at once.
//
// A letter carries the number of the case and the village, never a name or a phone. Addresses of
// robots and their secrets are sealed at rest, never logged and never shown again.
package notify
