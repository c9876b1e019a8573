package fault

import (
	"context"
	"fmt"
	"slices"
)

// What ZooKeeper and the brokers say of a cluster's members.

// registry is who tells of a cluster's members, by name and as an observer.
type registry struct{ name, observer string }

// registry is ZooKeeper itself, where it can be asked.
func (s *Scene) registry() registry {
	if s.NoRegistry {
		return registry{"the administration", "broker"}
	}
	return registry{"ZooKeeper", "zookeeper"}
}

// deposed: another owner of the aimed user's part of the topic is named than the
// broker that served it.
func deposed(was *serving) step {
	return do(func(ctx context.Context, i *injection) error {
		by := i.scene.registry()
		i.await(ctx, by.name+" names another broker as the owner", by.observer, takeoverLimit, anotherOwner(was))
		return nil
	})
}

// ownerDeposed is deposed of the broker that the scene has.
var ownerDeposed = do(func(ctx context.Context, i *injection) error { return deposed(&i.scene.serving).do(ctx, i) })

func anotherOwner(was *serving) look {
	return func(ctx context.Context, i *injection) (string, bool, error) {
		members, err := i.scene.Cluster.Members(ctx)
		now := members.Owners[was.part]
		return fmt.Sprintf("%s: before %s, now %q", was.part, was.id, now), now != "" && now != was.id, err
	}
}

// notListed: the bookie has no session with ZooKeeper.
func notListed(bookie *string) step {
	return await("ZooKeeper no longer lists the bookie", "zookeeper", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		members, err := i.scene.Cluster.Members(ctx)
		return fmt.Sprintf("it lists %v", members.Bookies), len(members.Bookies) > 0 && !slices.Contains(members.Bookies, *bookie), err
	})
}

// writtenToOthers: the aimed user's part of the topic is not written to the
// bookie any more. It notes which bookie that is, the first of those before.
func writtenToOthers(bookie *string) step {
	part, writing := "", []string(nil)
	return comparing(func(ctx context.Context, i *injection) (err error) {
		if part, err = i.scene.Cluster.Part(i.scene.Users[0]); err != nil {
			return err
		}
		if writing, err = i.scene.Cluster.Writing(ctx, part); err != nil {
			return err
		}
		if len(writing) == 0 {
			return fmt.Errorf("%s is written to no bookie", part)
		}
		*bookie = writing[0]
		i.note("bookie", *bookie)
		i.note("written_to_before", writing)
		return nil
	}, await("the user's part of the topic is written to other bookies", "broker", takeoverLimit, func(ctx context.Context, i *injection) (string, bool, error) {
		now, err := i.scene.Cluster.Writing(ctx, part)
		return fmt.Sprintf("before %v, now %v", writing, now), len(now) > 0 && !slices.Contains(now, *bookie), err
	}))
}

// publishesGoOn: so many publishes more are acknowledged from now on.
func publishesGoOn(more int64) step {
	return do(func(ctx context.Context, i *injection) error {
		before := i.scene.Cluster.Acknowledged()
		i.await(ctx, "publishes are acknowledged while the bookie is gone", "harness", takeoverLimit, func(context.Context, *injection) (string, bool, error) {
			n := i.scene.Cluster.Acknowledged() - before
			return fmt.Sprintf("%d more", n), n >= more, nil
		})
		return nil
	})
}

// keeperUnanswering: ZooKeeper does not answer.
var keeperUnanswering = await("ZooKeeper does not answer", "harness", engineLimit, unanswered(func(ctx context.Context, i *injection) error {
	_, err := i.scene.Cluster.Members(ctx)
	return err
}))

// membersBefore are those before the strike.
func membersBefore(into *Membership) act {
	return func(ctx context.Context, i *injection) (err error) {
		*into, err = i.scene.Cluster.Members(ctx)
		return err
	}
}
