package org.coopmesh.quickstart;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who may call what, as docs/security.md has it, held against a running service: every endpoint as everybody. Requests are made
 * out of openapi.json, well enough to come as far as the question who asks.
 */
public final class RoleMatrix {
    private static final Pattern ROW =
            Pattern.compile("^\\| `([A-Z]+) ([^`]+)` \\|(.*)\\|([^|]*)\\|$", Pattern.MULTILINE);
    private static final Pattern MONTH = Pattern.compile("(?i).*month|period|from|to");
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");
    private static final Pattern WORDS = Pattern.compile("[a-z0-9-]+(\\|[a-z0-9-]+)*");
    private static final Set<String> NUMBERS = Set.of("integer", "number", "boolean");
    private static final String JSON = "application/json";
    private static final String REFUSED = "–";
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int DEPTH_MAX = 8;

    /** What every endpoint that names one is asked about. */
    public static final UUID ANY_ID = UUID.fromString("00000000-0000-4000-8000-000000000001");

    /** What fits a pattern, tried in this order. */
    private static final List<String> TEXTS =
            List.of(
                    "a",
                    "1",
                    "DE",
                    "EUR",
                    "DE89370400440532013000",
                    "DE98ZZZ09999999999",
                    "COBADEFFXXX",
                    "VATEX-EU-O",
                    "office@coop.example",
                    "percentileOfSum",
                    "a".repeat(64));

    private final List<Endpoint> endpoints;
    private final JsonNode openApi;
    private final Map<String, Object> bodies;

    /** A column of the table. */
    public enum Who {
        ANYONE,
        SIGNED_IN,
        TREASURER,
        MODERATOR,
        NETWORK,
        BOARD;

        /** The roles of a token; none for the first two. */
        Set<String> roles() {
            return ordinal() <= SIGNED_IN.ordinal()
                    ? Set.of()
                    : Set.of(name().toLowerCase(Locale.ROOT));
        }
    }

    /** A row of it. */
    record Endpoint(String method, String path, Map<Who, String> cells, String remarks) {
        boolean names() {
            return path.contains("{");
        }

        boolean wantsProof() {
            return remarks.contains("fresh proof");
        }

        boolean isInViews() {
            return remarks.contains("in views");
        }
    }

    /**
     * What to ask.
     *
     * @param body null where the endpoint takes none
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on once, never compared.
    public record Request(
            String method,
            String uri,
            Map<String, String> headers,
            String contentType,
            byte @Nullable [] body) {}

    /** Asks the service. */
    @FunctionalInterface
    public interface Caller {
        /**
         * Asks once.
         *
         * @param signedIn false for a request without a token
         * @param freshProof whether the token says that its holder has just proved who they are
         * @return the status of the answer
         */
        int call(Request request, boolean signedIn, Set<String> roles, boolean freshProof)
                throws Exception;
    }

    private RoleMatrix(List<Endpoint> endpoints, JsonNode openApi, Map<String, Object> bodies) {
        this.endpoints = endpoints;
        this.openApi = openApi;
        this.bodies = bodies;
    }

    /**
     * The table of a service, asked from its own directory.
     *
     * @param bodies of endpoints such as {@code POST /api/nodes}, where a body made by the schema alone is refused too early
     */
    public static RoleMatrix of(String service, Map<String, Object> bodies) throws IOException {
        String page = Files.readString(Path.of("../docs/security.md"));
        String section = page.substring(page.indexOf("### " + service));
        int next = section.indexOf("\n### ", 1);
        int end = section.indexOf("\n## ", 1);
        if (next < 0 || end >= 0 && end < next) next = end;
        Matcher rows = ROW.matcher(next < 0 ? section : section.substring(0, next));
        var endpoints = new ArrayList<Endpoint>();
        while (rows.find()) {
            String[] columns = rows.group(3).split("\\|");
            var cells = new EnumMap<Who, String>(Who.class);
            for (Who who : Who.values()) cells.put(who, columns[who.ordinal()].strip());
            endpoints.add(new Endpoint(rows.group(1), rows.group(2), cells, rows.group(4)));
        }
        return new RoleMatrix(
                endpoints,
                new JsonMapper().readTree(Path.of("openapi.json").toFile()),
                new HashMap<>(bodies));
    }

