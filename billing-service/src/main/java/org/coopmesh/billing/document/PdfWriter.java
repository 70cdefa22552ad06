package org.coopmesh.billing.document;

import static java.util.Objects.requireNonNull;

import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FontStyle;
import com.openhtmltopdf.pdfboxout.PdfBoxRenderer;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Calendar;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDDocumentInformation;
import org.apache.pdfbox.pdmodel.PDDocumentNameDictionary;
import org.apache.pdfbox.pdmodel.PDEmbeddedFilesNameTreeNode;
import org.apache.pdfbox.pdmodel.common.PDMetadata;
import org.apache.pdfbox.pdmodel.common.filespecification.PDComplexFileSpecification;
import org.apache.pdfbox.pdmodel.common.filespecification.PDEmbeddedFile;

/**
 * Lays a sheet out as PDF/A-3 with the invoice's XML in it, as Factur-X wants it. The same sheet and XML give the same bytes:
 * the document's times are those of its issue.
 */
final class PdfWriter {
    private static final String XML_NAME = "factur-x.xml";
    private static final String PRODUCER = "Coopmesh";

    /** Liberation Sans, under the SIL Open Font License, as PDFBox ships it. */
    private static final String FONT =
            "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";

    private static final long ID_SEED = 1;

    private PdfWriter() {}

    /**
     * @param sheet in XHTML
     * @param title in the PDF's own words
     */
    static byte[] write(String sheet, byte[] xml, String title, String author, LocalDate issuedOn) {
        var bytes = new ByteArrayOutputStream();
        try (PdfBoxRenderer renderer = builder(sheet).buildPdfRenderer()) {
            renderer.layout();
            renderer.createPDFWithoutClosing();
            PDDocument document = renderer.getPdfDocument();
            describe(document, title, author, issuedOn);
            embed(document, xml, issuedOn);
            document.setDocumentId(ID_SEED);
            document.save(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static PdfRendererBuilder builder(String sheet) {
        var builder = new PdfRendererBuilder();
        builder.useFastMode();
        builder.usePdfAConformance(PdfRendererBuilder.PdfAConformance.PDFA_3_U);
        builder.useColorProfile(ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData());
        for (FontStyle style : EnumSet.of(FontStyle.NORMAL)) {
            builder.useFont(PdfWriter::font, "Sheet", 400, style, true);
        }
        builder.withProducer(PRODUCER);
        // Nothing is fetched: what a sheet shows is in it.
        builder.useUriResolver((base, uri) -> uri.startsWith("data:") ? uri : null);
        builder.withHtmlContent(sheet, null);
        builder.toStream(new ByteArrayOutputStream());
        return builder;
    }

    private static InputStream font() {
        return requireNonNull(PDDocument.class.getResourceAsStream(FONT), FONT);
    }

    private static void describe(
            PDDocument document, String title, String author, LocalDate issuedOn)
            throws IOException {
        var information = new PDDocumentInformation();
        information.setTitle(title);
        information.setAuthor(author);
        information.setProducer(PRODUCER);
        information.setCreationDate(midnight(issuedOn));
        information.setModificationDate(midnight(issuedOn));
        document.setDocumentInformation(information);
        var metadata = new PDMetadata(document);
        metadata.importXMPMetadata(xmp(title, author, issuedOn).getBytes(StandardCharsets.UTF_8));
        document.getDocumentCatalog().setMetadata(metadata);
    }

    private static void embed(PDDocument document, byte[] xml, LocalDate issuedOn)
            throws IOException {
        var file = new PDEmbeddedFile(document, new ByteArrayInputStream(xml));
        file.setSubtype("text/xml");
        file.setSize(xml.length);
        file.setCreationDate(midnight(issuedOn));
        file.setModDate(midnight(issuedOn));
        var specification = new PDComplexFileSpecification();
        specification.setFile(XML_NAME);
        specification.setFileUnicode(XML_NAME);
        specification.setEmbeddedFile(file);
        specification.setEmbeddedFileUnicode(file);
        specification.getCOSObject().setName("AFRelationship", "Alternative");
        var tree = new PDEmbeddedFilesNameTreeNode();
        tree.setNames(Map.of(XML_NAME, specification));
        var names = new PDDocumentNameDictionary(document.getDocumentCatalog());
        names.setEmbeddedFiles(tree);
        document.getDocumentCatalog().setNames(names);
        var associated = new COSArray(List.of(specification.getCOSObject()));
        document.getDocumentCatalog().getCOSObject().setItem(COSName.getPDFName("AF"), associated);
        document.setVersion(1.7f);
    }

    private static Calendar midnight(LocalDate day) {
        var calendar = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
        calendar.clear();
        calendar.set(day.getYear(), day.getMonthValue() - 1, day.getDayOfMonth());
        return calendar;
    }

    /** What ISO 19005-3 and Factur-X 1.0 want to be said of the file. */
    private static String xmp(String title, String author, LocalDate issuedOn) {
        String at = issuedOn + "T00:00:00+00:00";
        return """
        <?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
        <pdfaid:part>3</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance></rdf:Description>
        <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <dc:title><rdf:Alt><rdf:li xml:lang="x-default">%1$s</rdf:li></rdf:Alt></dc:title>
        <dc:creator><rdf:Seq><rdf:li>%2$s</rdf:li></rdf:Seq></dc:creator></rdf:Description>
        <rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>%3$s</pdf:Producer></rdf:Description>
        <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
        <xmp:CreateDate>%4$s</xmp:CreateDate><xmp:ModifyDate>%4$s</xmp:ModifyDate></rdf:Description>
        <rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
        xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
        <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
        <pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
        <pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
        <pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>
        %5$s%6$s%7$s%8$s</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
        <rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
        <fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>%9$s</fx:DocumentFileName>
        <fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>
        </rdf:RDF></x:xmpmeta>
        <?xpacket end="w"?>\
        """
                .formatted(
                        Html.escape(title),
                        Html.escape(author),
                        PRODUCER,
                        at,
                        property("DocumentFileName", "name of the embedded XML invoice file"),
                        property("DocumentType", "INVOICE"),
                        property("Version", "the version of the XML schema"),
                        property("ConformanceLevel", "the profile of the XML schema"),
                        XML_NAME);
    }

    private static String property(String name, String about) {
        return """
        <rdf:li rdf:parseType="Resource"><pdfaProperty:name>%s</pdfaProperty:name>\
        <pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>\
        <pdfaProperty:description>%s</pdfaProperty:description></rdf:li>
        """
                .formatted(name, about);
    }
}
