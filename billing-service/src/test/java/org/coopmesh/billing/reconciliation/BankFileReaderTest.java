package org.coopmesh.billing.reconciliation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.coopmesh.billing.reconciliation.Samples.EUR;
import static org.coopmesh.billing.reconciliation.Samples.euros;
import static org.coopmesh.billing.reconciliation.Samples.file;
import static org.coopmesh.billing.reconciliation.Samples.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read out of the files of banks, and what is refused, with line and rule. */
class BankFileReaderTest {
    private static final Path SHARED = Path.of("../../shared/samples");

    @ParameterizedTest
    @ValueSource(ints = {2, 8})
    void aStatementOfEitherVersionReadsAlike(int version) {
        BankStatement statement = read(file("synthetic-camt053-v" + version + ".xml")).getFirst();

        assertThat(statement.account()).isEqualTo("DE89370400440532013000");
        assertThat(statement.sequence()).isEqualTo(285);
        assertThat(statement.from()).isEqualTo(LocalDate.of(2026, 10, 12));
        assertThat(statement.opening()).isEqualTo(euros("1000"));
        assertThat(statement.closing()).isEqualTo(euros("1057"));
        assertThat(statement.entries())
                .extracting(BankEntry::amount)
                .containsExactly(
                        euros("12.50"), euros("25"), euros("-15.50"), euros("-5"), euros("40"));
        BankEntry first = statement.entries().getFirst();
        assertThat(first.bankReference()).isEqualTo("S-0001");
        assertThat(first.code()).isEqualTo("PMNT/RCDT/ESCT");
        assertThat(first.parts())
                .singleElement()
                .isEqualTo(
                        new BankEntry.Part(
                                euros("12.50"),
                                "Mireia Synthetic",
                                new Iban("ES9121000418450200051332"),
                                null,
                                "RF27COOP2026000001",
                                null,
                                null,
                                null,
                                null));
        BankEntry.Part returned = statement.entries().get(2).parts().getFirst();
        assertThat(returned.returnReason()).isEqualTo("AM04");
        assertThat(returned.charges()).isEqualTo(euros("3"));
        assertThat(returned.endToEndId()).isEqualTo("2026-000003-1");
        assertThat(returned.mandateId()).isEqualTo("M-3");
        assertThat(returned.name()).isEqualTo("Lluís Synthetic");
        assertThat(statement.entries().get(3).information()).isEqualTo("Account fee");
        assertThat(statement.entries().get(4).parts().getFirst().name())
                .isEqualTo("Åsa Synthetic & Sønn");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8})
    void aBatchIsSeveralPartsOfOneEntry(int version) {
        BankStatement told = read(file("synthetic-camt054-v" + version + ".xml")).getFirst();

        assertThat(told.kind()).isEqualTo(BankStatement.Kind.NOTIFICATION);
        assertThat(told.opening()).isNull();
        assertThat(told.entries())
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.amount()).isEqualTo(euros("25"));
                    assertThat(entry.parts())
                            .extracting(BankEntry.Part::endToEndId)
                            .containsExactly("2026-000002-1", "2026-000003-1");
                });
    }

    @Test
    void mt940OfAGermanBank() {
        BankStatement statement = read(file("synthetic-mt940-de.sta")).getFirst();

        assertThat(statement.account()).isEqualTo("37040044/0532013000");
        assertThat(statement.sequence()).isEqualTo(285);
        assertThat(statement.closing()).isEqualTo(euros("984.50"));
        assertThat(statement.entries())
                .extracting(BankEntry::amount)
                .containsExactly(euros("12.50"), euros("-15.50"), euros("-12.50"));
        BankEntry.Part first = statement.entries().getFirst().parts().getFirst();
        assertThat(first.text()).isEqualTo("RF27COOP2026000001");
        assertThat(first.iban()).isEqualTo(new Iban("ES9121000418450200051332"));
        assertThat(first.name()).isEqualTo("MIREIA SYNTHETIC");
        assertThat(first.endToEndId()).isNull();
        BankEntry.Part returned = statement.entries().get(1).parts().getFirst();
        assertThat(returned.returnReason()).isEqualTo("AM04");
        assertThat(returned.endToEndId()).isEqualTo("2026-000003-1");
        assertThat(returned.name()).isEqualTo("LLUÍS SYNTHETIC");
        assertThat(statement.entries().get(2).reversal()).isTrue();
        assertThat(statement.entries().get(2).parts().getFirst().returnReason())
                .isEqualTo("unknown");
    }

    @Test
    void mt940OfADutchBankAndABookingBeforeNewYear() {
        BankStatement statement = read(file("synthetic-mt940-nl.sta")).getFirst();

        BankEntry first = statement.entries().getFirst();
        assertThat(first.parts().getFirst().text()).isEqualTo("2026-000007 contributie");
        assertThat(first.parts().getFirst().iban()).isEqualTo(new Iban("NL20INGB0001234567"));
        assertThat(first.parts().getFirst().name()).isEqualTo("J. SYNTHETIC");
        assertThat(first.parts().getFirst().endToEndId()).isEqualTo("KLANT-77");
        assertThat(statement.entries().get(1).bookedOn()).isEqualTo(LocalDate.of(2026, 12, 31));
        assertThat(statement.entries().get(1).valueOn()).isEqualTo(LocalDate.of(2027, 1, 2));
        assertThat(statement.entries().get(1).parts().getFirst().text()).isEqualTo("monthly fee");
    }

    @Test
    void csvReadsByTheMappingThatIsProposed() {
        byte[] file = file("synthetic-bank-latin1.csv");

        CsvMapping mapping = CsvReader.propose(file).orElseThrow();
        List<BankEntry> entries = CsvReader.read(file, mapping, EUR).getFirst().entries();

        assertThat(mapping.charset()).isEqualTo("windows-1252");
        assertThat(mapping.delimiter()).isEqualTo(";");
        assertThat(mapping.dateFormat()).isEqualTo("dd.MM.yyyy");
        assertThat(mapping.decimal()).isEqualTo(",");
        assertThat(entries)
                .extracting(BankEntry::amount)
                .containsExactly(euros("12.50"), euros("-1015.50"));
        assertThat(entries.getFirst().parts().getFirst().name()).isEqualTo("Müller & Söhne");
        assertThat(entries.get(1).parts().getFirst().name()).isEqualTo("Lluís \"el de dalt\"");
        assertThat(entries.get(1).parts().getFirst().returnReason()).isEqualTo("AM04");
        assertThat(entries.get(1).line()).isEqualTo(3);
    }

    @Test
    void csvWithAColumnForEachDirectionAndLinesBeforeTheHead() {
        byte[] file = file("synthetic-bank-en.csv");

        CsvMapping mapping = CsvReader.propose(file).orElseThrow();
        List<BankEntry> entries = CsvReader.read(file, mapping, EUR).getFirst().entries();

        assertThat(mapping.headLines()).isEqualTo(2);
        assertThat(entries)
                .extracting(BankEntry::amount)
                .containsExactly(euros("1012.50"), euros("-5"));
        assertThat(entries.getFirst().parts().getFirst().text()).isEqualTo("Dues, 2026-000001");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    1057.00</Amt>   | 1057.01</Amt>   | balance         | 6
                    camt.053.001.08 | camt.053.001.07 | namespace       | 3
                    camt.053.001.08 | pain.008.001.08 | namespace       | 3
                    "EUR">12.50     | "USD">12.50     | currency        | 12
                    "EUR">12.50     | "EUX">12.50     | currency        | 12
                    "EUR">12.50     | "EUR">12.505    | amount          | 12
                    "EUR">12.50     | "EUR">-12.50    | amount          | 12
                    >CRDT<          | >CREDIT<        | direction       | 10
                    2026-10-12</Dt></BookgDt> | 2026-13-12</Dt></BookgDt> | date | 13
                    <Cd>OPBD</Cd>   | <Cd>XXXX</Cd>   | balance-missing | 6
                    </Document>     | </Documen>      | malformed       | 49
                    <Document       | <!DOCTYPE Document [<!ENTITY a "b">]><Document | document-type | 3
                    DE89370400440532013000</IBAN></Id><Ccy> | </IBAN></Id><Ccy> | account | 6
                    """)
    void aWrongStatementIsRefusedWithLineAndRule(
            String right, String wrong, String rule, int line) {
        String file =
                text("synthetic-camt053-v8.xml")
                        .replaceFirst(
                                java.util.regex.Pattern.quote(right),
                                java.util.regex.Matcher.quoteReplacement(wrong));

        BankFileRefused refused = refused(file.getBytes(UTF_8));

        assertThat(refused.rule()).isEqualTo(rule);
        assertThat(refused.line()).isBetween(line - 1, line + 1);
    }

    @Test
    void nothingIsEverFetchedAndNoEntityGrows() throws IOException {
        Path secret = Files.createTempFile("secret", ".txt");
        Files.writeString(secret, "root:x:0");
        String document = text("synthetic-camt053-v8.xml").replaceFirst("<\\?xml[^>]*>\\s*", "");
        String fetching =
                "<!DOCTYPE d [<!ENTITY x SYSTEM \""
                        + secret.toUri()
                        + "\">]>"
                        + document.replace("Account fee", "&x;");
        var laughs = new StringBuilder("<!DOCTYPE d [<!ENTITY a0 \"lol\">");
        for (int i = 1; i < 12; i++)
            laughs.append("<!ENTITY a%d \"%s\">".formatted(i, ("&a" + (i - 1) + ";").repeat(10)));
        String laughing = laughs + "]>" + document.replace("Account fee", "&a11;");

        for (String hostile :
                List.of(fetching, laughing, document.replace("Account fee", "&undeclared;"))) {
            BankFileRefused refused = refused(hostile.getBytes(UTF_8));
            assertThat(refused.rule()).isIn("document-type", "malformed");
            assertThat(refused.getMessage()).doesNotContain("root:");
        }
    }

    @Test
    void whatIsTooDeepTooLongOrTooLargeIsRefusedByName() {
        String document = text("synthetic-camt053-v8.xml");
        String deep = document.replace("Account fee", "<x>".repeat(60) + "</x>".repeat(60));
        String inside =
                document.replaceFirst(
                        "<NtryDtls>", "<NtryDtls>" + "<X>".repeat(60) + "</X>".repeat(60));

        assertThat(refused(deep.getBytes(UTF_8)).rule()).isEqualTo("depth");
        assertThat(refused(inside.getBytes(UTF_8)).rule()).isEqualTo("depth");
        assertThat(
                        refused(document.replace("Account fee", "x".repeat(5_000)).getBytes(UTF_8))
                                .rule())
                .isEqualTo("text");
        assertThat(refused(new byte[FileLimits.BYTES_MAX + 1]).rule()).isEqualTo("size");
        assertThat(refused(new byte[0]).rule()).isEqualTo("empty");
        assertThat(refused("what is this?".getBytes(UTF_8)).rule()).isEqualTo("format");
    }

    @Test
    void elementsOfAnotherNamespaceAreRefusedExceptWhereTheStandardAllowsAnything() {
        String document = text("synthetic-camt053-v8.xml");

        assertThat(
                        refused(
                                        document.replace(
                                                        "<AddtlNtryInf>",
                                                        "<AddtlNtryInf xmlns=\"urn:other\">")
                                                .getBytes(UTF_8))
                                .rule())
                .isEqualTo("namespace");
        assertThat(
                        read(
                                document.replace(
                                                "    </Stmt>",
                                                "<SplmtryData><Envlp><x xmlns=\"urn:other\">1</x></Envlp></SplmtryData></Stmt>")
                                        .getBytes(UTF_8)))
                .hasSize(1);
    }

    @Test
    void partsThatDoNotMakeTheirEntryAreRefused() {
        String told =
                text("synthetic-camt054-v8.xml")
                        .replaceFirst("<Amt Ccy=\"EUR\">12.50", "<Amt Ccy=\"EUR\">12.40");

        assertThat(refused(told.getBytes(UTF_8)).rule()).isEqualTo("batch");
    }

    @Test
    void anotherEncodingOfXmlIsReadAsItSays() {
        String document = text("synthetic-camt053-v8.xml");
        String latin = document.replace("encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"");
        String wide = document.replace("encoding=\"UTF-8\"", "encoding=\"UTF-16\"");

        assertThat(
                        read(latin.getBytes(ISO_8859_1))
                                .getFirst()
                                .entries()
                                .get(4)
                                .parts()
                                .getFirst()
                                .name())
                .isEqualTo("Åsa Synthetic & Sønn");
        assertThat(read(wide.getBytes(UTF_16)).getFirst().entries()).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    EUR984,50       | EUR984,51      | balance         | 3
                    EUR984,50       | USD984,50      | currency        | 3
                    C261012EUR1000  | C261312EUR1000 | date            | 6
                    :60F:           | :64:           | balance-missing | 7
                    CR12,50N        | CR12.50N       | entry           | 7
                    :25:37040044/0532013000 | :25:   | account         | 3
                    2610121012DR    | 2610121312DR   | date            | 10
                    """)
    void aWrongMt940IsRefusedWithLineAndRule(String right, String wrong, String rule, int line) {
        String file = text("synthetic-mt940-de.sta", ISO_8859_1).replace(right, wrong);

        BankFileRefused refused = refused(file.getBytes(ISO_8859_1));

        assertThat(refused.rule()).isEqualTo(rule);
        assertThat(refused.line()).isBetween(line - 1, line + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    12,50            | 12.50            | amount    | 2
                    "-1.015,50"      | "-1.015,50       | amount    | 3
                    12,50            | 12,505           | amount    | 2
                    "12.10.2026";"12 | "31.02.2026";"12 | date      | 2
                    "EUR"            | "CHF"            | currency  | 2
                    """)
    void wrongCsvIsRefusedWithLineAndRule(String right, String wrong, String rule, int line) {
        byte[] original = file("synthetic-bank-latin1.csv");
        CsvMapping mapping = CsvReader.propose(original).orElseThrow();
        String file = new String(original, ISO_8859_1);

        BankFileRefused refused =
                catchThrowableOfType(
                        BankFileRefused.class,
                        () ->
                                CsvReader.read(
                                        file.replaceFirst(
                                                        java.util.regex.Pattern.quote(right), wrong)
                                                .getBytes(ISO_8859_1),
                                        mapping,
                                        EUR));

        assertThat(refused.rule()).isEqualTo(rule);
        assertThat(refused.line()).isEqualTo(line);
    }

    @Test
    void aMappingThatCannotBeIsRefusedByItsField() {
        assertThatThrownBy(() ->
                        new CsvMapping(
                                "UTF-8",
                                ";;",
                                1,
                                "dd.MM.yyyy",
                                ",",
                                "a",
                                null,
                                "b",
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null))
                .isInstanceOfSatisfying(
                        CsvMappingRefused.class,
                        refused -> assertThat(refused.field()).isEqualTo("delimiter"));
        assertThatThrownBy(() ->
                        new CsvMapping(
                                "UTF-8",
                                ";",
                                1,
                                "dd.MM.yyyy",
                                ",",
                                "a",
                                null,
                                null,
                                "c",
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null))
                .isInstanceOfSatisfying(
                        CsvMappingRefused.class,
                        refused -> assertThat(refused.field()).isEqualTo("amount"));
    }

    @Test
    void theSharedSamplesAreRead() throws IOException {
        Assumptions.assumeTrue(
                Files.isDirectory(SHARED), "no shared samples beside the repository");

        // Its entries say 41.00 and its closing balance, too.
        BankStatement statement =
                read(Files.readAllBytes(SHARED.resolve("sepa/camt.053.001.08.xml"))).getFirst();
        BankStatement told =
                read(Files.readAllBytes(SHARED.resolve("sepa/camt.054.001.08.xml"))).getFirst();
        BankStatement older = read(Files.readAllBytes(SHARED.resolve("sepa/mt940.txt"))).getFirst();
        BankStatement list = read(Files.readAllBytes(SHARED.resolve("csv/bank.csv"))).getFirst();

        assertThat(statement.closing()).isEqualTo(euros("1041"));
        assertThat(statement.entries()).hasSize(4);
        assertThat(told.entries().getFirst().parts()).hasSize(2);
        assertThat(statement.entries().get(1).parts().getFirst().text())
                .as("which batch of direct debits it is")
                .isEqualTo("COOP-20261123-0001-RCUR COOP-20261123-0001");
        assertThat(older.closing()).isEqualTo(euros("997"));
        assertThat(list.entries())
                .extracting(BankEntry::amount)
                .containsExactly(euros("24.50"), euros("-27.50"));
        assertThat(list.entries().get(1).parts().getFirst().returnReason()).isEqualTo("AM04");
        for (String other : List.of("pain.008.001.08.xml", "pain.002.001.10.xml")) {
            assertThat(refused(Files.readAllBytes(SHARED.resolve("sepa").resolve(other))).rule())
                    .isEqualTo("namespace");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DE89 3704 0044 0532 0130 00, true",
        "es9121000418450200051332, true",
        "ES4448453494097916996602, true",
        "DE88370400440532013000, false",
        "DE8937040044053201300, false",
        "XX89370400440532013000, false",
        "DE89-3704, false",
        "'', false"
    })
    void anIbanIsRightByLengthAndCheckDigits(String text, boolean right) {
        assertThat(Iban.read(text).isPresent()).isEqualTo(right);
    }

    private static List<BankStatement> read(byte[] file) {
        return Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(60), () -> BankFileReader.read(file, null, EUR));
    }

    private static BankFileRefused refused(byte[] file) {
        return catchThrowableOfType(BankFileRefused.class, () -> read(file));
    }
}
