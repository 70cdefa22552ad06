package org.coopmesh.billing.payroll;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.contracts.abuse.v1.CaseworkEvent;
import org.coopmesh.contracts.abuse.v1.HoursLogged;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears which cases moderators closed, on which day by UTC, and how long they worked. */
@Component
class CaseworkListener {
    private static final int MINUTES_OF_A_DAY = 24 * 60;

    private final Inbox inbox;
    private final Works works;
    private final Clock clock;

    CaseworkListener(Inbox inbox, Works works, Clock clock) {
        this.inbox = inbox;
        this.works = works;
        this.clock = clock;
    }

    @KafkaListener(topics = "coopmesh.abuse.casework.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        CaseworkEvent event = CaseworkEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        var moderator = new MemberId(FactFields.id("moderator_id", event.getModeratorId()));
        var at =
                Instant.ofEpochSecond(
                        event.getOccurredAt().getSeconds(), event.getOccurredAt().getNanos());
        Instant now = clock.instant();
        switch (event.getFactCase()) {
            case CLOSED ->
                    works.closed(
                            FactFields.id("case_id", event.getCaseId()),
                            moderator,
                            LocalDate.ofInstant(at, ZoneOffset.UTC),
                            now);
            case HOURS_LOGGED -> {
                HoursLogged fact = event.getHoursLogged();
                int minutes = fact.getMinutes();
                if (minutes < 1 || minutes > MINUTES_OF_A_DAY) {
                    throw new IllegalArgumentException("hours_logged.minutes: 1 to 1440");
                }
                works.logged(
                        FactFields.id("hours_logged.hours_id", fact.getHoursId()),
                        moderator,
                        FactFields.day("hours_logged.worked_on", fact.getWorkedOn()),
                        minutes,
                        now);
            }
            case HOURS_WITHDRAWN ->
                    works.withdrawn(
                            FactFields.id(
                                    "hours_withdrawn.hours_id",
                                    event.getHoursWithdrawn().getHoursId()),
                            moderator,
                            now);
            case FACT_NOT_SET -> {} // A newer fact than this version knows.
        }
    }
}
