module leakfinder/bench/live

go 1.19
