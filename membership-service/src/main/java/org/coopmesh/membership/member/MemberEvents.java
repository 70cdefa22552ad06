package org.coopmesh.membership.member;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.coopmesh.contracts.membership.v1.CoopEvent;
import org.coopmesh.contracts.membership.v1.MemberErased;
import org.coopmesh.contracts.membership.v1.MemberEvent;
import org.coopmesh.contracts.membership.v1.MemberJoined;
import org.coopmesh.contracts.membership.v1.MemberLeft;
import org.coopmesh.contracts.membership.v1.MemberPaused;
import org.coopmesh.contracts.membership.v1.MemberResumed;
import org.coopmesh.contracts.membership.v1.SiteSubscribed;
import org.coopmesh.contracts.membership.v1.SiteUnsubscribed;

/** Says in protobuf what happened to the co-op and its members. */
final class MemberEvents {
    static final String MEMBER_TOPIC = "coopmesh.membership.member.v1";
    static final String COOP_TOPIC = "coopmesh.membership.coop.v1";
    static final String COOP_KEY = "coop";

    private MemberEvents() {}

    static CoopEvent constituted(Coop coop, Instant at) {
        return CoopEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setOccurredAt(timestamp(at))
                .setConstituted(
                        org.coopmesh.contracts.membership.v1.CoopConstituted.newBuilder()
                                .setName(coop.name())
                                .setCurrency(coop.currency().getCurrencyCode())
                                .setTimeZone(coop.zone().getId())
                                .addAllPools(coop.poolsV4())
                                .addAllPools(coop.poolsV6()))
                .build();
    }

    static MemberEvent joined(MemberId member, LocalDate on, Instant at) {
        return event(member, at)
                .setJoined(MemberJoined.newBuilder().setJoinedOn(on.toString()))
                .build();
    }

    static MemberEvent paused(MemberId member, LocalDate from, Instant at) {
        return event(member, at)
                .setPaused(MemberPaused.newBuilder().setPausedOn(from.toString()))
                .build();
    }

    static MemberEvent resumed(MemberId member, LocalDate on, Instant at) {
        return event(member, at)
                .setResumed(MemberResumed.newBuilder().setResumedOn(on.toString()))
                .build();
    }

    static MemberEvent left(MemberId member, LocalDate on, Instant at) {
        return event(member, at).setLeft(MemberLeft.newBuilder().setLeftOn(on.toString())).build();
    }

    static MemberEvent erased(MemberId member, PayerId payer, Instant at) {
        return event(member, at)
                .setErased(MemberErased.newBuilder().setPayerId(payer.toString()))
                .build();
    }

    static MemberEvent subscribed(MemberId member, Subscription subscription, Instant at) {
        return event(member, at)
                .setSubscribed(
                        SiteSubscribed.newBuilder()
                                .setSiteId(subscription.site().toString())
                                .setPayerId(subscription.payer().toString())
                                .setPlanCode(subscription.planCode())
                                .setEffectiveOn(subscription.effectiveOn().toString()))
                .build();
    }

    static MemberEvent unsubscribed(MemberId member, SiteId site, LocalDate on, Instant at) {
        return event(member, at)
                .setUnsubscribed(
                        SiteUnsubscribed.newBuilder()
                                .setSiteId(site.toString())
                                .setEffectiveOn(on.toString()))
                .build();
    }

    private static MemberEvent.Builder event(MemberId member, Instant at) {
        return MemberEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setMemberId(member.toString())
                .setOccurredAt(timestamp(at));
    }

    private static Timestamp timestamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }
}
