package org.coopmesh.billing.document;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Currency;
import java.util.List;
import org.coopmesh.billing.document.TradeInvoice.Category;
import org.coopmesh.billing.document.TradeInvoice.Line;
import org.coopmesh.billing.document.TradeInvoice.Rate;
import org.coopmesh.billing.document.TradeInvoice.Type;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.Address;
import org.coopmesh.billing.party.Language;
import org.coopmesh.billing.party.PayerDetails;
import org.coopmesh.billing.party.Seller;
import org.mustangproject.validator.ZUGFeRDValidator;

/** Invoices to be written down. */
final class Papers {
    static final Currency EUR = Currency.getInstance("EUR");
    static final Rate EXEMPT = new Rate(Category.E, 0, "Small business, section 19 UStG", null);
    static final Rate OUTSIDE = new Rate(Category.O, 0, "Not subject to VAT", null);
    static final Rate NINETEEN = new Rate(Category.S, 1900, null, null);
    static final Rate SEVEN = new Rate(Category.S, 700, null, null);
    static final String IBAN = "DE89370400440532013000";

    private Papers() {}

    static Seller seller() {
        return new Seller(
                "Guifi Coop eG",
                new Address("Kooperativstr. 1", null, "10115", "Berlin", "DE"),
                "DE123456789",
                null,
                "GnR 123 Berlin",
                IBAN,
                null,
                "DE98ZZZ09999999999",
                "billing@coop.example",
                "Small business, section 19 UStG",
                false,
                Language.EN);
    }

    static PayerDetails buyer(String name, Language language) {
        return new PayerDetails(
                name,
                new Address("Calle Mayor 1", null, "08001", "Barcelona", "ES"),
                null,
                language,
                null);
    }

    static TradeInvoice invoice(PayerDetails buyer, Line... lines) {
        return new TradeInvoice(
                Type.INVOICE,
                "2026-000123",
                LocalDate.of(2026, 11, 21),
                LocalDate.of(2026, 12, 5),
                LocalDate.of(2026, 10, 1),
                LocalDate.of(2026, 10, 31),
                seller(),
                buyer,
                "0123456789ab",
                "RF31COOP2026000123",
                null,
                List.of(lines),
                TradeInvoice.taxes(List.of(lines)),
                euros("0"),
                euros("0"));
    }

    static TradeInvoice invoice(Line... lines) {
        return invoice(buyer("Amina Example", Language.EN), lines);
    }

    static Line line(String net, Rate rate) {
        return new Line("Dues", "1 October 2026 – 31 October 2026", euros(net), rate);
    }

    static Money euros(String amount) {
        return Money.parse(amount, EUR);
    }

    /** What Mustang says of the file: "valid", or everything that it has to say. */
    static String validity(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes);
        var validator = new ZUGFeRDValidator();
        String report = validator.validate(file.toString());
        return validator.wasCompletelyValid() ? "valid" : report;
    }
}
