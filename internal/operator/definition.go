package operator

import (
	"encoding/json"
	"maps"
)

// StatesOf returns the states of a definition by name, including those inside of maps. Each says that its query language is JSONata,
// because TestState gets a state without its state machine.
func StatesOf(definition string) (map[string]map[string]any, error) {
	var machine struct {
		States map[string]map[string]any
	}
	if err := json.Unmarshal([]byte(definition), &machine); err != nil {
		return nil, err
	}
	states := map[string]map[string]any{}
	for name, state := range machine.States {
		state["QueryLanguage"] = "JSONata"
		states[name] = state
		processor, ok := state["ItemProcessor"]
		if !ok {
			continue
		}
		encoded, err := json.Marshal(processor)
		if err != nil {
			return nil, err
		}
		inner, err := StatesOf(string(encoded))
		if err != nil {
			return nil, err
		}
		maps.Copy(states, inner)
	}
	return states, nil
}
