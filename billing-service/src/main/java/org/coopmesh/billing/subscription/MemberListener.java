package org.coopmesh.billing.subscription;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.time.LocalDate;
import org.coopmesh.billing.subscription.SiteHistory.MemberState;
import org.coopmesh.contracts.membership.v1.MemberEvent;
import org.coopmesh.contracts.membership.v1.SiteSubscribed;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears who joined, paused, left, and who pays for which site on which plan. */
@Component
class MemberListener {
    private final Inbox inbox;
    private final Subscriptions subscriptions;
    private final ApplicationEventPublisher hearers;

    MemberListener(Inbox inbox, Subscriptions subscriptions, ApplicationEventPublisher hearers) {
        this.inbox = inbox;
        this.subscriptions = subscriptions;
        this.hearers = hearers;
    }

    @KafkaListener(topics = "coopmesh.membership.member.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        MemberEvent event = MemberEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        var member = new MemberId(FactFields.id("member_id", event.getMemberId()));
        var at =
                Instant.ofEpochSecond(
                        event.getOccurredAt().getSeconds(), event.getOccurredAt().getNanos());
        switch (event.getFactCase()) {
            case JOINED ->
                    became(
                            member,
                            MemberState.ACTIVE,
                            FactFields.day("joined.joined_on", event.getJoined().getJoinedOn()),
                            at);
            case PAUSED ->
                    became(
                            member,
                            MemberState.PAUSED,
                            FactFields.day("paused.paused_on", event.getPaused().getPausedOn()),
                            at);
            case RESUMED ->
                    became(
                            member,
                            MemberState.ACTIVE,
                            FactFields.day("resumed.resumed_on", event.getResumed().getResumedOn()),
                            at);
            case LEFT ->
                    became(
                            member,
                            MemberState.LEFT,
                            FactFields.day("left.left_on", event.getLeft().getLeftOn()),
                            at);
            case SUBSCRIBED -> {
                SiteSubscribed fact = event.getSubscribed();
                subscriptions.subscribed(
                        new SiteId(FactFields.id("subscribed.site_id", fact.getSiteId())),
                        member,
                        new PayerId(FactFields.id("subscribed.payer_id", fact.getPayerId())),
                        fact.getPlanCode(),
                        FactFields.day("subscribed.effective_on", fact.getEffectiveOn()),
                        at);
            }
            case UNSUBSCRIBED ->
                    subscriptions.subscribed(
                            new SiteId(
                                    FactFields.id(
                                            "unsubscribed.site_id",
                                            event.getUnsubscribed().getSiteId())),
                            member,
                            null,
                            null,
                            FactFields.day(
                                    "unsubscribed.effective_on",
                                    event.getUnsubscribed().getEffectiveOn()),
                            at);
            case ERASED ->
                    hearers.publishEvent(
                            new MemberErased(
                                    member,
                                    new PayerId(
                                            FactFields.id(
                                                    "erased.payer_id",
                                                    event.getErased().getPayerId()))));
            case FACT_NOT_SET -> {} // A newer fact than this version knows.
        }
    }

    private void became(MemberId member, MemberState state, LocalDate on, Instant occurredAt) {
        subscriptions.became(member, state, on, occurredAt);
    }
}
