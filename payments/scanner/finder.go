package scanner

import (
	"cmp"
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// A code has an eye in three of its corners. The library looks for them, too,
// but takes the one triangle it likes best, which may be a small one: of a
// hundred codes one has something like an eye in its data, and is missed. It also
// compares every three of however many there are, which takes half a minute over
// a picture that is nothing but eyes. Here all likely triangles have their turn,
// and there is an end to them.
const (
	maxEyes      = 128 // of one view; a real picture has a dozen
	maxTriangles = 16  // that are read
)

// A triangle is three eyes that may be those of one code.
type triangle struct {
	eyes *detector.FinderPatternInfo
	skew float64 // 0 for a half of a square, and more the less it is one
}

// readBits reads the code in a view that is black and white already.
func readBits(bits *gozxing.BitMatrix) (string, bool) {
	qr, reader := detector.NewDetector(bits), decoder.NewDecoder()
	for _, t := range triangles(eyes(bits)) {
		found, err := qr.ProcessFinderPatternInfo(t.eyes)
		if err != nil {
			continue
		}
		if result, err := reader.Decode(found.GetBits(), nil); err == nil && result.GetText() != "" {
			return result.GetText(), true
		}
	}
	return "", false
}

// eyes are the places where dark and light change as 1:1:3:1:1 along a row, a
// column and a diagonal. A row in two meets the middle of each, also where the
// noise of a cheap camera breaks some rows up.
func eyes(bits *gozxing.BitMatrix) []*detector.FinderPattern {
	finder := detector.NewFinderPatternFinder(bits, nil)
	runs := make([]int, 5)
	for y := 2; y < bits.GetHeight() && len(finder.GetPossibleCenters()) < maxEyes; y += 2 {
		detector.FinderPatternFinder_ClearCounts(runs)
		at := 0 // the run that grows; those at even places are dark
		for x := range bits.GetWidth() {
			dark := bits.Get(x, y)
			switch {
			case dark == (at%2 == 0):
			case dark || at < 4:
				at++
			case detector.FinderPatternFinder_foundPatternCross(runs) && finder.HandlePossibleCenter(runs, y, x):
				detector.FinderPatternFinder_ClearCounts(runs)
				at = 0
				continue
			default: // the last dark run may be the first of an eye's middle
				detector.FinderPatternFinder_ShiftCounts2(runs)
				at = 3
				continue
			}
			runs[at]++
		}
		if detector.FinderPatternFinder_foundPatternCross(runs) {
			finder.HandlePossibleCenter(runs, y, bits.GetWidth())
		}
	}
	return finder.GetPossibleCenters()
}

// triangles returns the likely ones, the likeliest first.
func triangles(eyes []*detector.FinderPattern) []triangle {
	var all []triangle
	for i := range eyes {
		for j := range i {
			if !alike(eyes[i], eyes[j]) {
				continue
			}
			for k := range j {
				if !alike(eyes[i], eyes[k]) || !alike(eyes[j], eyes[k]) {
					continue
				}
				if t, ok := triangleOf(eyes[i], eyes[j], eyes[k]); ok {
					all = append(all, t)
				}
			}
		}
		// So that what is kept stays small whatever the picture has.
		slices.SortStableFunc(all, func(a, b triangle) int { return cmp.Compare(a.skew, b.skew) })
		all = all[:min(len(all), maxTriangles)]
	}
	return all
}

// alike reports whether two eyes have about the same size: those of a code that
// is seen askew differ a little.
func alike(a, b *detector.FinderPattern) bool {
	larger, smaller := a.GetEstimatedModuleSize(), b.GetEstimatedModuleSize()
	if larger < smaller {
		larger, smaller = smaller, larger
	}
	return larger <= 1.5*smaller
}

// The modules between two eyes of a code: 14 in the smallest, 170 in the
// largest; their size is an estimate.
const (
	minBetween = 14 * 0.7
	maxBetween = 170 * 1.4
	maxSkew    = 1 // of paper that lies far from straight
)

func triangleOf(a, b, c *detector.FinderPattern) (triangle, bool) {
	bottomLeft, topLeft, topRight := gozxing.ResultPoint_OrderBestPatterns(a, b, c)
	left := gozxing.ResultPoint_Distance(topLeft, bottomLeft)
	top := gozxing.ResultPoint_Distance(topLeft, topRight)
	across := gozxing.ResultPoint_Distance(topRight, bottomLeft)
	module := (a.GetEstimatedModuleSize() + b.GetEstimatedModuleSize() + c.GetEstimatedModuleSize()) / 3
	if between := (left + top) / 2 / module; between < minBetween || between > maxBetween {
		return triangle{}, false
	}
	skew := (math.Abs(across*across-2*left*left) + math.Abs(across*across-2*top*top)) / (across * across)
	if skew > maxSkew {
		return triangle{}, false
	}
	return triangle{detector.NewFinderPatternInfo(
		bottomLeft.(*detector.FinderPattern), topLeft.(*detector.FinderPattern), topRight.(*detector.FinderPattern)), skew}, true
}
