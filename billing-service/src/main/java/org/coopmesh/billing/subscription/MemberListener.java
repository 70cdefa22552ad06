package org.coopmesh.billing.subscription;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.billing.subscription.SiteHistory.MemberState;
import org.coopmesh.contracts.membership.v1.MemberEvent;
import org.coopmesh.contracts.membership.v1.SiteSubscribed;
import org.coopmesh.eventbus.Inbox;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears who joined, paused, left, and who pays for which site on which plan. */
@Component
class MemberListener {
    private final Inbox inbox;
    private final Subscriptions subscriptions;

    MemberListener(Inbox inbox, Subscriptions subscriptions) {
        this.inbox = inbox;
        this.subscriptions = subscriptions;
    }

    @KafkaListener(topics = "coopmesh.membership.member.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        MemberEvent event = MemberEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        var member = new MemberId(UUID.fromString(event.getMemberId()));
        var at =
                Instant.ofEpochSecond(
                        event.getOccurredAt().getSeconds(), event.getOccurredAt().getNanos());
        switch (event.getFactCase()) {
            case JOINED -> became(member, MemberState.ACTIVE, event.getJoined().getJoinedOn(), at);
            case PAUSED -> became(member, MemberState.PAUSED, event.getPaused().getPausedOn(), at);
            case RESUMED ->
                    became(member, MemberState.ACTIVE, event.getResumed().getResumedOn(), at);
            case LEFT -> became(member, MemberState.LEFT, event.getLeft().getLeftOn(), at);
            case SUBSCRIBED -> {
                SiteSubscribed fact = event.getSubscribed();
                subscriptions.subscribed(
                        new SiteId(UUID.fromString(fact.getSiteId())),
                        member,
                        new PayerId(UUID.fromString(fact.getPayerId())),
                        fact.getPlanCode(),
                        LocalDate.parse(fact.getEffectiveOn()),
                        at);
            }
            case UNSUBSCRIBED ->
                    subscriptions.subscribed(
                            new SiteId(UUID.fromString(event.getUnsubscribed().getSiteId())),
                            member,
                            null,
                            null,
                            LocalDate.parse(event.getUnsubscribed().getEffectiveOn()),
                            at);
            case FACT_NOT_SET -> {} // A newer fact than this version knows.
        }
    }

    private void became(MemberId member, MemberState state, String on, Instant occurredAt) {
        subscriptions.became(member, state, LocalDate.parse(on), occurredAt);
    }
}
