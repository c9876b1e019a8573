package fault

import (
	"context"
	"errors"
	"fmt"
)

// serving is the aimed user's part of the topic, and the broker that owns it.
type serving struct{ part, id string }

// served is the scene with the broker in it that serves the first aimed user
// now: on a cluster, owners change. Without a cluster there is but one.
func (s *Scene) served(ctx context.Context) (*Scene, error) {
	if s.Cluster == nil {
		return s, nil
	}
	s.init()
	t := *s
	var err error
	if t.serving, err = s.whoServes(ctx); err != nil {
		return nil, err
	}
	t.Broker, err = s.Cluster.Broker(t.serving.id)
	return &t, err
}

func (s *Scene) whoServes(ctx context.Context) (serving, error) {
	if len(s.Users) == 0 {
		return serving{}, errors.New("there is no aimed user whose broker could be found")
	}
	part, err := s.Cluster.Part(s.Users[0])
	if err != nil {
		return serving{}, err
	}
	members, err := s.Cluster.Members(ctx)
	if err != nil {
		return serving{}, err
	}
	id := members.Owners[part]
	if id == "" {
		return serving{}, fmt.Errorf("nobody owns %s, which has the events of %s: is the load running?", part, s.Users[0])
	}
	return serving{part, id}, nil
}

// stopping is what a fault needs that stops a broker; of one that is to be
// deposed there must be another to depose it.
func stopping(deposed bool) Needs {
	n := Needs{Alone: true, Acts: []Act{ActServers}, Holds: []Resource{TheBroker, TheTopic}}
	if deposed {
		n.Brokers = 2
	}
	return n
}