    /** How many endpoints there are. */
    public int size() {
        return endpoints.size();
    }

    /** Asks for each endpoint as everybody, and says where the service and the table differ. */
    public List<String> differences(Caller caller) throws Exception {
        var wrong = new ArrayList<String>();
        // Who is refused changes nothing: so first those.
        for (boolean refused : new boolean[] {true, false}) {
            for (Endpoint endpoint : endpoints) {
                for (Who who : Who.values()) {
                    String cell = requireNonNull(endpoint.cells().get(who));
                    if (cell.equals(REFUSED) == refused) ask(caller, endpoint, who, cell, wrong);
                }
            }
        }
        return wrong;
    }

    /** What was answered to somebody of the board who sees what a member sees. */
    public record InView(int status, String body) {
        private boolean isRefusedAsView() {
            return body.contains("/not-in-view") || body.contains("/view-only");
        }
    }

    /** Asks in a view. */
    @FunctionalInterface
    public interface Viewer {
        /** Asks once, as a member, in the name of another. */
        InView call(Request request) throws Exception;
    }

    /** Asks for each endpoint in a view, and says where that differs from what the table marks. */
    public List<String> differencesInViews(Viewer viewer) throws Exception {
        var wrong = new ArrayList<String>();
        for (Endpoint endpoint : endpoints) {
            if (!endpoint.path().startsWith("/api/")) continue;
            InView answer = viewer.call(request(endpoint));
            boolean fits =
                    endpoint.isInViews()
                            ? !answer.isRefusedAsView() && answer.status() < 500
                            : answer.status() == FORBIDDEN;
            if (!fits) {
                wrong.add(
                        "%s %s in a view: %d, and the table says %s"
                                .formatted(
                                        endpoint.method(),
                                        endpoint.path(),
                                        answer.status(),
                                        endpoint.isInViews() ? "in views" : "nothing of views"));
            }
            boolean boardReads =
                    endpoint.method().equals("GET")
                            && !REFUSED.equals(endpoint.cells().get(Who.BOARD));
            if (endpoint.isInViews() && !boardReads) {
                wrong.add(endpoint.path() + " is in views, and not for the board to read");
            }
        }
        return wrong;
    }

    private void ask(Caller caller, Endpoint endpoint, Who who, String cell, List<String> wrong)
            throws Exception {
        Request request = request(endpoint);
        boolean signedIn = who != Who.ANYONE;
        var roles = new TreeSet<>(who.roles());
        int status = caller.call(request, signedIn, roles, true);
        if (cell.equals("member")) {
            if (status != FORBIDDEN) wrong.add(said(endpoint, who, status, "without member: –"));
            roles.add("member");
            status = caller.call(request, signedIn, roles, true);
            cell = "yes";
        }
        boolean fits =
                switch (cell) {
                    case REFUSED -> status == (signedIn ? FORBIDDEN : UNAUTHORIZED);
                    case "yes" -> status != UNAUTHORIZED && status != FORBIDDEN;
                    case "own" ->
                            status != UNAUTHORIZED
                                    && (status / 100 != 2
                                            || endpoint.method().equals("GET")
                                                    && !endpoint.names());
                    default -> false;
                };
        if (!fits || status >= 500) wrong.add(said(endpoint, who, status, cell));
        if (endpoint.wantsProof() && !cell.equals(REFUSED)) {
            int stale = caller.call(request, signedIn, roles, false);
            if (stale != UNAUTHORIZED) {
                wrong.add(said(endpoint, who, stale, "without a fresh proof: 401"));
            }
        }
    }

    private static String said(Endpoint endpoint, Who who, int status, String cell) {
        return "%s %s as %s: %d, and the table says %s"
                .formatted(endpoint.method(), endpoint.path(), who, status, cell);
    }

