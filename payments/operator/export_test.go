package operator

// Remembered is of how many answers the handler remembers the signature.
func (h *Handler) Remembered() int {
	h.payees.mu.Lock()
	defer h.payees.mu.Unlock()
	return len(h.payees.hashes)
}
