package org.coopmesh.abuse.report;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.coopmesh.abuse.report.Intake.Attached;
import org.coopmesh.abuse.subject.Prefix;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads XARF 4: checks a report against the rules of its type and says what it is to us. Throws nothing but a refusal. */
final class XarfReader {
    private static final int DEPTH_MAX = 32;
    private static final int NUMBER_LENGTH_MAX = 100;
    private static final int DESCRIPTION_LENGTH_MAX = 10_000;
    private static final int URL_LENGTH_MAX = 2_000;

    /** What stands elsewhere in a report already. */
    private static final Set<String> COMMON =
            Set.of(
                    "xarf_version",
                    "report_id",
                    "timestamp",
                    "source_identifier",
                    "category",
                    "type",
                    "description");

    private static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(DEPTH_MAX)
                                                    .maxNumberLength(NUMBER_LENGTH_MAX)
                                                    .maxNameLength(1_000)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private XarfReader() {}

    /**
     * What a document says.
     *
     * @param contact where its sender reads mail, as the document says
     */
    record Xarf(
            XarfType type,
            String reference,
            @Nullable Prefix address,
            @Nullable Integer port,
            Instant observedAt,
            @Nullable String description,
            @Nullable String url,
            String contact,
            List<Attached> evidence) {}

    /**
     * Reads and checks.
     *
     * @throws ReportRefused that names each wrong field, if it is no valid XARF 4 report of one of the known types
     */
    static Xarf read(byte[] document) {
        JsonNode json = parse(document);
        if (!json.isObject()) {
            throw new ReportRefused(List.of(wrong("", "object", "a report is a JSON object")));
        }
        XarfType type = type(json);
        var wrongs = new Wrongs();
        type.shape().check(json, "", wrongs);
        if (wrongs.found().isEmpty()) together(type, json, wrongs);
        if (!wrongs.found().isEmpty()) throw new ReportRefused(wrongs.found());
        return xarf(type, json, document);
    }

    private static JsonNode parse(byte[] document) {
        try {
            JsonNode json = JSON.readTree(document);
            if (json == null || json.isMissingNode()) {
                throw new ReportRefused(List.of(wrong("", "json", "nothing was sent")));
            }
            return json;
        } catch (JacksonException | NumberFormatException e) {
            // The second is Jackson's own slip, on an exponent that no number can have.
            throw new ReportRefused(List.of(wrong("", "json", "cannot be read as JSON")));
        }
    }

    private static XarfType type(JsonNode json) {
        String category = text(json, "category");
        String type = text(json, "type");
        if (category == null || type == null) {
            throw new ReportRefused(
                    List.of(
                            category == null
                                    ? wrong("category", "required", "is missing, or no text")
                                    : wrong("type", "required", "is missing, or no text")));
        }
        boolean known = false;
        for (XarfType each : XarfType.values()) {
            known |= each.category().equals(category);
        }
        if (!known) {
            throw new ReportRefused(
                    List.of(wrong("category", "oneOf", "is no category of XARF 4")));
        }
        return XarfType.of(category, type)
                .orElseThrow(() ->
                        new ReportRefused(
                                List.of(wrong("type", "oneOf", "is no type of this category"))));
    }

    /** Rules that look at more than one field. */
    private static void together(XarfType type, JsonNode json, Wrongs wrongs) {
        String source = json.get("source_identifier").stringValue();
        if (source.isBlank() || source.length() > URL_LENGTH_MAX - 10) {
            wrongs.add("source_identifier", "length", "names an address, a domain or a URL");
        }
        boolean smtp = "smtp".equals(text(json, "protocol"));
        if (type == XarfType.MESSAGING__SPAM || type == XarfType.MESSAGING__BULK_MESSAGING) {
            if (smtp && !json.has("smtp_from")) {
                wrongs.add("smtp_from", "required", "is missing: the protocol is smtp");
            }
            if (smtp && !json.has("source_port")) {
                wrongs.add("source_port", "required", "is missing: the protocol is smtp");
            }
        }
        if (type.wantsPort() && Rule.isAddress(source) && !json.has("source_port")) {
            wrongs.add("source_port", "required", "is missing: several may share an address");
        }
        JsonNode swarm = json.get("swarm_info");
        if (type == XarfType.COPYRIGHT__P2P
                && !swarm.has("info_hash")
                && !swarm.has("magnet_uri")) {
            wrongs.add("swarm_info", "required", "has an info_hash or a magnet_uri");
        }
        JsonNode evidence = json.get("evidence");
        if (evidence != null) {
            for (int i = 0; i < evidence.size(); i++) {
                if (decoded(evidence.get(i)) == null) {
                    wrongs.add("evidence[" + i + "].payload", "base64", "is not base64");
                }
            }
        }
    }

