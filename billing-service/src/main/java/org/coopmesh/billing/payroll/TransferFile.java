package org.coopmesh.billing.payroll;

import java.io.StringWriter;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * SEPA credit transfers as ISO 20022 pain.001.001.09 in the shape of the European Payments Council's guidelines: one batch, booked
 * at once, charges shared.
 *
 * @param messageId 1 to 35 characters, by which the bank knows a file it had before
 * @param debtor who pays
 * @param bic of the debtor's bank, where it asks for it
 * @param on the day of execution
 */
record TransferFile(
        String messageId,
        Instant madeAt,
        PayAccount debtor,
        @Nullable String bic,
        LocalDate on,
        List<Transfer> transfers) {
    static final String NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

    /** What the EPC lets a name have. */
    private static final int NAME_MAX = 70;

    private static final int REMITTANCE_MAX = 140;

    /**
     * One payment.
     *
     * @param endToEndId 1 to 35 characters, by which it is found again on a statement
     */
    record Transfer(String endToEndId, Money amount, PayAccount creditor, String remittance) {}

    TransferFile {
        transfers = List.copyOf(transfers);
        if (transfers.isEmpty()) {
            throw new IllegalArgumentException("a file has transfers");
        }
    }

    /** The file's text, in UTF-8. */
    String xml() {
        var text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("Document");
            xml.writeDefaultNamespace(NAMESPACE);
            xml.writeStartElement("CstmrCdtTrfInitn");
            header(xml);
            payment(xml);
            xml.writeEndElement();
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException never) {
            throw new IllegalStateException(never);
        }
        return text.toString();
    }

    private void header(XMLStreamWriter xml) throws XMLStreamException {
        xml.writeStartElement("GrpHdr");
        element(xml, "MsgId", messageId);
        element(
                xml,
                "CreDtTm",
                DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                        madeAt.truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC)));
        sums(xml);
        party(xml, "InitgPty", debtor.name());
        xml.writeEndElement();
    }

    private void payment(XMLStreamWriter xml) throws XMLStreamException {
        xml.writeStartElement("PmtInf");
        element(xml, "PmtInfId", messageId);
        element(xml, "PmtMtd", "TRF");
        element(xml, "BtchBookg", "true");
        sums(xml);
        xml.writeStartElement("PmtTpInf");
        xml.writeStartElement("SvcLvl");
        element(xml, "Cd", "SEPA");
        xml.writeEndElement();
        xml.writeEndElement();
        xml.writeStartElement("ReqdExctnDt");
        element(xml, "Dt", on.toString());
        xml.writeEndElement();
        party(xml, "Dbtr", debtor.name());
        account(xml, "DbtrAcct", debtor.iban());
        xml.writeStartElement("DbtrAgt");
        xml.writeStartElement("FinInstnId");
        if (bic == null) {
            xml.writeStartElement("Othr");
            element(xml, "Id", "NOTPROVIDED");
            xml.writeEndElement();
        } else {
            element(xml, "BICFI", bic);
        }
        xml.writeEndElement();
        xml.writeEndElement();
        element(xml, "ChrgBr", "SLEV");
        for (Transfer transfer : transfers) {
            xml.writeStartElement("CdtTrfTxInf");
            xml.writeStartElement("PmtId");
            element(xml, "EndToEndId", transfer.endToEndId());
            xml.writeEndElement();
            xml.writeStartElement("Amt");
            xml.writeStartElement("InstdAmt");
            xml.writeAttribute("Ccy", transfer.amount().currency().getCurrencyCode());
            xml.writeCharacters(transfer.amount().decimal());
            xml.writeEndElement();
            xml.writeEndElement();
            party(xml, "Cdtr", transfer.creditor().name());
            account(xml, "CdtrAcct", transfer.creditor().iban());
            xml.writeStartElement("RmtInf");
            element(xml, "Ustrd", cut(transfer.remittance(), REMITTANCE_MAX));
            xml.writeEndElement();
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private void sums(XMLStreamWriter xml) throws XMLStreamException {
        element(xml, "NbOfTxs", String.valueOf(transfers.size()));
        element(
                xml,
                "CtrlSum",
                transfers.stream()
                        .map(Transfer::amount)
                        .reduce(Money::plus)
                        .orElseThrow()
                        .decimal());
    }

    private static void party(XMLStreamWriter xml, String name, String who)
            throws XMLStreamException {
        xml.writeStartElement(name);
        element(xml, "Nm", cut(who, NAME_MAX));
        xml.writeEndElement();
    }

    private static void account(XMLStreamWriter xml, String name, String iban)
            throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeStartElement("Id");
        element(xml, "IBAN", iban);
        xml.writeEndElement();
        xml.writeEndElement();
    }

    private static void element(XMLStreamWriter xml, String name, String text)
            throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max);
    }
}
