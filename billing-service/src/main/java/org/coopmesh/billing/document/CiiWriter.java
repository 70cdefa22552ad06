package org.coopmesh.billing.document;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.coopmesh.billing.document.TradeInvoice.Category;
import org.coopmesh.billing.document.TradeInvoice.Line;
import org.coopmesh.billing.document.TradeInvoice.Rate;
import org.coopmesh.billing.document.TradeInvoice.Tax;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.Address;
import org.jspecify.annotations.Nullable;

/** Writes an invoice as a UN/CEFACT Cross Industry Invoice, the syntax of EN 16931 that Factur-X embeds. */
final class CiiWriter {
    private static final String RSM =
            "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";
    private static final String RAM =
            "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100";
    private static final String UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100";
    private static final String GUIDELINE = "urn:cen.eu:en16931:2017";
    private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;
    private static final String ONE = "C62";
    private static final String SEPA_TRANSFER = "58";

    private final TradeInvoice invoice;
    private final XMLStreamWriter xml;

    private CiiWriter(TradeInvoice invoice, XMLStreamWriter xml) {
        this.invoice = invoice;
        this.xml = xml;
    }

    static byte[] write(TradeInvoice invoice) {
        var bytes = new ByteArrayOutputStream();
        try {
            XMLStreamWriter xml =
                    XMLOutputFactory.newDefaultFactory()
                            .createXMLStreamWriter(bytes, StandardCharsets.UTF_8.name());
            new CiiWriter(invoice, xml).document();
            xml.close();
        } catch (XMLStreamException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }

    private interface Content {
        void write() throws XMLStreamException;
    }

    private void document() throws XMLStreamException {
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeStartElement("rsm", "CrossIndustryInvoice", RSM);
        xml.writeNamespace("rsm", RSM);
        xml.writeNamespace("ram", RAM);
        xml.writeNamespace("udt", UDT);
        in(
                "rsm",
                RSM,
                "ExchangedDocumentContext",
                () ->
                        in(
                                "GuidelineSpecifiedDocumentContextParameter",
                                () -> text("ID", GUIDELINE)));
        in(
                "rsm",
                RSM,
                "ExchangedDocument",
                () -> {
                    text("ID", invoice.number());
                    text("TypeCode", invoice.type().code());
                    day("IssueDateTime", invoice.issuedOn());
                    if (reason() != null) {
                        in("IncludedNote", () -> text("Content", reason()));
                    }
                });
        in("rsm", RSM, "SupplyChainTradeTransaction", this::transaction);
        xml.writeEndElement();
        xml.writeEndDocument();
    }

    private @Nullable String reason() {
        return invoice.taxes().getFirst().rate().reason();
    }

    private void transaction() throws XMLStreamException {
        int number = 0;
        for (Line line : invoice.lines()) {
            number++;
            line(String.valueOf(number), line);
        }
        in(
                "ApplicableHeaderTradeAgreement",
                () -> {
                    text("BuyerReference", invoice.buyerNumber());
                    in("SellerTradeParty", this::seller);
                    in("BuyerTradeParty", this::buyer);
                });
        xml.writeEmptyElement("ram", "ApplicableHeaderTradeDelivery", RAM);
        in("ApplicableHeaderTradeSettlement", this::settlement);
    }

    private void line(String number, Line line) throws XMLStreamException {
        boolean given = line.net().isNegative();
        in(
                "IncludedSupplyChainTradeLineItem",
                () -> {
                    in("AssociatedDocumentLineDocument", () -> text("LineID", number));
                    in(
                            "SpecifiedTradeProduct",
                            () -> {
                                text("Name", line.name());
                                text("Description", line.description());
                            });
                    // A price is never below zero (BR-27): what is given back is one less of it.
                    in(
                            "SpecifiedLineTradeAgreement",
                            () ->
                                    in(
                                            "NetPriceProductTradePrice",
                                            () ->
                                                    amount(
                                                            "ChargeAmount",
                                                            given
                                                                    ? line.net().negated()
                                                                    : line.net())));
                    in(
                            "SpecifiedLineTradeDelivery",
                            () -> {
                                xml.writeStartElement("ram", "BilledQuantity", RAM);
                                xml.writeAttribute("unitCode", ONE);
                                xml.writeCharacters(given ? "-1" : "1");
                                xml.writeEndElement();
                            });
                    in(
                            "SpecifiedLineTradeSettlement",
                            () -> {
                                in("ApplicableTradeTax", () -> rate(line.rate()));
                                in(
                                        "SpecifiedTradeSettlementLineMonetarySummation",
                                        () -> amount("LineTotalAmount", line.net()));
                            });
                });
    }

    private void rate(Rate rate) throws XMLStreamException {
        text("TypeCode", "VAT");
        text("CategoryCode", rate.category().name());
        percent(rate);
    }

    /** What is outside the scope of VAT has no rate (BR-O-05). */
    private void percent(Rate rate) throws XMLStreamException {
        if (rate.category() != Category.O) {
            text("RateApplicablePercent", rate.percent().toPlainString());
        }
    }

    private boolean isOutOfScope() {
        return invoice.taxes().stream().anyMatch(tax -> tax.rate().category() == Category.O);
    }

    private void seller() throws XMLStreamException {
        text("Name", invoice.seller().name());
        String register = invoice.seller().register();
        if (register != null) {
            in("SpecifiedLegalOrganization", () -> text("ID", register));
        }
        in("PostalTradeAddress", () -> address(invoice.seller().address()));
        mailbox(invoice.seller().email());
        if (!isOutOfScope()) {
            registration("VA", invoice.seller().vatId());
        }
        registration("FC", isOutOfScope() ? null : invoice.seller().taxNumber());
    }

    private void buyer() throws XMLStreamException {
        text("Name", invoice.buyer().name());
        in("PostalTradeAddress", () -> address(invoice.buyer().address()));
        if (!isOutOfScope()) {
            registration("VA", invoice.buyer().vatId());
        }
    }

    private void address(Address address) throws XMLStreamException {
        text("PostcodeCode", address.postCode());
        text("LineOne", address.line1());
        text("LineTwo", address.line2());
        text("CityName", address.city());
        text("CountryID", address.country());
    }

    private void mailbox(@Nullable String email) throws XMLStreamException {
        if (email != null) {
            in(
                    "URIUniversalCommunication",
                    () -> {
                        xml.writeStartElement("ram", "URIID", RAM);
                        xml.writeAttribute("schemeID", "EM");
                        xml.writeCharacters(email);
                        xml.writeEndElement();
                    });
        }
    }

    private void registration(String scheme, @Nullable String id) throws XMLStreamException {
        if (id != null) {
            in(
                    "SpecifiedTaxRegistration",
                    () -> {
                        xml.writeStartElement("ram", "ID", RAM);
                        xml.writeAttribute("schemeID", scheme);
                        xml.writeCharacters(id);
                        xml.writeEndElement();
                    });
        }
    }

    private void settlement() throws XMLStreamException {
        text("PaymentReference", invoice.reference());
        text("InvoiceCurrencyCode", currency());
        String iban = invoice.seller().iban();
        if (iban != null && invoice.reference() != null) {
            in(
                    "SpecifiedTradeSettlementPaymentMeans",
                    () -> {
                        text("TypeCode", SEPA_TRANSFER);
                        in("PayeePartyCreditorFinancialAccount", () -> text("IBANID", iban));
                        String bic = invoice.seller().bic();
                        if (bic != null) {
                            in(
                                    "PayeeSpecifiedCreditorFinancialInstitution",
                                    () -> text("BICID", bic));
                        }
                    });
        }
        for (Tax tax : invoice.taxes()) {
            in("ApplicableTradeTax", () -> tax(tax));
        }
        in(
                "BillingSpecifiedPeriod",
                () -> {
                    day("StartDateTime", invoice.from());
                    day("EndDateTime", invoice.to());
                });
        LocalDate dueOn = invoice.dueOn();
        if (dueOn != null) {
            in("SpecifiedTradePaymentTerms", () -> day("DueDateDateTime", dueOn));
        }
        in("SpecifiedTradeSettlementHeaderMonetarySummation", this::sums);
        if (invoice.precedes() != null) {
            in("InvoiceReferencedDocument", () -> text("IssuerAssignedID", invoice.precedes()));
        }
    }

    private void tax(Tax tax) throws XMLStreamException {
        amount("CalculatedAmount", tax.amount());
        text("TypeCode", "VAT");
        text("ExemptionReason", tax.rate().reason());
        amount("BasisAmount", tax.base());
        text("CategoryCode", tax.rate().category().name());
        text("ExemptionReasonCode", tax.rate().reasonCode());
        percent(tax.rate());
    }

    private void sums() throws XMLStreamException {
        amount("LineTotalAmount", invoice.net());
        amount("TaxBasisTotalAmount", invoice.net());
        xml.writeStartElement("ram", "TaxTotalAmount", RAM);
        xml.writeAttribute("currencyID", currency());
        xml.writeCharacters(invoice.tax().decimal());
        xml.writeEndElement();
        if (!invoice.rounding().isZero()) {
            amount("RoundingAmount", invoice.rounding());
        }
        amount("GrandTotalAmount", invoice.gross());
        if (!invoice.paidAhead().isZero()) {
            amount("TotalPrepaidAmount", invoice.paidAhead());
        }
        amount("DuePayableAmount", invoice.due());
    }

    private String currency() {
        return invoice.paidAhead().currency().getCurrencyCode();
    }

    private void amount(String name, Money amount) throws XMLStreamException {
        text(name, amount.decimal());
    }

    private void day(String name, LocalDate day) throws XMLStreamException {
        in(
                name,
                () -> {
                    xml.writeStartElement("udt", "DateTimeString", UDT);
                    xml.writeAttribute("format", "102");
                    xml.writeCharacters(DAY.format(day));
                    xml.writeEndElement();
                });
    }

    /** Nothing where there is no text: an empty element is not allowed. */
    private void text(String name, @Nullable String text) throws XMLStreamException {
        if (text != null) {
            xml.writeStartElement("ram", name, RAM);
            xml.writeCharacters(text);
            xml.writeEndElement();
        }
    }

    private void in(String name, Content content) throws XMLStreamException {
        in("ram", RAM, name, content);
    }

    private void in(String prefix, String space, String name, Content content)
            throws XMLStreamException {
        xml.writeStartElement(prefix, name, space);
        content.write();
        xml.writeEndElement();
    }
}