    private static Xarf xarf(XarfType type, JsonNode json, byte[] document) {
        String source = json.get("source_identifier").stringValue().strip();
        Prefix address = Rule.isAddress(source) ? Prefix.address(source) : null;
        JsonNode port = json.get("source_port");
        return new Xarf(
                type,
                json.get("report_id").stringValue().toLowerCase(Locale.ROOT),
                address,
                port == null ? null : port.decimalValue().intValue(),
                OffsetDateTime.parse(json.get("timestamp").stringValue().toUpperCase(Locale.ROOT))
                        .toInstant(),
                type.ours().keepsContent() ? description(type, json) : null,
                url(json, source, address),
                json.get("sender").get("contact").stringValue(),
                evidence(type, json, document));
    }

    private static String description(XarfType type, JsonNode json) {
        var words = new StringBuilder("XARF ").append(type.wire());
        words.append(", reported by ").append(json.get("reporter").get("org").stringValue());
        String own = text(json, "description");
        if (own != null) words.append("\n\n").append(own);
        words.append("\n");
        for (var field : json.properties()) {
            if (field.getValue().isValueNode() && !COMMON.contains(field.getKey())) {
                words.append('\n')
                        .append(field.getKey())
                        .append(": ")
                        .append(field.getValue().asString());
            }
        }
        return words.length() <= DESCRIPTION_LENGTH_MAX
                ? words.toString()
                : words.substring(0, DESCRIPTION_LENGTH_MAX - 1) + "…";
    }

    /** Where to look: what the report names as the page, else its source, where that is no address. */
    private static @Nullable String url(JsonNode json, String source, @Nullable Prefix address) {
        for (String field : new String[] {"url", "infringing_url"}) {
            String named = text(json, field);
            if (named != null && named.length() <= URL_LENGTH_MAX && Rule.isUri(named)) {
                return named;
            }
        }
        if (address != null) return null;
        if (Rule.isUri(source)) return source;
        return Rule.HOST.matcher(source).matches()
                ? "dns:" + source.toLowerCase(Locale.ROOT)
                : null;
    }

    /** The document itself and the files in it; of what may not be kept, hashes are all that is taken of them. */
    private static List<Attached> evidence(XarfType type, JsonNode json, byte[] document) {
        var files = new ArrayList<Attached>();
        if (type.ours().keepsContent()) {
            files.add(new Attached("application/json", document));
        }
        JsonNode evidence = json.get("evidence");
        if (evidence != null) {
            for (JsonNode item : evidence) {
                byte[] content = decoded(item);
                if (content == null) continue; // Refused before.
                JsonNode size = item.get("size");
                files.add(
                        new Attached(
                                Evidence.plainType(item.get("content_type").stringValue()),
                                content,
                                Evidence.Claim.of(
                                        text(item, "hash"),
                                        size == null ? null : size.decimalValue().longValue(),
                                        content)));
            }
        }
        JsonNode hashes = json.get("hash_values");
        String sha256 = hashes == null ? null : text(hashes, "sha256");
        if (type == XarfType.CONTENT__CSAM && sha256 != null) {
            files.add(Attached.onlyHash(sha256.toLowerCase(Locale.ROOT)));
        }
        return files;
    }

    private static byte @Nullable [] decoded(JsonNode item) {
        try {
            return Base64.getDecoder().decode(item.get("payload").stringValue());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable String text(JsonNode json, String field) {
        JsonNode value = json.get(field);
        return value != null && value.isString() ? value.stringValue() : null;
    }

    private static ReportRefused.Wrong wrong(String field, String rule, String message) {
        return new ReportRefused.Wrong(field, rule, message);
    }
}
