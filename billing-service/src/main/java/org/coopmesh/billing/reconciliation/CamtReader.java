package org.coopmesh.billing.reconciliation;

import java.io.ByteArrayInputStream;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.reconciliation.BankStatement.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Reads camt.053 (statements) and camt.054 (notifications) of ISO 20022, versions 2 and 8. Document types are refused and nothing is ever
 * fetched; one entry is held in memory at a time. Entries that are not booked yet are left out.
 */
final class CamtReader {
    private static final String ISO = "urn:iso:std:iso:20022:tech:xsd:";

    /** What is read, by its namespace. */
    private static final Map<String, Kind> KINDS =
            Map.of(
                    ISO + "camt.053.001.02", Kind.STATEMENT,
                    ISO + "camt.053.001.08", Kind.STATEMENT,
                    ISO + "camt.054.001.02", Kind.NOTIFICATION,
                    ISO + "camt.054.001.08", Kind.NOTIFICATION);

    private final XMLStreamReader xml;
    private final Budget budget = new Budget();

    private CamtReader(XMLStreamReader xml) {
        this.xml = xml;
    }

    private static final class Budget {
        private int parts;
        private int elements;
    }

    /** One element with all that is in it. */
    private record Element(
            int line,
            String name,
            Map<String, String> attributes,
            StringBuilder text,
            List<Element> children) {
        /** Text at the path, the first of its kind; null where there is none. */
        @Nullable String at(String... path) {
            Element found = element(path);
            return found == null ? null : found.text.toString().strip();
        }

        @Nullable Element element(String... path) {
            Element here = this;
            for (String step : path) {
                Element next = null;
                for (Element child : here.children) {
                    if (child.name.equals(step)) {
                        next = child;
                        break;
                    }
                }
                if (next == null) return null;
                here = next;
            }
            return here;
        }

        Stream<Element> all(String name) {
            return children.stream().filter(child -> child.name.equals(name));
        }
    }

    /** Whether the file begins like XML, in whatever encoding. */
    static boolean recognises(byte[] file) {
        for (byte each : file) {
            if (each == '<') return true;
            boolean before =
                    each == (byte) 0xEF
                            || each == (byte) 0xBB
                            || each == (byte) 0xBF
                            || each == (byte) 0xFE
                            || each == (byte) 0xFF;
            if (!before && each != 0 && !Character.isWhitespace(each)) return false;
        }
        return false;
    }

