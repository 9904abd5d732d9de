module leakfinder/bench/gostackparse

go 1.18

require leakfinder/bench/measure v0.0.0

require github.com/DataDog/gostackparse v0.7.0

replace leakfinder/bench/measure => ../measure
