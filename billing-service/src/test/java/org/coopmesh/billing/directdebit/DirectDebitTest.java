package org.coopmesh.billing.directdebit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Currency;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.coopmesh.billing.invoice.InvoiceId;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.SAXException;

/** The rules of the scheme, without a database. */
class DirectDebitTest {
    private static final Path SHARED = Path.of("../../shared/samples/sepa");
    private static final Currency EUR = Currency.getInstance("EUR");
    private static final PayerId PAYER = new PayerId(UUID.randomUUID());
    private static final MemberId ANNA = new MemberId(UUID.randomUUID());
    private static final LocalDate SIGNED_ON = LocalDate.of(2026, 3, 1);
    private static final Instant SIGNED_AT = Instant.parse("2026-03-01T10:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "2026-12-24, true", "2026-12-25, false", "2026-12-26, false", "2026-12-27, false",
        "2026-12-28, true", "2027-01-01, false", "2026-04-03, false", "2026-04-06, false",
        "2026-04-07, true", "2026-05-01, false", "2026-05-14, true", "2024-03-29, false",
        "2024-04-01, false", "2038-04-26, false", "2026-10-03, false", "2026-10-05, true",
    })
    void eurosMoveOnTargetDaysOnly(LocalDate day, boolean open) {
        assertThat(TargetCalendar.isOpen(day)).isEqualTo(open);
        LocalDate next = TargetCalendar.onOrAfter(day);
        assertThat(TargetCalendar.isOpen(next)).isTrue();
        assertThat(next).isBetween(day, day.plusDays(5));
    }

    @Test
    void easterIsASundayBetweenTheDatesOfTheComputus() {
        for (int year = 1900; year < 2300; year++) {
            LocalDate easter = TargetCalendar.easter(year);
            assertThat(easter.getDayOfWeek()).isEqualTo(DayOfWeek.SUNDAY);
            assertThat(easter).isBetween(LocalDate.of(year, 3, 22), LocalDate.of(year, 4, 25));
        }
        assertThat(TargetCalendar.plus(LocalDate.of(2026, 12, 23), 2))
                .isEqualTo(LocalDate.of(2026, 12, 28));
    }

    @ParameterizedTest
    @CsvSource({
        "AC04, SUSPEND",
        "MD01, SUSPEND",
        "MS02, SUSPEND",
        "AM04, RETRY",
        "MS03, RETRY",
        "MD06, REFUND",
        "BE05, REVIEW",
        "ZZ99, REVIEW",
        "NARR, REVIEW",
    })
    void whatFollowsIsTheBanksReason(String code, ReturnCode action) {
        assertThat(ReturnCode.of(code)).isEqualTo(action);
    }

    @Test
    void aMandateIsUsableFor36MonthsAfterItsLastUse() {
        Mandate.Active mandate = mandate(false, null);

        assertThat(mandate.usableOn(LocalDate.of(2029, 3, 1))).isTrue();
        assertThat(mandate.usableOn(LocalDate.of(2029, 3, 2))).isFalse();
        assertThat(mandate(false, LocalDate.of(2027, 1, 31)).usableOn(LocalDate.of(2030, 1, 31)))
                .isTrue();
    }

    @Test
    void anotherAccountIsAnAmendmentOnceBanksKnowTheFirst() {
        var other = new Debtor("Anna", "FR1420041010050500013M02606", null, null);
        LocalDate today = SIGNED_ON.plusDays(3);

        Mandate.Terms fresh = mandate(false, null).amend(other, ANNA, today, SIGNED_AT).terms();
        Mandate.Terms used =
                mandate(false, SIGNED_ON.plusDays(1)).amend(other, ANNA, today, SIGNED_AT).terms();

        assertThat(fresh.amended()).isFalse();
        assertThat(fresh.signedOn()).isEqualTo(today);
        assertThat(used.amended()).isTrue();
        assertThat(used.signedOn()).as("what the bank knows it by").isEqualTo(SIGNED_ON);
        assertThat(
                        mandate(false, null)
                                .suspend("AC04", SIGNED_AT)
                                .amend(other, ANNA, today, SIGNED_AT))
                .isInstanceOf(Mandate.Active.class);
        Mandate ended = mandate(false, null).end(Mandate.End.REVOKED, ANNA, SIGNED_AT);
        assertThatThrownBy(() -> ended.amend(other, ANNA, today, SIGNED_AT))
                .isInstanceOf(DirectDebitRefused.class);
        assertThatThrownBy(() -> ended.end(Mandate.End.EXPIRED, null, SIGNED_AT))
                .isInstanceOf(DirectDebitRefused.class);
    }

    @Test
    void theSequenceIsRecurringUnlessItIsForOnceOrABankAsksForTheFirst() {
        assertThat(mandate(false, null).terms().sequence(false)).isEqualTo(Sequence.RCUR);
        assertThat(mandate(false, null).terms().sequence(true)).isEqualTo(Sequence.FRST);
        assertThat(mandate(false, SIGNED_ON).terms().sequence(true)).isEqualTo(Sequence.RCUR);
        assertThat(mandate(true, null).terms().sequence(true)).isEqualTo(Sequence.OOFF);
    }

    @ParameterizedTest
    @CsvSource({
        "DE88370400440532013000, iban", "US64SVBKUS6S3300958879, iban",
        "TR330006100519786457841326, iban-country", "GB29NWBK60161331926819, debtor-address",
    })
    void whoCannotBeCollectedFromIsToldWhy(String iban, String rule) {
        assertThat(
                        catchThrowableOfType(
                                        DirectDebitRefused.class,
                                        () -> new Debtor("Lars", iban, null, null))
                                .rule())
                .isEqualTo(rule);
    }

    @Test
    void theFileIsAsTheSchemeWantsIt() throws Exception {
        var british = new Debtor("Łars & Søn", "GB29NWBK60161331926819", "London", "GB");
        String xml =
                new DebitFile(
                                "DD-20261123-0001",
                                Instant.parse("2026-11-23T08:00:00Z"),
                                new DebitFile.Creditor(
                                        "Guifi Coop eG",
                                        "DE89370400440532013000",
                                        null,
                                        "DE98ZZZ09999999999"),
                                LocalDate.of(2026, 12, 1),
                                List.of(
                                        item(1, "24.50", Sequence.RCUR, debtor(), false),
                                        item(2, "24.50", Sequence.RCUR, british, true),
                                        item(3, "1.01", Sequence.OOFF, debtor(), false)))
                        .xml();

        schema().newValidator().validate(new StreamSource(new StringReader(xml)));
        assertThat(xml)
                .contains("<NbOfTxs>3</NbOfTxs><CtrlSum>50.01</CtrlSum>")
                .contains("<PmtInfId>DD-20261123-0001-RCUR</PmtInfId>")
                .contains("<NbOfTxs>2</NbOfTxs><CtrlSum>49.00</CtrlSum>")
                .contains("<PmtInfId>DD-20261123-0001-OOFF</PmtInfId>")
                .contains("<ReqdColltnDt>2026-12-01</ReqdColltnDt>")
                .contains("<Id>DE98ZZZ09999999999</Id><SchmeNm><Prtry>SEPA</Prtry></SchmeNm>")
                .contains("<Nm>Lars + Son</Nm><PstlAdr><TwnNm>London</TwnNm><Ctry>GB</Ctry>")
                .contains("<AmdmntInd>true</AmdmntInd>")
                .contains("<Id>SMNDA</Id>")
                .contains("<EndToEndId>INV-2026-000002-1</EndToEndId>");
        String broken = xml.replace("<ChrgBr>SLEV</ChrgBr>", "");
        assertThatThrownBy(() ->
                        schema().newValidator()
                                .validate(new StreamSource(new StringReader(broken))))
                .as("the schema sees what is missing")
                .isInstanceOf(SAXException.class);
    }

    @Test
    void theSharedSamplesFitOurSchemaAndReader() throws Exception {
        Assumptions.assumeTrue(
                Files.isDirectory(SHARED), "no shared samples beside the repository");

        schema().newValidator()
                .validate(new StreamSource(SHARED.resolve("pain.008.001.08.xml").toFile()));
        StatusReport report =
                StatusReportReader.read(Files.readAllBytes(SHARED.resolve("pain.002.001.10.xml")));

        assertThat(report)
                .isEqualTo(
                        new StatusReport(
                                "COOP-20261123-0001",
                                null,
                                List.of(),
                                List.of(new StatusReport.Rejected("INV-2026-000124-1", "AC04"))));
        for (String other : List.of("pain.008.001.08.xml", "camt.053.001.08.xml", "mt940.txt")) {
            byte[] file = Files.readAllBytes(SHARED.resolve(other));
            assertThat(refusal(file)).isIn("namespace", "malformed");
        }
    }

    @Test
    void whatIsRefusedWholeOrByBatchIsToldSo() {
        StatusReport whole = StatusReportReader.read(report("RJCT", "", "").getBytes(UTF_8));
        StatusReport batch =
                StatusReportReader.read(
                        report("PART", "<PmtInfSts>RJCT</PmtInfSts>", "").getBytes(UTF_8));
        StatusReport none = StatusReportReader.read(report("ACCP", "", "").getBytes(UTF_8));

        assertThat(whole.rejectedWhole()).isEqualTo("FF01");
        assertThat(batch.rejectedBatches())
                .containsExactly(new StatusReport.Rejected("DD-1-RCUR", "NARR"));
        assertThat(none.rejectedWhole()).isNull();
        assertThat(none.rejectedBatches()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<",
                "not XML",
                "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><Document>&a;</Document>",
                "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\">&b;</Document>",
                "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt>",
                "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"/>",
            })
    void aHostileOrBrokenReportIsRefused(String file) {
        assertThat(refusal(file.getBytes(UTF_8)))
                .isIn("empty", "malformed", "document-type", "message");
    }

    @Test
    void aReportThatIsTooDeepOrTooLargeIsRefused() {
        String deep = report("ACCP", "", "<x>".repeat(60) + "</x>".repeat(60));

        assertThat(refusal(deep.getBytes(UTF_8))).isEqualTo("depth");
        assertThat(refusal(report("ACCP", "", "<x>" + "a".repeat(5_000) + "</x>").getBytes(UTF_8)))
                .isEqualTo("text");
        assertThat(refusal(new byte[StatusReportReader.BYTES_MAX + 1])).isEqualTo("size");
    }

    @Test
    void whateverIsBrokenInAReportItIsReadOrRefused() {
        byte[] whole = report("PART", "<PmtInfSts>RJCT</PmtInfSts>", "").getBytes(UTF_8);
        var random = new Random(8);
        int read = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] broken = java.util.Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
            for (int k = random.nextInt(4); k > 0; k--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            try {
                if (StatusReportReader.read(broken).messageId().length() <= 35) read++;
            } catch (StatusReportRefused refused) {
                assertThat(refused.rule()).isNotBlank();
            }
        }
        assertThat(read).isLessThan(3_000);
    }

    private static String report(String group, String batch, String more) {
        return """
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
        <OrgnlGrpInfAndSts><OrgnlMsgId>DD-1</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId><GrpSts>%s</GrpSts>
        <StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>
        <OrgnlPmtInfAndSts><OrgnlPmtInfId>DD-1-RCUR</OrgnlPmtInfId>%s%s</OrgnlPmtInfAndSts>
        </CstmrPmtStsRpt></Document>
        """
                .formatted(group, batch, more);
    }

    private static String refusal(byte[] file) {
        return catchThrowableOfType(StatusReportRefused.class, () -> StatusReportReader.read(file))
                .rule();
    }

    private static Schema schema() throws SAXException {
        return SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(DirectDebitTest.class.getResource("pain.008.001.08.xsd"));
    }

    private static Mandate.Active mandate(boolean once, @Nullable LocalDate lastUsedOn) {
        return new Mandate.Active(
                new Mandate.Terms(
                        UUID.randomUUID(),
                        "M-1",
                        PAYER,
                        "DE98ZZZ09999999999",
                        debtor(),
                        once,
                        14,
                        ANNA,
                        SIGNED_ON,
                        SIGNED_AT,
                        lastUsedOn,
                        false));
    }

    private static Debtor debtor() {
        return new Debtor("Amina Example", "ES9121000418450200051332", null, null);
    }

    private static Run.Item item(
            int line, String amount, Sequence sequence, Debtor debtor, boolean amended) {
        return new Run.Item(
                UUID.randomUUID(),
                line,
                new InvoiceId(UUID.randomUUID()),
                "2026-%06d".formatted(line),
                PAYER,
                UUID.randomUUID(),
                "M-" + line,
                SIGNED_ON,
                debtor,
                sequence,
                amended,
                14,
                Money.parse(amount, EUR),
                1,
                "INV-2026-%06d-1".formatted(line),
                Run.State.DUE,
                null,
                null,
                null,
                null);
    }
}
