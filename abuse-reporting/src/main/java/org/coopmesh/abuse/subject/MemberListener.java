package org.coopmesh.abuse.subject;

import com.google.protobuf.InvalidProtocolBufferException;
import org.coopmesh.contracts.membership.v1.MemberEvent;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears of members and of who pays for their sites. */
@Component
class MemberListener {
    private final SubjectRegister register;
    private final Inbox inbox;
    private final ApplicationEventPublisher hearers;

    MemberListener(SubjectRegister register, Inbox inbox, ApplicationEventPublisher hearers) {
        this.register = register;
        this.inbox = inbox;
        this.hearers = hearers;
    }

    @KafkaListener(topics = "coopmesh.membership.member.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        MemberEvent event = MemberEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        switch (event.getFactCase()) {
            case JOINED, RESUMED -> register.memberBecame(member(event), "active");
            case PAUSED -> register.memberBecame(member(event), "paused");
            case LEFT -> register.memberBecame(member(event), "left");
            case SUBSCRIBED ->
                    register.subscribed(
                            new SiteId(
                                    FactFields.id(
                                            "subscribed.site_id",
                                            event.getSubscribed().getSiteId())),
                            member(event),
                            FactFields.id(
                                    "subscribed.payer_id", event.getSubscribed().getPayerId()));
            case UNSUBSCRIBED ->
                    register.subscribed(
                            new SiteId(
                                    FactFields.id(
                                            "unsubscribed.site_id",
                                            event.getUnsubscribed().getSiteId())),
                            member(event),
                            null);
            case ERASED -> hearers.publishEvent(new MemberErased(member(event)));
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }

    private static MemberId member(MemberEvent event) {
        return new MemberId(FactFields.id("member_id", event.getMemberId()));
    }
}
