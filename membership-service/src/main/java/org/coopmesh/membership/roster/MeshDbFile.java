package org.coopmesh.membership.roster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What MeshDB's lists of members, installs and buildings answer, put into one object: {@code {"members": …, "installs": …,
 * "buildings": …}}, each an array or a page with {@code results}. Installs that are active become sites; everything else is told as
 * skipped.
 */
final class MeshDbFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String ACTIVE = "Active";

    private MeshDbFile() {}

    static Roster read(String text, String planCode) {
        JsonNode all;
        try {
            all = JSON.readTree(text);
        } catch (JacksonException malformed) {
            int line = malformed.getLocation() == null ? 0 : malformed.getLocation().getLineNr();
            throw new RosterRefused(
                    "file-unreadable",
                    line > 0 ? Integer.toString(line) : "",
                    "",
                    "json",
                    "not JSON from here on");
        }
        List<JsonNode> people = list(all, "members");
        List<JsonNode> installs = list(all, "installs");
        Map<String, JsonNode> buildings = new HashMap<>();
        if (all.has("buildings"))
            for (JsonNode building : list(all, "buildings")) buildings.put(id(building), building);
        Map<String, List<Integer>> installsOf = new HashMap<>();
        for (int i = 0; i < installs.size(); i++)
            installsOf
                    .computeIfAbsent(id(installs.get(i).path("member")), _ -> new ArrayList<>())
                    .add(i);

        var reader = new LineReader();
        var known = new HashSet<String>();
        var lines = new ArrayList<RosterLine>();
        var skipped = new ArrayList<RosterProblem>();
        for (int m = 0; m < people.size(); m++) {
            JsonNode person = people.get(m);
            String personId = id(person);
            if (personId.isEmpty() || !known.add(personId)) {
                reader.begin("members[" + m + "]");
                if (personId.isEmpty()) reader.wrong("id", "required", "is missing");
                else reader.wrong("id", "once", "is another member's too");
                continue;
            }
            boolean connected = false;
            for (int i : installsOf.getOrDefault(personId, List.of())) {
                JsonNode install = installs.get(i);
                String at = "installs[" + i + "]";
                String status = text(install, "status");
                if (!ACTIVE.equals(status)) {
                    skipped.add(
                            new RosterProblem(at, "status", "not-active", "is " + brief(status)));
                    continue;
                }
                connected = true;
                reader.begin(at);
                lines.add(line(at, person, install, buildings, reader, planCode));
            }
            if (!connected)
                skipped.add(
                        new RosterProblem(
                                "members[" + m + "]",
                                "",
                                "no-active-install",
                                "has no active install"));
            if (lines.size() > Roster.LINES_MAX)
                throw new RosterRefused(
                        "file-too-large",
                        "installs[" + (lines.size() - 1) + "]",
                        "",
                        "too-many-lines",
                        "more than " + Roster.LINES_MAX + " active installs");
        }
        for (int i = 0; i < installs.size(); i++) {
            if (!known.contains(id(installs.get(i).path("member")))) {
                reader.begin("installs[" + i + "]");
                reader.wrong("member", "unknown", "names nobody of the members");
            }
        }
        return new Roster("meshdb", lines, reader.problems(), skipped);
    }

    private static RosterLine line(
            String at,
            JsonNode person,
            JsonNode install,
            Map<String, JsonNode> buildings,
            LineReader reader,
            String planCode) {
        String name = reader.required("name", text(person, "name"), LineReader.NAME_MAX);
        String email = reader.email("primary_email_address", text(person, "primary_email_address"));
        String phone =
                reader.text("phone_number", text(person, "phone_number"), LineReader.PHONE_MAX);
        JsonNode named = install.path("building");
        JsonNode building =
                named.has("street_address") ? named : buildings.getOrDefault(id(named), named);
        var place =
                new RosterLine.Place(
                        reader.required(
                                "install_number",
                                install.has("install_number")
                                        ? "#" + text(install, "install_number")
                                        : null,
                                LineReader.NAME_MAX),
                        reader.required(
                                "building",
                                address(building, text(install, "unit")),
                                LineReader.ADDRESS_MAX),
                        reader.location(text(building, "latitude"), text(building, "longitude")),
                        reader.planCode("plan", null, planCode));
        String paying = text(person, "stripe_email_address");
        boolean another = paying != null && !paying.isBlank() && !paying.equalsIgnoreCase(email);
        return new RosterLine(
                at,
                name,
                email,
                phone.isEmpty() ? null : phone,
                reader.day("install_date", text(install, "install_date")),
                place,
                another
                        ? new RosterLine.PaidBy(
                                name, reader.email("stripe_email_address", paying), "")
                        : null);
    }

    private static String address(JsonNode building, @Nullable String unit) {
        var parts = new ArrayList<String>();
        String street = text(building, "street_address");
        if (street != null && !street.isBlank())
            parts.add(unit == null || unit.isBlank() ? street : street + " " + unit);
        for (String each : List.of("city", "state", "zip_code")) {
            String part = text(building, each);
            if (part != null && !part.isBlank()) parts.add(part);
        }
        return String.join(", ", parts);
    }

    private static List<JsonNode> list(JsonNode all, String name) {
        JsonNode found = all.path(name);
        JsonNode rows = found.isObject() ? found.path("results") : found;
        if (!rows.isArray())
            throw new RosterRefused(
                    "file-unreadable", "", name, "required", "there is no list of " + name);
        var list = new ArrayList<JsonNode>();
        rows.forEach(list::add);
        return list;
    }

    /** Of an object with an id, or of the bare id; empty where there is none. */
    private static String id(JsonNode node) {
        JsonNode id = node.isObject() ? node.path("id") : node;
        return id.isValueNode() && !id.isNull() ? id.asString() : "";
    }

    private static @Nullable String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isValueNode() || value.isNull()) return null;
        return value.isNumber() ? value.numberValue().toString() : value.asString();
    }

    private static String brief(@Nullable String text) {
        if (text == null) return "nothing";
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }
}
