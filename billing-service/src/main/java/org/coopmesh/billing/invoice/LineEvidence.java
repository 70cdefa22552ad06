package org.coopmesh.billing.invoice;

import static java.util.Objects.requireNonNull;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.coopmesh.billing.metering.AttachmentId;
import org.coopmesh.billing.metering.NodeId;
import org.coopmesh.billing.metering.Stretch;
import org.coopmesh.billing.metering.UsageEvidence;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Grounds;
import org.coopmesh.billing.rating.TariffPart;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes down what one line of an invoice rests on, for a program that shares no code with this service to check. The body is
 * canonical JSON: fields in the order of their names, no spaces, only ASCII and whole numbers; the digest is over its bytes.
 */
@Component
class LineEvidence {
    static final String FORMAT = "coopmesh-evidence-1";
    private static final HexFormat HEX = HexFormat.of();

    private final JsonMapper json;

    LineEvidence(JsonMapper json) {
        this.json = json;
    }

    /** Sums of earlier lines for the same charge. */
    record Before(
            long internetBytes,
            long includedBytes,
            long localBytes,
            long windows,
            long amountMicro) {
        static final Before NOTHING = new Before(0, 0, 0, 0, 0);
    }

    /** The export as it goes out. */
    byte[] write(
            String invoice,
            int number,
            BillLine line,
            Before before,
            Grounds grounds,
            UsageEvidence evidence) {
        Map<String, Object> body = new TreeMap<>();
        body.put("line", line(invoice, number, line));
        body.put("before", before(before));
        body.put("tariff", tariff(grounds));
        body.put("stretches", grounds.stretches().stream().map(LineEvidence::stretch).toList());
        body.put("nodes", evidence.nodes().stream().map(LineEvidence::node).toList());
        body.put("runs", evidence.runs().stream().map(LineEvidence::run).toList());
        body.put("days", evidence.days().stream().map(LineEvidence::day).toList());
        byte[] canonical = json.writeValueAsBytes(body);
        String head = "{\"body\":%s,\"digest\":\"%s\",\"format\":\"%s\"}";
        return head.formatted(
                        new String(canonical, java.nio.charset.StandardCharsets.US_ASCII),
                        sha256(canonical),
                        FORMAT)
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static Map<String, Object> line(String invoice, int number, BillLine line) {
        Charge.Key key = requireNonNull(line.charge());
        var fields = new TreeMap<String, Object>();
        fields.put("invoice", invoice);
        fields.put("number", number);
        fields.put("charge", key.kind().name().toLowerCase(java.util.Locale.ROOT));
        fields.put("site", key.site().value().toString());
        fields.put("plan", key.planCode());
        fields.put("month", key.month().toString());
        fields.put("currency", line.amount().currency().getCurrencyCode());
        fields.put("internetBytes", line.internetBytes());
        fields.put("includedBytes", line.includedBytes());
        fields.put("localBytes", line.localBytes());
        fields.put("windows", line.windows());
        fields.put("amountMicro", line.amount().microUnits());
        return fields;
    }

    private static Map<String, Object> before(Before before) {
        return new TreeMap<>(
                Map.of(
                        "internetBytes", before.internetBytes(),
                        "includedBytes", before.includedBytes(),
                        "localBytes", before.localBytes(),
                        "windows", before.windows(),
                        "amountMicro", before.amountMicro()));
    }

    private static Map<String, Object> tariff(Grounds grounds) {
        return switch (grounds.part()) {
            case TariffPart.Volume volume ->
                    new TreeMap<>(
                            Map.of(
                                    "kind", "volume",
                                    "includedBytes", volume.includedBytes(),
                                    "perGbMicro", volume.perGb().microUnits(),
                                    "activeDays",
                                            grounds.active().stream()
                                                    .map(days ->
                                                            new TreeMap<>(
                                                                    Map.of(
                                                                            "from",
                                                                            days.from().toString(),
                                                                            "to",
                                                                            days.to().toString())))
                                                    .toList()));
            case TariffPart.TimeOfDay timeOfDay ->
                    new TreeMap<>(
                            Map.of(
                                    "kind", "timeOfDay",
                                    "otherwiseMicro", timeOfDay.otherwise().microUnits(),
                                    "timeZone", grounds.zone().getId(),
                                    "windows",
                                            timeOfDay.windows().stream()
                                                    .map(LineEvidence::window)
                                                    .toList()));
            case TariffPart.Percentile percentile ->
                    new TreeMap<>(
                            Map.of(
                                    "kind", "percentile",
                                    "committedBits", percentile.committedBits(),
                                    "perMbitMicro", percentile.perMbit().microUnits(),
                                    "direction", percentile.direction().name(),
                                    "hours", grounds.hours(),
                                    "days", grounds.days(),
                                    "monthDays", grounds.monthDays()));
            case TariffPart.Flat flat -> throw new IllegalArgumentException("rests on no reports");
            case TariffPart.SlidingScale scale ->
                    throw new IllegalArgumentException("rests on no reports");
        };
    }

    private static Map<String, Object> window(TariffPart.TimeOfDay.PriceWindow window) {
        return new TreeMap<>(
                Map.of(
                        "days", window.days().stream().map(DayOfWeek::getValue).sorted().toList(),
                        "fromHour", window.fromHour(),
                        "toHour", window.toHour(),
                        "perGbMicro", window.perGb().microUnits()));
    }

    private static Map<String, Object> stretch(Stretch stretch) {
        AttachmentId attachment = stretch.attachment();
        return new TreeMap<>(
                Map.of(
                        "attachment", attachment.value().toString(),
                        "from", instant(stretch.from()),
                        "to", instant(stretch.to())));
    }

    private static Map<String, Object> node(UsageEvidence.Node node) {
        NodeId id = node.id();
        List<Map<String, Object>> certificates =
                node.certificates().stream()
                        .<Map<String, Object>>map(kept ->
                                new TreeMap<>(
                                        Map.of(
                                                "certificate", base64(kept.certificate()),
                                                "authority", base64(kept.authority()))))
                        .toList();
        return new TreeMap<>(
                Map.of(
                        "id", id.hex(),
                        "identityKey", base64(node.identityKey()),
                        "certificates", certificates));
    }

    private static Map<String, Object> run(UsageEvidence.Run run) {
        return new TreeMap<>(
                Map.of(
                        "node", run.node().hex(),
                        "signature", base64(run.signature()),
                        "reports", run.reports().stream().map(LineEvidence::report).toList()));
    }

    private static Map<String, Object> report(UsageEvidence.Signed report) {
        var fields = new TreeMap<String, Object>();
        fields.put("signed", base64(report.bytes()));
        UsageEvidence.Inclusion inclusion = report.inclusion();
        fields.put("counts", inclusion != null);
        if (inclusion != null) {
            fields.put("day", inclusion.day().toString());
            fields.put("index", inclusion.index());
            fields.put("path", inclusion.path().stream().map(HEX::formatHex).toList());
        }
        return fields;
    }

    private static Map<String, Object> day(UsageEvidence.Day day) {
        return new TreeMap<>(
                Map.of(
                        "day", day.day().toString(),
                        "reports", day.reports(),
                        "root", HEX.formatHex(day.root())));
    }

    private static String instant(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HEX.formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