    /**
     * @throws BankFileRefused if it is none, or anything in it is wrong
     */
    static List<BankStatement> read(byte[] file) {
        FileLimits.bytes(file);
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, false);
        factory.setXMLReporter(
                (message, type, about, location) -> {}); // Else it writes to the error stream.
        factory.setXMLResolver(
                (publicId, systemId, base, namespace) -> new ByteArrayInputStream(new byte[0]));
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(new ByteArrayInputStream(file));
            return new CamtReader(xml).document();
        } catch (XMLStreamException malformed) {
            throw malformed(
                    malformed.getLocation() == null ? 0 : malformed.getLocation().getLineNumber());
        }
    }

    private static BankFileRefused malformed(int line) {
        return new BankFileRefused(
                Math.max(line, 0), "malformed", "not well-formed XML, or cut off");
    }

    private int line() {
        return Math.max(xml.getLocation().getLineNumber(), 0);
    }

    /** The parser's own slips on hostile input are the file's, too. */
    private int next() throws XMLStreamException {
        int event;
        try {
            if (!xml.hasNext()) throw malformed(line());
            event = xml.next();
        } catch (BankFileRefused | XMLStreamException known) {
            throw known;
        } catch (RuntimeException slip) {
            throw malformed(line());
        }
        if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
            throw new BankFileRefused(
                    line(), "document-type", "a document type or an entity, which no bank sends");
        }
        return event;
    }

    private List<BankStatement> document() throws XMLStreamException {
        while (next() != XMLStreamConstants.START_ELEMENT) {}
        Kind kind = xml.getNamespaceURI() == null ? null : KINDS.get(xml.getNamespaceURI());
        String namespace = xml.getNamespaceURI();
        if (kind == null || !xml.getLocalName().equals("Document")) {
            throw new BankFileRefused(
                    line(),
                    "namespace",
                    "camt.053 and camt.054 in versions 2 and 8 are read; this is "
                            + Fields.brief(namespace == null ? xml.getLocalName() : namespace));
        }
        var statements = new ArrayList<BankStatement>();
        int depth = 1;
        while (depth > 0) {
            int event = next();
            if (event == XMLStreamConstants.END_ELEMENT) {
                depth--;
            } else if (event == XMLStreamConstants.START_ELEMENT) {
                String name = xml.getLocalName();
                boolean statement = depth == 2 && (name.equals("Stmt") || name.equals("Ntfctn"));
                if (statement) {
                    if (statements.size() == FileLimits.STATEMENTS_MAX) {
                        throw new BankFileRefused(
                                line(),
                                "statements",
                                "more than " + FileLimits.STATEMENTS_MAX + " statements");
                    }
                    statements.add(statement(kind, Objects.requireNonNull(namespace)));
                } else if (depth == 1) {
                    depth++;
                } else {
                    var unused = element(namespace, 0);
                }
            }
        }
        while (xml.hasNext()) next();
        if (statements.isEmpty()) {
            throw new BankFileRefused(0, "statements", "no statement in the file");
        }
        return statements;
    }

    private BankStatement statement(Kind kind, String namespace) throws XMLStreamException {
        var head =
                new Element(
                        line(),
                        xml.getLocalName(),
                        Map.of(),
                        new StringBuilder(),
                        new ArrayList<>());
        var entries = new ArrayList<BankEntry>();
        Currency currency = null;
        while (true) {
            int event = next();
            if (event == XMLStreamConstants.END_ELEMENT) break;
            if (event != XMLStreamConstants.START_ELEMENT) continue;
            budget.elements = 0;
            Element child = element(namespace, 0);
            if (child.name.equals("Ntry")) {
                Money amount = amount(child);
                Currency of = amount.currency();
                if (currency == null) {
                    String told = head.at("Acct", "Ccy");
                    currency = told == null ? of : Fields.currency(child.line, told);
                }
                if (!of.equals(currency)) {
                    throw new BankFileRefused(
                            child.line,
                            "currency",
                            "an entry in %s in an account in %s".formatted(of, currency));
                }
                if (isBooked(child) && !amount.isZero()) {
                    BankEntry entry = entry(child, amount);
                    budget.parts += entry.parts().size();
                    if (budget.parts > FileLimits.PARTS_MAX) {
                        throw new BankFileRefused(
                                child.line,
                                "entries",
                                "more than " + FileLimits.PARTS_MAX + " entries");
                    }
                    entries.add(entry);
                }
            } else if (head.children.size() < 1_000) {
                head.children.add(child);
            }
        }
        return statement(kind, head, currency, entries);
    }

    private static BankStatement statement(
            Kind kind, Element head, @Nullable Currency ofEntries, List<BankEntry> entries) {
        Element opening = balance(head, "OPBD", "PRCD");
        Element closing = balance(head, "CLBD");
        Currency currency = ofEntries;
        if (currency == null) {
            String told = head.at("Acct", "Ccy");
            if (told == null && opening != null) {
                Element amount = opening.element("Amt");
                told = amount == null ? null : amount.attributes.get("Ccy");
            }
            currency = Fields.currency(head.line, told);
        }
        String account = head.at("Acct", "Id", "IBAN");
        if (account == null) account = head.at("Acct", "Id", "Othr", "Id");
        if (account == null || account.isBlank() || account.length() > 50) {
            throw new BankFileRefused(head.line, "account", "a statement without an account");
        }
        return new BankStatement(
                head.line,
                kind,
                account,
                currency,
                Fields.reference(head.at("Id")),
                sequence(head),
                day(head, "FrDtTm"),
                day(head, "ToDtTm"),
                kind == Kind.STATEMENT ? balance(opening, currency) : null,
                kind == Kind.STATEMENT ? balance(closing, currency) : null,
                entries);
    }

    private static @Nullable Long sequence(Element head) {
        String text = head.at("ElctrncSeqNb");
        if (text == null) text = head.at("LglSeqNb");
        return text != null && text.matches("[0-9]{1,18}") ? Long.valueOf(text) : null;
    }

    private static @Nullable LocalDate day(Element head, String name) {
        String text = head.at("FrToDt", name);
        return text == null ? null : Fields.day(head.line, text);
    }

    private static @Nullable Element balance(Element head, String... codes) {
        for (String code : codes) {
            Element found =
                    head.all("Bal")
                            .filter(balance -> code.equals(balance.at("Tp", "CdOrPrtry", "Cd")))
                            .findFirst()
                            .orElse(null);
            if (found != null) return found;
        }
        return null;
    }

    private static @Nullable Money balance(@Nullable Element balance, Currency currency) {
        if (balance == null) return null;
        Money amount = amount(balance);
        if (!amount.currency().equals(currency)) {
            throw new BankFileRefused(
                    balance.line,
                    "currency",
                    "a balance in %s of an account in %s".formatted(amount.currency(), currency));
        }
        return amount;
    }

    /** Amount and direction of an entry, a balance or a part. */
    private static Money amount(Element of) {
        Money amount = unsigned(of, of.element("Amt"));
        return isDebit(of) ? amount.negated() : amount;
    }

    private static Money unsigned(Element of, @Nullable Element amount) {
        if (amount == null)
            throw new BankFileRefused(of.line, "amount", of.name + " without an amount");
        Currency currency = Fields.currency(amount.line, amount.attributes.get("Ccy"));
        return Fields.amount(amount.line, amount.text.toString().strip(), currency);
    }

    private static boolean isDebit(Element of) {
        String direction = of.at("CdtDbtInd");
        if (direction == null || !direction.equals("DBIT") && !direction.equals("CRDT")) {
            throw new BankFileRefused(of.line, "direction", of.name + " is neither CRDT nor DBIT");
        }
        return direction.equals("DBIT");
    }

    private static boolean isBooked(Element entry) {
        String status = entry.at("Sts", "Cd");
        if (status == null) status = entry.at("Sts");
        return "BOOK".equals(status);
    }

    private static BankEntry entry(Element entry, Money amount) {
        LocalDate booked = day(entry, entry.element("BookgDt"));
        LocalDate value =
                entry.element("ValDt") == null ? booked : day(entry, entry.element("ValDt"));
        boolean reversal = "true".equals(entry.at("RvslInd")) || "1".equals(entry.at("RvslInd"));
        List<Element> details =
                entry.all("NtryDtls").flatMap(group -> group.all("TxDtls")).toList();
        String information = Fields.text(entry.at("AddtlNtryInf"));
        return new BankEntry(
                entry.line,
                booked,
                value,
                amount,
                Fields.reference(entry.at("AcctSvcrRef")),
                code(entry),
                reversal,
                information,
                parts(entry, amount, details));
    }

    private static LocalDate day(Element entry, @Nullable Element date) {
        if (date == null) throw new BankFileRefused(entry.line, "date", "an entry without a day");
        String text = date.at("Dt");
        return Fields.day(date.line, text == null ? date.at("DtTm") : text);
    }

    private static @Nullable String code(Element entry) {
        String domain = entry.at("BkTxCd", "Domn", "Cd");
        if (domain == null) return Fields.reference(entry.at("BkTxCd", "Prtry", "Cd"));
        return Fields.reference(
                Stream.of(
                                domain,
                                entry.at("BkTxCd", "Domn", "Fmly", "Cd"),
                                entry.at("BkTxCd", "Domn", "Fmly", "SubFmlyCd"))
                        .filter(Objects::nonNull)
                        .collect(Collectors.joining("/")));
    }

    private static List<BankEntry.Part> parts(Element entry, Money amount, List<Element> details) {
        if (details.size() > 1) {
            var parts = new ArrayList<BankEntry.Part>();
            Money sum = Money.zero(amount.currency());
            for (Element detail : details) {
                Money of = partAmount(detail, amount);
                if (of == null) return List.of(part(entry, null, amount));
                sum = sum.plus(of);
                if (!of.isZero()) parts.add(part(entry, detail, of));
            }
            if (!sum.equals(amount)) {
                throw new BankFileRefused(
                        entry.line,
                        "batch",
                        "the parts of the entry are %s, the entry is %s".formatted(sum, amount));
            }
            return parts;
        }
        return List.of(part(entry, details.isEmpty() ? null : details.getFirst(), amount));
    }

    private static @Nullable Money partAmount(Element detail, Money ofEntry) {
        Element amount = detail.element("Amt");
        if (amount == null) amount = detail.element("AmtDtls", "TxAmt", "Amt");
        if (amount == null) return null;
        Money unsigned = unsigned(detail, amount);
        if (!unsigned.currency().equals(ofEntry.currency())) {
            throw new BankFileRefused(
                    amount.line, "currency", "a part in another currency than its entry");
        }
        boolean debit =
                detail.element("CdtDbtInd") == null ? ofEntry.isNegative() : isDebit(detail);
        return debit ? unsigned.negated() : unsigned;
    }

    private static BankEntry.Part part(Element entry, @Nullable Element detail, Money amount) {
        if (detail == null) {
            return new BankEntry.Part(
                    amount,
                    null,
                    null,
                    Fields.text(
                            Stream.of(
                                            entry.at("AddtlNtryInf"),
                                            entry.at("NtryDtls", "Btch", "PmtInfId"),
                                            entry.at("NtryDtls", "Btch", "MsgId"))
                                    .filter(Objects::nonNull)
                                    .collect(Collectors.joining(" "))),
                    null,
                    null,
                    null,
                    null,
                    null);
        }
        String returned = detail.at("RtrInf", "Rsn", "Cd");
        if (returned == null) returned = detail.at("RtrInf", "Rsn", "Prtry");
        if (returned == null && detail.element("RtrInf") != null) returned = "unknown";
        // Who is on the other side: who pays where money comes, who is paid where it goes; a return
        // names them as they were.
        boolean turned = returned != null || "true".equals(entry.at("RvslInd"));
        boolean from = amount.isPositive() != turned;
        String name = null;
        Iban iban = null;
        for (String side : from ? List.of("Dbtr", "Cdtr") : List.of("Cdtr", "Dbtr")) {
            if (name == null) name = detail.at("RltdPties", side, "Pty", "Nm");
            if (name == null) name = detail.at("RltdPties", side, "Nm");
            if (iban == null)
                iban = Fields.iban(detail.at("RltdPties", side + "Acct", "Id", "IBAN"));
            if (name != null || iban != null) break;
        }
        String text =
                detail.all("RmtInf")
                        .flatMap(information -> information.all("Ustrd"))
                        .map(line -> line.text.toString())
                        .collect(Collectors.joining(" "));
        if (text.isBlank()) text = Objects.requireNonNullElse(detail.at("AddtlTxInf"), "");
        return new BankEntry.Part(
                amount,
                Fields.text(name),
                iban,
                Fields.text(text),
                Fields.reference(detail.at("RmtInf", "Strd", "CdtrRefInf", "Ref")),
                Fields.reference(detail.at("Refs", "EndToEndId")),
                Fields.reference(detail.at("Refs", "MndtId")),
                Fields.reference(returned),
                charges(detail, amount.currency()));
    }

    private static @Nullable Money charges(Element detail, Currency currency) {
        Money sum = Money.zero(currency);
        for (Element charges : detail.all("Chrgs").toList()) {
            List<Element> records = charges.all("Rcrd").toList();
            for (Element each : records.isEmpty() ? List.of(charges) : records) {
                if (each.element("Amt") == null || "CRDT".equals(each.at("CdtDbtInd"))) continue;
                Money amount = unsigned(each, each.element("Amt"));
                if (amount.currency().equals(currency)) sum = sum.plus(amount);
            }
        }
        return sum.isZero() ? null : sum;
    }

    /** Reads the element that has just begun, to its end. */
    private Element element(@Nullable String namespace, int depth) throws XMLStreamException {
        if (depth > FileLimits.DEPTH_MAX) {
            throw new BankFileRefused(
                    line(),
                    "depth",
                    "more than " + FileLimits.DEPTH_MAX + " elements within elements");
        }
        if (++budget.elements > FileLimits.ELEMENTS_MAX) {
            throw new BankFileRefused(
                    line(),
                    "elements",
                    "more than " + FileLimits.ELEMENTS_MAX + " elements in one entry");
        }
        String name = xml.getLocalName();
        boolean anything = name.equals("SplmtryData") || namespace == null;
        if (!anything && !Objects.equals(namespace, xml.getNamespaceURI())) {
            throw new BankFileRefused(
                    line(), "namespace", "an element of another namespace: " + Fields.brief(name));
        }
        String currency = xml.getAttributeValue(null, "Ccy");
        var element =
                new Element(
                        line(),
                        name,
                        currency == null ? Map.of() : Map.of("Ccy", currency),
                        new StringBuilder(),
                        new ArrayList<>(4));
        while (true) {
            int event = next();
            if (event == XMLStreamConstants.END_ELEMENT) return element;
            if (event == XMLStreamConstants.START_ELEMENT) {
                Element child = element(anything ? null : namespace, depth + 1);
                if (!anything) element.children.add(child);
            } else if (xml.isCharacters()) {
                if (element.text.length() + xml.getTextLength() > FileLimits.TEXT_MAX) {
                    throw new BankFileRefused(
                            line(),
                            "text",
                            "a text of more than " + FileLimits.TEXT_MAX + " characters");
                }
                element.text.append(
                        xml.getTextCharacters(), xml.getTextStart(), xml.getTextLength());
            }
        }
    }
}
