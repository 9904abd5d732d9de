module leakfinder/bench/panicparse

go 1.23.0

require (
	github.com/maruel/panicparse/v2 v2.5.0
	leakfinder/bench/measure v0.0.0
)

replace leakfinder/bench/measure => ../measure
