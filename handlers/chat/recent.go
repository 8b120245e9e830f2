package chat

// recent is a map that forgets: it holds at least the last size and at most twice as many keys that were used.
// It is for things that are cheap to lose (a pace, the last press), and is not safe for concurrent use.
type recent[K comparable, V any] struct {
	size     int
	new, old map[K]V
}

func newRecent[K comparable, V any](size int) *recent[K, V] {
	return &recent[K, V]{size: size, new: make(map[K]V)}
}

func (r *recent[K, V]) get(k K) (V, bool) {
	if v, ok := r.new[k]; ok {
		return v, true
	}
	v, ok := r.old[k]
	if ok {
		r.put(k, v)
	}
	return v, ok
}

func (r *recent[K, V]) put(k K, v V) {
	if _, known := r.new[k]; !known && len(r.new) >= r.size {
		r.old, r.new = r.new, make(map[K]V)
	}
	r.new[k] = v
}
