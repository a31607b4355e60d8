package asl

// The limits of AWS (Step Functions Developer Guide, "Quotas", and API Reference, "Fail state").
const (
	MaxPayload     = 262_144 // bytes, of an input, of an output, and of a variable
	MaxCauseLength = 32_768  // characters
)
