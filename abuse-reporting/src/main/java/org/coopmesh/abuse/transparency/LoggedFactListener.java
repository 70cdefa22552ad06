package org.coopmesh.abuse.transparency;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.Map;
import org.coopmesh.abuse.transparency.LogFact.Kind;
import org.coopmesh.abuse.transparency.Witnesses.Refusal;
import org.coopmesh.contracts.billing.v1.PayRunEvent;
import org.coopmesh.contracts.billing.v1.PlanEvent;
import org.coopmesh.contracts.membership.v1.AssemblyEvent;
import org.coopmesh.contracts.membership.v1.RoleEvent;
import org.coopmesh.contracts.membership.v1.WitnessEvent;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears what other services have done that belongs in the log, and what nodes say of it. */
@Component
class LoggedFactListener {
    private final TransparencyLog log;
    private final Testimony testimony;
    private final Inbox inbox;

    LoggedFactListener(TransparencyLog log, Testimony testimony, Inbox inbox) {
        this.log = log;
        this.testimony = testimony;
        this.inbox = inbox;
    }

    @KafkaListener(topics = "coopmesh.membership.role.v1")
    @Transactional
    void onRole(byte[] payload) throws InvalidProtocolBufferException {
        RoleEvent event = RoleEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        switch (event.getFactCase()) {
            case GRANTED -> append(Kind.ROLE_GRANTED, event.getEventId(), "role", event.getRole());
            case WITHDRAWN ->
                    append(Kind.ROLE_WITHDRAWN, event.getEventId(), "role", event.getRole());
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }

    @KafkaListener(topics = "coopmesh.billing.plan.v1")
    @Transactional
    void onPlan(byte[] payload) throws InvalidProtocolBufferException {
        PlanEvent event = PlanEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        switch (event.getFactCase()) {
            case DECLARED ->
                    log.append(
                            new LogFact(
                                    Kind.TARIFF_CHANGED,
                                    event.getEventId(),
                                    Map.of(
                                            "effective",
                                            FactFields.day(
                                                            "declared.effective_on",
                                                            event.getDeclared().getEffectiveOn())
                                                    .toString(),
                                            "plan",
                                            event.getPlanCode()),
                                    Map.of()));
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }

    @KafkaListener(topics = "coopmesh.billing.pay-run.v1")
    @Transactional
    void onPayRun(byte[] payload) throws InvalidProtocolBufferException {
        PayRunEvent event = PayRunEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        switch (event.getFactCase()) {
            case PAID ->
                    log.append(
                            new LogFact(
                                    Kind.PAYOUT_PAID,
                                    event.getEventId(),
                                    Map.of(
                                            "currency",
                                            event.getPaid().getCurrency(),
                                            "month",
                                            event.getPaid().getMonth(),
                                            "totalMicro",
                                            Long.toString(event.getPaid().getTotalMicro())),
                                    Map.of()));
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }

    @KafkaListener(topics = "coopmesh.membership.assembly.v1")
    @Transactional
    void onAssembly(byte[] payload) throws InvalidProtocolBufferException {
        AssemblyEvent event = AssemblyEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        switch (event.getFactCase()) {
            case ADOPTED -> {
                var resolution = event.getAdopted().getResolution();
                log.append(
                        new LogFact(
                                Kind.RESOLUTION_ADOPTED,
                                event.getEventId(),
                                Map.of(
                                        "number",
                                        Integer.toString(resolution.getNumber()),
                                        "recordSha256",
                                        resolution.getRecordSha256(),
                                        "yes",
                                        Integer.toString(resolution.getYes()),
                                        "no",
                                        Integer.toString(resolution.getNo()),
                                        "abstain",
                                        Integer.toString(resolution.getAbstain())),
                                Map.of()));
            }
            case TOOK_EFFECT -> {} // Said when it was adopted.
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }

    @KafkaListener(topics = "coopmesh.membership.witness.v1")
    @Transactional
    void onWitness(byte[] payload) throws InvalidProtocolBufferException {
        WitnessEvent event = WitnessEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        var id = FactFields.id("event_id", event.getEventId());
        String node = FactFields.nodeId("node_id", event.getNodeId());
        Instant at = instant(event.getOccurredAt());
        switch (event.getFactCase()) {
            case COSIGNED ->
                    testimony.cosigned(
                            id,
                            node,
                            event.getCosigned().getCheckpoint(),
                            event.getCosigned().getCosignature(),
                            event.getCosigned().getPublicKey().toByteArray(),
                            at);
            case REFUSED ->
                    testimony.refused(
                            id,
                            new Refusal(
                                    node,
                                    event.getRefused().getWhy(),
                                    event.getRefused().getCheckpoint(),
                                    event.getRefused().getSeen(),
                                    at));
            case FACT_NOT_SET -> {} // A newer fact.
        }
    }

    private void append(Kind kind, String id, String field, String value) {
        log.append(new LogFact(kind, id, Map.of(field, value), Map.of()));
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
