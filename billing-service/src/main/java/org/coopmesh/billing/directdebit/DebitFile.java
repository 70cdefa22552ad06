package org.coopmesh.billing.directdebit;

import java.io.StringWriter;
import java.text.Normalizer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.coopmesh.billing.directdebit.Run.Item;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;

/**
 * SEPA Core direct debits as ISO 20022 pain.008.001.08 in the shape of the European Payments Council's guidelines: one batch for each
 * sequence, booked at once, charges shared.
 *
 * @param messageId 1 to 30 characters, by which the bank knows a file it had before
 * @param creditor who collects
 * @param collectOn a day on which euros move between banks
 */
record DebitFile(
        String messageId,
        Instant madeAt,
        Creditor creditor,
        LocalDate collectOn,
        List<Item> items) {
    static final String NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08";

    /** What the EPC lets a name have. */
    private static final int NAME_MAX = 70;

    /** What the EPC's scheme writes where the account of a mandate is another now, whichever bank it is at. */
    private static final String OTHER_ACCOUNT = "SMNDA";

    /**
     * Who collects.
     *
     * @param bic of its bank, where that asks for it
     * @param id its identifier in the scheme, such as {@code DE98ZZZ09999999999}
     */
    record Creditor(String name, String iban, @Nullable String bic, String id) {}

    DebitFile {
        items = List.copyOf(items);
        if (items.isEmpty()) {
            throw new IllegalArgumentException("a file has items");
        }
    }

    /** By which the bank names the batch of one sequence on a statement. */
    static String batch(String messageId, Sequence sequence) {
        return messageId + "-" + sequence;
    }

    /** The file's text, in UTF-8. */
    String xml() {
        var text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("Document");
            xml.writeDefaultNamespace(NAMESPACE);
            xml.writeStartElement("CstmrDrctDbtInitn");
            header(xml);
            Map<Sequence, List<Item>> batches =
                    items.stream()
                            .collect(
                                    Collectors.groupingBy(
                                            Item::sequence,
                                            () -> new EnumMap<>(Sequence.class),
                                            Collectors.toList()));
            for (var batch : batches.entrySet()) {
                batch(xml, batch.getKey(), batch.getValue());
            }
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
        sums(xml, items);
        name(xml, "InitgPty", creditor.name());
        xml.writeEndElement();
        xml.writeEndElement();
    }

    private void batch(XMLStreamWriter xml, Sequence sequence, List<Item> batch)
            throws XMLStreamException {
        xml.writeStartElement("PmtInf");
        element(xml, "PmtInfId", batch(messageId, sequence));
        element(xml, "PmtMtd", "DD");
        element(xml, "BtchBookg", "true");
        sums(xml, batch);
        xml.writeStartElement("PmtTpInf");
        nested(xml, "SEPA", "SvcLvl", "Cd");
        nested(xml, "CORE", "LclInstrm", "Cd");
        element(xml, "SeqTp", sequence.name());
        xml.writeEndElement();
        element(xml, "ReqdColltnDt", collectOn.toString());
        name(xml, "Cdtr", creditor.name());
        xml.writeEndElement();
        nested(xml, creditor.iban(), "CdtrAcct", "Id", "IBAN");
        if (creditor.bic() == null) {
            nested(xml, "NOTPROVIDED", "CdtrAgt", "FinInstnId", "Othr", "Id");
        } else {
            nested(xml, creditor.bic(), "CdtrAgt", "FinInstnId", "BICFI");
        }
        element(xml, "ChrgBr", "SLEV");
        xml.writeStartElement("CdtrSchmeId");
        xml.writeStartElement("Id");
        xml.writeStartElement("PrvtId");
        xml.writeStartElement("Othr");
        element(xml, "Id", creditor.id());
        nested(xml, "SEPA", "SchmeNm", "Prtry");
        for (int i = 0; i < 4; i++) {
            xml.writeEndElement();
        }
        for (Item item : batch) {
            item(xml, item);
        }
        xml.writeEndElement();
    }

    private static void item(XMLStreamWriter xml, Item item) throws XMLStreamException {
        xml.writeStartElement("DrctDbtTxInf");
        nested(xml, item.endToEndId(), "PmtId", "EndToEndId");
        xml.writeStartElement("InstdAmt");
        xml.writeAttribute("Ccy", item.amount().currency().getCurrencyCode());
        xml.writeCharacters(item.amount().decimal());
        xml.writeEndElement();
        xml.writeStartElement("DrctDbtTx");
        xml.writeStartElement("MndtRltdInf");
        element(xml, "MndtId", item.mandateReference());
        element(xml, "DtOfSgntr", item.signedOn().toString());
        if (item.amended()) {
            element(xml, "AmdmntInd", "true");
            nested(xml, OTHER_ACCOUNT, "AmdmntInfDtls", "OrgnlDbtrAcct", "Id", "Othr", "Id");
        }
        xml.writeEndElement();
        xml.writeEndElement();
        nested(xml, "NOTPROVIDED", "DbtrAgt", "FinInstnId", "Othr", "Id");
        name(xml, "Dbtr", item.debtor().name());
        if (item.debtor().country() != null && item.debtor().town() != null) {
            xml.writeStartElement("PstlAdr");
            element(xml, "TwnNm", latin(item.debtor().town(), Debtor.TOWN_LENGTH_MAX));
            element(xml, "Ctry", item.debtor().country());
            xml.writeEndElement();
        }
        xml.writeEndElement();
        nested(xml, item.debtor().iban(), "DbtrAcct", "Id", "IBAN");
        xml.writeStartElement("RmtInf");
        xml.writeStartElement("Strd");
        xml.writeStartElement("CdtrRefInf");
        nested(xml, "SCOR", "Tp", "CdOrPrtry", "Cd");
        element(xml, "Ref", PaymentReference.creditor(item.number()).text());
        xml.writeEndElement();
        xml.writeEndElement();
        xml.writeEndElement();
        xml.writeEndElement();
    }

    private static void sums(XMLStreamWriter xml, List<Item> items) throws XMLStreamException {
        element(xml, "NbOfTxs", String.valueOf(items.size()));
        element(
                xml,
                "CtrlSum",
                items.stream().map(Item::amount).reduce(Money::plus).orElseThrow().decimal());
    }

    /** Opens the party and writes its name; the caller closes it. */
    private static void name(XMLStreamWriter xml, String party, String who)
            throws XMLStreamException {
        xml.writeStartElement(party);
        element(xml, "Nm", latin(who, NAME_MAX));
    }

    private static void nested(XMLStreamWriter xml, String text, String... path)
            throws XMLStreamException {
        for (int i = 0; i < path.length - 1; i++) {
            xml.writeStartElement(path[i]);
        }
        element(xml, path[path.length - 1], text);
        for (int i = 0; i < path.length - 1; i++) {
            xml.writeEndElement();
        }
    }

    private static void element(XMLStreamWriter xml, String name, String text)
            throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    /** In the characters that every bank of the scheme takes: accents are dropped, what has no like becomes a dot. */
    static String latin(String text, int max) {
        String plain =
                Normalizer.normalize(
                                text.replace("ß", "ss")
                                        .replace("æ", "ae")
                                        .replace("Æ", "Ae")
                                        .replace("ø", "o")
                                        .replace("Ø", "O")
                                        .replace("ł", "l")
                                        .replace("Ł", "L")
                                        .replace("&", "+"),
                                Normalizer.Form.NFD)
                        .replaceAll("\\p{M}", "")
                        .replaceAll("[^A-Za-z0-9/\\-?:().,'+ ]", ".");
        return plain.length() <= max ? plain : plain.substring(0, max);
    }
}
