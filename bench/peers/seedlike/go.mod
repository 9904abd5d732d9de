module leakfinder/bench/seedlike

go 1.18

require leakfinder/bench/measure v0.0.0

replace leakfinder/bench/measure => ../measure
