package org.coopmesh.watch;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Leaves out all that makes traces, unless it is said where they go: then nothing of it is loaded, and nothing is measured. */
class TracesWhereWanted implements AutoConfigurationImportFilter, EnvironmentAware {
    static final String ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

    private static final List<String> TRACES =
            List.of(
                    "org.springframework.boot.micrometer.tracing.",
                    "org.springframework.boot.opentelemetry.",
                    TracesAutoConfiguration.class.getName());

    private boolean wanted;

    @Override
    public void setEnvironment(Environment environment) {
        wanted = StringUtils.hasText(environment.getProperty(ENDPOINT));
    }

    @Override
    public boolean[] match(
            @Nullable String[] classes, AutoConfigurationMetadata autoConfigurationMetadata) {
        var kept = new boolean[classes.length];
        for (int i = 0; i < kept.length; i++) {
            String name = classes[i];
            kept[i] = wanted || name == null || TRACES.stream().noneMatch(name::startsWith);
        }
        return kept;
    }
}
