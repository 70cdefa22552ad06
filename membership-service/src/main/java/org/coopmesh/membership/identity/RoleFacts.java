package org.coopmesh.membership.identity;

import com.google.protobuf.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.membership.v1.RoleEvent;
import org.coopmesh.contracts.membership.v1.RoleGranted;
import org.coopmesh.contracts.membership.v1.RoleWithdrawn;
import org.coopmesh.eventbus.Outbox;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Says on {@code coopmesh.membership.role.v1} that an office came to somebody or went, without to whom. */
@Component
class RoleFacts {
    static final String TOPIC = "coopmesh.membership.role.v1";

    private final Outbox outbox;
    private final Clock clock;

    RoleFacts(Outbox outbox, Clock clock) {
        this.outbox = outbox;
        this.clock = clock;
    }

    @EventListener
    void on(RolesChanged changed) {
        for (Role role : changed.granted()) {
            say(role, event(role).setGranted(RoleGranted.getDefaultInstance()));
        }
        for (Role role : changed.withdrawn()) {
            say(role, event(role).setWithdrawn(RoleWithdrawn.getDefaultInstance()));
        }
    }

    /** To belong to the co-op is no office. */
    private void say(Role role, RoleEvent.Builder event) {
        if (role != Role.MEMBER) outbox.add(TOPIC, role.word(), event.build());
    }

    private RoleEvent.Builder event(Role role) {
        Instant at = clock.instant();
        return RoleEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setRole(role.word())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()));
    }
}
