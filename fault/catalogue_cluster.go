package fault

// ofClusters are never drawn: exploration runs on a standalone broker. A
// schedule names them, and says in brokers and bookies what they stand on.
var ofClusters = map[string]entry{
	"transfer":        {Transfer{}, nil, 0, []Harm{CutOff, Late, Moved}, nil},
	"bookie-loss":     {BookieLoss{}, nil, 0, []Harm{Late}, nil},
	"zookeeper-pause": {ZooKeeperPause{}, nil, 0, []Harm{CutOff, Late, Moved}, nil},
}
