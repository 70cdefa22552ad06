package org.coopmesh.abuse.report;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * What an object has.
 *
 * @param closed true where it may have nothing else
 */
record Shape(Map<String, Rule> fields, Set<String> required, boolean closed) implements Rule {
    Shape {
        fields = Map.copyOf(fields);
        required = Set.copyOf(required);
    }

    Shape may(String field, Rule rule) {
        var more = new HashMap<>(fields);
        more.put(field, rule);
        return new Shape(more, required, closed);
    }

    Shape must(String field, Rule rule) {
        var more = new HashSet<>(required);
        more.add(field);
        return new Shape(fields, more, closed).may(field, rule);
    }

    Shape and(Shape other) {
        var more = new HashMap<>(fields);
        more.putAll(other.fields);
        var needed = new HashSet<>(required);
        needed.addAll(other.required);
        return new Shape(more, needed, closed || other.closed);
    }

    Shape nothingElse() {
        return new Shape(fields, required, true);
    }

    @Override
    public void check(JsonNode value, String at, Wrongs wrongs) {
        if (!value.isObject()) {
            wrongs.add(at, "object", "must be an object");
            return;
        }
        String before = at.isEmpty() ? "" : at + ".";
        for (String field : new TreeSet<>(required)) {
            if (!value.has(field)) wrongs.add(before + field, "required", "is missing");
        }
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            Rule rule = fields.get(field.getKey());
            if (rule != null) {
                rule.check(field.getValue(), before + field.getKey(), wrongs);
            } else if (closed) {
                wrongs.add(before + shortened(field.getKey()), "unknown", "is not known here");
            }
        }
    }

    private static String shortened(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_.-]", "?");
        return plain.length() <= 60 ? plain : plain.substring(0, 60) + "…";
    }
}