    private Request request(Endpoint endpoint) {
        JsonNode operation =
                openApi.path("paths")
                        .path(endpoint.path())
                        .path(endpoint.method().toLowerCase(Locale.ROOT));
        var headers = new LinkedHashMap<String, String>();
        var query = new StringBuilder();
        var places = new HashMap<String, String>();
        for (JsonNode parameter : operation.path("parameters")) {
            if (!parameter.path("required").asBoolean()) continue;
            String name = parameter.path("name").asString();
            Object made = value(name, parameter.path("schema"), 0);
            String value = made instanceof Map ? "bank" : made.toString();
            switch (parameter.path("in").asString()) {
                case "path" -> places.put(name, value);
                case "query" ->
                        query.append(query.isEmpty() ? '?' : '&')
                                .append(name)
                                .append('=')
                                .append(value);
                case "header" -> headers.put(name, value);
                default -> throw new IllegalStateException(parameter.toString());
            }
        }
        String path =
                VARIABLE.matcher(endpoint.path())
                        .replaceAll(found -> places.getOrDefault(found.group(1), "a"));
        String key = endpoint.method() + " " + endpoint.path();
        JsonNode content = operation.path("requestBody").path("content");
        String contentType =
                content.isMissingNode() ? JSON : content.propertyNames().iterator().next();
        byte @Nullable [] body = null;
        if (bodies.containsKey(key)) {
            body = new JsonMapper().writeValueAsBytes(bodies.get(key));
        } else if (contentType.equals(JSON) && !content.isMissingNode()) {
            body =
                    new JsonMapper()
                            .writeValueAsBytes(value("", content.path(JSON).path("schema"), 0));
        } else if (!content.isMissingNode()) {
            body = "a".getBytes(StandardCharsets.US_ASCII);
        }
        return new Request(endpoint.method(), path + query, headers, contentType, body);
    }

    private Object value(String name, JsonNode schema, int depth) {
        if (depth > DEPTH_MAX) return Map.of();
        if (schema.has("$ref")) {
            String type = schema.path("$ref").asString();
            return value(
                    name,
                    openApi.path("components")
                            .path("schemas")
                            .path(type.substring(type.lastIndexOf('/') + 1)),
                    depth);
        }
        if (schema.has("enum")) return schema.path("enum").get(0).asString();
        return switch (schema.path("type").asString("string")) {
            case "integer" -> Math.max(1, schema.path("minimum").asLong(1));
            case "number" -> Math.max(1, schema.path("minimum").asDouble(1));
            case "boolean" -> true;
            case "array" -> {
                var items = new ArrayList<>();
                for (int i = 0; i < Math.max(1, schema.path("minItems").asInt(1)); i++) {
                    items.add(value(name, schema.path("items"), depth + 1));
                }
                yield items;
            }
            case "object" -> {
                var object = new LinkedHashMap<String, Object>();
                var fields = new TreeSet<String>();
                schema.path("required").forEach(field -> fields.add(field.asString()));
                // What cannot be left out in Java is not said to be required.
                schema.path("properties")
                        .properties()
                        .forEach(field -> {
                            if (NUMBERS.contains(field.getValue().path("type").asString(""))) {
                                fields.add(field.getKey());
                            }
                        });
                for (String field : fields) {
                    object.put(
                            field, value(field, schema.path("properties").path(field), depth + 1));
                }
                yield object;
            }
            default -> text(name, schema);
        };
    }

    private static String text(String name, JsonNode schema) {
        return switch (schema.path("format").asString("")) {
            case "uuid" -> ANY_ID.toString();
            case "date" -> "2026-01-01";
            case "date-time" -> "2026-01-01T00:00:00Z";
            case "email" -> "somebody@coop.example";
            default -> {
                if (MONTH.matcher(name).matches()) yield "2026-01";
                if (name.equalsIgnoreCase("amount")) yield "1";
                if (name.equalsIgnoreCase("currency")) yield "EUR";
                if (name.endsWith("Id") || name.endsWith("Key")) yield ANY_ID.toString();
                String pattern = schema.path("pattern").asString(".*");
                if (WORDS.matcher(pattern).matches()) yield pattern.split("\\|")[0];
                int least = schema.path("minLength").asInt(0);
                for (String text : TEXTS) {
                    String long_ = text.length() < least ? text.repeat(least) : text;
                    if (long_.matches(pattern)) yield long_;
                }
                throw new IllegalStateException("nothing known fits " + pattern + " of " + name);
            }
        };
    }
}
