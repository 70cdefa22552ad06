package org.coopmesh.deploy;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a service can be told through its environment, read from its application.yml: the placeholders in it, and each of its
 * properties by Spring's rule (dots become underscores, dashes go).
 */
final class ServiceSettings {
    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)(?::([^}]*))?}");

    /** Spring's own, which no application.yml of ours needs to name; glibc's, and the JVM's. */
    private static final Set<String> OF_OTHERS =
            Set.of(
                    "SPRING_KAFKA_SECURITY_PROTOCOL",
                    "SPRING_KAFKA_SSL_TRUSTSTORETYPE",
                    "SPRING_KAFKA_SSL_TRUSTSTORELOCATION",
                    "SPRING_KAFKA_PROPERTIES_SASL_MECHANISM",
                    "SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG",
                    "MALLOC_ARENA_MAX",
                    "JDK_JAVA_OPTIONS");

    private final Set<String> known = new TreeSet<>(OF_OTHERS);
    private final Map<String, String> defaults = new TreeMap<>();

    private ServiceSettings(String applicationYml) {
        Map<String, Object> properties = Repository.yaml(applicationYml);
        properties.forEach(this::add);
    }

    static ServiceSettings of(String module) {
        return new ServiceSettings(Repository.text(module + "/src/main/resources/application.yml"));
    }

    private void add(String name, Object value) {
        known.add(name.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT));
        if (value instanceof Map<?, ?> nested) {
            nested.forEach((key, inner) -> add(name + "." + key, inner));
        } else if (value instanceof String text) {
            Matcher placeholder = PLACEHOLDER.matcher(text);
            while (placeholder.find()) {
                known.add(placeholder.group(1));
                defaults.put(
                        placeholder.group(1),
                        placeholder.group(2) == null ? "" : placeholder.group(2));
            }
        }
    }

    /** Those of {@code names} that the service would silently ignore. */
    List<String> unknown(Collection<String> names) {
        return names.stream().filter(name -> !known.contains(name)).toList();
    }

    /** Those that must be told where each part runs in a place of its own: the default is this machine, or nothing. */
    Set<String> onlyGoodOnOneMachine() {
        var names = new TreeSet<String>();
        defaults.forEach((name, value) -> {
            if (value.matches(".*(127\\.|localhost).*")
                    || name.endsWith("_PASSWORD")
                    || name.endsWith("_SECRET")) {
                names.add(name);
            }
        });
        return names;
    }
}
