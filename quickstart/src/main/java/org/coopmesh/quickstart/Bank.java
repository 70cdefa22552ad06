package org.coopmesh.quickstart;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * The co-op's bank, played: it books what people transfer and what the co-op's files order, and its statements (camt.053,
 * version 8) tell what was booked since the one before. Balance and number of the last statement outlive a restart.
 */
public final class Bank {
    /** The co-op's account. */
    public static final String IBAN = "ES9121000418450200051332";

    private static final String BALANCE = "bank.balance";
    private static final String STATEMENTS = "bank.statements";
    private static final String BOOKED = "bank.booked";

    private final Secrets memory;
    private final List<String> booked = new ArrayList<>();
    private final Map<String, Debit> debits = new HashMap<>();
    private BigDecimal since = BigDecimal.ZERO;

    private record Debit(String name, String iban, BigDecimal amount) {}

    Bank(Secrets memory) {
        this.memory = memory;
    }

    /** Somebody transfers money to the co-op. */
    public synchronized void transfer(String name, String iban, BigDecimal amount, String text) {
        book(amount, "PMNT", "RCDT", "ESCT", "", details(amount, null, name, iban, text, null));
    }

    /**
     * Carries out the co-op's own transfers.
     *
     * @param file pain.001
     * @return their sum
     */
    public synchronized BigDecimal pay(byte[] file) {
        Document order = parsed(file);
        var sum = new BigDecimal(text(order.getDocumentElement(), "CtrlSum"));
        book(
                sum.negate(),
                "PMNT",
                "ICDT",
                "ESCT",
                "",
                details(
                        sum.negate(),
                        null,
                        "Transfers by file",
                        null,
                        text(order.getDocumentElement(), "MsgId"),
                        null));
        return sum;
    }

    /**
     * Collects direct debits, and books them as one sum.
     *
     * @param file pain.008
     * @return the end-to-end ids, in the order of the file
     */
    public synchronized List<String> collect(byte[] file) {
        Element order = parsed(file).getDocumentElement();
        var sum = new BigDecimal(text(order, "CtrlSum"));
        var ids = new ArrayList<String>();
        var items = order.getElementsByTagName("DrctDbtTxInf");
        for (int i = 0; i < items.getLength(); i++) {
            var item = (Element) items.item(i);
            var account = (Element) item.getElementsByTagName("DbtrAcct").item(0);
            var debtor = (Element) item.getElementsByTagName("Dbtr").item(0);
            ids.add(text(item, "EndToEndId"));
            debits.put(
                    ids.getLast(),
                    new Debit(
                            text(debtor, "Nm"),
                            text(account, "IBAN"),
                            new BigDecimal(text(item, "InstdAmt"))));
        }
        book(
                sum,
                "PMNT",
                "IDDT",
                "ESDD",
                "<Btch><MsgId>%s</MsgId><NbOfTxs>%d</NbOfTxs></Btch>"
                        .formatted(text(order, "MsgId"), ids.size()),
                "");
        return ids;
    }

    /** The payer's bank takes a collected direct debit back, for a reason such as AM04. */
    public synchronized void takeBack(String endToEndId, String reason) {
        Debit debit = debits.remove(endToEndId);
        if (debit == null) throw new IllegalArgumentException("nothing collected: " + endToEndId);
        BigDecimal gone = debit.amount().negate();
        book(
                gone,
                "PMNT",
                "IDDT",
                "UPDD",
                "",
                details(gone, endToEndId, debit.name(), debit.iban(), null, reason));
    }

