package org.coopmesh.billing.document;

import io.nayuki.qrcodegen.QrCode;
import io.nayuki.qrcodegen.QrSegment;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.coopmesh.billing.invoice.PaymentReference;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.party.Seller;

/**
 * The square that a banking app reads to fill in a transfer (EPC069-12, version 002).
 *
 * @param payload what it says
 */
record EpcQr(String payload) {
    private static final int PAYLOAD_BYTES_MAX = 331;
    private static final int VERSION_MAX = 13;
    private static final int QUIET = 4;
    private static final int PIXELS = 8;
    private static final int WHITE = 0xFFFFFF;
    private static final String AMOUNT_MAX = "999999999.99";

    EpcQr {
        if (payload.getBytes(StandardCharsets.UTF_8).length > PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException("more than " + PAYLOAD_BYTES_MAX + " bytes");
        }
    }

    /** A transfer of {@code amount} to {@code seller}; empty without an IBAN, and for what is no transfer in euros. */
    static Optional<EpcQr> of(Seller seller, Money amount, PaymentReference reference) {
        String iban = seller.iban();
        if (iban == null
                || !amount.currency().getCurrencyCode().equals("EUR")
                || !amount.isPositive()
                || amount.exceeds(Money.parse(AMOUNT_MAX, amount.currency()))) {
            return Optional.empty();
        }
        String bic = seller.bic() == null ? "" : seller.bic();
        String head =
                String.join("\n", "BCD", "002", "1", "SCT", bic, seller.name(), iban)
                        + "\nEUR"
                        + amount.decimal()
                        + "\n\n";
        return Optional.of(
                new EpcQr(
                        switch (reference) {
                            case PaymentReference.Creditor creditor ->
                                    head + creditor.text() + "\n";
                            case PaymentReference.Belgian belgian ->
                                    head + "\n" + belgian.printed() + "\n";
                        }));
    }

    private QrCode code() {
        return QrCode.encodeSegments(
                List.of(QrSegment.makeBytes(payload.getBytes(StandardCharsets.UTF_8))),
                QrCode.Ecc.MEDIUM,
                QrCode.MIN_VERSION,
                VERSION_MAX,
                -1,
                false);
    }

    /** How many modules it has on each side, the quiet zone aside. */
    int size() {
        return code().size;
    }

    /** As a drawing that needs no style and no script. */
    String svg(String title) {
        QrCode code = code();
        int side = code.size + 2 * QUIET;
        var path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                if (code.getModule(x, y)) {
                    path.append('M')
                            .append(x + QUIET)
                            .append(',')
                            .append(y + QUIET)
                            .append("h1v1h-1z");
                }
            }
        }
        return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %1$d" role="img" aria-label="%2$s" \
        shape-rendering="crispEdges"><path fill="#fff" d="M0,0h%1$dv%1$dh-%1$dz"/><path fill="#000" d="%3$s"/></svg>\
        """
                .formatted(side, Html.escape(title), path);
    }

    /** As a picture of black and white pixels. */
    byte[] png() {
        QrCode code = code();
        int side = (code.size + 2 * QUIET) * PIXELS;
        var image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_BINARY);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                // Beyond its sides every module is light.
                if (!code.getModule(x / PIXELS - QUIET, y / PIXELS - QUIET)) {
                    image.setRGB(x, y, WHITE);
                }
            }
        }
        try (var bytes = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
