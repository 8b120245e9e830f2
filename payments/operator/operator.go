// Package operator speaks the wire protocol of the interbank interaction
// operator in both directions: Handler answers its calls on us (we are the
// payee's PSP), Client calls it, and Credits asks for money to be put on cards.
//
// It turns bytes into the types of package payments and back, and holds the
// signature, the field rules and the numbers of the wire. It refuses to know
// any rule of money: whether a link is open or a sum allowed is decided by the
// Beneficiary behind the Handler. What no public source settles is marked
// "Choice:" where it stands, so that the operator's own API description can be
// put in its stead.
package operator

import "time"

// The header names of the protocol.
const (
	HeaderHash           = "H-HASH"
	HeaderSigningVersion = "H-SIGNING-VERSION"
	HeaderPSPToken       = "H-PSP-TOKEN"
	HeaderPSPID          = "H-PSP-ID"
)

// SigningVersion is the value of HeaderSigningVersion that we send. What the
// other side sends there is not looked at: the signature holds, or it does not.
const SigningVersion = "2"

// ProtocolVersion is the one version of the calls that exists; it is a segment
// of every path.
const ProtocolVersion = "1"

// InboundPath is where the operator calls us; the call's name follows.
const InboundPath = "/in/qr/" + ProtocolVersion + "/tx/"

// OutboundPath is where we call the operator, below its base address.
const OutboundPath = "/psp/api/v1/payment/qr/" + ProtocolVersion + "/tx/"

// Currency is the only currency of the protocol, ISO 4217 numeric (som).
const Currency = "417"

// BodyLimit bounds every body that is read, in bytes.
const BodyLimit = 64 << 10

// CallTime is how long one inbound call may take before it is given up. The
// regulation allows 2 s (§4.1.1); the rest is for the way back.
const CallTime = 1800 * time.Millisecond

// UpdateTime is how long the operator's word may take to be written down. The
// regulation bounds the other calls only: where many payments of one merchant
// end at once, they queue for its books, and who is turned away comes again and
// makes the queue longer.
const UpdateTime = 10 * time.Second

// The HTTP statuses that the protocol adds to the usual ones.
const (
	HTTPRecipientWrong      = 452 // recipient's data wrong
	HTTPAccessDenied        = 453
	HTTPDataWrong           = 454 // sum, currency, type
	HTTPSumTooSmall         = 455
	HTTPSumTooLarge         = 456
	HTTPSupplierUnavailable = 523
	HTTPExternalUnavailable = 524
)

// The names of the calls, as they stand in paths.
const (
	callCheck   = "check"
	callCreate  = "create"
	callExecute = "execute"
	callUpdate  = "update"
	callGet     = "get"
)

// The longest fields of the protocol, in characters.
const (
	idLimit      = 50 // transactionId, pspTransactionId
	receiptLimit = 20
	fieldLimit   = 32 // a field of the payment link
	commentLimit = 99
	extraCount   = 5
	extraKey     = 64
	extraValue   = 256
	amountDigits = 13
)
