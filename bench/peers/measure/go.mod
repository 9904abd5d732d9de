module leakfinder/bench/measure

go 1.18
