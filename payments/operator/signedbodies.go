package operator

import "sync"

// signedBodies remembers the signatures of answers that are given again and
// again. A signature (PKCS #1 v1.5) depends on the key and the body alone, so
// that what is remembered is what would be made; making it is most of the work
// of a call. It is safe for concurrent use.
type signedBodies struct {
	limit  int
	mu     sync.Mutex
	hashes map[string]string // H-HASH by body
}

func newSignedBodies(limit int) *signedBodies {
	return &signedBodies{limit: limit, hashes: make(map[string]string)}
}

// sign returns the H-HASH value of a body that is not empty.
func (s *signedBodies) sign(signer *Signer, body []byte) (string, error) {
	s.mu.Lock()
	hash, isKnown := s.hashes[string(body)]
	s.mu.Unlock()
	if isKnown {
		return hash, nil
	}
	hash, err := signer.Sign("", body)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hashes) >= s.limit {
		for some := range s.hashes { // in no order, so that no order of calls can keep it useless
			delete(s.hashes, some)
			break
		}
	}
	s.hashes[string(body)] = hash
	return hash, nil
}
