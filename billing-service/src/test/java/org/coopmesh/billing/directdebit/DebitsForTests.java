package org.coopmesh.billing.directdebit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.Address;
import org.coopmesh.billing.party.Language;
import org.coopmesh.billing.party.PartyRegister;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.springframework.context.ApplicationContext;

/** What treasurers and members do about direct debits, for tests of what banks say of them. */
public record DebitsForTests(
        Collecting collecting, Signing signing, PartyRegister parties, UnderWay underWay) {
    public static DebitsForTests of(ApplicationContext context) {
        return new DebitsForTests(
                context.getBean(Collecting.class),
                context.getBean(Signing.class),
                context.getBean(PartyRegister.class),
                context.getBean(UnderWay.class));
    }

    public void creditor() {
        parties.say(
                new Seller(
                        "Guifi Coop eG",
                        new Address("Ring 1", null, "12345", "Berlin", "DE"),
                        null,
                        null,
                        "GnR 123",
                        "DE89370400440532013000",
                        null,
                        "DE98ZZZ09999999999",
                        null,
                        "no VAT",
                        false,
                        Language.EN),
                UUID.randomUUID());
    }

    public UUID sign(PayerId payer, MemberId member) {
        return signing.sign(
                        payer,
                        new Debtor("Amina Example", "ES9121000418450200051332", null, null),
                        false,
                        14,
                        member)
                .terms()
                .id();
    }

    public void amend(UUID mandate, MemberId member) {
        signing.amend(
                mandate,
                new Debtor("Amina Example", "FR1420041010050500013M02606", null, null),
                member);
    }

    public void revoke(UUID mandate, MemberId member) {
        signing.revoke(mandate, member);
    }

    public String mandate(UUID id) {
        return switch (signing.find(id)) {
            case Mandate.Active active -> "active";
            case Mandate.Suspended suspended -> "suspended " + suspended.why();
            case Mandate.Ended ended -> ended.how().name();
        };
    }

    public void expire() {
        signing.expire();
    }

    public UUID propose(LocalDate on, MemberId by) {
        return collecting.propose(on, by).heading().id();
    }

    public LocalDate earliest() {
        return collecting.preview(null).collectOn();
    }

    public String message(UUID run) {
        return collecting.find(run).heading().messageId();
    }

    public void approve(UUID run, MemberId by) {
        collecting.approve(run, by);
    }

    public void withdraw(UUID run) {
        collecting.withdraw(run, "the bank did not take it");
    }

    public String file(UUID run) {
        return collecting.file(run);
    }

    /** Each item as {@code INV-2026-000001-1 RCUR due}, with the bank's code and what followed. */
    public List<String> items(UUID run) {
        return collecting.find(run).heading().items().stream()
                .map(item ->
                        item.endToEndId()
                                + " "
                                + item.sequence()
                                + " "
                                + item.state().name().toLowerCase(java.util.Locale.ROOT)
                                + (item.action() == null
                                        ? ""
                                        : " " + item.reason() + " " + item.action()))
                .toList();
    }

    /** Whether payers were told, item by item. */
    public List<String> notices(UUID run) {
        Run found = collecting.find(run);
        var notices = collecting.notices(found);
        return found.heading().items().stream()
                .map(item -> String.valueOf(notices.get(item.id())))
                .toList();
    }

    /** A pain.002 that refuses one collection. */
    public static String report(String message, String endToEnd, String code) {
        return """
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
        <GrpHdr><MsgId>PSR-1</MsgId><CreDtTm>2026-10-14T09:00:00Z</CreDtTm></GrpHdr>
        <OrgnlGrpInfAndSts><OrgnlMsgId>%s</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
        <OrgnlPmtInfAndSts><OrgnlPmtInfId>%s-RCUR</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>%s</OrgnlEndToEndId>
        <TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>%s</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>
        </CstmrPmtStsRpt></Document>
        """
                .formatted(message, message, endToEnd, code);
    }

    public Money open(UUID run) {
        return collecting.open(run);
    }

    public boolean isBeingCollected(InvoiceId invoice) {
        return underWay.beingCollected().contains(invoice);
    }

    /** How many items it refused that nobody had refused before. */
    public int hear(String report, MemberId by) {
        return collecting.hear("pain.002.xml", report.getBytes(UTF_8), by).rejected();
    }
}
