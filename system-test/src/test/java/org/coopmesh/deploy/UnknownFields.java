package org.coopmesh.deploy;

import io.fabric8.kubernetes.api.model.KubernetesResource;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Map;

/** The models of Kubernetes keep fields that they do not know aside; a typing error ends there, and is found there. */
final class UnknownFields {
    private UnknownFields() {}

    static void refuse(Object model) {
        switch (model) {
            case KubernetesResource resource -> refuseIn(resource);
            case Collection<?> several -> several.forEach(UnknownFields::refuse);
            case Map<?, ?> named -> named.values().forEach(UnknownFields::refuse);
            case null, default -> {}
        }
    }

    private static void refuseIn(KubernetesResource resource) {
        for (Method getter : resource.getClass().getMethods()) {
            if (getter.getParameterCount() > 0 || !getter.getName().startsWith("get")) continue;
            try {
                Object value = getter.invoke(resource);
                if (!getter.getName().equals("getAdditionalProperties")) {
                    refuse(value);
                } else if (value instanceof Map<?, ?> unknown && !unknown.isEmpty()) {
                    throw new IllegalArgumentException(
                            resource.getClass().getSimpleName()
                                    + " has no field "
                                    + unknown.keySet());
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(getter.toString(), e);
            }
        }
    }
}
