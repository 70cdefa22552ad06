package org.coopmesh.abuse.casework;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.abuse.subject.MemberId;
import org.coopmesh.contracts.abuse.v1.CaseClosed;
import org.coopmesh.contracts.abuse.v1.CaseworkEvent;
import org.coopmesh.contracts.abuse.v1.HoursLogged;
import org.coopmesh.contracts.abuse.v1.HoursWithdrawn;

/** Casework as other services hear of it. */
final class CaseworkEvents {
    static final String TOPIC = "coopmesh.abuse.casework.v1";

    private CaseworkEvents() {}

    static CaseworkEvent closed(Case.Closed closed) {
        return said(closed.moderator(), closed.closedAt())
                .setCaseId(closed.matter().id().toString())
                .setClosed(CaseClosed.newBuilder().setUpheld(closed.upheld()))
                .build();
    }

    static CaseworkEvent logged(WorkedHours hours) {
        return said(hours.moderator(), hours.loggedAt())
                .setHoursLogged(
                        HoursLogged.newBuilder()
                                .setHoursId(hours.id().toString())
                                .setWorkedOn(hours.workedOn().toString())
                                .setMinutes(hours.minutes()))
                .build();
    }

    static CaseworkEvent withdrawn(WorkedHours hours, Instant at) {
        return said(hours.moderator(), at)
                .setHoursWithdrawn(HoursWithdrawn.newBuilder().setHoursId(hours.id().toString()))
                .build();
    }

    private static CaseworkEvent.Builder said(MemberId moderator, Instant at) {
        return CaseworkEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setModeratorId(moderator.toString())
                .setOccurredAt(
                        Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()));
    }
}
