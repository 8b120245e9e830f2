package payments

import "slices"

// fillSums adds defaults to sums until there are as many as defaults, without
// repetition, and sorts them.
func fillSums(sums, defaults []Money) []Money {
	filled := slices.Clone(sums)
	for _, d := range defaults {
		if len(filled) >= len(defaults) {
			break
		}
		if !slices.Contains(filled, d) {
			filled = append(filled, d)
		}
	}
	slices.Sort(filled)
	return filled
}
