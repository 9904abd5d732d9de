package main

// A stack is spelled by a path of digits: each digit is one call of one of sixteen functions, so that a few functions make
// any number of distinct stacks of any depth.

// spelling gives the path of stack `number`, at least `depth` digits long, in base 16.
func spelling(number, depth int) []byte {
	path := make([]byte, 0, depth)
	for number > 0 || len(path) < depth {
		path = append(path, byte(number%16))
		number /= 16
	}
	return path
}

var steps [16]func(path []byte, last func())

func init() {
	steps = [16]func([]byte, func()){
		acceptOrder, reserveStock, priceItem, chargeCard, shipParcel, notifyUser, auditEntry, refreshCache,
		watchQueue, drainQueue, flushBatch, retryCall, joinPeers, electLeader, scrubIndex, rotateLog,
	}
}

func spell(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func acceptOrder(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func reserveStock(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func priceItem(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func chargeCard(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func shipParcel(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func notifyUser(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func auditEntry(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func refreshCache(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func watchQueue(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func drainQueue(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func flushBatch(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func retryCall(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func joinPeers(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func electLeader(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func scrubIndex(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}

//go:noinline
func rotateLog(path []byte, last func()) {
	if len(path) == 0 {
		last()
		return
	}
	steps[path[0]](path[1:], last)
}
