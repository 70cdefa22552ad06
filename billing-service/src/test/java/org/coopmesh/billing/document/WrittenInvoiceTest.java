package org.coopmesh.billing.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.coopmesh.billing.document.Papers.EXEMPT;
import static org.coopmesh.billing.document.Papers.NINETEEN;
import static org.coopmesh.billing.document.Papers.OUTSIDE;
import static org.coopmesh.billing.document.Papers.SEVEN;
import static org.coopmesh.billing.document.Papers.euros;
import static org.coopmesh.billing.document.Papers.invoice;
import static org.coopmesh.billing.document.Papers.line;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.coopmesh.billing.document.TradeInvoice.Type;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.party.Language;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mustang judges what we write, by the rules of EN 16931 and of PDF/A. */
class WrittenInvoiceTest {
    private static final PaymentReference REFERENCE = PaymentReference.creditor("2026-000123");

    @TempDir Path folder;

    @Test
    void anExemptInvoiceIsValid() throws IOException {
        assertValidXml(invoice(line("20.00", EXEMPT), line("-1.50", EXEMPT)));
    }

    @Test
    void anInvoiceOutsideTheScopeOfVatIsValid() throws IOException {
        assertValidXml(invoice(line("20.00", OUTSIDE)));
    }

    @Test
    void anInvoiceOfTwoRatesIsValid() throws IOException {
        assertValidXml(invoice(line("2.00", NINETEEN), line("1.50", SEVEN)));
    }

    @Test
    void aCreditNoteIsValid() throws IOException {
        TradeInvoice of = invoice(line("20.59", NINETEEN));

        assertValidXml(
                new TradeInvoice(
                        Type.CREDIT_NOTE,
                        "CN2026-000007",
                        of.issuedOn(),
                        null,
                        of.from(),
                        of.to(),
                        of.seller(),
                        of.buyer(),
                        of.buyerNumber(),
                        null,
                        of.number(),
                        of.lines(),
                        of.taxes(),
                        euros("0"),
                        euros("0")));
    }

    @Test
    void thePdfIsValidAndCarriesTheXml() throws IOException {
        TradeInvoice invoice = invoice(line("20.59", NINETEEN));

        byte[] pdf = pdf(invoice);

        assertThat(validator("invoice.pdf", pdf)).isEqualTo("valid");
        try (PDDocument document = Loader.loadPDF(pdf)) {
            byte[] embedded =
                    document.getDocumentCatalog()
                            .getNames()
                            .getEmbeddedFiles()
                            .getNames()
                            .get("factur-x.xml")
                            .getEmbeddedFile()
                            .toByteArray();
            assertThat(embedded).isEqualTo(CiiWriter.write(invoice));
        }
    }

    @Test
    void theSameInvoiceGivesTheSameBytes() {
        TradeInvoice invoice = invoice(line("20.00", EXEMPT));

        assertThat(pdf(invoice)).isEqualTo(pdf(invoice));
    }

    @Test
    void hostileNamesAreText() throws IOException {
        String name = "</td><script>alert(1)</script> & \"Co\" ]]> مرحبا";

        TradeInvoice invoice = invoice(Papers.buyer(name, Language.FR), line("20.00", EXEMPT));

        String xml = new String(CiiWriter.write(invoice), StandardCharsets.UTF_8);
        assertThat(xml).contains("&lt;/td&gt;&lt;script&gt;").doesNotContain("<script>");
        assertThat(text(pdf(invoice))).contains("</td><script>alert(1)</script> & \"Co\" ]]>");
    }

    @Test
    void aPayerReadsTheirOwnLanguage() throws IOException {
        String german =
                text(pdf(invoice(Papers.buyer("Ada", Language.DE), line("1234.50", EXEMPT))));
        String english =
                text(pdf(invoice(Papers.buyer("Ada", Language.EN), line("1234.50", EXEMPT))));

        assertThat(german).contains("Rechnung 2026-000123", "1.234,50", "5. Dezember 2026");
        assertThat(english)
                .contains("Invoice 2026-000123", "€1,234.50", "RF31 COOP 2026 0001 23")
                .contains("DE89 3704 0044 0532 0130 00", "Small business, section 19 UStG");
    }

    private void assertValidXml(TradeInvoice invoice) throws IOException {
        assertThat(validator("invoice.xml", CiiWriter.write(invoice))).isEqualTo("valid");
    }

    private static byte[] pdf(TradeInvoice invoice) {
        return PdfWriter.write(
                InvoiceSheet.of(
                        invoice,
                        EpcQr.of(invoice.seller(), invoice.due(), REFERENCE),
                        REFERENCE.printed()),
                CiiWriter.write(invoice),
                InvoiceSheet.title(invoice),
                invoice.seller().name(),
                invoice.issuedOn());
    }

    private static String text(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new PDFTextStripper().getText(document);
        }
    }

    private String validator(String name, byte[] bytes) throws IOException {
        return Papers.validity(folder.resolve(name), bytes);
    }
}
