package org.coopmesh.billing.resolution;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Currency;
import java.util.Optional;
import java.util.UUID;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.resolution.MoneyResolution.Content;
import org.coopmesh.contracts.membership.v1.AssemblyEvent;
import org.coopmesh.contracts.membership.v1.Resolution;
import org.coopmesh.eventbus.FactFields;
import org.coopmesh.eventbus.Inbox;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Hears what the assembly decided. */
@Component
class AssemblyListener {
    private final Inbox inbox;
    private final CarryingOut carryingOut;

    AssemblyListener(Inbox inbox, CarryingOut carryingOut) {
        this.inbox = inbox;
        this.carryingOut = carryingOut;
    }

    @KafkaListener(topics = "coopmesh.membership.assembly.v1")
    @Transactional
    void on(byte[] payload) throws InvalidProtocolBufferException {
        AssemblyEvent event = AssemblyEvent.parseFrom(payload);
        if (!inbox.accept(event.getEventId())) {
            return;
        }
        Resolution resolution =
                switch (event.getFactCase()) {
                    case ADOPTED -> event.getAdopted().getResolution();
                    case TOOK_EFFECT -> event.getTookEffect().getResolution();
                    case FACT_NOT_SET -> // A newer fact than this version knows.
                            Resolution.getDefaultInstance();
                };
        UUID proposal = FactFields.id("proposal_id", event.getProposalId());
        content(resolution)
                .ifPresent(content ->
                        carryingOut.carryOut(
                                new MoneyResolution(
                                        proposal,
                                        resolution.getNumber(),
                                        FactFields.day(
                                                "resolution.effective_on",
                                                resolution.getEffectiveOn()),
                                        content)));
    }

    private static Optional<Content> content(Resolution resolution) {
        return switch (resolution.getContentCase()) {
            case DUES ->
                    Optional.of(
                            new Content.Dues(
                                    resolution.getDues().getPlanCode(),
                                    money(
                                            resolution.getDues().getMonthlyMicro(),
                                            resolution.getDues().getCurrency())));
            case BUDGET ->
                    Optional.of(
                            new Content.Budget(
                                    resolution.getBudget().getPurpose(),
                                    money(
                                            resolution.getBudget().getMonthlyMicro(),
                                            resolution.getBudget().getCurrency())));
            case OUTAGE_CREDIT ->
                    Optional.of(
                            new Content.OutageCredit(
                                    resolution.getOutageCredit().getAfterHours(),
                                    resolution.getOutageCredit().getPercent()));
            case RULES, ACCESS_POLICY, ASSEMBLY_TERMS, HARDSHIP, CONTENT_NOT_SET ->
                    Optional.empty(); // Membership's own, or newer than this version.
        };
    }

    private static Money money(long micro, String currency) {
        return new Money(micro, Currency.getInstance(currency));
    }
}