    /** What was booked since the last statement, as a file. */
    public synchronized byte[] statement(LocalDate day) {
        BigDecimal opening = kept(BALANCE);
        BigDecimal closing = opening.add(since);
        int number = kept(STATEMENTS).intValueExact() + 1;
        String file =
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>S-%2$d</MsgId><CreDtTm>%1$sT20:00:00Z</CreDtTm></GrpHdr>
                <Stmt><Id>S-%2$d</Id><ElctrncSeqNb>%2$d</ElctrncSeqNb><FrToDt><FrDtTm>%1$sT00:00:00Z</FrDtTm><ToDtTm>%1$sT23:59:59Z</ToDtTm></FrToDt>
                <Acct><Id><IBAN>%3$s</IBAN></Id><Ccy>EUR</Ccy></Acct>
                %4$s%5$s%6$s</Stmt></BkToCstmrStmt></Document>
                """
                        .formatted(
                                day,
                                number,
                                IBAN,
                                balance("OPBD", opening, day),
                                balance("CLBD", closing, day),
                                String.join("", booked).replace("@DAY@", day.toString()));
        memory.keep(BALANCE, closing.toPlainString());
        memory.keep(STATEMENTS, Integer.toString(number));
        booked.clear();
        since = BigDecimal.ZERO;
        return file.getBytes(StandardCharsets.UTF_8);
    }

    private BigDecimal kept(String name) {
        String kept = memory.kept(name);
        return kept.isEmpty() ? BigDecimal.ZERO : new BigDecimal(kept);
    }

    private void book(
            BigDecimal amount,
            String domain,
            String family,
            String kind,
            String batch,
            String details) {
        int reference = kept(BOOKED).intValueExact() + 1;
        memory.keep(BOOKED, Integer.toString(reference));
        since = since.add(amount);
        booked.add(
                """
                <Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>@DAY@</Dt></BookgDt><ValDt><Dt>@DAY@</Dt></ValDt><AcctSvcrRef>B%08d</AcctSvcrRef><BkTxCd><Domn><Cd>%s</Cd><Fmly><Cd>%s</Cd><SubFmlyCd>%s</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>%s%s</NtryDtls></Ntry>
                """
                        .formatted(
                                amount.abs().toPlainString(),
                                direction(amount),
                                reference,
                                domain,
                                family,
                                kind,
                                batch,
                                details));
    }

    private static String details(
            BigDecimal amount,
            @Nullable String endToEndId,
            @Nullable String name,
            @Nullable String iban,
            @Nullable String text,
            @Nullable String returned) {
        String side = amount.signum() < 0 && returned == null ? "Cdtr" : "Dbtr";
        return "<TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>%s</CdtDbtInd>%s%s%s</TxDtls>"
                .formatted(
                        endToEndId == null ? "NOTPROVIDED" : endToEndId,
                        amount.abs().toPlainString(),
                        direction(amount),
                        name == null
                                ? ""
                                : "<RltdPties><%1$s><Pty><Nm>%2$s</Nm></Pty></%1$s>%3$s</RltdPties>"
                                        .formatted(
                                                side,
                                                escaped(name),
                                                iban == null
                                                        ? ""
                                                        : "<%1$sAcct><Id><IBAN>%2$s</IBAN></Id></%1$sAcct>"
                                                                .formatted(side, iban)),
                        text == null ? "" : "<RmtInf><Ustrd>" + escaped(text) + "</Ustrd></RmtInf>",
                        returned == null
                                ? ""
                                : "<RtrInf><Rsn><Cd>" + returned + "</Cd></Rsn></RtrInf>");
    }

    private static String balance(String code, BigDecimal amount, LocalDate day) {
        return "<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>\n"
                .formatted(
                        code,
                        amount.abs().setScale(2).toPlainString(),
                        amount.signum() < 0 ? "DBIT" : "CRDT",
                        day);
    }

    private static String direction(BigDecimal amount) {
        return amount.signum() < 0 ? "DBIT" : "CRDT";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static String text(Element within, String name) {
        return within.getElementsByTagName(name).item(0).getTextContent();
    }

    private static Document parsed(byte[] file) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return factory.newDocumentBuilder().parse(new ByteArrayInputStream(file));
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new IllegalArgumentException("not a file that a bank takes", e);
        }
    }
}
