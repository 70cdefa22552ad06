package org.coopmesh.billing.payroll;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.contracts.abuse.v1.CaseClosed;
import org.coopmesh.contracts.abuse.v1.CaseworkEvent;
import org.coopmesh.contracts.abuse.v1.HoursLogged;
import org.coopmesh.contracts.abuse.v1.HoursWithdrawn;

/** Tells payroll what abuse-reporting would tell it, in the very bytes of the wire. */
class CaseworkFacts {
    private final CaseworkListener listener;

    CaseworkFacts(CaseworkListener listener) {
        this.listener = listener;
    }

    CaseworkEvent closed(UUID moderator, String at) {
        return hear(
                said(moderator, at)
                        .setCaseId(UUID.randomUUID().toString())
                        .setClosed(CaseClosed.newBuilder().setUpheld(true))
                        .build());
    }

    UUID logged(UUID moderator, String on, int minutes) {
        UUID id = UUID.randomUUID();
        hear(
                said(moderator, on + "T20:00:00Z")
                        .setHoursLogged(
                                HoursLogged.newBuilder()
                                        .setHoursId(id.toString())
                                        .setWorkedOn(on)
                                        .setMinutes(minutes))
                        .build());
        return id;
    }

    void withdrawn(UUID moderator, UUID hours, String at) {
        hear(
                said(moderator, at)
                        .setHoursWithdrawn(HoursWithdrawn.newBuilder().setHoursId(hours.toString()))
                        .build());
    }

    CaseworkEvent hear(CaseworkEvent event) {
        try {
            listener.on(event.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
        return event;
    }

    private static CaseworkEvent.Builder said(UUID moderator, String at) {
        return CaseworkEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setModeratorId(moderator.toString())
                .setOccurredAt(
                        Timestamp.newBuilder().setSeconds(Instant.parse(at).getEpochSecond()));
    }
}
