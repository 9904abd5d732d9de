module leakfinder.test/goprogs

go 1.19
