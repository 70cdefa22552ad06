package org.coopmesh.billing.invoice;

import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Currency;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.coopmesh.billing.ledger.CanonicalJson;
import org.coopmesh.billing.ledger.Money;
import org.coopmesh.billing.ledger.Movement;
import org.coopmesh.billing.metering.AttachmentId;
import org.coopmesh.billing.metering.NodeId;
import org.coopmesh.billing.metering.Stretch;
import org.coopmesh.billing.metering.UsageEvidence;
import org.coopmesh.billing.rating.Charge;
import org.coopmesh.billing.rating.Explanation;
import org.coopmesh.billing.rating.Grounds;
import org.coopmesh.billing.rating.TariffPart;
import org.coopmesh.billing.settlement.PostedGrounds;

/**
 * Writes down what one line of an invoice rests on, for a program that shares no code with this service to check. The body is
 * canonical JSON, and the digest is over its bytes.
 */
final class LineEvidence {
    private static final String FORMAT = "coopmesh-evidence-2";
    private static final HexFormat HEX = HexFormat.of();

    private LineEvidence() {}

    /** Sums of earlier lines for the same charge. */
    record Before(
            long internetBytes,
            long includedBytes,
            long localBytes,
            long windows,
            long amountMicro,
            long days) {
        static final Before NOTHING = new Before(0, 0, 0, 0, 0, 0);
    }

    /** What a line rests on. */
    sealed interface Rests {
        /** Signed reports. */
        record OnReports(Grounds grounds, UsageEvidence evidence) implements Rests {}

        /** Days, and a part of a plan. */
        record OnPlan(TariffPart part) implements Rests {}

        /** Declared facts about many. */
        record OnPosted(PostedGrounds grounds) implements Rests {}

        /** Lines of earlier bills alone: today's facts know no such charge. */
        record OnEarlierBills() implements Rests {}

        /** The account alone. */
        record OnAccount() implements Rests {}
    }

    /**
     * The whole invoice, in each export: its sum is checked with every line.
     *
     * @param account what the payer was charged and not yet invoiced, as the open books call it
     * @param openingMicro what it held before {@code movements}
     * @param movements on it, up to and with the invoice
     */
    record Whole(
            Invoice.Heading heading,
            Bills.Found found,
            List<BillLine> lines,
            Map<UUID, PostedGrounds> carriage,
            ZoneId zone,
            String account,
            long openingMicro,
            List<Movement> movements) {}

    /**
     * What the invoice says, by its hash: the book names it, so that its head seals it.
     *
     * @param carriage what lines of carriage rest on, by what was posted
     */
    static String sha256(
            YearMonth period,
            Currency currency,
            List<BillLine> lines,
            Map<UUID, PostedGrounds> carriage) {
        return CanonicalJson.sha256(
                Map.of(
                        "period", period.toString(),
                        "currency", currency.getCurrencyCode(),
                        "lines", lines(lines, carriage)));
    }

