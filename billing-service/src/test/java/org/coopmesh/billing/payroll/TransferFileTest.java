package org.coopmesh.billing.payroll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.StringReader;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.coopmesh.billing.ledger.Money;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class TransferFileTest {
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final PayAccount COOP = new PayAccount("Ring & Co", "DE89370400440532013000");
    private static final PayAccount ANNA =
            new PayAccount("Anna <\"Ñandú\">", "ES9121000418450200051332");
    private static final PayAccount BERT = new PayAccount("Bert", "FR1420041010050500013M02606");

    @Test
    void theFileSaysWhoPaysWhomWhatAndTheSum() throws Exception {
        Document file = parsed(file(null));

        assertThat(file.getDocumentElement().getNamespaceURI())
                .isEqualTo("urn:iso:std:iso:20022:tech:xsd:pain.001.001.09");
        assertThat(text(file, "//GrpHdr/MsgId")).isEqualTo("PAY-2026-10-1");
        assertThat(text(file, "//GrpHdr/CreDtTm")).isEqualTo("2026-11-05T10:00:00Z");
        assertThat(text(file, "//GrpHdr/NbOfTxs")).isEqualTo("2");
        assertThat(text(file, "//GrpHdr/CtrlSum")).isEqualTo("330.55");
        assertThat(text(file, "//PmtInf/ReqdExctnDt/Dt")).isEqualTo("2026-11-06");
        assertThat(text(file, "//PmtInf/Dbtr/Nm")).isEqualTo("Ring & Co");
        assertThat(text(file, "//PmtInf/DbtrAgt/FinInstnId/Othr/Id")).isEqualTo("NOTPROVIDED");
        assertThat(text(file, "(//CdtTrfTxInf)[1]/Cdtr/Nm")).isEqualTo("Anna <\"Ñandú\">");
        assertThat(text(file, "(//CdtTrfTxInf)[1]/CdtrAcct/Id/IBAN"))
                .isEqualTo("ES9121000418450200051332");
        assertThat(text(file, "(//CdtTrfTxInf)[2]/Amt/InstdAmt")).isEqualTo("0.55");
        assertThat(text(file, "(//CdtTrfTxInf)[2]/Amt/InstdAmt/@Ccy")).isEqualTo("EUR");
        assertThat(text(file, "(//CdtTrfTxInf)[2]/PmtId/EndToEndId")).isEqualTo("PAY-2026-10-1-2");
    }

    @Test
    void theElementsStandInTheOrderOfTheSchema() throws Exception {
        Document file = parsed(file("COBADEFFXXX"));

        assertThat(children(file, "//GrpHdr"))
                .containsExactly("MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty");
        assertThat(children(file, "//PmtInf"))
                .containsExactly(
                        "PmtInfId",
                        "PmtMtd",
                        "BtchBookg",
                        "NbOfTxs",
                        "CtrlSum",
                        "PmtTpInf",
                        "ReqdExctnDt",
                        "Dbtr",
                        "DbtrAcct",
                        "DbtrAgt",
                        "ChrgBr",
                        "CdtTrfTxInf",
                        "CdtTrfTxInf");
        assertThat(children(file, "(//CdtTrfTxInf)[1]"))
                .containsExactly("PmtId", "Amt", "Cdtr", "CdtrAcct", "RmtInf");
        assertThat(text(file, "//DbtrAgt/FinInstnId/BICFI")).isEqualTo("COBADEFFXXX");
    }

    @Test
    void anAccountThatCannotBeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PayAccount("Bert", "FR1420041010050500013M02607"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PayAccount(" ", "FR1420041010050500013M02606"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PayAccount("B".repeat(71), "FR1420041010050500013M02606"));
    }

    private static TransferFile file(@Nullable String bic) {
        return new TransferFile(
                "PAY-2026-10-1",
                Instant.parse("2026-11-05T10:00:00.123456Z"),
                COOP,
                bic,
                LocalDate.of(2026, 11, 6),
                List.of(
                        new TransferFile.Transfer(
                                "PAY-2026-10-1-1",
                                new Money(330_000_000, EUR),
                                ANNA,
                                "Ring moderation 2026-10"),
                        new TransferFile.Transfer(
                                "PAY-2026-10-1-2",
                                new Money(550_000, EUR),
                                BERT,
                                "x".repeat(200))));
    }

    private static Document parsed(TransferFile file) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(file.xml())));
    }

    private static String text(Document file, String path) throws Exception {
        return xpath().evaluate(local(path), file);
    }

    private static List<String> children(Document file, String path) throws Exception {
        String names = xpath().evaluate("count(" + local(path) + "/*)", file);
        var children = new ArrayList<String>();
        for (int i = 1; i <= Double.parseDouble(names); i++) {
            children.add(xpath().evaluate("local-name(" + local(path) + "/*[" + i + "])", file));
        }
        return children;
    }

    /** Names as they stand, whatever the namespace. */
    private static String local(String path) {
        return path.replaceAll("(?<=/)([A-Z][A-Za-z]*)", "*[local-name()='$1']");
    }

    private static XPath xpath() {
        return XPathFactory.newInstance().newXPath();
    }
}