    /** The export as it goes out. */
    static byte[] write(Whole whole, int number, Before before, Rests rests) {
        var body = new TreeMap<String, Object>();
        body.put("invoice", invoice(whole));
        body.put("line", line(whole, number));
        body.put("before", before(before));
        switch (rests) {
            case Rests.OnReports(Grounds grounds, UsageEvidence evidence) -> {
                body.put("tariff", tariff(grounds));
                body.put(
                        "stretches",
                        grounds.stretches().stream().map(LineEvidence::stretch).toList());
                body.put("nodes", evidence.nodes().stream().map(LineEvidence::node).toList());
                body.put("runs", evidence.runs().stream().map(LineEvidence::run).toList());
                body.put("days", evidence.days().stream().map(LineEvidence::day).toList());
            }
            case Rests.OnPlan(TariffPart part) -> body.put("grounds", dues(part));
            case Rests.OnPosted(PostedGrounds grounds) -> body.put("grounds", grounds.facts());
            case Rests.OnEarlierBills none -> body.put("grounds", Map.of("kind", "takenBack"));
            case Rests.OnAccount none -> body.put("grounds", Map.of("kind", "account"));
        }
        return CanonicalJson.text(
                        Map.of(
                                "body",
                                body,
                                "digest",
                                CanonicalJson.sha256(body),
                                "format",
                                FORMAT))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static Map<String, Object> invoice(Whole whole) {
        Money total = whole.heading().total();
        var fields = new TreeMap<String, Object>();
        fields.put("number", whole.heading().number());
        fields.put("period", whole.found().period().toString());
        fields.put("currency", total.currency().getCurrencyCode());
        fields.put("minorDigits", total.currency().getDefaultFractionDigits());
        fields.put("totalMicro", total.microUnits());
        fields.put("timeZone", whole.zone().getId());
        Long carried = whole.found().carriedMicro();
        if (carried != null) {
            fields.put("carriedMicro", carried);
        }
        fields.put("lines", lines(whole.lines(), whole.carriage()));
        fields.put("account", whole.account());
        fields.put("openingMicro", whole.openingMicro());
        fields.put("movements", whole.movements().stream().map(LineEvidence::movement).toList());
        return fields;
    }

    private static Map<String, Object> movement(Movement movement) {
        return Map.of(
                "id", movement.transaction().value().toString(),
                "what", movement.what(),
                "micro", movement.amount().microUnits());
    }

    private static List<Map<String, Object>> lines(
            List<BillLine> lines, Map<UUID, PostedGrounds> carriage) {
        return lines.stream().map(line -> said(line, carriage)).toList();
    }

    /** All that a line says. */
    private static Map<String, Object> said(BillLine line, Map<UUID, PostedGrounds> carriage) {
        var fields = new TreeMap<String, Object>();
        fields.put("kind", code(line.kind()));
        Charge.Key key = line.charge();
        if (key != null) {
            fields.put("charge", code(key.kind()));
            fields.put("site", key.site().value().toString());
            fields.put("plan", key.planCode());
            fields.put("planSince", key.planSince().toString());
            fields.put("month", key.month().toString());
        }
        fields.put("from", line.from().toString());
        fields.put("to", line.to().toString());
        fields.put("days", line.days());
        fields.put("internetBytes", line.internetBytes());
        fields.put("includedBytes", line.includedBytes());
        fields.put("localBytes", line.localBytes());
        fields.put("windows", line.windows());
        fields.put("gaps", line.gaps());
        fields.put("peakBits", line.peakBits());
        fields.put("amountMicro", line.amount().microUnits());
        Money unitPrice = line.unitPrice();
        if (unitPrice != null) {
            fields.put("unitPriceMicro", unitPrice.microUnits());
        }
        Money saved = line.saved();
        if (saved != null) {
            fields.put("savedMicro", saved.microUnits());
        }
        Explanation explanation = line.explanation();
        if (explanation != null) {
            fields.put("formula", explanation.formula());
            fields.put(
                    "inputs",
                    explanation.inputs().stream()
                            .map(input -> List.of(input.name(), input.value()))
                            .toList());
            fields.put("result", explanation.result());
        }
        BillLine.Source source = line.source();
        if (source != null) {
            fields.put("posted", source.id().toString());
            fields.put("label", source.label());
            PostedGrounds grounds = carriage.get(source.id());
            if (grounds != null) {
                fields.put("facts", CanonicalJson.sha256(grounds.facts()));
            }
        }
        return fields;
    }

    private static String code(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> line(Whole whole, int number) {
        BillLine line = whole.lines().get(number - 1);
        Charge.Key key = line.charge();
        var fields = new TreeMap<String, Object>();
        fields.put("invoice", whole.heading().number());
        fields.put("number", number);
        fields.put("charge", key == null ? code(line.kind()) : code(key.kind()));
        fields.put("site", key == null ? "" : key.site().value().toString());
        fields.put("plan", key == null ? "" : key.planCode());
        fields.put("month", (key == null ? YearMonth.from(line.from()) : key.month()).toString());
        fields.put("currency", line.amount().currency().getCurrencyCode());
        fields.put("internetBytes", line.internetBytes());
        fields.put("includedBytes", line.includedBytes());
        fields.put("localBytes", line.localBytes());
        fields.put("windows", line.windows());
        fields.put("amountMicro", line.amount().microUnits());
        fields.put("days", line.days());
        return fields;
    }

    private static Map<String, Object> before(Before before) {
        return Map.of(
                "internetBytes", before.internetBytes(),
                "includedBytes", before.includedBytes(),
                "localBytes", before.localBytes(),
                "windows", before.windows(),
                "amountMicro", before.amountMicro(),
                "days", before.days());
    }

    private static Map<String, Object> dues(TariffPart part) {
        return switch (part) {
            case TariffPart.Flat flat ->
                    Map.of("kind", "dues", "monthlyMicro", flat.monthly().microUnits());
            case TariffPart.SlidingScale scale ->
                    Map.of(
                            "kind", "scale",
                            "floorMicro", scale.floor().microUnits(),
                            "ceilingMicro", scale.ceiling().microUnits());
            case TariffPart.Volume volume -> throw new IllegalArgumentException("no dues");
            case TariffPart.TimeOfDay timeOfDay -> throw new IllegalArgumentException("no dues");
            case TariffPart.Percentile percentile -> throw new IllegalArgumentException("no dues");
        };
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
}
